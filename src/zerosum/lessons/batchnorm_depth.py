"""How far activations and gradients come in deep networks, by the size of their first weights."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from zerosum.lessons.small_classifiers import packaged_digits
from zerosum.randomness import Randomness

__all__ = ["SCALES", "Passage", "passage"]

SCALES = tuple(10 ** (-4 + 4 * step / 19) for step in range(20))
"""Standard deviations of weights: twenty from 0.0001 to 1."""
_DIGITS = 64
_UNITS = 50
_CLASSES = 10


@dataclass(frozen=True, kw_only=True)
class Passage:
    """One pass of digits through hidden layers, and of the gradient back.

    Attributes:
        spread: The standard deviation of the last hidden layer's units over the batch, their mean.
        pull: |W| |∂l/∂W| of the first layer's weights: how far the loss would fall, to first
            order, if they moved by their own length.
        turned: The largest cosine of a unit's first weights and their gradient, by size.
    """

    spread: float
    pull: float
    turned: float


def passage(*, layers: int, scale: float, epsilon: float | None, seed: int) -> Passage:
    """Pass digits through hidden layers of 50 ReLU units, without biases, and go back.

    The layer behind them, which gives the logits, has the same weights whatever the scale.

    Args:
        layers: Hidden layers.
        scale: Standard deviation of their weights, of which all are multiples of the same.
        epsilon: ε of the batch normalisation before each ReLU; None: there is none.
        seed: From which the weights follow.

    Example:
        >>> one, half = (
        ...     passage(layers=2, scale=scale, epsilon=None, seed=0) for scale in (1.0, 0.5))
        >>> round(one.spread / half.spread, 6)
        4.0
    """
    learnt, _ = packaged_digits()
    digits = learnt[:_DIGITS]
    random = Randomness(seed=seed)
    sizes = [digits.images.shape[1], *[_UNITS] * layers]
    weights = [
        (scale * random.normal(inputs, outputs).double()).requires_grad_()
        for inputs, outputs in pairwise(sizes)
    ]
    last = random.normal(_UNITS, _CLASSES).double() / math.sqrt(_UNITS)
    units = _through(digits.images.double(), weights, epsilon)
    loss = cross_entropy(units @ last, digits.labels)
    (gradient,) = torch.autograd.grad(loss, weights[:1])
    first = weights[0].detach()
    cosines = (first * gradient).sum(0) / (first.norm(dim=0) * gradient.norm(dim=0) + 1e-300)
    return Passage(
        spread=float(units.detach().std(dim=0, correction=0).mean()),
        pull=float(first.norm() * gradient.norm()),
        turned=float(cosines.abs().max()),
    )


def _through(units: Tensor, weights: Sequence[Tensor], epsilon: float | None) -> Tensor:
    for weight in weights:
        units = units @ weight
        if epsilon is not None:
            units = nn.functional.batch_norm(units, None, None, training=True, eps=epsilon)
        units = units.relu()
    return units
