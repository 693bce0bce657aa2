"""The kernel distance: unbiased, equal to torch-fidelity's, with an error that is true."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from helpers.calibration import calibrate, points, rotation
from zerosum.errors import ConfigError, DataError
from zerosum.metrics import kernel_distance


def expected_of_shift(width: int, shift: float) -> float:
    """E MMD² of N(0, I) and N(m, I) with a = |m|², from the moments of a Gaussian."""
    a = width * shift**2
    return 3 * a / width + 3 * (a**2 + a) / width**2 + (a**3 + 6 * a**2 + 6 * a) / width**3


def directly(x: Tensor, y: Tensor) -> float:
    """The U-statistic, pair by pair."""
    width = x.shape[1]

    def mean(pairs: list[Tensor]) -> Tensor:
        return torch.stack([(dot / width + 1) ** 3 for dot in pairs]).mean()

    def within(z: Tensor) -> Tensor:
        return mean([u @ v for i, u in enumerate(z) for j, v in enumerate(z) if i != j])

    return float(within(x) + within(y) - 2 * mean([u @ v for u in x for v in y]))


def test_every_pair_by_hand() -> None:
    x, y = points(7, 3, 0), points(7, 3, 1, shift=1)
    found = kernel_distance(x, y, subsets=1, subset_size=7)
    assert found.value == pytest.approx(directly(x, y), rel=1e-12)


def test_two_points_each_side() -> None:
    """x = ±1, y = ±1 twice: k is 8 for equal points and 0 for opposite ones."""
    x = torch.tensor([[1.0], [1.0], [-1.0], [-1.0]])
    found = kernel_distance(x, x, subsets=1)
    assert found.value == pytest.approx(2 * 4 * 8 / 12 - 2 * 8 * 8 / 16)
    assert found.value < 0


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("n", "m", "size", "seed"), [(50, 50, 50, 2020), (90, 70, 30, 0)])
def test_torch_fidelity_agrees(n: int, m: int, size: int, seed: int) -> None:
    from torch_fidelity.metric_kid import kid_features_to_metric

    x, y = points(n, 8, 0), points(m, 8, 1, scale=1.2, shift=0.3)
    expected = kid_features_to_metric(
        x,
        y,
        kid_subsets=20,
        kid_subset_size=size,
        rng_seed=seed,
        verbose=False,
        kid_kernel="poly",
        kid_kernel_poly_degree=3,
        kid_kernel_poly_gamma=None,
        kid_kernel_poly_coef0=1,
    )["kernel_inception_distance_mean"]
    found = kernel_distance(x, y, subsets=20, subset_size=size, seed=seed)
    assert found.value == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(("width", "shift"), [(16, 0.5), (16, 0.0), (4, 0.2)])
def test_unbiased(width: int, shift: float) -> None:
    found = calibrate(
        lambda seed: kernel_distance(
            points(60, width, 2 * seed),
            points(50, width, 2 * seed + 1, shift=shift),
            subsets=2,
            subset_size=40,
            seed=seed,
        ),
        rounds=150,
    )
    assert abs(found.mean - expected_of_shift(width, shift)) < 4 * found.of_mean


def test_the_known_expectation() -> None:
    assert expected_of_shift(16, 0.5) == pytest.approx(1.029296875)


@pytest.mark.parametrize(
    ("n", "m", "size", "subsets", "shift"),
    [
        (100, 100, 40, 12, 0.0),  # many subsets of few pictures overlap
        (100, 100, 40, 12, 0.4),
        (100, 100, 100, 1, 0.2),  # one subset, which is all there is
        (300, 100, 50, 2, 0.1),  # hardly any overlap
    ],
)
def test_the_error_is_right(n: int, m: int, size: int, subsets: int, shift: float) -> None:
    found = calibrate(
        lambda seed: kernel_distance(
            points(n, 16, 2 * seed),
            points(m, 16, 2 * seed + 1, shift=shift),
            subsets=subsets,
            subset_size=size,
            seed=seed,
        ),
        rounds=100,
    )
    assert found.ratio == pytest.approx(1, abs=0.25)


def test_more_subsets_do_not_make_pictures() -> None:
    """The error of all pairs stays; only that of the choice of subsets goes away."""
    x, y = points(100, 8, 0), points(100, 8, 1, shift=0.3)
    few, many, every = (
        kernel_distance(x, y, subsets=subsets, subset_size=size).error
        for subsets, size in ((1, 20), (400, 20), (1, 100))
    )
    assert few > 1.5 * many
    assert many == pytest.approx(every, rel=0.3)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**31), width=st.integers(1, 6))
def test_rotation_order_and_sides(seed: int, width: int) -> None:
    x, y = points(12, width, seed), points(12, width, seed + 1, shift=1)
    turn = rotation(width, seed + 2)
    expected = kernel_distance(x, y, subsets=1)
    for other in (
        kernel_distance(x @ turn, y @ turn, subsets=1),
        kernel_distance(x.flip(0), y.roll(3, 0), subsets=1),
        kernel_distance(y, x, subsets=1),
    ):
        assert other.value == pytest.approx(expected.value, rel=1e-9, abs=1e-9)
        assert other.error == pytest.approx(expected.error, rel=1e-6, abs=1e-9)


def test_collapsed_sets() -> None:
    """Constant on both sides: k(1, 1) + k(0, 0) − 2 k(1, 0) = 8 + 1 − 2, without any error."""
    found = kernel_distance(torch.ones(9, 4), torch.zeros(9, 4))
    assert found.value == pytest.approx(7)
    assert found.error == pytest.approx(0, abs=1e-7)


def test_one_seed_one_result() -> None:
    x, y = points(50, 3, 0), points(50, 3, 1)
    first, again, other = (
        kernel_distance(x, y, subsets=3, subset_size=10, seed=seed) for seed in (5, 5, 6)
    )
    assert first == again
    assert first.value != other.value


def test_the_global_random_state_is_left_alone() -> None:
    np.random.seed(0)
    kernel_distance(points(50, 3, 0), points(50, 3, 1), subsets=3)
    after = np.random.random()
    np.random.seed(0)
    assert after == np.random.random()


def test_the_size_of_subsets() -> None:
    x, y = points(30, 2, 0), points(20, 2, 1)
    assert kernel_distance(x, y, subsets=2) == kernel_distance(x, y, subsets=2, subset_size=20)
    for size in (3, 21):
        with pytest.raises(ConfigError, match=rf"4 to 20 pictures.* found {size}"):
            kernel_distance(x, y, subset_size=size)
    with pytest.raises(ConfigError, match="one subset or more"):
        kernel_distance(x, y, subsets=0)
    with pytest.raises(DataError, match="4 or more pictures"):
        kernel_distance(x, y[:3])
