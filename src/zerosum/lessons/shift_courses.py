"""What the lesson `shift` watches: the inputs of every layer, and the loss along its gradient."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from zerosum.equilibria import WeightSpace, costs_along, gradients_along, slope
from zerosum.lessons.small_classifiers import (
    Activation,
    Digits,
    digit_classifier,
    packaged_digits,
    train_classifier,
)
from zerosum.metrics import Drift, drift
from zerosum.types import Scalar

__all__ = [
    "NETWORKS",
    "QUANTILES",
    "Along",
    "Look",
    "Network",
    "ShiftedCourse",
    "ShiftingNoise",
    "behind_cut",
    "inputs_of",
    "loss_along_gradient",
    "rest",
    "watched",
]

Network = Literal["without", "with", "noise"]

NETWORKS: Sequence[Network] = ("without", "with", "noise")
"""Without normalisation, with it, and with it and noise behind it."""

QUANTILES = (0.5, 0.841, 0.977)
"""Where a normal distribution has its mean, and one and two standard deviations more."""

_PROBED = 300
"""Digits that are held out and shown to a network at each look."""

_BATCH = 60
_SHARES = (0.5, 1.0, 2.0, 4.0)
"""How far along the gradient is looked, in steps of training."""

_WITHIN = 0.1
"""How far single images differ in the noise that a unit gets at a step."""


class ShiftingNoise(nn.Module):
    """Noise whose mean and scale are others for each unit at each step of training.

    y = s x + m with s and m of each image near those of the unit, which are drawn anew at each
    step: the mean from −n to n, the scale from 1 to 1 + n/2. In evaluation mode they have their
    mean.

    Args:
        units: How many.
        size: n.

    Paper:
        Santurkar et al. 2018, section 2.1 and algorithm 1, https://arxiv.org/abs/1805.11604, where
        n is 0.5

    Example:
        >>> noise = ShiftingNoise(3, 0.5).eval()
        >>> noise(torch.ones(1, 3))
        tensor([[1.1250, 1.1250, 1.1250]])
    """

    def __init__(self, units: int, size: float) -> None:
        super().__init__()
        self.units, self.size = units, size

    def forward(self, inputs: Float[Tensor, "n units"]) -> Float[Tensor, "n units"]:
        """Scale and shift."""
        if not self.training:
            return inputs * (1 + self.size / 4)
        means = (2 * torch.rand(self.units) - 1) * self.size
        scales = 1 + torch.rand(self.units) * self.size / 2
        own_means = means + (2 * torch.rand(inputs.shape) - 1) * _WITHIN
        own_scales = scales + torch.randn(inputs.shape) * _WITHIN
        return inputs * own_scales + own_means


@dataclass(frozen=True, kw_only=True)
class Along:
    """What is met on the way along the negative gradient, to four steps of training.

    Attributes:
        spread: The greatest loss there less the least.
        change: How much the gradient has changed after one step, in its own size.
        promised: What the loss falls by in a very small step, as a part of what the gradient says.
    """

    spread: float
    change: float
    promised: float


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was seen at some moment of training.

    Attributes:
        batch: After how many batches.
        quantiles: Of the inputs of layers 2 and up, shape (layers, quantiles).
        drifts: How far these move by the next step, for each layer from the first.
        along: The loss along the gradient; None for a network whose loss is random.
    """

    batch: int
    quantiles: NDArray[np.float64]
    drifts: Sequence[Drift]
    along: Along | None


@dataclass(frozen=True, kw_only=True)
class ShiftedCourse:
    """One network's training.

    Attributes:
        network: As it is after it, in training mode.
        losses: Shape (batches,).
        accuracy: On digits that are held out.
        looks: From the beginning on.
    """

    network: nn.Sequential
    losses: NDArray[np.float64]
    accuracy: float
    looks: Sequence[Look]

    def drifts(self, what: Literal["mean", "deviation"]) -> NDArray[np.float64]:
        """The drift of each layer's inputs by a step, shape (looks, layers)."""
        return np.array([[getattr(each, what) for each in look.drifts] for look in self.looks])


def inputs_of(network: nn.Sequential, images: Tensor) -> list[Tensor]:
    """What each layer of a classifier is given for some images, in training mode.

    The network keeps its running statistics.

    Args:
        network: One layer for each entry, the last one linear.
        images: Shape (n, pixels).

    Returns:
        As many as there are layers; the first are the images.

    Example:
        >>> found = inputs_of(digit_classifier(norm=True), packaged_digits()[1].images[:5])
        >>> [each.shape[1] for each in found]
        [784, 100, 100, 100]
    """
    copy = deepcopy(network).train()
    found = [images]
    with torch.no_grad():
        for layer in list(copy)[:-1]:
            found.append(layer(found[-1]))
    return found


def rest(network: nn.Sequential, cut: int) -> nn.Sequential:
    """A smaller network: what is left behind the first layers.

    Args:
        network: One layer for each entry.
        cut: How many are cut off.

    Example:
        >>> len(rest(digit_classifier(norm=True), 1))
        3
    """
    return network[cut:]


