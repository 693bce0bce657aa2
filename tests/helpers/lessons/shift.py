from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from torch import nn

from helpers.lessons import Corruption

EXAMPLES = 3
CHEAP = {
    "batches": 50,
    "repeats": 1,
    # Of which more is claimed.
    "activation": st.sampled_from(["relu", "relu", "sigmoid"]),
    "learning_rate": st.floats(0.01, 0.5) | st.floats(1e-3, 0.5),
    "noise": st.floats(0.5, 1) | st.floats(0.1, 2),
}


def _one_more(function: Callable[..., nn.Sequential]) -> Callable[..., nn.Sequential]:
    """The layers behind those behind the cut."""
    return lambda network, cut: function(network, min(cut + 1, len(network) - 1))


def _in_evaluation_mode(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda network, images: [
        images,
        *(network.eval()[: place + 1](images).detach() for place in range(3)),
    ]


def _uphill(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda cost, space, direction, distances: function(cost, space, -direction, distances)


def _of_one_moment(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda before, after: function(before, before)


def _no_noise(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda units, size: nn.Identity()


CORRUPTIONS = [
    Corruption("zerosum.lessons.shift_courses.rest", _one_more),
    Corruption("zerosum.lessons.shift_courses.inputs_of", _in_evaluation_mode),
    Corruption("zerosum.lessons.shift_courses.costs_along", _uphill),
    Corruption("zerosum.lessons.shift_courses.drift", _of_one_moment),
    Corruption("zerosum.lessons.shift_courses.ShiftingNoise", _no_noise),
]
