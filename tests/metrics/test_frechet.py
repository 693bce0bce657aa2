"""The Fréchet distance: closed forms, other programs, its error, its bias."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg
from torch import Tensor

from helpers.calibration import calibrate, points, rotation
from zerosum.errors import ConfigError, DataError
from zerosum.metrics import (
    Moments,
    frechet_bias,
    frechet_distance,
    frechet_distance_of_features,
    frechet_infinity,
)


def gaussian(mean: Tensor, covariance: Tensor) -> Moments:
    return Moments(count=None, mean=mean.double(), scatter=covariance.double())


def with_moments(count: int, mean: Tensor, covariance: Tensor, seed: int) -> Tensor:
    """Features whose sample mean and covariance are exactly these."""
    width = len(mean)
    whitened = points(count, width, seed)
    whitened -= whitened.mean(0)
    factor = torch.linalg.cholesky(whitened.T @ whitened / (count - 1))
    whitened = torch.linalg.solve_triangular(factor, whitened.T, upper=False).T
    values, basis = torch.linalg.eigh(covariance.double())
    exact: Tensor = whitened @ (basis * values.clamp(min=0).sqrt()).T + mean
    return exact


def scipy_distance(a: Moments, b: Moments) -> float:
    root = linalg.sqrtm(a.covariance.numpy() @ b.covariance.numpy())
    shift = a.mean - b.mean
    traces = a.covariance.trace() + b.covariance.trace()
    return float(shift @ shift + traces) - 2 * float(np.trace(root).real)


# --- Closed forms -------------------------------------------------------------------------------


def test_unit_covariances_a_unit_apart() -> None:
    width = 256
    near, far = (gaussian(torch.full((width,), x), torch.eye(width)) for x in (0.0, 1.0))
    assert frechet_distance(near, far) == pytest.approx(width, rel=1e-12)


def test_diagonal_covariances() -> None:
    shift, first, second = points(3, 6, 0)
    first, second = first.exp(), second.exp()
    expected = shift.square().sum() + (first.sqrt() - second.sqrt()).square().sum()
    a = gaussian(torch.zeros(6), first.diag())
    b = gaussian(shift, second.diag())
    assert frechet_distance(a, b) == pytest.approx(expected.item(), rel=1e-12)


@pytest.mark.parametrize(("mean", "deviation"), [(0.0, 1.0), (3.0, 1.0), (0.0, 2.5), (1.5, 0.0)])
def test_one_dimension(mean: float, deviation: float) -> None:
    """(Δm)² + (Δs)², also where one set has no spread."""
    a = gaussian(torch.zeros(1), torch.eye(1))
    b = gaussian(torch.tensor([mean]), torch.tensor([[deviation**2]]))
    assert frechet_distance(a, b) == pytest.approx(mean**2 + (deviation - 1) ** 2, rel=1e-12)


def test_multiples_of_one_covariance() -> None:
    """Tr S (√c − 1)²."""
    covariance = Moments.of(points(50, 5, 0)).covariance
    zero = torch.zeros(5)
    found = frechet_distance(gaussian(zero, covariance), gaussian(zero, 4 * covariance))
    assert found == pytest.approx(covariance.trace().item(), rel=1e-12)


def test_grows_as_the_covariance_departs() -> None:
    base = gaussian(torch.zeros(4), torch.eye(4))
    found = [
        frechet_distance(base, gaussian(torch.zeros(4), torch.eye(4) * c)) for c in (1, 2, 3, 4)
    ]
    assert found == sorted(found)
    assert found[0] == pytest.approx(0, abs=1e-12)


def test_features_of_known_moments() -> None:
    """Through features, too, both fewer and more than numbers per picture."""
    zero, unit = torch.zeros(5), torch.eye(5)
    x = with_moments(40, zero, unit, 0)
    y = with_moments(60, zero + 1, 4 * unit, 1)
    assert frechet_distance_of_features(x, y).value == pytest.approx(10, rel=1e-10)


def test_itself() -> None:
    for count in (3, 4, 5, 6, 50):
        x = points(count, 5, 0)
        assert 0 <= frechet_distance(Moments.of(x), Moments.of(x)) < 1e-12
        assert 0 <= frechet_distance_of_features(x, x).value < 1e-12


# --- Other programs -----------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1, 2, 7, 40])
def test_scipy_agrees(width: int) -> None:
    a, b = Moments.of(points(99, width, 0)), Moments.of(points(88, width, 1, scale=2, shift=0.1))
    assert frechet_distance(a, b) == pytest.approx(scipy_distance(a, b), rel=1e-9)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("width", [2, 32, 128])
@pytest.mark.parametrize("count", [2, 4, 16, 100, 500])
def test_torch_fidelity_and_torchmetrics_agree(count: int, width: int) -> None:
    from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
    from torchmetrics.image.fid import _compute_fid

    x, y = points(count, width, 2023), points(count, width, 2024, scale=1.5)
    statistics = [fid_features_to_statistics(features) for features in (x, y)]
    expected = fid_statistics_to_metric(*statistics, verbose=False)["frechet_inception_distance"]
    a, b = Moments.of(x), Moments.of(y)
    other = float(_compute_fid(a.mean, a.covariance, b.mean, b.covariance))
    for found in (frechet_distance(a, b), frechet_distance_of_features(x, y).value):
        assert math.isfinite(found)
        assert found == pytest.approx(expected, abs=1e-5, rel=1e-6)
        assert found == pytest.approx(other, abs=1e-5, rel=1e-6)


@pytest.mark.parametrize(("n", "m"), [(3, 4), (3, 50), (50, 3), (8, 9), (9, 50), (50, 60)])
def test_features_and_moments_agree(n: int, m: int) -> None:
    """Whichever of the roots is taken."""
    x, y = points(n, 8, 0), points(m, 8, 1, scale=2, shift=0.5)
    expected = frechet_distance(Moments.of(x), Moments.of(y))
    assert frechet_distance_of_features(x, y).value == pytest.approx(expected, rel=1e-12)
    assert frechet_distance_of_features(y, x).value == pytest.approx(expected, rel=1e-12)


def test_fewer_pictures_than_numbers_is_exact() -> None:
    """Two sets on two lines at an angle α: tr (S₁S₂)^½ = s₁ s₂ |cos α|."""
    x, y = torch.zeros(2, 2, 6, dtype=torch.float64)
    x[1, 0], y[1, 0], y[1, 1] = 2, 2.4, 3.2
    expected = (1 - 1.2) ** 2 + 1.6**2 + 2 + 8 - 2 * math.sqrt(2 * 8) * 0.6
    assert frechet_distance_of_features(x, y).value == pytest.approx(expected, rel=1e-14)
    assert frechet_distance(Moments.of(x), Moments.of(y)) == pytest.approx(expected, rel=1e-14)


# --- Degenerate sets ----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 4, 30])
def test_a_collapsed_generator(count: int) -> None:
    """All fakes are one: |m₁ − m₂|² + tr S₁."""
    x, y = points(40, 5, 0), torch.ones(count, 5)
    a = Moments.of(x)
    expected = float((a.mean - 1).square().sum() + a.covariance.trace())
    for found in (frechet_distance(a, Moments.of(y)), frechet_distance(Moments.of(y), a)):
        assert found == pytest.approx(expected, rel=1e-12)
    estimate = frechet_distance_of_features(x, y)
    assert estimate.value == pytest.approx(expected, rel=1e-12)
    assert 0 < estimate.error < estimate.value


def test_both_collapsed() -> None:
    estimate = frechet_distance_of_features(torch.zeros(4, 3), torch.ones(9, 3))
    assert (estimate.value, estimate.error) == (3.0, 0.0)


def test_dead_and_doubled_numbers_change_nothing_but_what_they_add() -> None:
    x, y = points(60, 4, 0), points(70, 4, 1, scale=2)
    expected = frechet_distance_of_features(x, y)
    dead = [torch.cat([z, torch.zeros(len(z), 2)], 1) for z in (x, y)]
    doubled = [torch.cat([z, z], 1) for z in (x, y)]
    for (first, second), factor in ((dead, 1), (doubled, 2)):
        found = frechet_distance_of_features(first, second)
        assert found.value == pytest.approx(factor * expected.value, rel=1e-7)
        assert found.error == pytest.approx(factor * expected.error, rel=1e-6)


def test_one_picture_has_no_distance() -> None:
    with pytest.raises(DataError, match="two pictures or more"):
        frechet_distance(Moments.of(points(1, 3, 0)), Moments.of(points(9, 3, 0)))


# --- Invariances --------------------------------------------------------------------------------


@settings(deadline=None, max_examples=25)
@given(
    n=st.integers(2, 12),
    m=st.integers(2, 12),
    width=st.integers(1, 8),
    scale=st.sampled_from([1e-3, 0.5, 1.0, 1e3]),
    seed=st.integers(0, 2**31),
)
def test_rotation_scale_shift_and_order(
    n: int, m: int, width: int, scale: float, seed: int
) -> None:
    x, y = points(n, width, seed), points(m, width, seed + 1, scale=1.5, shift=1)
    turn, away = rotation(width, seed + 2), points(1, width, seed + 3)
    before = frechet_distance_of_features(x, y)
    after = frechet_distance_of_features(
        (x.flip(0) + away) @ turn * scale, (y + away) @ turn * scale
    )
    swapped = frechet_distance_of_features(y, x)
    # Very small singular values may count or not in an error, hence the tolerance there.
    assert after.value == pytest.approx(scale**2 * before.value, rel=1e-6)
    assert after.error == pytest.approx(scale**2 * before.error, rel=1e-4)
    assert swapped.value == pytest.approx(before.value, rel=1e-9)
    assert swapped.error == pytest.approx(before.error, rel=1e-4)


# --- Errors and bias ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "m", "width", "scale", "shift"),
    [(400, 400, 8, 1.3, 0.3), (300, 600, 16, 1.0, 0.3), (400, 300, 8, 0.3, 0.0)],
)
def test_the_error_is_right(n: int, m: int, width: int, scale: float, shift: float) -> None:
    found = calibrate(
        lambda seed: frechet_distance_of_features(
            points(n, width, 2 * seed), points(m, width, 2 * seed + 1, scale=scale, shift=shift)
        ),
        rounds=200,
    )
    assert found.ratio == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize(("count", "width"), [(200, 16), (40, 80)])
def test_the_error_of_like_sets_is_a_little_large(count: int, width: int) -> None:
    found = calibrate(
        lambda seed: frechet_distance_of_features(
            points(count, width, 2 * seed), points(count, width, 2 * seed + 1)
        ),
        rounds=200,
    )
    assert 0.95 < found.ratio < 1.65


def test_the_error_falls_as_the_root_of_the_count() -> None:
    few, many = (
        frechet_distance_of_features(points(n, 4, 0), points(n, 4, 1, scale=2)).error
        for n in (500, 8000)
    )
    assert few / many == pytest.approx(4, rel=0.1)


def test_bias_of_unit_covariance() -> None:
    unit = gaussian(torch.zeros(64), torch.eye(64))
    for n in (500, 20_000):
        assert frechet_bias(unit, n=n, m=n) == pytest.approx(2 * 64 / n + 64 * 65 / (2 * n))


def test_bias_is_what_is_measured() -> None:
    spread = torch.linspace(0.1, 2, 12)
    found = calibrate(
        lambda seed: frechet_distance_of_features(
            points(300, 12, 2 * seed) * spread, points(500, 12, 2 * seed + 1) * spread
        ),
        rounds=200,
    )
    expected = frechet_bias(gaussian(torch.zeros(12), spread.square().diag()), n=300, m=500)
    assert found.mean == pytest.approx(expected, rel=0.05)


def test_bias_of_no_spread_is_none() -> None:
    assert frechet_bias(gaussian(torch.zeros(3), torch.zeros(3, 3)), n=9, m=9) == 0


@pytest.mark.parametrize(("n", "m"), [(1, 9), (9, 1)])
def test_bias_of_one_picture(n: int, m: int) -> None:
    with pytest.raises(ConfigError, match="2 pictures or more"):
        frechet_bias(gaussian(torch.zeros(3), torch.eye(3)), n=n, m=m)


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.0), (1.2, 0.2)])
def test_infinitely_many_pictures_have_no_bias(scale: float, shift: float) -> None:
    width, count = 12, 500
    found = calibrate(
        lambda seed: frechet_infinity(
            points(count, width, 2 * seed),
            points(count, width, 2 * seed + 1, scale=scale, shift=shift),
            seed=seed,
            sizes=8,
        ),
        rounds=50,
    )
    expected = width * (shift**2 + (scale - 1) ** 2)
    bias = frechet_bias(gaussian(torch.zeros(width), torch.eye(width)), n=count, m=count)
    assert abs(found.mean - expected) < 4 * found.of_mean
    assert found.mean < expected + bias / 2
    assert 0.7 < found.ratio < 1.6


def test_infinity_follows_its_seed() -> None:
    x, y = points(100, 3, 0), points(100, 3, 1)
    first, again, other = (frechet_infinity(x, y, seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert first.value != other.value


@pytest.mark.parametrize(
    "settings", [{"sizes": 2}, {"smallest": 0.0}, {"smallest": 1.0}], ids=lambda x: str(x)
)
def test_settings_of_infinity(settings: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="3 sizes or more"):
        frechet_infinity(points(9, 3, 0), points(9, 3, 1), seed=0, **settings)  # type: ignore[arg-type]
