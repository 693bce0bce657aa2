from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from torch import Tensor

from helpers.lessons import Corruption
from zerosum.networks.settings import Norm

EXAMPLES = 2
CHEAP = {
    "images": 256,
    "discriminator": st.sampled_from(["normalised", "plain"]),
    "seeds": 1,
    "scored": 100,
}


def _off_by_one_level(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """256 levels in place of 255 steps."""
    return lambda images, low, high: low + (high - low) * (images + 1) * 127.5 / 256


def _not_back(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda values, low, high: function(values, high, low)


def _downwards(function: Callable[..., tuple[float, float]]) -> Callable[..., Any]:
    def wrong(x: Any, y: Any) -> tuple[float, float]:
        slope, spread = function(x, y)
        return -slope, spread

    return wrong


def _with_the_trend(function: Callable[..., tuple[float, float]]) -> Callable[..., Any]:
    """The spread about the mean, not about the line."""
    return lambda x, y: (function(x, y)[0], float(np.std(y)))


def _with_and_without(function: Callable[..., Any]) -> Callable[..., Any]:
    """Each discriminator in the place of the other."""

    def wrong(*, norm: Norm = "batch") -> Any:
        return function(norm="none" if norm == "batch" else "batch")

    return wrong


CORRUPTIONS = [
    Corruption("zerosum.lessons.scaling.in_range", _off_by_one_level),
    Corruption("zerosum.lessons.scaling.out_of_range", _not_back),
    Corruption("zerosum.lessons.scaling.trend", _downwards),
    Corruption("zerosum.lessons.scaling.trend", _with_the_trend),
    Corruption("zerosum.lessons.scaling.dcgan_pair", _with_and_without),
]
