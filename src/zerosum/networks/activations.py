"""The usual activations with their derivatives and ranges, and units that no longer learn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf

import torch
from jaxtyping import Bool, Float
from torch import Tensor

__all__ = ["Activation", "activations", "dead_units"]

_Numbers = Float[Tensor, "*shape"]


@dataclass(frozen=True, kw_only=True)
class Activation:
    """A function of each number by itself, and its derivative.

    Attributes:
        value: The function.
        slope: Its derivative, by the number that goes in; at a kink that from the left, as in
            PyTorch.
        range: Greatest lower and least upper bound of its values.
        steepest: The greatest value of its derivative.

    Example:
        >>> activations()["relu"].slope(torch.tensor([-1.0, 2.0]))
        tensor([0., 1.])
    """

    value: Callable[[_Numbers], _Numbers]
    slope: Callable[[_Numbers], _Numbers]
    range: tuple[float, float]
    steepest: float


def activations(leak: float = 0.2) -> Mapping[str, Activation]:
    """The usual activations by name.

    ``relu``: max(0, a); ``leaky-relu``: a where a > 0, else ``leak`` · a; ``tanh``: (eᵃ − e⁻ᵃ) /
    (eᵃ + e⁻ᵃ); ``sigmoid``: 1 / (1 + e⁻ᵃ).

    Args:
        leak: The slope of leaky ReLU below 0; DCGAN's by default.

    Example:
        >>> activations(0.1)["leaky-relu"].value(torch.tensor([-2.0, 2.0]))
        tensor([-0.2000,  2.0000])
    """
    return {
        "relu": Activation(
            value=torch.relu, slope=partial(_step, low=0.0), range=(0.0, inf), steepest=1.0
        ),
        "leaky-relu": Activation(
            value=lambda a: torch.where(a > 0, a, leak * a),
            slope=partial(_step, low=leak),
            range=(-inf, inf),
            steepest=1.0,
        ),
        "tanh": Activation(
            value=torch.tanh, slope=_slope_of_tanh, range=(-1.0, 1.0), steepest=1.0
        ),
        "sigmoid": Activation(
            value=torch.sigmoid, slope=_slope_of_sigmoid, range=(0.0, 1.0), steepest=0.25
        ),
    }


def _step(a: _Numbers, *, low: float) -> _Numbers:
    return torch.where(a > 0, torch.ones_like(a), torch.full_like(a, low))


def _slope_of_tanh(a: _Numbers) -> _Numbers:
    """1 − tanh²(a)."""
    return 1 - torch.tanh(a).square()


def _slope_of_sigmoid(a: _Numbers) -> _Numbers:
    """σ(a) (1 − σ(a)), the second factor as σ(−a), which keeps its digits where a is large."""
    return torch.sigmoid(a) * torch.sigmoid(-a)


def dead_units(slopes: Float[Tensor, "n units"]) -> Bool[Tensor, " units"]:
    """Which units pass no gradient for any of n inputs, so that their weights stand still.

    Args:
        slopes: The slope of each unit's activation for each input.

    Example:
        >>> dead_units(torch.tensor([[0.0, 0.0], [0.0, 1.0]]))
        tensor([ True, False])
    """
    return (slopes == 0).all(dim=0)
