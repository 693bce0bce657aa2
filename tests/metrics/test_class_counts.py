"""Shares of classes: their errors, their correction, and what two sets differ by."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.calibration import calibrate
from zerosum.errors import DataError
from zerosum.metrics import Estimate
from zerosum.metrics.class_counts import (
    class_shares,
    compare_shares,
    confusion_counts,
    corrected_shares,
)
from zerosum.metrics.shares import share

SHARES = np.array([0.5, 0.3, 0.18, 0.02])
CHANCES = np.array(
    [[0.9, 0.05, 0.05, 0.0], [0.1, 0.85, 0.0, 0.05], [0.0, 0.02, 0.95, 0.03], [0.2, 0.0, 0.0, 0.8]]
)


def drawn(seed: int, count: int, shares: np.ndarray = SHARES) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).multinomial(count, shares))


def confused(seed: int, count: int) -> torch.Tensor:
    """The confusion matrix of so many images of each class."""
    return torch.stack([drawn(1_000 * seed + 17 * i, count, row) for i, row in enumerate(CHANCES)])


@settings(max_examples=40, deadline=None)
@given(hits=st.integers(0, 200), misses=st.integers(1, 200))
def test_of_two_classes_the_error_is_that_of_one_share(hits: int, misses: int) -> None:
    one = share(torch.arange(hits + misses) < hits)
    found = class_shares(torch.tensor([hits, misses])).estimates[0]
    assert found.value == pytest.approx(one.value)
    assert found.error == pytest.approx(one.error)


def test_shares_sum_to_one_without_error() -> None:
    for found in (class_shares(drawn(0, 90)), corrected_shares(drawn(0, 90), confused(0, 50))):
        assert float(found.values.sum()) == pytest.approx(1)
        assert found.covariance.sum(dim=0).abs().max() < 1e-12


@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("label", [0, 3])
def test_errors_and_corrections_are_right(corrected: bool, label: int) -> None:
    """Counted by a classifier that is often wrong, and tested on 200 images of each class."""

    def measure(seed: int) -> Estimate:
        if not corrected:
            return class_shares(drawn(seed, 2_000)).estimates[label]
        counts = drawn(seed, 2_000, SHARES @ CHANCES)
        return corrected_shares(counts, confused(seed, 200)).estimates[label]

    found = calibrate(measure, rounds=300)
    assert found.mean == pytest.approx(SHARES[label], abs=4 * found.of_mean)
    assert found.ratio == pytest.approx(1, abs=0.15)


def test_a_perfect_classifier_is_not_corrected() -> None:
    counts, right = drawn(1, 500), 10**9 * torch.eye(4, dtype=torch.int64)
    found, plain = corrected_shares(counts, right), class_shares(counts)
    assert torch.allclose(found.values, plain.values)
    assert torch.allclose(found.covariance, plain.covariance, atol=1e-9)


def test_equal_shares_differ_by_chance_alone() -> None:
    """p is even, the total variation is as it says, and one audit in twenty names a class."""
    pairs = [
        compare_shares(class_shares(drawn(2 * i, 3_000)), class_shares(drawn(2 * i + 1, 2_000)))
        for i in range(600)
    ]
    p = np.array([each.p for each in pairs])
    assert np.abs(np.quantile(p, [0.25, 0.5, 0.75]) - [0.25, 0.5, 0.75]).max() < 0.07
    total = [each.total_variation for each in pairs]
    expected = np.mean([each.by_chance for each in pairs])
    assert np.mean(total) == pytest.approx(expected, rel=0.1)
    assert np.mean([any(each.beyond_chance) for each in pairs]) < 0.08


@pytest.mark.parametrize("shares", [SHARES, np.full(10, 0.1)])
@pytest.mark.parametrize("count", [10, 20, 50])
def test_few_images_differ_by_chance_too(shares: np.ndarray, count: int) -> None:
    """Ten classes and twenty images: that some class has none is no news."""
    pairs = [
        compare_shares(
            class_shares(drawn(2 * i, 5_000, shares)),
            class_shares(drawn(2 * i + 1, count, shares)),
        )
        for i in range(300)
    ]
    assert np.mean([any(each.beyond_chance) for each in pairs]) < 0.08
    assert np.mean([each.p < 0.05 for each in pairs]) < 0.13
    total = [each.total_variation for each in pairs]
    expected = np.mean([each.by_chance for each in pairs])
    assert np.mean(total) == pytest.approx(expected, rel=0.15)


def test_of_labels_the_statistic_is_pearsons() -> None:
    table = torch.tensor([[30.0, 12, 8, 0], [10, 14, 5, 0]], dtype=torch.float64)
    found = compare_shares(*(class_shares(row.long()) for row in table))
    expected = torch.outer(table.sum(dim=1), table.sum(dim=0)) / table.sum()
    cells = (table - expected).square() / expected
    assert found.statistic == pytest.approx(float(cells[:, :3].sum()))
    assert found.probabilities[3] == 1


def test_what_one_classifier_mistakes_in_both_sets_is_no_difference() -> None:
    """It was tested on a few images only, and yet thousands that it counts can be compared."""
    confusion, counts = confused(3, 20), [drawn(i, 5_000, SHARES @ CHANCES) for i in (1, 2)]
    first, second = (corrected_shares(each, confusion) for each in counts)
    same = compare_shares(first, second)
    other = compare_shares(first, corrected_shares(counts[1], confusion.clone()))
    assert max(each.error for each in same.differences) < 0.02
    assert max(each.error for each in other.differences) > 0.05
    counted = compare_shares(*map(class_shares, counts))
    assert same.statistic == pytest.approx(counted.statistic, rel=0.02)


def test_what_differs_is_named_with_its_sign() -> None:
    found = compare_shares(
        class_shares(torch.tensor([500, 300, 180, 20])),
        class_shares(torch.tensor([520, 380, 100, 0])),
    )
    assert found.beyond_chance == [0, 1, -1, -1]
    assert found.total_variation == pytest.approx(0.1)
    assert found.p < 1e-6
    assert found.differences[2].error == pytest.approx(math.sqrt(0.147 / 1000 + 0.09 / 1000), 0.05)


def test_rows_are_true_classes() -> None:
    labels, taken = torch.tensor([0, 0, 2, 2, 2]), torch.tensor([0, 1, 2, 2, 0])
    expected = [[1, 1, 0], [0, 0, 0], [1, 0, 2]]
    assert confusion_counts(labels, taken, classes=3).tolist() == expected


@pytest.mark.parametrize(
    ("counts", "confusion", "message"),
    [
        ([4], [[1]], "two classes or more"),
        ([0, 0], [[1, 0], [0, 1]], "found 0 pictures"),
        ([3, 4], [[5, 1], [0, 0]], "of class number 1"),
        ([3, 4], [[5, 5], [5, 5]], "confuses the classes too much"),
    ],
)
def test_what_cannot_be_counted(
    counts: list[int], confusion: list[list[int]], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        corrected_shares(torch.tensor(counts), torch.tensor(confusion))


def test_a_class_without_an_image_still_differs_with_an_error() -> None:
    found = compare_shares(class_shares(drawn(0, 5_000)), class_shares(torch.tensor([2, 0, 0, 0])))
    assert min(each.error for each in found.differences) > 0.1
