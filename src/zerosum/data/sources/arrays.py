"""Sources that are one array of bytes: NumPy's files, and arrays that a library hands over."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zerosum.data.sources.base import Source, UnreadableError
from zerosum.data.sources.fingerprint import fingerprint
from zerosum.data.sources.rows import Rows
from zerosum.errors import DataError, printable

__all__ = ["ArraySource", "as_labels", "channels_last", "check_images", "check_labels"]

Loader = Callable[[], tuple[Rows, Rows | None]]

_CHUNK = 1 << 24
_MOST_CLASSES = 1_000_000
_LARGEST = np.iinfo(np.int64).max


@dataclass(frozen=True)
class _Loaded:
    """The images as they are kept; of each, if any, the label; the classes' names, by label."""

    pictures: Rows
    labels: NDArray[np.int64] | None
    classes: tuple[str, ...]


class ArraySource(Source):
    """Images of one size in one array of bytes, and perhaps an array of labels.

    Args:
        name: A short name for folders and messages.
        origin: Where the arrays come from, for messages.
        load: Returns images and labels; called at the first use of either. Images are bytes
            of shape (n, h, w), (n, h, w, c) or (n, c, h, w), best in a file.
        files: The files that the arrays are read from.
        word: What tells the arrays from others of this name that are in no file.
        split: The part of the data that this is.
        splits: All the parts that the same data have.
        classes: The classes' names, by number in the array of labels. Without them, the classes
            are the numbers that occur, in rising order, called as they are written.

    Raises:
        DataError: On first use, if the arrays are not of this kind; says how to convert them.
            Later, if the files are changed while they are read.

    Example:
        >>> images = np.zeros((5, 8, 8, 3), np.uint8)
        >>> load = lambda: (images, None)
        >>> source = ArraySource("black", origin="here", load=load)
        >>> len(source), source.read(0).mode, source.label(0)
        (5, 'RGB', None)
    """

    def __init__(
        self,
        name: str,
        *,
        origin: str,
        load: Loader,
        files: tuple[Path, ...] = (),
        word: str = "",
        split: str = "train",
        splits: tuple[str, ...] = ("train",),
        classes: tuple[str, ...] = (),
    ) -> None:
        self.name = printable(name)
        self.origin = printable(origin)
        self.split = split
        self.splits = splits
        self._files = files
        self._word = word
        self._key = self._fingerprint()
        self._load = load
        self._names = classes
        self._loaded: _Loaded | None = None

    @property
    def classes(self) -> tuple[str, ...]:  # type: ignore[override]  # known once it is loaded
        """The classes' names, by label; empty if there are no labels."""
        return self._arrays().classes

    def key(self) -> str:
        """A hash over the files as they were when the source was made, the name and the split."""
        return self._key

    def is_unchanged(self) -> bool:
        """Whether the files are still the same."""
        try:
            return self._fingerprint() == self._key
        except OSError:
            return False

    def __len__(self) -> int:
        return len(self._arrays().pictures)

    def image_name(self, index: int) -> str:
        """The image's number."""
        return f"{self.origin}[{index}]"

    def read(self, index: int) -> Image.Image:
        """One image, of mode L, RGB or RGBA."""
        if not 0 <= index < len(self):
            raise UnreadableError(self.image_name(index), f"there are {len(self)} pictures")
        pixels = np.ascontiguousarray(self.chunk(index, index + 1)[0])
        return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)

    def label(self, index: int) -> int | None:
        """The number of the image's class among `classes`, or None."""
        labels = self._arrays().labels
        return None if labels is None else int(labels[index])

    def chunk(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Images start to stop - 1, shape (n, h, w, c)."""
        return channels_last(self._arrays().pictures[start:stop])

    def _fingerprint(self) -> str:
        return fingerprint(self._files, self.name, self.split, self._word)

    def _arrays(self) -> _Loaded:
        if self._loaded is None:
            images, labels = self._load()
            check_images(images, self.origin)
            numbers = None if labels is None else as_labels(labels, len(images), self.origin)
            self._loaded = _Loaded(images, *self._numbered(numbers))
        return self._loaded

    def _numbered(
        self, labels: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
        """The labels as numbers of classes, and what those are called."""
        if labels is None:
            return None, ()
        if self._names:
            if labels.max() >= len(self._names):
                raise DataError(
                    f"{self.origin}: expected labels from 0 to {len(self._names) - 1}, found "
                    f"{labels.max()}; the file is damaged, or another one."
                )
            return labels, self._names
        names, places = np.unique(labels, return_inverse=True)
        if len(names) > _MOST_CLASSES:
            raise DataError(
                f"{self.origin}: {len(names)} different labels are more than {_MOST_CLASSES}; "
                "expected the number of each picture's class."
            )
        return places.astype(np.int64), tuple(map(str, names.tolist()))


def check_images(images: Rows, origin: str) -> None:
    """Refuse an array that holds no images.

    Args:
        images: Expected to be bytes of shape (n, h, w), (n, h, w, c) or (n, c, h, w), with
            c = 1, 3 or 4.
        origin: Where it comes from, for messages.

    Raises:
        DataError: If it is of another type or shape, or empty; says how to convert it.

    Example:
        >>> check_images(np.zeros((2, 8, 8)), "x.npy")
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: x.npy: expected bytes (uint8, 0 to 255), found float64 from 0 ...
    """
    if 0 in images.shape:
        raise DataError(f"{origin}: expected pictures, found none: shape {images.shape}.")
    if images.dtype != np.uint8:
        raise DataError(f"{origin}: expected bytes (uint8, 0 to 255), {_how_to_convert(images)}")
    shape = images.shape
    if len(shape) != 3 and not (len(shape) == 4 and {shape[1], shape[3]} & {1, 3, 4}):
        raise DataError(
            f"{origin}: expected pictures of shape (n, h, w), (n, h, w, c) or (n, c, h, w) with "
            f"1, 3 or 4 channels c, found {shape}; reshape the array, for instance by "
            "x.reshape(len(x), 28, 28)."
        )


def channels_last(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """View images as (n, h, w, c) without copying them; which axis is which, their sizes say.

    Args:
        images: Shape (n, h, w), (n, h, w, c) or (n, c, h, w), with c = 1, 3 or 4.

    Example:
        >>> channels_last(np.zeros((2, 3, 8, 8), np.uint8)).shape
        (2, 8, 8, 3)
    """
    if images.ndim == 3:
        return images[..., np.newaxis]
    return images if images.shape[-1] in (1, 3, 4) else images.transpose(0, 2, 3, 1)


def check_labels(shape: tuple[int, ...], dtype: np.dtype[Any], count: int, origin: str) -> None:
    """Refuse an array that cannot hold one label for each image, before it is read.

    Args:
        shape: Of the array.
        dtype: Of the array.
        count: The number of images.
        origin: Where it comes from, for messages.

    Raises:
        DataError: If it cannot.
    """
    if shape not in ((count,), (count, 1)) or dtype.kind not in "biuf":
        raise DataError(_not_labels(f"{dtype} of shape {shape}", count, origin))


def as_labels(labels: Rows, count: int, origin: str) -> NDArray[np.int64]:
    """Check that labels are whole numbers from 0, one per image.

    Args:
        labels: Shape (n,) or (n, 1), of any type of number; they need not be without gaps.
        count: The number of images n.
        origin: Where it comes from, for messages.

    Raises:
        DataError: If they are not; says what is wrong.

    Example:
        >>> as_labels(np.array([[7.0], [0.0]]), 2, "x.npz")
        array([7, 0])
    """
    check_labels(labels.shape, labels.dtype, count, origin)
    numbers = labels[:count].reshape(count)
    if (
        numbers.dtype.kind == "f"
        and not (np.isfinite(numbers) & (numbers == np.trunc(numbers))).all()
    ):
        raise DataError(_not_labels("some that are none", count, origin))
    low, high = int(numbers.min()), int(numbers.max())
    if low < 0 or high > _LARGEST:
        raise DataError(
            f"{origin}: expected labels from 0 to {_LARGEST}, found {low} to {high}; number the "
            "classes from 0, and leave out pictures that have none."
        )
    return numbers.astype(np.int64)


def _not_labels(reason: str, count: int, origin: str) -> str:
    return (
        f"{origin}: expected one whole number as label for each of {count} pictures, found "
        f"{reason}; one-hot labels become numbers by y.argmax(1)."
    )


def _how_to_convert(array: Rows) -> str:
    """What was found instead of bytes, and the expression that makes it bytes."""
    if array.dtype == np.bool_:
        return "found True and False; convert by (x * 255).astype(np.uint8)."
    if not (np.issubdtype(array.dtype, np.floating) or np.issubdtype(array.dtype, np.integer)):
        return f"found {array.dtype}; save the pictures as an array of uint8."
    low, high, nonfinite = _range(array)
    if nonfinite is not None:
        return (
            f"found {array.dtype} with a NaN or infinity in picture {nonfinite}; repair it first."
        )
    return f"found {array.dtype} from {low:g} to {high:g}; convert by {_recipe(low, high)}."


def _range(array: Rows) -> tuple[float, float, int | None]:
    """(smallest, largest, first image that is not finite), read a piece at a time."""
    low, high = float("inf"), float("-inf")
    count = array.shape[0] if array.shape else 0
    step = max(1, _CHUNK // max(1, array[:1].nbytes)) if count else 1
    for start in range(0, count, step):
        piece = array[start : start + step]
        finite = np.isfinite(piece.reshape(len(piece), -1)).all(axis=1)
        if not finite.all():
            return low, high, start + int(finite.argmin())
        low, high = min(low, float(piece.min())), max(high, float(piece.max()))
    return low, high, None


def _recipe(low: float, high: float) -> str:
    if low >= 0 and high <= 1:
        return "(x * 255).round().astype(np.uint8)"
    if low >= -1 and high <= 1:
        return "((x + 1) * 127.5).round().astype(np.uint8)"
    if low >= 0 and high <= 255:
        return "x.round().astype(np.uint8)"
    return "((x - x.min()) / (x.max() - x.min()) * 255).round().astype(np.uint8)"