def behind_cut(network: nn.Sequential, cut: int) -> dict[str, Any]:
    """What the layers behind a cut say and learn by themselves, and as a part of the whole.

    Args:
        network: One layer for each entry.
        cut: How many layers are cut off; the rest gets what they gave it.
    """
    batch = packaged_digits()[0][:_BATCH]
    given = inputs_of(network, batch.images)[cut]
    smaller = rest(network, cut)
    whole, alone = deepcopy(network).train(), deepcopy(smaller).train()
    answers, gradients = _answers(whole, list(rest(whole, cut).parameters()), batch)
    own = Digits(images=given, labels=batch.labels)
    own_answers, own_gradients = _answers(alone, list(alone.parameters()), own)
    sizes = [str(each.out_features) for each in smaller.modules() if isinstance(each, nn.Linear)]
    return {
        "cut": cut,
        "network": "-".join([str(given.shape[1]), *sizes]),
        "answers": torch.equal(answers, own_answers),
        "gradients": all(
            torch.equal(*pair) for pair in zip(gradients, own_gradients, strict=True)
        ),
        "weights": len(gradients),
    }


def _answers(
    network: nn.Module, weights: Sequence[nn.Parameter], batch: Digits
) -> tuple[Tensor, Sequence[Tensor]]:
    logits = network(batch.images)
    loss = functional.cross_entropy(logits, batch.labels)
    return logits.detach(), torch.autograd.grad(loss, weights)


def loss_along_gradient(network: nn.Module, batch: Digits, *, learning_rate: float) -> Along:
    """Go along a batch's negative gradient as far as training would, and look at the loss.

    Args:
        network: Is not changed; it is looked at in training mode, in 64 bits.
        batch: Which digits.
        learning_rate: Of training; a step is this times the gradient.
    """
    copy = deepcopy(network).train().double()
    images = batch.images.double()
    space = WeightSpace(list(copy.parameters()))

    def cost() -> Scalar:
        return functional.cross_entropy(copy(images), batch.labels)

    here = slope(cost(), space)
    step = learning_rate * here.norm
    tiny = 1e-6 * step
    first, after_tiny, *losses = costs_along(
        cost, space, -here.direction, [0.0, tiny, *(share * step for share in _SHARES)]
    )
    (next_gradient,) = gradients_along(cost, space, -here.direction, [step])
    change = float(np.linalg.norm(next_gradient - here.norm * here.direction))
    return Along(
        spread=max(first, *losses) - min(first, *losses),
        change=change / here.norm,
        promised=(first - after_tiny) / (tiny * here.norm),
    )


class _Watch:
    """Looks at a network some times while it trains."""

    def __init__(self, network: nn.Sequential, *, every: int, learning_rate: float) -> None:
        self.network, self.every, self.learning_rate = network, every, learning_rate
        self.learnt, held_out = packaged_digits()
        self.probe = held_out.images[:_PROBED]
        self.random = any(isinstance(each, ShiftingNoise) for each in network.modules())
        self.looks: list[Look] = []

    def __call__(self, batch: int) -> None:
        if batch % self.every == 0:
            self.before = inputs_of(self.network, self.probe)
        if batch % self.every == 1:
            self.looks.append(self._look(batch - 1))

    def _look(self, batch: int) -> Look:
        after = inputs_of(self.network, self.probe)
        begin = batch % (len(self.learnt) - _BATCH)
        some = self.learnt[begin : begin + _BATCH]
        levels = torch.tensor(QUANTILES)
        return Look(
            batch=batch,
            quantiles=torch.stack(
                [each.quantile(levels).double() for each in self.before[1:]]
            ).numpy(),
            drifts=[drift(*pair) for pair in zip(self.before, after, strict=True)],
            along=None
            if self.random
            else loss_along_gradient(self.network, some, learning_rate=self.learning_rate),
        )


def watched(
    name: Network,
    *,
    activation: Activation,
    learning_rate: float,
    noise: float,
    batches: int,
    looks: int,
    seed: int,
) -> ShiftedCourse:
    """Train one of the networks and look at it from time to time.

    Args:
        name: Which.
        activation: Of the hidden layers.
        learning_rate: Of gradient descent.
        noise: Size of the noise, where there is any.
        batches: How many of 60 digits.
        looks: How often is looked, at most.
        seed: From which weights, order of the digits and noise follow.
    """
    network = digit_classifier(norm=name != "without", activation=activation, seed=seed)
    if name == "noise":
        for layer in list(network)[:-1]:
            assert isinstance(layer, nn.Sequential)
            layer.insert(2, ShiftingNoise(100, noise))
    learnt, held_out = packaged_digits()
    watch = _Watch(network, every=max(2, -(-batches // looks)), learning_rate=learning_rate)
    course = train_classifier(
        network,
        torch.optim.SGD(network.parameters(), lr=learning_rate),
        learnt,
        batches=batches,
        seed=seed,
        held_out=held_out,
        every=batches,
        after=watch,
    )
    return ShiftedCourse(
        network=network,
        losses=course.losses,
        accuracy=float(course.accuracies[-1]),
        looks=watch.looks,
    )
