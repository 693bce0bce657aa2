import pytest
import torch

from helpers.styled import StyledGenerator, game_of
from zerosum.config import DcganGeneratorConfig
from zerosum.errors import ConfigError, DataError
from zerosum.families.victims import load_victim
from zerosum.latent.classes import ClassMeans, class_means
from zerosum.latent.editing import move
from zerosum.latent.spaces import latent_space
from zerosum.lessons.packaged import packaged_game
from zerosum.types import Images, Labels


def _bright(images: Images) -> Labels:
    return (images.mean(dim=(1, 2, 3)) > images.mean()).long()


@pytest.mark.parametrize("styles", [False, True])
def test_means_are_those_of_the_points_of_each_class(styles: bool) -> None:
    torch.manual_seed(0)
    plain = DcganGeneratorConfig(latent_size=6, base_channels=4).build((1, 8, 8))
    space = latent_space(game_of(StyledGenerator() if styles else plain))
    told: list[tuple[int, int]] = []
    found = class_means(space, 3, _bright, count=90, progress=lambda *step: told.append(step))
    points = space.points(space.latents(range(90), seed=0))
    labels = _bright(space.draw(points))
    assert found.counts.tolist() == [*labels.bincount().tolist(), 0]
    step = points[:, :1] if styles else points
    for label in range(2):
        torch.testing.assert_close(found.means[label], step[labels == label].mean(dim=0))
    torch.testing.assert_close(found.towards(1), found.between(0, 1))
    assert found.towards(1).shape == (1, *space.step_shape)
    assert told == [(90, 90)]
    with pytest.raises(DataError, match="none is of class 2"):
        found.towards(2)
    for pair in ((0, 0), (0, 3), (-1, 0)):
        with pytest.raises(ConfigError):
            found.between(*pair)
    with pytest.raises(ConfigError, match="a classifier must say"):
        class_means(space, 3)


def test_one_class_alone_leads_nowhere() -> None:
    with pytest.raises(DataError, match="are of class 0"):
        ClassMeans(means=torch.zeros(2, 3), counts=torch.tensor([5, 0])).towards(0)


def test_digits_become_what_they_are_moved_towards() -> None:
    space = latent_space(packaged_game())
    classifier = load_victim("digits", device=torch.device("cpu")).classifier

    def judge(images: Images) -> Labels:
        return classifier((images + 1) / 2).argmax(dim=1)

    means = class_means(space, 10, judge, count=1000)
    points = space.points(space.latents(range(100), seed=1))
    for label in (0, 7):
        others = points[judge(space.draw(points)) != label]
        for amount, least, most in ((4.0, 0.8, 1.0), (-4.0, 0.0, 0.1)):
            moved = move(others, means.towards(label), torch.tensor([amount]))
            share = (judge(space.draw(moved)) == label).float().mean()
            assert least <= share <= most
