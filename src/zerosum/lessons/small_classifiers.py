"""Small classifiers of digits, trained by a plain loop for experiments on how they learn.

The loop that trains runs refuses a cost that is not finite, and takes time for all that it looks
after. Here it is shown what becomes of a network whose cost is infinite, over tens of thousands of
batches of a net so small that a step takes half a millisecond.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from zerosum.config import change
from zerosum.families.preparation import prepare_store
from zerosum.games.base import evaluating
from zerosum.lessons.small_gans import digits_store
from zerosum.randomness import derive_seed
from zerosum.recipes import recipe
from zerosum.types import Labels

__all__ = [
    "BATCH",
    "NORM",
    "Activation",
    "Course",
    "Digits",
    "accuracy_of",
    "digit_classifier",
    "made_by_seed",
    "mnist_digits",
    "names_given",
    "packaged_digits",
    "train_classifier",
]

BATCH = 60
"""Digits in a batch, as in the lesson of 2017 and in the paper."""

Activation = Literal["relu", "sigmoid"]

_PIXELS, _CLASSES = 784, 10
_HELD_OUT = 1_000
_AT_ONCE = 2_000
NORM: Mapping[str, Any] = {"eps": 1e-3, "momentum": 0.01}
"""Batch normalisation as TensorFlow had it then: ε, and the weight of a new batch in the running
statistics, which PyTorch calls momentum."""


@dataclass(frozen=True, kw_only=True)
class Digits:
    """Digits as rows of pixels, and what they are.

    Attributes:
        images: Pixels in [0, 1], shape (n, 784).
        labels: Shape (n,).

    Example:
        >>> len(Digits(images=torch.zeros(3, 784), labels=torch.zeros(3, dtype=torch.long))[:2])
        2
    """

    images: Float[Tensor, "n pixels"]
    labels: Labels

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, which: slice | Tensor) -> "Digits":
        return Digits(images=self.images[which], labels=self.labels[which])


@dataclass(frozen=True, kw_only=True)
class Course:
    """What was seen while a classifier trained.

    Attributes:
        losses: The cross-entropy of each batch before the step that it led to, shape (batches,).
        looks: After how many batches it was tested, shape (looks,).
        accuracies: What it then knew of digits that it does not learn from, shape (looks,).
    """

    losses: NDArray[np.float64]
    looks: NDArray[np.int64]
    accuracies: NDArray[np.float64]

    def batches_to(self, accuracy: float) -> int | None:
        """After how many batches a test first found that accuracy or more; None: never.

        Example:
            >>> losses, looks = np.zeros(20), np.array([0, 10, 20])
            >>> course = Course(losses=losses, looks=looks, accuracies=np.array([0.1, 0.8, 0.9]))
            >>> course.batches_to(0.5), course.batches_to(0.95)
            (10, None)
        """
        found = self.looks[self.accuracies >= accuracy]
        return int(found[0]) if len(found) else None


@cache
def packaged_digits() -> tuple[Digits, Digits]:
    """The digits that come with zerosum: 4,000 to learn from, and 1,000 that are held out.

    Example:
        >>> [len(each) for each in packaged_digits()]
        [4000, 1000]
    """
    store = digits_store()
    whole = _as_rows(store.images, store.labels)
    return whole[:-_HELD_OUT], whole[-_HELD_OUT:]


@cache
def mnist_digits() -> tuple[Digits, Digits]:
    """The 60,000 digits of MNIST to learn from, and its 10,000 test digits.

    Raises:
        DataError: They are not here and cannot be had.
    """
    config = change(recipe("dcgan-digits"), {"data": "mnist"})
    train, test = (prepare_store(config, split=each, quiet=True) for each in ("train", "test"))
    return _as_rows(train.images, train.labels), _as_rows(test.images, test.labels)


def _as_rows(images: NDArray[np.uint8], labels: NDArray[np.int64] | None) -> Digits:
    assert labels is not None
    rows = torch.from_numpy(np.array(images)).flatten(1).float() / 255
    return Digits(images=rows, labels=torch.from_numpy(np.array(labels)))


def digit_classifier(
    *,
    norm: bool,
    activation: Activation = "relu",
    deviation: float = 0.05,
    widths: Sequence[int] = (100, 100, 100),
    dropout: float = 0.0,
    seed: int = 0,
) -> nn.Sequential:
    """Fully connected layers from 784 pixels to 10 logits.

    Each entry but the last is a layer (linear, perhaps batch normalisation, activation, perhaps
    dropout), the last a linear one. The first weights are the same with and without
    normalisation; biases begin at 0, and before a normalisation there are none.

    Args:
        norm: Whether hidden layers are normalised by the batch before the activation.
        activation: Of the hidden layers.
        deviation: Standard deviation of the first weights, which are normal with mean 0.
        widths: Units of the hidden layers.
        dropout: Share of hidden units that are dropped while training.
        seed: From which the first weights follow.

    Example:
        >>> with_norm, without = (digit_classifier(norm=norm) for norm in (True, False))
        >>> torch.equal(with_norm[0][0].weight, without[0][0].weight)
        True
        >>> [len(layer) for layer in with_norm[:-1]], without[1]
        ([3, 3, 3], Sequential(
          (0): Linear(in_features=100, out_features=100, bias=True)
          (1): ReLU()
        ))
    """
    random = torch.Generator().manual_seed(derive_seed(seed, "weights"))
    layers: list[nn.Module] = []
    sizes = (_PIXELS, *widths, _CLASSES)
    for number, (inputs, outputs) in enumerate(pairwise(sizes)):
        last = number == len(widths)
        bias = last or not norm
        # Without its own first weights, which are drawn from the global random numbers.
        linear = nn.Linear(inputs, outputs, bias=bias, device="meta").to_empty(device="cpu")
        with torch.no_grad():
            linear.weight.normal_(0, deviation, generator=random)
            if linear.bias is not None:
                linear.bias.zero_()
        layers.append(linear if last else _hidden(linear, norm, activation, dropout))
    return nn.Sequential(*layers)


def _hidden(
    linear: nn.Linear, norm: bool, activation: Activation, dropout: float
) -> nn.Sequential:
    units = linear.out_features
    return nn.Sequential(
        linear,
        *([nn.BatchNorm1d(units, **NORM)] if norm else []),
        nn.ReLU() if activation == "relu" else nn.Sigmoid(),
        *([nn.Dropout(dropout)] if dropout else []),
    )


def made_by_seed(make: Callable[[], nn.Module], seed: int) -> nn.Module:
    """A network whose first weights, of whatever layers, follow from a seed.

    Example:
        >>> first, second = (made_by_seed(lambda: nn.Linear(2, 2), 0) for _ in range(2))
        >>> torch.equal(first.weight, second.weight)
        True
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "weights"))
        return make()


