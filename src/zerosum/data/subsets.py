"""Some of a store's images: held out for testing, or equally many of each class."""

import numpy as np
import torch
from numpy.typing import NDArray

from zerosum.errors import DataError
from zerosum.randomness import derive_seed

__all__ = ["hold_out", "labels_per_class"]

Numbers = NDArray[np.int64]


def hold_out(labels: Numbers, share: float, *, seed: int = 0) -> tuple[Numbers, Numbers]:
    """Split images in two, of every class in the same proportion.

    Of a class of two images or more at least one is held out and at least one is left, however
    small the share; of a class of one image nothing is held out.

    Args:
        labels: The images' classes, shape (n,).
        share: Of each class, the part that is held out, rounded to whole images; 0 for none.
        seed: From which the choice follows.

    Returns:
        Numbers of the images that are left and of those that are held out, both rising.

    Example:
        >>> kept, held = hold_out(np.array([0, 0, 0, 0, 1, 1, 1, 1]), 0.25)
        >>> len(kept), len(held), set(kept) & set(held)
        (6, 2, set())
    """
    parts = [
        _shuffled(np.flatnonzero(labels == label), seed, int(label)) for label in np.unique(labels)
    ]
    fewest = 1 if share else 0
    counts = [min(max(fewest, round(share * len(part))), len(part) - 1) for part in parts]
    held = [part[:count] for part, count in zip(parts, counts, strict=True)]
    kept = [part[count:] for part, count in zip(parts, counts, strict=True)]
    return np.sort(np.concatenate(kept)), np.sort(np.concatenate(held))


def labels_per_class(
    labels: Numbers, count: int, *, classes: tuple[str, ...], among: Numbers, seed: int
) -> Numbers:
    """Choose equally many images of every class.

    What is chosen with a smaller count is a part of what is chosen with a larger one.

    Args:
        labels: The classes of all images, shape (n,).
        count: How many of each class.
        classes: The classes' names, by label.
        among: Numbers of the images that may be chosen.
        seed: From which the choice follows.

    Returns:
        Numbers of the images, rising, shape (count · classes,).

    Raises:
        DataError: A class has fewer images than that.

    Example:
        >>> labels = np.array([0, 1, 0, 1, 0, 1, 0])
        >>> chosen = labels_per_class(
        ...     labels, 2, classes=("cat", "dog"), among=np.arange(7), seed=0)
        >>> sorted(labels[chosen].tolist())
        [0, 0, 1, 1]
        >>> labels_per_class(labels, 4, classes=("cat", "dog"), among=np.arange(7), seed=0)
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: 4 labels of each class are asked for, but 'dog' has only 3 ...
    """
    chosen = []
    for label, name in enumerate(classes):
        of_class = among[labels[among] == label]
        if len(of_class) < count:
            raise DataError(
                f"{count} labels of each class are asked for, but {name!r} has only "
                f"{len(of_class)} pictures to train on; ask for fewer: --game.labels-per-class "
                f"{len(of_class)}, or add pictures."
            )
        chosen.append(_shuffled(of_class, seed, label)[:count])
    return np.sort(np.concatenate(chosen))


def _shuffled(numbers: Numbers, seed: int, label: int) -> Numbers:
    generator = torch.Generator().manual_seed(derive_seed(seed, "subset", label))
    order: Numbers = numbers[torch.randperm(len(numbers), generator=generator).numpy()]
    return order
