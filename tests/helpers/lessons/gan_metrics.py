from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

from helpers.lessons import Corruption
from zerosum.metrics import Estimate, Moments

EXAMPLES = 2
CHEAP = {"features": st.integers(2, 6), "draws": 16, "shift": st.floats(1.5, 4)}


def _without_the_overlap(function: Callable[..., Any]) -> Callable[..., Any]:
    """tr(S₁ + S₂ − (S₁ S₂)^½): half of what is to be taken away."""
    return lambda first, second, *, rank: function(first, second, rank=rank) / 2


def _with_the_diagonal(function: Callable[..., Estimate]) -> Callable[..., Estimate]:
    """About what the pairs of a picture with itself would add: it is then never below 0."""

    def wrong(x: torch.Tensor, y: torch.Tensor, **how: Any) -> Estimate:
        found = function(x, y, **how)
        return replace(found, value=found.value + 20 / len(x))

    return wrong


def _uncentred(function: Callable[..., Any]) -> Callable[..., Any]:
    """A bias without its part of the means."""
    return lambda moments, *, n, m: (
        function(moments, n=n, m=m) - (1 / n + 1 / m) * float(moments.covariance.trace())
    )


def _not_extrapolated(function: Callable[..., Estimate]) -> Callable[..., Estimate]:
    from zerosum.metrics import frechet_distance_of_features

    return lambda x, y, **how: frechet_distance_of_features(x, y)


def _right_axis(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda features: Moments.of(features)


def _logarithm(function: Callable[..., Estimate]) -> Callable[..., Estimate]:
    def wrong(probabilities: torch.Tensor, **how: Any) -> Estimate:
        found = function(probabilities, **how)
        return replace(found, value=float(np.log(found.value)))

    return wrong


CORRUPTIONS = [
    Corruption("zerosum.metrics.frechet._overlap", _without_the_overlap),
    Corruption("zerosum.lessons.gan_metrics.kernel_distance", _with_the_diagonal),
    Corruption("zerosum.lessons.gan_metrics.frechet_bias", _uncentred),
    Corruption("zerosum.lessons.gan_metrics.frechet_infinity", _not_extrapolated),
    Corruption("zerosum.lessons.gan_metrics._wrong_moments", _right_axis),
    Corruption("zerosum.lessons.gan_metrics.inception_score", _logarithm),
]
