"""Errors of counted shares."""

import math

import pytest
import torch

from helpers.calibration import calibrate
from zerosum.metrics import Estimate
from zerosum.metrics.shares import share


def test_large_numbers_have_the_plain_binomial_error() -> None:
    found = share(torch.arange(100_000) < 30_000)
    assert found.value == 0.3
    assert found.error == pytest.approx(math.sqrt(0.3 * 0.7 / 100_000), rel=1e-3)


@pytest.mark.parametrize("everybody", [False, True])
def test_nobody_and_everybody_are_not_certain(everybody: bool) -> None:
    found = share(torch.full((96,), everybody))
    assert found.value == everybody
    assert found.error == pytest.approx(math.sqrt(0.02 * 0.98 / 100))


@pytest.mark.parametrize("probability", [0.5, 0.1])
def test_the_error_is_right(probability: float) -> None:
    def measure(seed: int) -> Estimate:
        return share(torch.rand(100, generator=torch.Generator().manual_seed(seed)) < probability)

    found = calibrate(measure, rounds=400)
    assert found.mean == pytest.approx(probability, abs=4 * found.of_mean)
    assert found.ratio == pytest.approx(1, abs=0.15)
