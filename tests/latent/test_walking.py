import pytest
import torch

from helpers.styled import StyledGenerator, game_of
from zerosum.config import DcganGeneratorConfig
from zerosum.errors import ConfigError
from zerosum.latent.interpolation import angles
from zerosum.latent.spaces import LatentSpace, latent_space
from zerosum.latent.walking import check_walk, draw_walk, stops, walk


@pytest.fixture(params=["normal", "uniform", "styles"])
def space(request: pytest.FixtureRequest) -> LatentSpace:
    torch.manual_seed(0)
    if request.param == "styles":
        return latent_space(game_of(StyledGenerator()))
    generator = DcganGeneratorConfig(latent_size=6, base_channels=4).build((1, 8, 8))
    return latent_space(game_of(generator, latent=request.param))


def test_a_walk_closes_at_one_speed(space: LatentSpace) -> None:
    path = torch.cat(list(walk(space, stops(space, [1, 2, 3, 4]), frames=100)))
    assert len(path) == 400
    steps = space.lengths(path, path.roll(-1, dims=0))
    assert (steps - steps.mean()).abs().max() < 0.05 * steps.mean()


def test_a_walk_shows_the_pictures_of_its_seeds(space: LatentSpace) -> None:
    pictures = torch.stack(list(draw_walk(space, [4, 9], frames=3, walks=2, truncation=None)))
    assert pictures.shape == (6, 2, 1, 8, 8)
    expected = space.game.draw(space.latents(range(2), seed=4))
    torch.testing.assert_close(pictures[0], expected)
    expected = space.game.draw(space.latents(range(2), seed=9))
    assert any(torch.allclose(frame, expected, atol=1e-6) for frame in pictures[1:])


def test_walks_side_by_side_are_those_alone_where_their_legs_are_alike(
    space: LatentSpace,
) -> None:
    through = stops(space, [1, 2], walks=3)  # There and back: legs of one length.
    together = torch.stack(list(walk(space, through, frames=5)))
    for number in range(3):
        alone = torch.stack(list(walk(space, through[:, number : number + 1], frames=5)))
        torch.testing.assert_close(together[:, number : number + 1], alone)


def test_truncated_walks_pass_by_truncated_pictures(space: LatentSpace) -> None:
    through = stops(space, [1, 2], truncation=0.5)
    expected = space.truncate(space.points(space.latents([0], seed=1)), 0.5)
    torch.testing.assert_close(through[0], expected)


def test_normal_latents_stay_as_far_out_as_they_are() -> None:
    generator = DcganGeneratorConfig(latent_size=100, base_channels=4).build((1, 8, 8))
    space = latent_space(game_of(generator))
    through = stops(space, [1, 2, 3])
    path = torch.cat(list(walk(space, through, frames=10)))
    lengths = through.norm(dim=2)
    assert path.norm(dim=1).min() >= lengths.min() - 1e-4
    assert path.norm(dim=1).max() <= lengths.max() + 1e-4
    assert angles(path[:1], path[-1:]).item() < 0.2


@pytest.mark.parametrize(
    ("seeds", "frames", "walks", "message"),
    [
        ([], 1, 1, "at least two seeds, got 0"),
        ([1], 1, 1, "at least two seeds, got 1"),
        ([1, -2], 1, 1, "seeds 1 -2"),
        ([1, 2], 0, 1, "0 frames"),
        ([1, 2], 1, 0, "0 walks"),
    ],
)
def test_what_is_no_walk_is_refused(
    seeds: list[int], frames: int, walks: int, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        check_walk(seeds, frames=frames, walks=walks)
