"""Digits of which one kind is rare, a weak classifier that counts them, and weights by class."""

from functools import cache
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor

from zerosum.features.digits import CLASSES
from zerosum.lessons.small_gans import digits_store
from zerosum.metrics import ClassShares, class_shares, confusion_counts, corrected_shares
from zerosum.randomness import derive_seed
from zerosum.types import Labels

__all__ = [
    "count_weakly",
    "digit_labels",
    "digit_pixels",
    "nearest_means",
    "unbalanced",
    "weights_of",
]

_WEAK = 2_000
"""Digits that the weak classifier learns from or is tested on; it counts among the others."""


@cache
def digit_labels() -> Labels:
    """What the digits that come with zerosum are."""
    return torch.from_numpy(np.array(digits_store().labels))


@cache
def digit_pixels() -> Float[Tensor, "n d"]:
    """Their pixels in [0, 1]."""
    return torch.from_numpy(np.array(digits_store().images)).flatten(1) / 255


def unbalanced(labels: Labels, digit: int, share: float) -> NDArray[np.int64]:
    """Numbers of all other digits, and of so many of this one that they have the share."""
    rare, others = (np.flatnonzero(each) for each in (labels == digit, labels != digit))
    count = min(len(rare), max(1, round(share * len(others) / (1 - share))))
    return np.sort(np.concatenate([others, rare[:count]]))


def nearest_means(
    images: Float[Tensor, "n d"], labels: Labels, others: Float[Tensor, "m d"]
) -> Int[Tensor, " m"]:
    """Classify by the nearest of the classes' mean images: a weak classifier of digits.

    Args:
        images: What it learns from.
        labels: Their classes.
        others: What it is asked about.

    Example:
        >>> points = torch.tensor([[0.0], [1.0], [9.0]])
        >>> nearest_means(points, torch.tensor([0, 0, 1]), torch.tensor([[2.0], [7.0]]))
        tensor([0, 1])
    """
    known = sorted(set(labels.tolist()))
    means = torch.stack([images[labels == label].mean(dim=0) for label in known])
    return torch.tensor(known)[torch.cdist(others, means).argmin(dim=1)]


def count_weakly(*, digit: int, share: float, learnt: int, seed: int) -> dict[str, Any]:
    """An unbalanced set whose labels are known, counted by a classifier that is often wrong."""
    order = np.random.default_rng(derive_seed(seed, "weak")).permutation(len(digit_labels()))
    mixed = torch.from_numpy(order)
    known, rest = mixed[:learnt], mixed[learnt:]
    tests, asked = rest[: _WEAK - learnt], rest[_WEAK - learnt :]
    asked = asked[unbalanced(digit_labels()[asked], digit, share)]
    taken = [
        nearest_means(digit_pixels()[known], digit_labels()[known], digit_pixels()[each])
        for each in (tests, asked)
    ]
    confusion = confusion_counts(digit_labels()[tests], taken[0], classes=CLASSES)
    return {
        "truth": class_shares(digit_labels()[asked].bincount(minlength=CLASSES)),
        "counted": class_shares(taken[1].bincount(minlength=CLASSES)),
        "corrected": corrected_shares(taken[1].bincount(minlength=CLASSES), confusion),
        "confusion": confusion,
        "accuracy": float(confusion.diagonal().sum() / confusion.sum()),
    }


def weights_of(data: ClassShares, made: ClassShares) -> dict[str, Any]:
    """Weights by class that give generated images the shares of the data.

    Args:
        data: Shares p.
        made: Shares q.

    Returns:
        ``weights``, p/q, and 0 where nothing of a class is made; ``reached``, the part of p that
        can be reached so; ``left``, (Σ q w)² / Σ q w², the part of the images that as many equally
        weighted ones would be worth.

    Example:
        >>> shares = class_shares(torch.tensor([50, 50])), class_shares(torch.tensor([20, 80]))
        >>> found = weights_of(*shares)
        >>> found["weights"].tolist(), round(found["left"], 2)
        ([2.5, 0.625], 0.64)
    """
    p, q = data.values, made.values
    weights = torch.where(q > 0, p / q.clamp(min=1e-12), 0.0)
    return {
        "weights": weights,
        "reached": float((q * weights).sum()),
        "left": float((q * weights).sum() ** 2 / (q * weights.square()).sum()),
    }
