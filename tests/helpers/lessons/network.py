from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor

from helpers.lessons import Corruption
from zerosum.networks.activations import Activation
from zerosum.networks.two_layers import Passes

EXAMPLES = 12
CHEAP = {
    "network": "digits",
    "picture": None,
    "step": st.sampled_from([1e-10, 1e-7, 1e-6, 1e-5, 1e-4, 1e-2]),
}

Function = Callable[..., Passes]


def _changed(name: str, change: Callable[[Tensor], Tensor]) -> Callable[[Function], Function]:
    def corrupt(right: Function) -> Function:
        def wrong(*arguments: Any) -> Passes:
            passes = right(*arguments)
            gradients = {**passes.gradients, name: change(passes.gradients[name])}
            return replace(passes, gradients=gradients)

        return wrong

    return corrupt


def _transposed(gradient: Tensor) -> Tensor:
    """Right in shape, wrong in order."""
    return gradient.T.reshape(gradient.shape)


def _one_sided(_: object) -> Callable[..., Tensor]:
    """(f(x + h) − f(x))/h, whose error falls with h only, not with its square."""

    def wrong(function: Callable[[Tensor], Tensor], at: Tensor, *, step: float) -> Tensor:
        gradient = torch.zeros_like(at)
        for index in range(at.numel()):
            moved = at.clone()
            moved.view(-1)[index] += step
            gradient.view(-1)[index] = (function(moved) - function(at)) / step
        return gradient

    return wrong


def _slope_of_the_value(activations: dict[str, Activation]) -> dict[str, Activation]:
    """The derivative taken at b in place of a, as for tanh one writes 1 − b²."""
    return {
        name: replace(each, slope=lambda a, each=each: each.slope(each.value(a)))  # type: ignore[misc]
        for name, each in activations.items()
    }


CORRUPTIONS = [
    Corruption("zerosum.lessons.network.two_layers", _changed("V", torch.neg)),
    Corruption("zerosum.lessons.network.two_layers", _changed("W", _transposed)),
    Corruption("zerosum.lessons.network.two_layers", _changed("x", lambda it: it * 2)),
    Corruption("zerosum.lessons.network.numerical_gradient", _one_sided),
    Corruption("zerosum.networks.two_layers.ACTIVATIONS", _slope_of_the_value),
]