def train_classifier(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    digits: Digits,
    *,
    batches: int,
    seed: int,
    batch_size: int = BATCH,
    held_out: Digits | None = None,
    every: int = 100,
    after: Callable[[int], None] = lambda batch: None,
) -> Course:
    """Train a classifier in place, by the mean cross-entropy of each batch.

    Digits come in random order, each once before any comes again. The same seed gives the same
    batches to every network. Costs that are not finite stop nothing.

    Args:
        network: From rows of pixels (n, 784) to logits (n, 10).
        optimizer: Of its parameters.
        digits: What it learns from.
        batches: How many steps.
        seed: From which the order and what dropout leaves out follow.
        batch_size: Digits in a batch.
        held_out: What it is tested on; None: it is not.
        every: Batches between two tests; there is one before the first batch and after the last.
        after: Called with the number of batches after each of them, and with 0 before the first.

    Example:
        >>> learnt, held_out = packaged_digits()
        >>> network = digit_classifier(norm=True)
        >>> optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
        >>> course = train_classifier(
        ...     network, optimizer, learnt, batches=50, seed=0, held_out=held_out, every=50)
        >>> course.looks.tolist(), bool(course.accuracies[-1] > 0.8)
        ([0, 50], True)
    """
    order = _order(len(digits), batches * batch_size, seed)
    losses, looks, accuracies = np.empty(batches), [], []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "layers"))
        for batch in range(batches + 1):
            after(batch)
            if held_out is not None and (batch % every == 0 or batch == batches):
                looks.append(batch)
                accuracies.append(accuracy_of(network, held_out))
            if batch < batches:
                which = order[batch * batch_size : (batch + 1) * batch_size]
                # After a loss that is not a number no weight of the last layer is one, for good.
                lost = batch > 0 and np.isnan(losses[batch - 1])
                losses[batch] = np.nan if lost else _step(network, optimizer, digits[which])
    return Course(
        losses=losses,
        looks=np.array(looks, dtype=np.int64),
        accuracies=np.array(accuracies, dtype=np.float64),
    )


def _order(count: int, wanted: int, seed: int) -> Tensor:
    random = torch.Generator().manual_seed(derive_seed(seed, "order"))
    epochs = [torch.randperm(count, generator=random) for _ in range(-(-wanted // count))]
    return torch.cat(epochs)[:wanted]


def _step(network: nn.Module, optimizer: torch.optim.Optimizer, batch: Digits) -> float:
    loss = functional.cross_entropy(network(batch.images), batch.labels)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return float(loss.detach())


def names_given(network: nn.Module, digits: Digits) -> Labels:
    """What a classifier calls each digit, in evaluation mode.

    One whose logits are not numbers calls every digit a 0.

    Example:
        >>> lost = digit_classifier(norm=False, deviation=float("inf"))
        >>> names_given(lost, packaged_digits()[1][:3])
        tensor([0, 0, 0])
    """
    with evaluating(network) as classifier:
        parts = [classifier(images).argmax(1) for images in torch.split(digits.images, _AT_ONCE)]
    return torch.cat(parts)


def accuracy_of(network: nn.Module, digits: Digits) -> float:
    """The share of digits that a classifier names right, in evaluation mode.

    Example:
        >>> lost = digit_classifier(norm=False, deviation=float("inf"))
        >>> accuracy_of(lost, packaged_digits()[1])
        0.104
    """
    return int((names_given(network, digits) == digits.labels).sum()) / len(digits)
