"""Stacked MNIST: three digits as red, green and blue, so that 1,000 modes can be counted."""

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from zerosum.data.sources.base import Source
from zerosum.errors import DataError
from zerosum.randomness import derive_seed

__all__ = ["StackedSource"]


class StackedSource(Source):
    """Triples of images of ten classes as the channels of one; the class is the triple's.

    Metz et al. 2017, section 3.3.1 (https://arxiv.org/abs/1611.02163), stacks random MNIST digits
    so; image i shows the same triple on every machine.

    Args:
        base: Grey images of ten classes, not so many that they do not fit into memory.
        count: How many triples to draw.

    Raises:
        DataError: If the base has not ten classes.

    Example:
        >>> from zerosum.data import open_source
        >>> triples = StackedSource(open_source("digits"), count=1_000)
        >>> len(triples), len(triples.classes), triples.read(0).mode, triples.read(0).size
        (1000, 1000, 'RGB', (28, 28))
    """

    def __init__(self, base: Source, *, count: int) -> None:
        if len(base.classes) != 10:
            raise DataError(f"{base.name}: expected ten classes, found {len(base.classes)}.")
        self.base = base
        self.name = f"stacked-{base.name}"
        self.split = base.split
        self.splits = base.splits
        self.classes = tuple(f"{number:03d}" for number in range(1_000))
        generator = torch.Generator().manual_seed(derive_seed(0, "stacked", count))
        drawn = torch.randint(len(base), (count, 3), generator=generator)
        self._triples: NDArray[np.int64] = drawn.numpy()
        self._digits: NDArray[np.uint8] | None = None

    def key(self) -> str:
        """The key of the base, and which triples were drawn."""
        return f"{self.base.key()}-stacked-{len(self)}"

    def is_unchanged(self) -> bool:
        """Whether the base's files are still those that were opened."""
        return self.base.is_unchanged()

    def __len__(self) -> int:
        return len(self._triples)

    def image_name(self, index: int) -> str:
        """The names of the three images."""
        return " + ".join(self.base.image_name(each) for each in self._own(index))

    def read(self, index: int) -> Image.Image:
        """The three images as one of mode RGB."""
        channels = [self.base.read(each).convert("L") for each in self._own(index)]
        return Image.merge("RGB", channels)

    def chunk(self, start: int, stop: int) -> NDArray[np.uint8] | None:
        """Many at once, where the base is an array of bytes."""
        if self._digits is None:  # every block needs some of all of them
            self._digits = self.base.chunk(0, len(self.base))
        digits = self._digits
        if digits is None:
            return None
        return digits[self._triples[start:stop], ..., 0].transpose(0, 2, 3, 1)

    def label(self, index: int) -> int | None:
        """The three digits read as one number, 0 to 999."""
        red, green, blue = (self._digit(each) for each in self._own(index))
        return 100 * red + 10 * green + blue

    def _digit(self, index: int) -> int:
        label = self.base.label(index)
        assert label is not None
        return label

    def _own(self, index: int) -> list[int]:
        return [int(each) for each in self._triples[index]]
