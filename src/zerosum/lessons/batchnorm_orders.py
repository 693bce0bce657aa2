"""Classifiers of digits with batch normalisation before or behind the activation, trained."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any, Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from zerosum.lessons.batchnorm_controls import BatchnormControls
from zerosum.lessons.small_classifiers import (
    Course,
    made_by_seed,
    packaged_digits,
    train_classifier,
)
from zerosum.lessons.small_gans import over_seeds
from zerosum.nn.batchnorm_by_hand import normalising_by_batch
from zerosum.types import Progress

__all__ = ["ORDERS", "Order", "Trained", "activations_given", "ordered_classifier", "train_orders"]

Order = Literal[
    "layer > norm > activation", "layer > activation > norm", "norm > layer > activation", "none"
]
"""Where batch normalisation stands in a hidden layer."""

ORDERS: tuple[Order, ...] = get_args(Order)


_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}
_SIZES = (784, 100, 100, 100, 10)
"""From pixels to logits, as in the course's lesson."""
_FASTER = 100
_LOOKS = 8
_GIVEN = 500
"""Digits by which it is measured what layers get."""


@dataclass(frozen=True, kw_only=True)
class Trained:
    """Classifiers of one kind, from several first weights.

    Attributes:
        order: Where batch normalisation stands.
        activation: The activation's name.
        rate: The learning rate.
        looks: Numbers of batches after which accuracies were measured.
        accuracies: Of held-out digits, shape (classifiers, looks).
    """

    order: Order
    activation: str
    rate: float
    looks: NDArray[np.int64]
    accuracies: NDArray[np.float64]

    @property
    def title(self) -> str:
        """The order, with the activation's own name in it."""
        name = {"relu": "ReLU", "sigmoid": "sigmoid"}[self.activation]
        if self.order == "none":
            return f"layer > {name}, no norm"
        return self.order.replace("activation", name)

    @property
    def told(self) -> str:
        """The last accuracies, in percent."""
        return over_seeds(100 * self.accuracies[:, -1], digits=1)


def ordered_classifier(
    order: Order, *, activation: Callable[[], nn.Module] = nn.ReLU, seed: int = 0
) -> nn.Sequential:
    """A fully connected classifier of digits with batch normalisation at some place.

    A layer that is followed by a normalisation at once has no bias: it would cancel.

    Args:
        order: Where it stands in each of three hidden layers of 100 units.
        activation: Makes the activation.
        seed: From which the first weights follow, PyTorch's.

    Example:
        >>> made = ordered_classifier("layer > norm > activation")
        >>> [type(layer).__name__ for layer in made[:3]], made[0].bias is None
        (['Linear', 'BatchNorm1d', 'ReLU'], True)
    """

    def make() -> nn.Sequential:
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(_SIZES[:-1]):
            linear = nn.Linear(inputs, outputs, bias=order != "layer > norm > activation")
            norm = nn.BatchNorm1d(inputs if order.startswith("norm") else outputs)
            layers += {
                "layer > norm > activation": [linear, norm, activation()],
                "layer > activation > norm": [linear, activation(), norm],
                "norm > layer > activation": [norm, linear, activation()],
                "none": [linear, activation()],
            }[order]
        return nn.Sequential(*layers, nn.Linear(*_SIZES[-2:]))

    made = made_by_seed(make, seed)
    assert isinstance(made, nn.Sequential)
    return made


def train_orders(asked: BatchnormControls, progress: Progress) -> list[Trained]:
    """Train classifiers of every order.

    Args:
        asked: Activations, learning rate, batches, repeats and seed.
        progress: Told how far it is.
    """
    if asked.trained == "none":
        progress(1, 1)
        return []
    both = asked.trained == "all"
    activations = list(_ACTIVATIONS) if both else [asked.trained]
    rates = [asked.learning_rate, _FASTER * asked.learning_rate] if both else [asked.learning_rate]
    kinds = list(product(activations, rates, ORDERS))
    total = len(kinds) * asked.repeats
    trained = []
    for number, (activation, rate, order) in enumerate(kinds):
        courses = []
        for index in range(asked.repeats):
            progress(number * asked.repeats + index, total)
            network = ordered_classifier(
                order, activation=_ACTIVATIONS[activation], seed=asked.seed + index
            )
            courses.append(_train(network, rate, asked, asked.seed + index))
        trained.append(
            Trained(
                order=order,
                activation=activation,
                rate=rate,
                looks=courses[0].looks,
                accuracies=np.array([each.accuracies for each in courses]),
            )
        )
    progress(total, total)
    return trained


def _train(network: nn.Module, rate: float, asked: BatchnormControls, seed: int) -> Course:
    learnt, held_out = packaged_digits()
    return train_classifier(
        network,
        torch.optim.SGD(network.parameters(), lr=rate),
        learnt,
        batches=asked.updates,
        seed=seed,
        held_out=held_out,
        every=max(1, asked.updates // _LOOKS),
    )


def activations_given(seed: int) -> dict[str, dict[str, float]]:
    """Mean and standard deviation of what the second hidden layer of each order is given.

    Before training, over 500 digits; layers have ReLUs.

    Args:
        seed: From which the weights follow.
    """
    learnt, _ = packaged_digits()
    found: dict[str, dict[str, float]] = {}
    for order in ORDERS:
        network = ordered_classifier(order, seed=seed).eval()
        seen: list[Tensor] = []
        linear = [each for each in network if isinstance(each, nn.Linear)][1]

        def note(_: nn.Module, inputs: Any, seen: list[Tensor] = seen) -> None:
            seen.append(inputs[0])

        handle = linear.register_forward_pre_hook(note)
        with torch.no_grad(), normalising_by_batch(network):
            network(learnt.images[:_GIVEN])
        handle.remove()
        numbers = seen[0].double()
        found[order] = {"mean": float(numbers.mean()), "spread": float(numbers.std(correction=0))}
    return found
