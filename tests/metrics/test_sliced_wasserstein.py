"""Sliced Wasserstein distance: scipy's along each direction, and known values."""

import importlib
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

from helpers.calibration import calibrate, points
from zerosum.errors import ConfigError, DataError
from zerosum.metrics import sliced_wasserstein
from zerosum.metrics.sliced_wasserstein import draw_directions, transport


@settings(deadline=None, max_examples=40)
@given(
    n=st.integers(2, 12),
    m=st.integers(2, 12),
    seed=st.integers(0, 2**31),
    ties=st.booleans(),
)
def test_scipy_agrees_along_each_direction(n: int, m: int, seed: int, ties: bool) -> None:
    x, y = points(n, 3, seed), points(m, 3, seed + 1, scale=2)
    if ties:
        x, y = x.round(), y.round()
    found, _, _ = transport(x, y)
    expected = [wasserstein_distance(u.numpy(), v.numpy()) for u, v in zip(x.T, y.T, strict=True)]
    assert found.tolist() == pytest.approx(expected, rel=1e-12, abs=1e-14)


def test_the_mean_is_taken_over_directions() -> None:
    x, y = points(20, 4, 0), points(30, 4, 1, shift=1)
    (directions,) = draw_directions(4, 50, 7, 50)
    torch.testing.assert_close(directions.norm(dim=0), torch.ones(50).double())
    distances = [
        wasserstein_distance((x @ direction).numpy(), (y @ direction).numpy())
        for direction in directions.T
    ]
    found = sliced_wasserstein(x, y, projections=50, seed=7)
    assert found.value == pytest.approx(sum(distances) / 50, rel=1e-12)


@pytest.mark.parametrize("width", [1, 2, 8])
def test_a_shift(width: int) -> None:
    """|s| E|θ₁|, and E|θ₁| = Γ(d/2) / (√π Γ((d + 1)/2))."""
    x = points(30, width, 0)
    shift = torch.zeros(width)
    shift[0] = 5
    found = sliced_wasserstein(x, x + shift, projections=4000, seed=0)
    mean = math.gamma(width / 2) / (math.sqrt(math.pi) * math.gamma((width + 1) / 2))
    assert found.value == pytest.approx(5 * mean, rel=0.03)


def test_a_scale() -> None:
    """Of Gaussians of deviations 1 and 2 in one dimension: E|z| = √(2/π)."""
    x = points(20_000, 1, 0)
    found = sliced_wasserstein(x, 2 * x, projections=2, seed=0)
    assert found.value == pytest.approx(math.sqrt(2 / math.pi), rel=0.02)


def test_itself_and_its_double() -> None:
    x = points(30, 4, 0)
    for other in (x, x.flip(0), x.repeat(3, 1)):
        found = sliced_wasserstein(x, other, seed=0)
        assert found.value == pytest.approx(0, abs=1e-14)
        assert found.error == pytest.approx(0, abs=1e-14)


def test_a_collapsed_generator() -> None:
    x = points(50, 1, 0)
    found = sliced_wasserstein(x, torch.zeros(20, 1), projections=2, seed=0)
    assert found.value == pytest.approx(x.abs().mean().item())


def test_potentials_are_the_derivative() -> None:
    """A mean over more of one point changes by its potential: exactly, while no sign changes."""
    x, y = points(40, 1, 0), points(30, 1, 1, shift=5)
    distance, of_x, of_y = transport(x, y)
    more = torch.cat([x.repeat(1000, 1), x[7:8]])
    after, _, _ = transport(more, y)
    expected = (of_x[7] - of_x.mean()) / len(more)
    assert (after - distance).item() == pytest.approx(expected.item(), rel=1e-6)
    more = torch.cat([y.repeat(1000, 1), y[3:4]])
    after, _, _ = transport(x, more)
    expected = (of_y[3] - of_y.mean()) / len(more)
    assert (after - distance).item() == pytest.approx(expected.item(), rel=1e-6)


@pytest.mark.parametrize(("projections", "width"), [(64, 6), (3, 6), (2, 1)])
def test_the_error_is_right(projections: int, width: int) -> None:
    found = calibrate(
        lambda seed: sliced_wasserstein(
            points(200, width, 2 * seed),
            points(150, width, 2 * seed + 1, scale=1.3, shift=0.3),
            projections=projections,
            seed=seed,
        ),
        rounds=200,
    )
    assert found.ratio == pytest.approx(1, abs=0.2)


def test_the_error_of_like_sets_is_somewhat_large() -> None:
    found = calibrate(
        lambda seed: sliced_wasserstein(
            points(200, 4, 2 * seed), points(200, 4, 2 * seed + 1), projections=32, seed=seed
        ),
        rounds=150,
    )
    assert 1.1 < found.ratio < 1.8


def test_rows_of_one_picture_depend_on_each_other() -> None:
    """Nine copies of each row tell nothing new."""
    x, y = points(50, 3, 0), points(40, 3, 1, shift=1)
    once = sliced_wasserstein(x, y, seed=0)
    many = [z.repeat_interleave(9, dim=0) for z in (x, y)]
    together = sliced_wasserstein(*many, seed=0, group=9)
    assert together.value == pytest.approx(once.value, rel=1e-12)
    assert together.error == pytest.approx(once.error, rel=1e-9)
    assert sliced_wasserstein(*many, seed=0).error < 0.8 * once.error


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = points(30, 4, 0), points(20, 4, 1)
    before = sliced_wasserstein(x, y, projections=20, seed=0)
    # The package has the function under the name of the module.
    module = importlib.import_module("zerosum.metrics.sliced_wasserstein")
    monkeypatch.setattr(module, "BLOCK", 150)
    after = sliced_wasserstein(x, y, projections=20, seed=0)
    assert after.value == pytest.approx(before.value, rel=1e-14)
    assert after.error == pytest.approx(before.error, rel=1e-10)


def test_seed_and_sides() -> None:
    x, y = points(30, 4, 0), points(20, 4, 1)
    first = sliced_wasserstein(x, y, seed=0)
    assert first == sliced_wasserstein(x, y, seed=0)
    assert first.value == pytest.approx(sliced_wasserstein(y, x, seed=0).value, rel=1e-12)
    assert first.value != sliced_wasserstein(x, y, seed=1).value


@pytest.mark.parametrize(("projections", "group"), [(1, 1), (8, 0), (8, 3)])
def test_settings(projections: int, group: int) -> None:
    with pytest.raises(ConfigError, match="2 projections or more and whole groups"):
        sliced_wasserstein(
            points(8, 2, 0), points(9, 2, 1), projections=projections, seed=0, group=group
        )


def test_one_picture() -> None:
    with pytest.raises(DataError, match="2 or more pictures"):
        sliced_wasserstein(points(1, 2, 0), points(9, 2, 1), seed=0)
