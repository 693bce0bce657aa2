"""What every source of images can do, however the images are kept."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zerosum.errors import ConfigError, DataError, printable
from zerosum.sizes import PIXEL_LIMIT

__all__ = ["RAISE_THE_LIMIT", "Source", "UnreadableError", "spread"]

RAISE_THE_LIMIT = (
    "if it is a real picture, raise the limit (--pixel-limit, or --pictures.pixel-limit of a run)"
)
"""What is advised of a picture that is too large."""


class UnreadableError(DataError):
    """One image that cannot be read, while the others may well be.

    Args:
        name: The image's name within its source.
        fault: What is wrong with it.
        advice: What to do, on the command line.

    Attributes:
        reason: Fault and advice.

    Example:
        >>> str(UnreadableError("cats/7.jpg", "the file is truncated"))
        'cats/7.jpg: the file is truncated'
    """

    def __init__(self, name: str, fault: str, advice: str = "") -> None:
        self.name, self.fault = printable(name), printable(fault)
        self.reason = f"{self.fault}; {printable(advice)}" if advice else self.fault
        super().__init__(f"{self.name}: {self.reason}")


class Source(ABC):
    """Images in a fixed order, each with a name and perhaps a class; read one at a time.

    A source holds nothing in memory that grows with the number of images, and its methods may
    be called from several threads at once.

    Attributes:
        name: A short name for folders and messages, such as ``mnist-train``.
        split: The part of the data that this is: ``train``, ``test``, ``trainA``, ...
        splits: All the parts that the same data have.
        classes: The classes' names, by label; empty where there are no labels. Like the names of
            images they are printable: see `zerosum.errors.printable`.

    Example:
        >>> from zerosum.data import open_source
        >>> digits = open_source("digits")
        >>> len(digits), digits.label(0) in range(10), digits.read(0).size
        (5000, True, (28, 28))
    """

    name: str
    split: str
    splits: tuple[str, ...]
    classes: tuple[str, ...]
    _pixel_limit: int = PIXEL_LIMIT

    @property
    def pixel_limit(self) -> int:
        """Images of more pixels are refused as decompression bombs."""
        return self._pixel_limit

    @pixel_limit.setter
    def pixel_limit(self, limit: int) -> None:
        if limit < 1:
            raise ConfigError(f"the limit must be greater than 0 pixels, got {limit}.")
        self._pixel_limit = limit

    @abstractmethod
    def key(self) -> str:
        """A hash of the files as they were when the source was opened, in hexadecimal.

        It changes when a file is changed, replaced or moved; see
        `zerosum.data.sources.fingerprint`.
        """

    @abstractmethod
    def is_unchanged(self) -> bool:
        """Whether the files are still those that were opened."""

    @abstractmethod
    def __len__(self) -> int:
        """The number of images, readable or not."""

    @abstractmethod
    def image_name(self, index: int) -> str:
        """The name of an image within the source, for messages."""

    def partner_name(self, index: int) -> str:
        """What an image and its partner in another domain are both called; here its number."""
        return str(index)

    @abstractmethod
    def read(self, index: int) -> Image.Image:
        """One image, completely decoded, in the mode and size in which it is kept.

        Raises:
            UnreadableError: If it is broken, truncated, too large, or not an image.
        """

    def content(self, index: int) -> bytes | None:
        """The bytes of an image's file; None where images are not kept as files.

        Raises:
            UnreadableError: If it cannot be read.
        """
        return None

    @abstractmethod
    def label(self, index: int) -> int | None:
        """The class of an image, from 0, or None where there are no labels."""

    def chunk(self, start: int, stop: int) -> NDArray[np.uint8] | None:
        """Images start to stop - 1 as bytes (n, h, w, c), where they are kept that way."""
        return None

    def keep_unlabelled(self) -> None:
        """Take in the images that were left out for having no class; then none has one."""
        return

    def strays(self) -> Iterator[tuple[str, str]]:
        """Files among the images that are none: (name, reason)."""
        return iter(())


def spread(count: int, at_most: int) -> list[int]:
    """At most ``at_most`` numbers below ``count``, evenly spread, from 0 on.

    Example:
        >>> spread(100, 4), spread(2, 4)
        ([0, 25, 50, 75], [0, 1])
    """
    return [position * count // min(count, at_most) for position in range(min(count, at_most))]
