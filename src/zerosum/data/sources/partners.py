"""Two domains whose images belong together one by one: by their names, or side by side."""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import chain
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zerosum.data.sources.base import Source, UnreadableError
from zerosum.data.sources.derived import Derived
from zerosum.errors import DataError

__all__ = ["Half", "Reordered", "pair_by_name"]

_NAMED = 5


class Half(Derived):
    """The left or the right half of every image of a source.

    Args:
        base: Images of an even width, that hold domain A on the left and B on the right.
        side: Which half; the left one is domain A.

    Example:
        >>> from zerosum.data import open_source
        >>> left = Half(open_source("digits"), "left")
        >>> left.split, left.read(0).size
        ('trainA', (14, 28))
    """

    def __init__(self, base: Source, side: Literal["left", "right"]) -> None:
        super().__init__(base)
        self.side = side
        domain = {"left": "A", "right": "B"}[side]
        self.name = f"{base.name}{domain}"
        self.split = f"{base.split}{domain}"
        self.splits = (f"{base.split}A", f"{base.split}B")

    def key(self) -> str:
        """The key of the whole images, and which half it is."""
        return f"{self.base.key()}-{self.side}"

    def read(self, index: int) -> Image.Image:
        """One half of one image.

        Raises:
            UnreadableError: If the whole cannot be read, or has no two equal halves.
        """
        whole = self.base.read(index)
        width, height = whole.size
        if width % 2:
            raise UnreadableError(
                self.image_name(index),
                f"expected two pictures of the same width side by side, found {width} columns of "
                "pixels, which is odd",
            )
        left = 0 if self.side == "left" else width // 2
        box = (left, 0, left + width // 2, height)
        # Not by crop, which refuses large images, whatever the source's own limit is.
        return whole.resize((width // 2, height), Image.Resampling.NEAREST, box)

    def chunk(self, start: int, stop: int) -> NDArray[np.uint8] | None:
        """Many at once, where the whole images are an array of bytes."""
        whole = self.base.chunk(start, stop)
        if whole is None or whole.shape[2] % 2:
            return None
        middle = whole.shape[2] // 2
        return whole[:, :, :middle] if self.side == "left" else whole[:, :, middle:]


class Reordered(Derived):
    """The images of a source in another order.

    Args:
        base: The images.
        order: Which of them is where: image i here is image ``order[i]`` there.

    Example:
        >>> from zerosum.data import open_source
        >>> digits = open_source("digits")
        >>> Reordered(digits, np.array([7, 3])).read(1) == digits.read(3)
        True
    """

    def __init__(self, base: Source, order: NDArray[np.int64]) -> None:
        super().__init__(base)
        self._order = order

    def key(self) -> str:
        """A hash over the key of the images and their order."""
        digest = blake2b(self.base.key().encode(), digest_size=16)
        digest.update(self._order.tobytes())
        return digest.hexdigest()

    def __len__(self) -> int:
        return len(self._order)

    def image_name(self, index: int) -> str:
        """The name that the image has in the other source."""
        return self.base.image_name(int(self._order[index]))

    def partner_name(self, index: int) -> str:
        """The name by which the other source knows the image's partner."""
        return self.base.partner_name(int(self._order[index]))

    def read(self, index: int) -> Image.Image:
        """The image as the other source has it."""
        return self.base.read(int(self._order[index]))

    def label(self, index: int) -> int | None:
        """The class that the image has in the other source."""
        return self.base.label(int(self._order[index]))


def pair_by_name(a: Source, b: Source) -> tuple[Source, Source]:
    """Both domains in the order of their images' names, so that partners have one number.

    Args:
        a: Domain A; an image's name is its path below the folder of the split, without the
            suffix, and its number where there are no files.
        b: Domain B, whose images have the same names.

    Raises:
        DataError: If an image has no partner, or two images of one domain have one name.

    Example:
        >>> from zerosum.data import open_source
        >>> first, second = pair_by_name(open_source("digits"), open_source("digits"))
        >>> first.image_name(10) == second.image_name(10)
        True
    """
    of_a, of_b = _by_name(a, "A"), _by_name(b, "B")
    alone_a, alone_b = sorted(of_a.keys() - of_b.keys()), sorted(of_b.keys() - of_a.keys())
    if alone_a or alone_b:
        unpaired = [*_alone(a, of_a, alone_a, "A"), *_alone(b, of_b, alone_b, "B")]
        raise DataError(
            "expected every picture to have a partner of the same name in the other domain, "
            f"found {' and '.join(unpaired)}; add the partners, remove these pictures, or use a "
            "recipe that needs no partners."
        )
    names = sorted(of_a)
    return _reordered(a, of_a, names), _reordered(b, of_b, names)


def _by_name(source: Source, domain: str) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for index in range(len(source)):
        first = numbers.setdefault(source.partner_name(index), index)
        if first != index:
            raise DataError(
                f"domain {domain}: expected every picture to have a name of its own, found "
                f"{source.image_name(first)} and {source.image_name(index)}, which differ in "
                "nothing but the suffix; remove or rename one of them."
            )
    return numbers


def _alone(source: Source, numbers: dict[str, int], names: list[str], domain: str) -> list[str]:
    if not names:
        return []
    shown: Iterator[str] = (source.image_name(numbers[name]) for name in names[:_NAMED])
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    listed = ", ".join(chain(shown, more))
    return [f"{len(names)} of the {len(source)} pictures of {domain} without one ({listed})"]


def _reordered(source: Source, numbers: dict[str, int], names: list[str]) -> Reordered:
    return Reordered(source, np.array([numbers[name] for name in names], np.int64))
