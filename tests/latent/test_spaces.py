import pytest
import torch
from scipy import stats

from helpers.styled import StyledGenerator, game_of
from zerosum.config import DcganGeneratorConfig
from zerosum.errors import ConfigError
from zerosum.latent.spaces import (
    LatentSpace,
    NormalSpace,
    StyleSpace,
    UniformSpace,
    latent_space,
)


def _plain(latent: str) -> LatentSpace:
    torch.manual_seed(0)
    generator = DcganGeneratorConfig(latent_size=6, base_channels=4).build((1, 8, 8))
    return latent_space(game_of(generator, latent=latent))


def _styled() -> LatentSpace:
    torch.manual_seed(0)
    return latent_space(game_of(StyledGenerator()))


SPACES = {"normal": lambda: _plain("normal"), "uniform": lambda: _plain("uniform")}
SPACES["styles"] = _styled


@pytest.fixture(params=list(SPACES))
def space(request: pytest.FixtureRequest) -> LatentSpace:
    return SPACES[request.param]()


def test_each_generator_has_its_space() -> None:
    assert isinstance(_plain("normal"), NormalSpace)
    assert isinstance(_plain("uniform"), UniformSpace)
    assert isinstance(_styled(), StyleSpace)


def test_points_show_what_the_latents_show(space: LatentSpace) -> None:
    latents = space.latents(range(3), seed=5)
    torch.testing.assert_close(space.draw(space.points(latents)), space.game.draw(latents))
    assert space.points(latents)[0].shape == space.centre.shape


@pytest.mark.parametrize(("latent", "deviation"), [("normal", 1.0), ("uniform", 3**-0.5)])
def test_the_deviation_is_that_of_the_latents(latent: str, deviation: float) -> None:
    assert _plain(latent).deviation.item() == pytest.approx(deviation, rel=0.05)


def test_a_step_moves_a_point(space: LatentSpace) -> None:
    points = space.points(space.latents(range(2), seed=0))
    assert (points + torch.ones(space.step_shape)).shape == points.shape


def test_latents_are_the_same_in_any_company(space: LatentSpace) -> None:
    assert torch.equal(space.latents([2], seed=1), space.latents(range(5), seed=1)[2:3])


def test_ways_begin_and_end_where_they_should(space: LatentSpace) -> None:
    start, end = space.points(space.latents(range(8), seed=0)).chunk(2)
    torch.testing.assert_close(space.between(start, end, 0.0), start)
    torch.testing.assert_close(space.between(start, end, 1.0), end)
    half = space.between(start, end, 0.5)
    torch.testing.assert_close(
        space.lengths(start, half), space.lengths(start, end) / 2, rtol=1e-4, atol=1e-5
    )


def test_keeping_moves_only_what_is_far_out(space: LatentSpace) -> None:
    points = space.points(space.latents(range(200), seed=0))
    torch.testing.assert_close(space.keep(points), points)
    if not isinstance(space, StyleSpace):
        assert space.keep(1000 * points).abs().max() < 6


@pytest.mark.parametrize("truncation", [0.3, 0.7, 1.0])
def test_truncation_lowers_the_variance_of_styles_by_its_square(truncation: float) -> None:
    space = _styled()
    points = space.points(space.latents(range(100), seed=0))
    moved = space.truncate(points, truncation)
    torch.testing.assert_close(moved.var(dim=0), truncation**2 * points.var(dim=0))
    torch.testing.assert_close(moved - space.centre, truncation * (points - space.centre))


@pytest.mark.parametrize("truncation", [0.1, 0.5, 1.0, 2.0, 5.0])
def test_truncated_normal_numbers_are_distributed_as_redrawn_ones(truncation: float) -> None:
    z = torch.randn(20_000, 1, generator=torch.Generator().manual_seed(0))
    moved = _plain("normal").truncate(z, truncation)
    assert moved.abs().max() <= truncation
    law = stats.truncnorm(-truncation, truncation)
    assert stats.kstest(moved.flatten().double().numpy(), law.cdf).pvalue > 0.01
    assert moved.var().item() == pytest.approx(law.var(), rel=0.03)
    assert torch.equal(moved.flatten().argsort(), z.flatten().argsort())


def test_truncation_fades_out_as_it_grows() -> None:
    z = torch.randn(100, 6, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(_plain("normal").truncate(z, 5.0), z, atol=1e-3, rtol=1e-3)


def test_truncated_uniform_numbers_stay_uniform() -> None:
    space = _plain("uniform")
    z = space.latents(range(2000), seed=0)
    law = stats.uniform(-0.5, 1.0)
    assert stats.kstest(space.truncate(z, 0.5).flatten().numpy(), law.cdf).pvalue > 0.01


@pytest.mark.parametrize("truncation", [-1.0, 0.0, 5.1, float("nan")])
def test_a_truncation_out_of_range_is_refused(space: LatentSpace, truncation: float) -> None:
    with pytest.raises(ConfigError, match=r"expected a truncation .* got"):
        space.truncate(space.points(space.latents([0], seed=0)), truncation)
