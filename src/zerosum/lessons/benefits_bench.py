"""What the lesson `benefits` trains: networks with and without batch normalisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from time import process_time
from typing import Literal

import numpy as np
import torch
from torch import nn

from zerosum.lessons.small_classifiers import (
    BATCH,
    NORM,
    Activation,
    Course,
    Digits,
    accuracy_of,
    digit_classifier,
    mnist_digits,
    names_given,
    packaged_digits,
    train_classifier,
)
from zerosum.nn import initialise_xavier
from zerosum.randomness import derive_seed

__all__ = [
    "EARLY",
    "PUBLISHED",
    "SCALES",
    "Case",
    "Data",
    "Outcome",
    "batches_a_second",
    "deep_classifier",
    "deep_outcome",
    "digits_for",
    "gap_outcome",
    "outcome",
    "scale_accuracy",
]

Data = Literal["digits", "mnist"]

EARLY = 2_000
"""Batches after which the lesson of 2017 tested some networks, beside 50,000."""

SCALES = np.logspace(-4, 0, 20)
"""Standard deviations of first weights, as in the notebook on batch norm of Stanford's CS231n."""

_LEARNT, _LOOKED = 55_000, 2_000
"""Digits of MNIST to learn from, and of those behind them that curves are measured on."""

_FEW = 1_000
"""Digits to learn from where a network is to learn too much of them, or is one of many."""

