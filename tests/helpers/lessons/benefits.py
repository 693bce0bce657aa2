from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from torch import nn

from helpers.lessons import Corruption

EXAMPLES = 5
CHEAP = {
    "bench": "pair",
    "batches": 100,
    "data": "digits",
    "seeds": 1,
    # Of which one claim speaks alone.
    "learning_rate": st.just(0.01) | st.floats(1e-4, 10),
    "deviation": st.just(0.05) | st.floats(1e-4, 10),
}


def _with_and_without(function: Callable[..., Any]) -> Callable[..., Any]:
    """Each network in the place of the other."""
    return lambda *, norm, **options: function(norm=not norm, **options)


def _of_unlike_seeds(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *, norm, seed, **options: function(norm=norm, seed=seed + norm, **options)


def _variance(function: Callable[..., Any]) -> Callable[..., Any]:
    """Weights of that variance, not of that deviation."""
    return lambda *, deviation, **options: function(deviation=deviation**2, **options)


def _wrong_ones(function: Callable[..., float]) -> Callable[..., float]:
    return lambda *arguments: 1 - function(*arguments)


CORRUPTIONS = [
    Corruption("zerosum.lessons.benefits_bench.digit_classifier", _with_and_without),
    Corruption("zerosum.lessons.benefits.digit_classifier", _of_unlike_seeds),
    Corruption("zerosum.lessons.benefits.digit_classifier", _variance),
    Corruption("zerosum.lessons.benefits_bench.accuracy_of", _wrong_ones),
    Corruption(
        "zerosum.lessons.small_classifiers.nn.BatchNorm1d",
        lambda _: lambda units, **options: nn.Identity(),
    ),
]
