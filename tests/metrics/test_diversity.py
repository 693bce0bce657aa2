"""Mean squared distances between pictures of one set."""

import pytest
import torch

from helpers.calibration import calibrate, points
from zerosum.errors import DataError
from zerosum.metrics import Moments, diversity, diversity_ratio


def test_it_is_the_mean_over_pairs() -> None:
    x = points(30, 4, 0, shift=9)
    squares = torch.cdist(x, x).square()
    assert diversity(x).value == pytest.approx(float(squares.sum()) / (30 * 29), rel=1e-12)
    trace = Moments.of(x).covariance.trace().item()
    assert diversity(x).value == pytest.approx(2 * trace, rel=1e-12)


def test_a_collapsed_generator_has_none() -> None:
    assert diversity(torch.ones(9, 3)).value == 0
    found = diversity_ratio(torch.ones(9, 3), points(9, 3, 0))
    assert (found.value, found.error) == (0, 0)


def test_real_pictures_must_differ() -> None:
    with pytest.raises(DataError, match="all the same"):
        diversity_ratio(points(9, 3, 0), torch.ones(9, 3))


def test_ratio_of_scales() -> None:
    x = points(50, 3, 0)
    assert diversity_ratio(3 * x + 5, x).value == pytest.approx(9)


def test_errors_are_right() -> None:
    one = calibrate(lambda seed: diversity(points(100, 4, seed)), rounds=300)
    assert one.mean == pytest.approx(8, abs=4 * one.of_mean)
    assert one.ratio == pytest.approx(1, abs=0.15)
    two = calibrate(
        lambda seed: diversity_ratio(points(100, 4, 2 * seed), points(150, 4, 2 * seed + 1)),
        rounds=300,
    )
    assert two.ratio == pytest.approx(1, abs=0.15)
