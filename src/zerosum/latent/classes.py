"""Directions from class to class: differences of the mean points of classes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from zerosum.errors import ConfigError, DataError
from zerosum.latent.base import LatentSpace
from zerosum.latent.directions import Directions, difference_of_means
from zerosum.latent.spaces import latent_space
from zerosum.types import Images, Labels, Points, Progress

__all__ = ["ClassMeans", "class_means"]

_AT_ONCE = 100

Judge = Callable[[Images], Labels]
"""A classifier: from images in [-1, 1] to their classes."""


@dataclass(frozen=True, kw_only=True)
class ClassMeans:
    """Where the points lie whose images are of a class, on average; on the CPU.

    Attributes:
        means: The mean point of each of k classes, shape (k, d) for z or (k, 1, d) for styles.
        counts: How many points each is the mean of.

    Example:
        >>> means = torch.tensor([[0.0, 0.0], [2.0, 0.0], [0.0, 6.0]])
        >>> found = ClassMeans(means=means, counts=torch.tensor([10, 10, 10]))
        >>> found.between(0, 2)
        tensor([[0., 1.]])
        >>> found.towards(1)
        tensor([[ 0.5547, -0.8321]])
    """

    means: Float[Tensor, "k ..."]
    counts: Int[Tensor, " k"]

    def between(self, start: int, end: int) -> Directions:
        """Compute the direction from one class to another.

        Args:
            start: The class whose images are moved.
            end: Another class.

        Raises:
            DataError: No image was of one of them.
            ConfigError: There is no such class, or it is one class.
        """
        self._check(start, end)
        if start == end:
            raise ConfigError(f"expected two classes, got {start} twice.")
        return difference_of_means(self.means[start][None], self.means[end][None])

    def towards(self, label: int) -> Directions:
        """Compute the direction from all other classes to one.

        Args:
            label: The class.

        Raises:
            DataError: No image was of it, or all were.
            ConfigError: There is no such class.
        """
        self._check(label)
        others = self.counts.clone()
        others[label] = 0
        if not others.any():
            raise DataError(f"all pictures that were looked at are of class {label}.")
        shares = (others / others.sum()).view(-1, *[1] * (self.means.ndim - 1))
        mean = (self.means * shares).sum(dim=0)
        return difference_of_means(mean[None], self.means[label][None])

    def _check(self, *labels: int) -> None:
        for label in labels:
            if not 0 <= label < len(self.counts):
                raise ConfigError(f"expected a class from 0 to {len(self.counts) - 1}: {label}.")
            if not self.counts[label]:
                raise DataError(
                    f"of the {int(self.counts.sum()):,} pictures that were looked at none is of "
                    f"class {label}: no direction leads there."
                )


def class_means(
    space: LatentSpace,
    classes: int,
    judge: Judge | None = None,
    *,
    count: int = 2000,
    seed: int = 0,
    progress: Progress | None = None,
) -> ClassMeans:
    """Compute the mean points of classes, from random points.

    In a conditional game the points are drawn class by class, with the same z in each, so that
    the means differ by the class alone. Else a classifier says of what class each image is.

    Args:
        space: The generator's latent space.
        classes: How many classes there are.
        judge: The classifier; not needed for a conditional game.
        count: Number of random points in all.
        seed: Their seed.
        progress: Is told of points done and of their number.

    Raises:
        ConfigError: The game is not conditional, and there is no classifier.

    Example:
        >>> from zerosum.config import change
        >>> from zerosum.families.building import build_game
        >>> from zerosum.latent.spaces import latent_space
        >>> from zerosum.recipes import recipe
        >>> from zerosum.training.engine import Engine
        >>> narrow = change(recipe("dcgan-digits"), {"game.generator.base_channels": 4})
        >>> space = latent_space(build_game(narrow, Engine(device=torch.device("cpu"))))
        >>> bright = lambda images: (images.mean(dim=(1, 2, 3)) > 0).long()
        >>> class_means(space, 2, bright, count=50).counts.sum()
        tensor(50)
    """
    drawn, total = _drawn(space, classes, judge, count=count, seed=seed)
    sums, counts = torch.zeros(classes, *space.step_shape), torch.zeros(classes, dtype=torch.int64)
    for points, labels in drawn:
        sums.index_add_(0, labels, space.as_steps(points).cpu())
        counts += torch.bincount(labels, minlength=classes)
        if progress is not None:
            progress(int(counts.sum()), total)
    shape = (-1, *[1] * len(space.step_shape))
    return ClassMeans(means=sums / counts.clamp_min(1).view(shape), counts=counts)


def _drawn(
    space: LatentSpace, classes: int, judge: Judge | None, *, count: int, seed: int
) -> tuple[Iterator[tuple[Points, Labels]], int]:
    """Random points with the classes of their images, in pieces; and how many there will be."""
    if space.game.conditional_on is not None:
        each = -(-count // classes)
        return _by_class(space, classes, each, seed), each * classes
    if judge is None:
        raise ConfigError(
            "this generator knows no classes, so a classifier must say of which each picture is."
        )
    return _judged(space, judge, count, seed), count


def _by_class(
    space: LatentSpace, classes: int, each: int, seed: int
) -> Iterator[tuple[Points, Labels]]:
    for label in range(classes):
        for points in _pieces(latent_space(space.game, (label,)), each, seed):
            yield points, torch.full((len(points),), label)


def _judged(
    space: LatentSpace, judge: Judge, count: int, seed: int
) -> Iterator[tuple[Points, Labels]]:
    for points in _pieces(space, count, seed):
        yield points, judge(space.draw(points)).cpu().long()


def _pieces(space: LatentSpace, count: int, seed: int) -> Iterator[Points]:
    for first in range(0, count, _AT_ONCE):
        indices = range(first, min(first + _AT_ONCE, count))
        yield space.points(space.latents(indices, seed=seed))
