"""Classifiers of digits with batch normalisation before or behind the activation, trained."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from zerosum.lessons.batchnorm_controls import BatchnormControls
from zerosum.lessons.small_classifiers import (
    ORDERS,
    Order,
    TrainedClassifier,
    digits_split,
    make_classifier,
    train_classifier,
)
from zerosum.lessons.small_gans import over_seeds
from zerosum.nn.batchnorm_by_hand import normalising_by_batch
from zerosum.randomness import derive_seed
from zerosum.types import Progress

__all__ = ["Trained", "activations_given", "train_orders"]

_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}
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
        accuracies: Of held-out digits, shape (classifiers, looks); NaN after one diverged.
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
        last = 100 * self.accuracies[:, -1]
        known = last[np.isfinite(last)]
        lost = len(last) - len(known)
        if lost == len(last):
            return "diverged"
        return over_seeds(known, digits=1) + (f"; {lost} diverged" if lost else "")


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
    total = len(kinds) * asked.repeats * asked.updates
    return [
        _train(asked, kind, partial(_tell, progress, number * asked.repeats, asked.updates, total))
        for number, kind in enumerate(kinds)
    ]


def _tell(progress: Progress, before: int, each: int, total: int, index: int, done: int) -> None:
    progress((before + index) * each + done, total)


def _train(
    asked: BatchnormControls, kind: tuple[str, float, Order], progress: Callable[[int, int], None]
) -> Trained:
    activation, rate, order = kind
    looks = np.unique(np.linspace(0, asked.updates, _LOOKS + 1).round().astype(int)[1:])
    found: Sequence[TrainedClassifier] = [
        train_classifier(
            lambda: make_classifier(order, activation=_ACTIVATIONS[activation]),
            updates=asked.updates,
            seed=asked.seed + index,
            learning_rate=rate,
            looks=looks.tolist(),
            progress=partial(progress, index),
        )
        for index in range(asked.repeats)
    ]
    return Trained(
        order=order,
        activation=activation,
        rate=rate,
        looks=looks,
        accuracies=np.array([each.accuracies for each in found]),
    )


def activations_given(seed: int) -> dict[str, dict[str, float]]:
    """Mean and standard deviation of what the second hidden layer of each order is given.

    Before training, over 500 digits; layers have ReLUs.

    Args:
        seed: From which the weights follow.
    """
    kept, _ = digits_split()
    found: dict[str, dict[str, float]] = {}
    for order in ORDERS:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive_seed(seed, "weights"))
            network = make_classifier(order).eval()
        seen: list[Tensor] = []
        linear = [each for each in network if isinstance(each, nn.Linear)][1]

        def note(_: nn.Module, inputs: Any, seen: list[Tensor] = seen) -> None:
            seen.append(inputs[0])

        handle = linear.register_forward_pre_hook(note)
        with torch.no_grad(), normalising_by_batch(network):
            network(kept.images[:_GIVEN])
        handle.remove()
        numbers = seen[0].double()
        found[order] = {"mean": float(numbers.mean()), "spread": float(numbers.std(correction=0))}
    return found
