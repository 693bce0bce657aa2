from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from helpers.styled import StyledGenerator, game_of
from zerosum.config import DcganGeneratorConfig, MlpGeneratorConfig, ResnetGeneratorConfig
from zerosum.errors import ConfigError, UnknownNameError
from zerosum.games import Classes
from zerosum.latent.directions import difference_of_means, find_directions, random_direction
from zerosum.latent.editing import draw_edits
from zerosum.latent.spaces import LatentSpace, latent_space
from zerosum.networks import ReferenceGenerator

STRENGTHS = torch.tensor([0.5, 8.0, 1.0, 3.0])


def _stretched(make: Callable[[], nn.Module]) -> LatentSpace:
    """A generator whose first layer passes on the axes of z with these strengths."""
    torch.manual_seed(0)
    generator = make()
    layers = [each for each in generator.modules() if hasattr(each, "weight")]
    first = next(each for each in layers if isinstance(each, nn.Linear | nn.ConvTranspose2d))
    assert isinstance(first, nn.Linear | nn.ConvTranspose2d)
    flat = torch.linalg.qr(torch.randn(512, 4)).Q
    with torch.no_grad():
        if isinstance(first, nn.Linear):
            rows: Tensor = torch.linalg.qr(torch.randn(len(first.weight), 4)).Q
            first.weight.copy_(rows * STRENGTHS)
        else:
            count = first.weight[0].numel()
            flat = torch.linalg.qr(torch.randn(count, 4)).Q
            first.weight.copy_((flat * STRENGTHS).T.view_as(first.weight))
    return latent_space(game_of(generator))


def _dcgan() -> nn.Module:
    return DcganGeneratorConfig(latent_size=4, base_channels=4).build((1, 8, 8))


def _virtual() -> nn.Module:
    return ReferenceGenerator(_dcgan(), torch.randn(6, 4))


def _resnet() -> nn.Module:
    return ResnetGeneratorConfig(latent_size=4, base_channels=4).build((1, 8, 8))


def _mlp() -> nn.Module:
    return MlpGeneratorConfig(latent_size=4).build((1, 8, 8))


@pytest.mark.parametrize("make", [_mlp, _dcgan, _virtual, _resnet])
def test_sefa_finds_the_axes_by_their_strengths(make: Callable[[], nn.Module]) -> None:
    found = find_directions(_stretched(make), "sefa", 3)
    torch.testing.assert_close(found, torch.eye(4)[[1, 3, 2]], atol=1e-4, rtol=0)


@pytest.mark.parametrize("make", [_mlp, _dcgan, _virtual, _resnet])
def test_pca_finds_the_strongest_axis_first(make: Callable[[], nn.Module]) -> None:
    found = find_directions(_stretched(make), "pca", 2)
    assert found[0, 1] > 0.95
    torch.testing.assert_close(found.norm(dim=1), torch.ones(2))


def test_pca_of_styles_is_that_of_their_covariance() -> None:
    torch.manual_seed(0)
    space = latent_space(game_of(StyledGenerator()))
    found = find_directions(space, "pca", 2)
    styles = space.points(space.latents(range(1000), seed=0))[:, 0]
    _, vectors = torch.linalg.eigh(torch.cov(styles.T))
    assert found.shape == (2, 1, 5)
    for number in range(2):
        assert abs(found[number, 0] @ vectors[:, -1 - number]) > 0.999
    with pytest.raises(ConfigError, match="style-based: use pca"):
        find_directions(space, "sefa", 2)


def test_edits_move_one_picture_both_ways() -> None:
    space = _stretched(_dcgan)
    point = space.points(space.latents([0], seed=3))
    sheet = draw_edits(space, point, torch.eye(4)[:2], columns=5, reach=2.0)
    assert sheet.shape == (10, 1, 8, 8)
    for middle in (2, 7):
        torch.testing.assert_close(sheet[middle : middle + 1], space.draw(point))
    for columns, reach in ((4, 1.0), (1, 1.0), (3, 0.0)):
        with pytest.raises(ConfigError, match="odd number of columns"):
            draw_edits(space, point, torch.eye(4), columns=columns, reach=reach)


def test_the_way_from_label_to_label() -> None:
    some, others = torch.randn(500, 3, 5), torch.randn(500, 3, 5)
    others[..., 2] += 9
    way = difference_of_means(some, others)
    assert way.shape == (1, 3, 5)
    assert way[..., 2].min() > 0.5


def test_unknown_methods_and_counts() -> None:
    space = _stretched(_dcgan)
    with pytest.raises(UnknownNameError, match="did you mean 'sefa'"):
        find_directions(space, "sefe", 1)
    with pytest.raises(ConfigError, match="at least one direction"):
        find_directions(space, "pca", 0)
    assert len(find_directions(space, "pca", 99)) == 4


def test_a_random_direction_is_a_unit_step_of_its_seed(space: LatentSpace) -> None:
    step = random_direction(space, seed=5)
    assert step.shape == (1, *space.step_shape)
    assert float(step.norm()) == pytest.approx(1.0)
    torch.testing.assert_close(step, random_direction(space, seed=5))
    assert not torch.allclose(step, random_direction(space, seed=6))


def test_a_random_direction_keeps_the_class() -> None:
    game = game_of(DcganGeneratorConfig(latent_size=6, base_channels=4).build((1, 8, 8)))
    game.conditional_on = Classes(names=("a", "b"), counts=(1, 1))
    step = random_direction(latent_space(game), seed=5)
    assert not step[:, game.latent_size :].any()
    assert step[:, : game.latent_size].all()
