"""What a classifier says of images, one by one: right or wrong, how surely, by which features."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from numpy.typing import NDArray
from torch import Tensor

from zerosum.data import scale
from zerosum.errors import ConfigError
from zerosum.evaluation.extraction import ImageSubset, choose_images
from zerosum.metrics import Estimate, confusion_counts
from zerosum.metrics.shares import share
from zerosum.types import ClassLogits, Features, Images, Labels, Progress

__all__ = ["Answers", "Confused", "DomainTest"]

_AT_ONCE = 256


@dataclass(frozen=True, kw_only=True)
class DomainTest:
    """Images of one domain, and the classifier that is tested on them.

    Attributes:
        images: The n images.
        labels: Their classes as the classifier numbers them, shape (n,); None if unknown.
        about: Facts on the images, as in a protocol.
        answer: From images in [-1, 1] to logits, shape (n, k).
        encode: From such images to the features of which the logits are made, shape (n, d).

    Example:
        >>> test = DomainTest(
        ...     images=ImageSubset(np.array([0, 255], dtype=np.uint8).reshape(2, 1, 1, 1)),
        ...     labels=np.array([0, 0]),
        ...     about={},
        ...     answer=lambda images: torch.cat([-images, images], dim=1).flatten(1),
        ...     encode=lambda images: images.flatten(1),
        ... )
        >>> answers = test.ask(("dark", "bright"))
        >>> answers.said, answers.find()
        (tensor([0, 1]), [1])
    """

    images: ImageSubset
    labels: NDArray[np.int64] | None
    about: Mapping[str, Any]
    answer: Callable[[Images], ClassLogits]
    encode: Callable[[Images], Features]

    def ask(self, classes: tuple[str, ...], *, progress: Progress | None = None) -> "Answers":
        """Have the classifier answer for all images.

        Args:
            classes: The names of the classes, by label.
            progress: Called as it goes.
        """
        batches = self.images.batches(_AT_ONCE, progress=progress)
        logits = torch.cat([self.answer(scale(batch)).float().cpu() for batch in batches])
        labels = None if self.labels is None else torch.from_numpy(self.labels)
        return Answers(logits=logits, labels=labels, classes=classes)

    def some(self, count: int) -> list[int]:
        """The numbers of at most so many of the images, always the same ones, rising."""
        return sorted(choose_images(len(self.images), count, 0).tolist())

    def features(self, numbers: list[int], *, progress: Progress | None = None) -> Features:
        """The features of the images with these numbers, shape (n, d), on the CPU.

        Args:
            numbers: Which images.
            progress: Called as it goes.
        """
        chosen = ImageSubset(self.images[np.array(numbers, dtype=np.int64)])
        batches = chosen.batches(_AT_ONCE, progress=progress)
        return torch.cat([self.encode(scale(batch)).float().cpu() for batch in batches])


@dataclass(frozen=True, kw_only=True)
class Confused:
    """Images of one class that are taken for another.

    Attributes:
        true: Their class.
        said: What they are taken for.
        count: How many.
    """

    true: int
    said: int
    count: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """A classifier's answers for n images.

    Attributes:
        logits: Shape (n, k), on the CPU.
        labels: The right classes, shape (n,); None where nobody knows them.
        classes: The k classes' names.

    Example:
        >>> sure = torch.tensor([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.1, 0.9]])
        >>> answers = Answers(
        ...     logits=sure.log(), labels=torch.tensor([0, 1, 1, 0]), classes=("cat", "dog"))
        >>> answers.find()  # The surest mistake first.
        [3, 1]
        >>> [str(each) for each in answers.by_class()]
        ['0.50 ± 0.20', '0.50 ± 0.20']
        >>> answers.confused()[0]
        Confused(true=0, said=1, count=1)
    """

    logits: ClassLogits
    labels: Labels | None
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.logits)

    @property
    def said(self) -> Labels:
        """What the images are taken for, shape (n,)."""
        return self.logits.argmax(dim=1)

    @property
    def confidences(self) -> Tensor:
        """The probability of what is said, shape (n,)."""
        return self.logits.softmax(dim=1).amax(dim=1)

    def accuracy(self) -> Estimate:
        """The share of right answers.

        Raises:
            ConfigError: The right classes are not known.
        """
        return share(self.said == self._labels)

    def by_class(self) -> list[Estimate | None]:
        """Of the images of each class the share that is found; None of a class without images.

        Raises:
            ConfigError: The right classes are not known.
        """
        said, labels = self.said, self._labels
        mine = [said[labels == label] == label for label in range(len(self.classes))]
        return [share(hits) if len(hits) else None for hits in mine]

    def confusion(self) -> Int[Tensor, "k k"]:
        """How many images of each class (row) are taken for each (column).

        Raises:
            ConfigError: The right classes are not known.
        """
        return confusion_counts(self._labels, self.said, classes=len(self.classes))

    def confused(self, count: int | None = None) -> list[Confused]:
        """The pairs of classes that are confused, the most frequent first.

        Args:
            count: At most so many pairs; None: all.

        Raises:
            ConfigError: The right classes are not known.
        """
        wrong = self.confusion().fill_diagonal_(0)
        pairs = [
            Confused(true=true, said=said, count=int(wrong[true, said]))
            for true, said in wrong.nonzero().tolist()
        ]
        pairs.sort(key=lambda each: -each.count)
        return pairs[:count]

    def find(
        self, *, true: int | None = None, said: int | None = None, right: bool = False
    ) -> list[int]:
        """The numbers of mistaken or of right images, those with the surest answers first.

        Args:
            true: Of this class only.
            said: Taken for this class only.
            right: Those that are right instead of those that are wrong.

        Raises:
            ConfigError: The right classes are not known.
        """
        taken, labels = self.said, self._labels
        wanted = (taken == labels) if right else (taken != labels)
        if true is not None:
            wanted = wanted & (labels == true)
        if said is not None:
            wanted = wanted & (taken == said)
        numbers = wanted.nonzero().flatten()
        order = self.confidences[numbers].argsort(descending=True, stable=True)
        found: list[int] = numbers[order].tolist()
        return found

    def most_probable(self, number: int, count: int = 5) -> list[tuple[int, float]]:
        """The most probable classes of an image, with their probabilities.

        Args:
            number: Of the image.
            count: How many classes at most.
        """
        chances = self.logits[number].softmax(dim=0)
        values, labels = chances.topk(min(count, len(chances)))
        return list(zip(labels.tolist(), values.tolist(), strict=True))

    @property
    def _labels(self) -> Labels:
        if self.labels is None:
            raise ConfigError(
                "nobody knows the classes of these pictures, so no answer is right or wrong; "
                "label them: a folder for each class."
            )
        return self.labels
