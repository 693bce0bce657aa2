"""What metrics refuse, each of them and in the same words."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from helpers.calibration import points
from zerosum.errors import DataError
from zerosum.metrics import (
    Moments,
    diversity,
    diversity_ratio,
    frechet_distance,
    frechet_distance_of_features,
    frechet_infinity,
    kernel_distance,
    manifold_scores,
    near_copies,
    nearest,
    sliced_wasserstein,
)
from zerosum.metrics.checks import check_features, parts_of, to_double

Comparison = Callable[[Tensor, Tensor], object]

COMPARISONS: dict[str, Comparison] = {
    "frechet": frechet_distance_of_features,
    "moments": lambda x, y: frechet_distance(Moments.of(x), Moments.of(y)),
    "infinity": lambda x, y: frechet_infinity(x, y, seed=0),
    "kernel": kernel_distance,
    "manifold": manifold_scores,
    "sliced": lambda x, y: sliced_wasserstein(x, y, seed=0),
    "copies": near_copies,
    "nearest": nearest,
    "diversity": diversity_ratio,
}


@pytest.fixture(params=COMPARISONS)
def compare(request: pytest.FixtureRequest) -> Comparison:
    return COMPARISONS[request.param]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("side", [0, 1])
def test_numbers_that_are_not_finite(compare: Comparison, side: int, value: float) -> None:
    sets = [points(20, 3, 0), points(20, 3, 1)]
    sets[side][7, 1] = sets[side][11, 2] = value
    with pytest.raises(DataError, match=r"in 2 of 20 pictures, first in number 7"):
        compare(*sets)


def test_unlike_widths(compare: Comparison) -> None:
    with pytest.raises(DataError, match=r"3 numbers per picture in one set and 4 in the other"):
        compare(points(20, 3, 0), points(20, 4, 1))


@pytest.mark.parametrize("side", [0, 1])
def test_no_pictures(compare: Comparison, side: int) -> None:
    sets = [points(20, 3, 0), points(20, 3, 1)]
    sets[side] = sets[side][:0]
    with pytest.raises(DataError, match="found 0 pictures"):
        compare(*sets)


def test_no_numbers(compare: Comparison) -> None:
    with pytest.raises(DataError, match="at least one number each"):
        compare(torch.zeros(20, 0), torch.zeros(20, 0))


@pytest.mark.parametrize("measure", [frechet_distance_of_features, kernel_distance])
def test_one_picture(measure: Comparison) -> None:
    with pytest.raises(DataError, match=r"or more pictures.* found 1 pictures"):
        measure(points(1, 3, 0), points(20, 3, 1))


def test_one_picture_has_no_diversity() -> None:
    with pytest.raises(DataError, match="2 or more pictures"):
        diversity(points(1, 3, 0))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_all_is_computed_in_64_bits(compare: Comparison, dtype: torch.dtype) -> None:
    x, y = points(40, 3, 0).to(dtype), points(40, 3, 1).to(dtype)
    assert repr(compare(x, y)) == repr(compare(x.double(), y.double()))


def test_histories_are_left_alone(compare: Comparison) -> None:
    x, y = points(40, 3, 0).requires_grad_(), points(40, 3, 1).requires_grad_()
    assert repr(compare(x, y)) == repr(compare(x.detach(), y.detach()))


def test_inputs_are_not_changed(compare: Comparison) -> None:
    x, y = points(40, 3, 0), points(40, 3, 1)
    compare(x, y)
    assert torch.equal(x, points(40, 3, 0))
    assert torch.equal(y, points(40, 3, 1))


def test_a_bad_row_is_found_in_any_part() -> None:
    features = torch.zeros(10_000, 2)
    features[9_000, 1] = float("nan")
    with pytest.raises(DataError, match="first in number 9000"):
        check_features(features)


def test_parts_are_the_whole() -> None:
    rows = torch.arange(10)
    assert torch.equal(torch.cat(parts_of(rows, 3)), rows)
    assert [len(part) for part in parts_of(rows, 3)] == [3, 3, 3, 1]


def test_to_double_has_no_history() -> None:
    assert not to_double(torch.ones(2, requires_grad=True) * 2).requires_grad
