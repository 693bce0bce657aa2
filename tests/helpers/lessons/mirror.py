from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from hypothesis import strategies as st

from helpers.lessons import Corruption
from zerosum.metrics.class_counts import ClassShares

EXAMPLES = 1
CHEAP = {
    "images": 160,
    "repeats": 1,
    "counted": 200,
    "seed": st.integers(0, 2),
    "learnt": st.integers(200, 1_000),
}


def _uncorrected(function: Callable[..., ClassShares]) -> Callable[..., ClassShares]:
    """The counts as they are, with larger errors."""
    return lambda counts, confusion: replace(
        function(counts, confusion), values=counts.double() / counts.sum()
    )


def _transposed(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda labels, taken, *, classes: function(taken, labels, classes=classes)


def _of_the_sum(function: Callable[..., Any]) -> Callable[..., Any]:
    """The sum of the differences, not half of it."""

    def wrong(first: ClassShares, second: ClassShares) -> Any:
        found = function(first, second)
        return type(found)(**{**vars(found), "total_variation": 2 * found.total_variation})

    return wrong


def _one_less(function: Callable[..., Any]) -> Callable[..., Any]:
    """The variance over n (n − 1)."""
    return lambda counts, added: function(counts, added) / (counts.sum() - 1)


def _upside_down(function: Callable[..., Any]) -> Callable[..., Any]:
    """q/p for p/q."""
    return lambda data, made: function(made, data)


def _in_percent(function: Callable[..., ClassShares]) -> Callable[..., Any]:
    def wrong(counts: torch.Tensor) -> ClassShares:
        found = function(counts)
        return replace(found, values=100 * found.values)

    return wrong


CORRUPTIONS = [
    Corruption("zerosum.lessons.mirror_counting.corrected_shares", _uncorrected),
    Corruption("zerosum.lessons.mirror_counting.confusion_counts", _transposed),
    Corruption("zerosum.lessons.mirror.compare_shares", _of_the_sum),
    Corruption("zerosum.metrics.class_counts._multinomial", _one_less),
    Corruption("zerosum.lessons.mirror.weights_of", _upside_down),
    Corruption("zerosum.lessons.mirror.class_shares", _in_percent),
]
