"""Classifiers with batch normalisation, and what they say of digits in both modes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor, nn

from zerosum.lessons.batchnorm_orders import ordered_classifier
from zerosum.lessons.small_classifiers import (
    Digits,
    made_by_seed,
    packaged_digits,
    train_classifier,
)
from zerosum.lessons.small_gans import SHAPE
from zerosum.networks.classifier import ConvClassifier
from zerosum.networks.classifier_settings import ConvClassifierConfig
from zerosum.nn.batchnorm_by_hand import normalising_by_batch
from zerosum.types import ClassLogits, Labels

__all__ = ["CLASSES", "NETWORKS", "TITLES", "Answers", "ask", "trained_network"]

_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
CLASSES = 10
_HIDDEN = 100
_ALONE = 20
"""Digits that are asked alone in evaluation mode."""


def _dense(seed: int) -> nn.Module:
    return ordered_classifier("layer > norm > activation", seed=seed)


def _body() -> ConvClassifier:
    settings = ConvClassifierConfig(base_channels=8, dropout=0.0)
    return settings.build(SHAPE, classes=CLASSES)


def _convolutions(seed: int) -> nn.Module:
    return made_by_seed(lambda: nn.Sequential(nn.Unflatten(1, SHAPE), _body()), seed)


def _both(seed: int) -> nn.Module:
    """Convolutions, and a hidden layer with batch normalisation behind them."""

    def make() -> nn.Module:
        convolutions = _body()
        hidden = nn.Linear(convolutions.feature_size, _HIDDEN, bias=False)
        layers = [convolutions.body, hidden, nn.BatchNorm1d(_HIDDEN), nn.ReLU()]
        return nn.Sequential(nn.Unflatten(1, SHAPE), *layers, nn.Linear(_HIDDEN, CLASSES))

    return made_by_seed(make, seed)


NETWORKS: Mapping[str, Callable[[int], nn.Module]] = {
    "dense": _dense,
    "convolutions": _convolutions,
    "both": _both,
}
"""By name, from a seed: rows of pixels to logits."""
TITLES = {
    "dense": "fully connected",
    "convolutions": "convolutions",
    "both": "convolutions, then fully connected",
}


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a classifier says of digits, in evaluation mode and as in training mode.

    Attributes:
        evaluation: The share that it knows in evaluation mode.
        by_size: The share as in training mode, by the number of digits at once.
        by_class: The same of all held-out digits of one class at once, by class.
        single: The logits of digits one at a time, as in training mode, shape (n, 10).
        together: The greatest difference of logits, in evaluation mode, between many digits at
            once and one at a time.
        company: The mean difference of logits, as in training mode, between two ways to put the
            digits in batches of 8.
    """

    evaluation: float
    by_size: Mapping[int, float]
    by_class: Sequence[float]
    single: Tensor
    together: float
    company: float


@cache
def trained_network(name: str, updates: int, learning_rate: float, seed: int) -> nn.Module:
    """The network of that name, trained on digits.

    Args:
        name: In ``NETWORKS``.
        updates: Batches that it learns from.
        learning_rate: The step.
        seed: From which weights and the order of the digits follow.
    """
    learnt, _ = packaged_digits()
    network = NETWORKS[name](seed)
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)
    train_classifier(network, optimizer, learnt, batches=updates, seed=seed)
    return network.eval()


@torch.no_grad()
def ask(network: nn.Module, digits: Digits) -> Answers:
    """Ask a classifier of digits in both modes.

    Args:
        network: In evaluation mode.
        digits: 16 or more.
    """
    _, every = packaged_digits()
    images, labels = digits.images, digits.labels
    evaluated = network(images)
    apart = _in_parts(network, images[:_ALONE], 1)
    order = torch.arange(len(images)).flip(0)
    with normalising_by_batch(network):
        by_size = {
            size: _in_parts(network, images, size) for size in _SIZES if size <= len(images)
        }
        by_class = [
            _share(network(alike.images), alike.labels)
            for alike in (every[every.labels == each] for each in range(CLASSES))
        ]
        # The same digits among others: the last begin.
        turned = _in_parts(network, images[order].roll(3, dims=0), 8).roll(-3, dims=0)[order]
    return Answers(
        evaluation=_share(evaluated, labels),
        by_size={size: _share(logits, labels) for size, logits in by_size.items()},
        by_class=by_class,
        single=by_size[1],
        together=float((evaluated[:_ALONE] - apart).abs().max()),
        company=float((by_size[8] - turned).abs().mean()),
    )


def _in_parts(network: nn.Module, rows: Tensor, size: int) -> ClassLogits:
    return torch.cat([network(each) for each in torch.split(rows, size)])


def _share(logits: ClassLogits, labels: Labels) -> float:
    return float(logits.argmax(dim=1).eq(labels).double().mean())