_CONVOLUTIONS, _MAPS, _UNITS = 19, 4, 100
"""Of the exercise of 2017; convolution i has i times so many maps."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """How a pair of networks is trained.

    Attributes:
        deviation: Standard deviation of the first weights.
        activation: Of the hidden layers.
        learning_rate: Of gradient descent.

    Example:
        >>> Case(deviation=0.05, activation="relu", learning_rate=1.0).title
        'sd 0.05, ReLU, rate 1'
    """

    deviation: float
    activation: Activation
    learning_rate: float

    @property
    def title(self) -> str:
        """What a table calls it."""
        activation = {"relu": "ReLU"}.get(self.activation, self.activation)
        return f"sd {self.deviation:g}, {activation}, rate {self.learning_rate:g}"


def _case(deviation: float, activation: Activation, learning_rate: float) -> Case:
    return Case(deviation=deviation, activation=activation, learning_rate=learning_rate)


PUBLISHED: Mapping[tuple[Case, int], tuple[str, str]] = {
    (_case(0.05, "relu", 0.01), 50_000): (".9748", ".9803"),
    (_case(0.05, "relu", 0.01), EARLY): (".8262", ".9525"),
    (_case(0.05, "sigmoid", 0.01), 50_000): (".8271", ".9732"),
    (_case(0.05, "relu", 1.0), 50_000): (".0980, .1010", ".9834, .9822"),
    (_case(0.05, "sigmoid", 1.0), 50_000): (".9752", ".9812"),
    (_case(0.05, "sigmoid", 1.0), EARLY): (".9227", ".9463"),
    (_case(0.05, "relu", 2.0), 50_000): (".1010", ".9827"),
    (_case(0.05, "sigmoid", 2.0), 50_000): (".9782", ".9782"),
    (_case(0.05, "sigmoid", 2.0), EARLY): (".9360", ".9524"),
    (_case(5.0, "relu", 0.01), 50_000): (".0980", ".7990"),
    (_case(5.0, "sigmoid", 0.01), 50_000): (".2270", ".8527"),
    (_case(5.0, "relu", 1.0), 50_000): (".1135, .1135", ".9208, .1010"),
    (_case(5.0, "sigmoid", 1.0), 50_000): (".8957", ".9505"),
    (_case(5.0, "relu", 2.0), 50_000): (".0980, .0980", ".9054, .1010"),
    (_case(5.0, "sigmoid", 2.0), 50_000): (".9066", ".9583"),
}
"""Accuracies that the lesson of 2017 printed, without and with, by batches; some of two runs."""


@dataclass(frozen=True, kw_only=True)
class Split:
    """Digits to learn from, to draw curves of, and to test on."""

    learnt: Digits
    looked: Digits
    test: Digits


def digits_for(data: Data) -> Split:
    """The digits of an experiment.

    Args:
        data: ``mnist``: 55,000 to learn from and all test digits. ``digits``: 4,000 and 1,000.

    Example:
        >>> len(digits_for("digits").learnt)
        4000
    """
    if data == "digits":
        learnt, held_out = packaged_digits()
        return Split(learnt=learnt, looked=held_out, test=held_out)
    train, test = mnist_digits()
    return Split(learnt=train[:_LEARNT], looked=train[_LEARNT : _LEARNT + _LOOKED], test=test)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one network.

    Attributes:
        accuracies: On test digits, by the batches that it had then learnt from.
        learnt: On digits that it learnt from, after the last batch.
        commonest: The greatest share of test digits that it then calls one and the same.
        course: Losses, and accuracies on the way.
    """

    accuracies: Mapping[int, float]
    learnt: float
    commonest: float
    course: Course

    @property
    def accuracy(self) -> float:
        """On test digits, after the last batch."""
        return self.accuracies[max(self.accuracies)]

    @property
    def spread(self) -> float:
        """The standard deviation of the loss from batch to batch, over the last quarter."""
        losses = self.course.losses
        return float(np.std(losses[len(losses) * 3 // 4 :]))


def outcome(case: Case, *, norm: bool, data: Data, batches: int, seed: int) -> Outcome:
    """What becomes of 784-100-100-100-10 by plain gradient descent.

    Args:
        case: First weights, activation and learning rate.
        norm: Whether its hidden layers are normalised.
        data: Which digits.
        batches: How many of 60 digits.
        seed: From which weights and batches follow; the same with and without normalisation.
    """
    network = digit_classifier(
        norm=norm, activation=case.activation, deviation=case.deviation, seed=seed
    )
    optimizer = torch.optim.SGD(network.parameters(), lr=case.learning_rate)
    return _trained(network, optimizer, digits_for(data), batches=batches, seed=seed)


def gap_outcome(*, norm: bool, dropout: float, data: Data, batches: int, seed: int) -> Outcome:
    """What becomes of the same network if it learns from 1,000 digits, again and again.

    Args:
        norm: Whether its hidden layers are normalised.
        dropout: Share of hidden units that are dropped while training.
        data: Which digits.
        batches: How many of 60 digits.
        seed: From which all random numbers follow.
    """
    network = digit_classifier(norm=norm, dropout=dropout, seed=seed)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    digits = digits_for(data)
    few = Split(learnt=digits.learnt[:_FEW], looked=digits.looked, test=digits.test)
    return _trained(network, optimizer, few, batches=batches, seed=seed)


def deep_outcome(*, norm: bool, data: Data, batches: int, seed: int) -> Outcome:
    """What becomes of the exercise's network of 2017: Adam at 0.002, batches of 64.

    Args:
        norm: Whether its hidden layers are normalised.
        data: Which digits.
        batches: How many.
        seed: From which all random numbers follow.
    """
    network = deep_classifier(norm=norm, seed=seed)
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
    digits = digits_for(data)
    return _trained(network, optimizer, digits, batches=batches, seed=seed, batch_size=64)


def _trained(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    digits: Split,
    *,
    batches: int,
    seed: int,
    batch_size: int = BATCH,
) -> Outcome:
    accuracies: dict[int, float] = {}

    def test(batch: int) -> None:
        if batch in (EARLY, batches):
            accuracies[batch] = accuracy_of(network, digits.test)

    course = train_classifier(
        network,
        optimizer,
        digits.learnt,
        batches=batches,
        batch_size=batch_size,
        seed=seed,
        held_out=digits.looked,
        every=100 if batches > EARLY else 50,
        after=test,
    )
    names = names_given(network, digits.test)
    return Outcome(
        accuracies=accuracies,
        learnt=accuracy_of(network, digits.learnt[: len(digits.test)]),
        commonest=int(torch.bincount(names).max()) / len(names),
        course=course,
    )


def deep_classifier(*, norm: bool, seed: int) -> nn.Sequential:
    """The exercise of 2017: 19 convolutions of kernel 3, then 100 units, then 10 logits.

    Convolution i has 4 i maps, and every third has stride 2. First weights are Glorot's, biases
    begin at 0.

    Args:
        norm: Whether all layers but the last are normalised before their ReLU.
        seed: From which the weights follow; the same with and without normalisation.

    Example:
        >>> network = deep_classifier(norm=True, seed=0)
        >>> network(torch.zeros(2, 784)).shape
        torch.Size([2, 10])
        >>> len([each for each in network.modules() if isinstance(each, nn.Conv2d)])
        19
    """
    maps = [1, *(_MAPS * number for number in range(1, _CONVOLUTIONS + 1))]
    layers: list[nn.Module] = [nn.Unflatten(1, (1, 28, 28))]
    with torch.random.fork_rng(devices=[]):
        for number, (inputs, outputs) in enumerate(pairwise(maps), start=1):
            stride = 2 if number % 3 == 0 else 1
            layers.append(nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=not norm))
            layers += [*([nn.BatchNorm2d(outputs, **NORM)] if norm else []), nn.ReLU()]
        layers += [nn.Flatten(), nn.Linear(maps[-1], _UNITS, bias=not norm)]
        layers += [*([nn.BatchNorm1d(_UNITS, **NORM)] if norm else []), nn.ReLU()]
        network = nn.Sequential(*layers, nn.Linear(_UNITS, 10))
        torch.manual_seed(derive_seed(seed, "weights"))
        initialise_xavier(network, gain=1.0)
    return network


def scale_accuracy(
    deviation: float, *, norm: bool, layers: int, data: Data, batches: int, seed: int
) -> float:
    """What a network with such first weights knows of the 1,000 digits that it learns from.

    All hidden layers have 50 units; Adam at 0.001, batches of 50.

    Args:
        deviation: Standard deviation of the first weights.
        norm: Whether hidden layers are normalised.
        layers: Linear layers, hidden ones and the last.
        data: Which digits.
        batches: How many.
        seed: From which all random numbers follow.
    """
    network = digit_classifier(
        norm=norm, deviation=deviation, widths=[50] * (layers - 1), seed=seed
    )
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm1d):  # The notebook's, not TensorFlow's.
            layer.eps, layer.momentum = 1e-5, 0.1
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    few = digits_for(data).learnt[:_FEW]
    train_classifier(network, optimizer, few, batches=batches, batch_size=50, seed=seed)
    return accuracy_of(network, few)


def batches_a_second(*, norm: bool, batches: int = 1_000) -> float:
    """How many batches the network of the lesson learns from in a second of the processor's time.

    Args:
        norm: Whether its hidden layers are normalised.
        batches: Over how many it is measured.
    """
    network = digit_classifier(norm=norm)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    learnt, _ = packaged_digits()
    begun = process_time()
    train_classifier(network, optimizer, learnt, batches=batches, seed=0)
    return batches / (process_time() - begun)
