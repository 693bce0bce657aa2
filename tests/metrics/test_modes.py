"""Modes covered, and how evenly: by hand, and as expected of random labels."""

import math

import pytest
import torch
from torch import Tensor

from helpers.calibration import calibrate
from zerosum.errors import ConfigError, DataError
from zerosum.metrics import modes_covered, stacked_modes


def drawn(weights: Tensor, count: int, seed: int) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    return torch.multinomial(weights, count, replacement=True, generator=random)


def test_all_modes_equally() -> None:
    found = modes_covered(torch.arange(1000).repeat(26), modes=1000)
    assert found.covered.value == 1000
    assert found.covered.error == 0
    assert found.divergence.value == pytest.approx(0, abs=1e-12)


def test_one_mode_only() -> None:
    found = modes_covered(torch.full((50,), 7), modes=1000)
    assert found.covered.value == 1
    assert found.divergence.value == pytest.approx(math.log(1000))
    assert found.divergence.error == pytest.approx(0)


def test_by_hand() -> None:
    found = modes_covered(torch.tensor([0, 0, 0, 1]), modes=2)
    expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert found.divergence.value == pytest.approx(expected)


def test_stacked_digits_are_a_thousand_modes() -> None:
    digits = torch.cartesian_prod(*[torch.arange(10)] * 3)
    found = stacked_modes(digits)
    assert found.covered.value == 1000
    assert found.divergence.value == pytest.approx(0, abs=1e-12)
    assert stacked_modes(digits[digits[:, 1] == 3]).covered.value == 100
    assert stacked_modes(torch.zeros(5, 2, dtype=torch.int64), classes=3).covered.value == 1


def test_small_integer_types_do_not_overflow() -> None:
    digits = torch.cartesian_prod(*[torch.arange(10, dtype=torch.int8)] * 3)
    assert stacked_modes(digits).covered.value == 1000
    assert modes_covered(digits[:, 0], modes=10).covered.value == 10


def test_a_perfect_generator_of_26000() -> None:
    """E KL = (K − 1) / 2n, and the error is up to √2 too large there."""
    found = calibrate(
        lambda seed: modes_covered(drawn(torch.ones(1000), 26_000, seed), modes=1000).divergence,
        rounds=100,
    )
    assert found.mean == pytest.approx(0.0193, abs=2e-4)
    assert 1.1 < found.ratio < 1.75


def test_the_error_of_the_divergence_is_right() -> None:
    weights = torch.linspace(0.1, 2, 50) ** 2
    found = calibrate(
        lambda seed: modes_covered(drawn(weights, 1000, seed), modes=50).divergence, rounds=200
    )
    assert found.ratio == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize("count", [300, 1000])
def test_the_error_of_the_count_is_not_too_small(count: int) -> None:
    found = calibrate(
        lambda seed: modes_covered(drawn(torch.ones(500), count, seed), modes=500).covered,
        rounds=200,
    )
    assert 0.9 < found.ratio < 2
    expected = 500 * (1 - (1 - 1 / 500) ** count)
    assert abs(found.mean - expected) < 4 * found.of_mean


@pytest.mark.parametrize("labels", [[0, 4], [-1, 2]])
def test_labels_out_of_range(labels: list[int]) -> None:
    with pytest.raises(DataError, match="classes from 0 to 3, found"):
        modes_covered(torch.tensor(labels), modes=4)
    with pytest.raises(DataError, match="classes from 0 to 3, found"):
        stacked_modes(torch.tensor([labels]), classes=4)


@pytest.mark.parametrize("count", [0, 1])
def test_too_few(count: int) -> None:
    with pytest.raises(DataError, match=f"2 pictures or more, found {count}"):
        modes_covered(torch.zeros(count, dtype=torch.int64), modes=4)


def test_no_modes() -> None:
    with pytest.raises(ConfigError, match="one class or more"):
        modes_covered(torch.zeros(4, dtype=torch.int64), modes=0)
