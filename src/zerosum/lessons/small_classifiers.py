"""Small classifiers of the digits that come with zerosum, trained by its own loop.

They have hidden layers of 100 units, with batch normalisation before or behind the activation, or
without, as in a course's lesson of 2017 on batch normalisation.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from zerosum.data import Batches, scale
from zerosum.data.subsets import hold_out
from zerosum.errors import NonFiniteCostError
from zerosum.families.players import build_player
from zerosum.games.classification import ClassificationGame, answer_of, right
from zerosum.games.classification_settings import ClassificationConfig
from zerosum.games.parts.settings import OptimizerConfig
from zerosum.lessons.small_gans import digits_store
from zerosum.randomness import derive_seed
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop, Record
from zerosum.types import Batch, ClassLogits, Images

__all__ = [
    "BATCH",
    "CLASSES",
    "ORDERS",
    "Order",
    "TrainedClassifier",
    "accuracy_of",
    "digits_split",
    "make_classifier",
    "train_classifier",
]

Order = Literal[
    "layer > norm > activation", "layer > activation > norm", "norm > layer > activation", "none"
]
"""Where batch normalisation stands in a hidden layer."""

ORDERS: tuple[Order, ...] = (
    "layer > norm > activation",
    "layer > activation > norm",
    "norm > layer > activation",
    "none",
)
CLASSES = 10
BATCH = 60
"""Digits that a classifier learns from at once, as in the course."""
_PIXELS = 784
_WIDTHS = (100, 100, 100)
_HELD_OUT = 0.2


@dataclass(frozen=True, kw_only=True)
class TrainedClassifier:
    """A classifier after its training.

    Attributes:
        network: From digits (n, 1, 28, 28) to logits (n, 10).
        losses: The mean cross-entropy of each batch.
        accuracies: Shares of the held-out digits that it knew, in evaluation mode, where looked;
            NaN after it diverged.
        looks: The numbers of batches after which that was.
        diverged: The batch at which the loss was no number any more, where training ended.
    """

    network: nn.Module
    losses: Sequence[float]
    accuracies: Sequence[float]
    looks: Sequence[int]
    diverged: int | None


def make_classifier(
    order: Order,
    *,
    activation: Callable[[], nn.Module] = nn.ReLU,
    widths: Sequence[int] = _WIDTHS,
    epsilon: float = 1e-5,
) -> nn.Sequential:
    """A fully connected classifier of digits.

    A layer that is followed by a normalisation at once has no bias: it would cancel.

    Args:
        order: Where batch normalisation stands.
        activation: Makes the activation.
        widths: Units of the hidden layers.
        epsilon: What is added to variances.

    Example:
        >>> make_classifier("layer > norm > activation", widths=[5])
        Sequential(
          (0): Flatten(start_dim=1, end_dim=-1)
          (1): Linear(in_features=784, out_features=5, bias=False)
          (2): BatchNorm1d(5, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
          (3): ReLU()
          (4): Linear(in_features=5, out_features=10, bias=True)
        )
    """
    layers: list[nn.Module] = [nn.Flatten()]
    for inputs, outputs in pairwise([_PIXELS, *widths]):
        linear = nn.Linear(inputs, outputs, bias=order != "layer > norm > activation")
        norm = nn.BatchNorm1d(inputs if order.startswith("norm") else outputs, eps=epsilon)
        layers += {
            "layer > norm > activation": [linear, norm, activation()],
            "layer > activation > norm": [linear, activation(), norm],
            "norm > layer > activation": [norm, linear, activation()],
            "none": [linear, activation()],
        }[order]
    return nn.Sequential(*layers, nn.Linear(widths[-1], CLASSES))


@cache
def digits_split() -> tuple[Batch, Batch]:
    """The digits that are part of zerosum, in [-1, 1]: 4,000 to learn from, and 1,000 held out."""
    store = digits_store()
    labels = np.asarray(store.labels)
    images = scale(torch.from_numpy(np.array(store.images)).permute(0, 3, 1, 2))
    kept, held = (
        Batch(images=images[which], labels=torch.from_numpy(labels[which]))
        for which in hold_out(labels, _HELD_OUT)
    )
    return kept, held


class _Ledger:
    """A hook that writes down the losses, and looks at the accuracy now and then."""

    def __init__(self, looks: Sequence[int], progress: Callable[[int], None]) -> None:
        self.losses: list[float] = []
        self.accuracies: list[float] = []
        self.looks, self.progress = looks, progress

    def started(self, loop: Loop[Any]) -> None: ...

    def played(self, loop: Loop[Any], record: Record) -> None:
        self.losses.append(float(record["classifier"]["cost"]))
        if len(self.losses) in self.looks:
            classifier = loop.game.players["classifier"].network
            self.accuracies.append(accuracy_of(partial(answer_of, classifier)))
        self.progress(len(self.losses))

    def stopped(self, loop: Loop[Any]) -> None: ...


def train_classifier(
    make: Callable[[], nn.Module],
    *,
    updates: int,
    seed: int,
    learning_rate: float,
    looks: Sequence[int] = (),
    progress: Callable[[int], None] = lambda done: None,
) -> TrainedClassifier:
    """Train a classifier on 4,000 digits by plain gradient descent in batches of 60.

    Args:
        make: Makes the network.
        updates: Batches that it learns from.
        seed: From which weights and the order of the digits follow.
        learning_rate: The step.
        looks: Numbers of batches after which the accuracy is measured.
        progress: Told the number of batches after each.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "weights"))
        network = make()
    engine = Engine(device=torch.device("cpu"))
    settings = OptimizerConfig(method="sgd", momentum=0.0, learning_rate=learning_rate)
    player = build_player(network, settings, engine)
    classes = tuple(map(str, range(CLASSES)))
    game = ClassificationGame(ClassificationConfig(classes=classes), classifier=player)
    store = digits_store()
    only, _ = hold_out(np.asarray(store.labels), _HELD_OUT)
    batches = Batches(store, batch_size=BATCH, seed=seed, only=only)
    ledger = _Ledger(looks, progress)
    loop = Loop(game=game, batches=batches, engine=engine, seed=seed, hooks=[ledger])
    diverged = None
    try:
        loop.run(until=updates * BATCH)
    except NonFiniteCostError:
        diverged = len(ledger.losses) + 1
    unseen = [math.nan] * (len(looks) - len(ledger.accuracies))
    return TrainedClassifier(
        network=player.network.eval(),
        losses=ledger.losses,
        accuracies=[*ledger.accuracies, *unseen],
        looks=looks,
        diverged=diverged,
    )


def accuracy_of(answer: Callable[[Images], ClassLogits]) -> float:
    """The share of the held-out digits whose greatest logit is that of their class.

    Args:
        answer: From images to logits.
    """
    _, held = digits_split()
    assert held.labels is not None
    return float(right(answer(held.images), held.labels))
