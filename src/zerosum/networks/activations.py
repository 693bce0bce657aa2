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
    """b = f(a), number by number.

    Attributes:
        function: f.
        derivative: f′; at the kink of ReLUs, 0, that from the left, as PyTorch has it.
        range: Greatest lower and least upper bound of f.
        steepest: The greatest value of f′.
    """

    function: Callable[[_Numbers], _Numbers]
    derivative: Callable[[_Numbers], _Numbers]
    range: tuple[float, float]
    steepest: float


def activations(slope: float = 0.2) -> Mapping[str, Activation]:
    """ReLU, leaky ReLU, tanh and sigmoid by name.

    f is max(0, a); a where a > 0, else ``slope`` · a; (eᵃ − e⁻ᵃ) / (eᵃ + e⁻ᵃ); 1 / (1 + e⁻ᵃ).

    Args:
        slope: That of leaky ReLU below 0, in (0, 1).

    Example:
        >>> a = torch.tensor([-2.0, 2.0])
        >>> leaky = activations(0.1)["leaky ReLU"]
        >>> leaky.function(a), leaky.derivative(a)
        (tensor([-0.2000,  2.0000]), tensor([0.1000, 1.0000]))
    """
    return {
        "ReLU": Activation(
            function=torch.relu, derivative=partial(_step, low=0.0), range=(0.0, inf), steepest=1.0
        ),
        "leaky ReLU": Activation(
            function=lambda a: torch.where(a > 0, a, slope * a),
            derivative=partial(_step, low=slope),
            range=(-inf, inf),
            steepest=1.0,
        ),
        "tanh": Activation(
            function=torch.tanh, derivative=_slope_of_tanh, range=(-1.0, 1.0), steepest=1.0
        ),
        "sigmoid": Activation(
            function=torch.sigmoid,
            derivative=_slope_of_sigmoid,
            range=(0.0, 1.0),
            steepest=0.25,
        ),
    }


def _step(a: _Numbers, *, low: float) -> _Numbers:
    return torch.where(a > 0, 1.0, low).to(a.dtype)


def _slope_of_tanh(a: _Numbers) -> _Numbers:
    """1 − tanh²(a)."""
    return 1 - torch.tanh(a).square()


def _slope_of_sigmoid(a: _Numbers) -> _Numbers:
    """σ(a) (1 − σ(a)), the second factor as σ(−a), which keeps its digits where a is large."""
    return torch.sigmoid(a) * torch.sigmoid(-a)


def dead_units(derivatives: Float[Tensor, "n units"]) -> Bool[Tensor, " units"]:
    """Which units pass no gradient for any of n inputs, so that their weights stand still.

    Args:
        derivatives: f′ of each unit for each input.

    Example:
        >>> dead_units(torch.tensor([[0.0, 0.0], [0.0, 1.0]]))
        tensor([ True, False])
    """
    return (derivatives == 0).all(dim=0)
