"""Sources that are one array of bytes: NumPy's files, and arrays that a library hands over."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zerosum.data.sources.base import Source, UnreadableError
from zerosum.data.sources.fingerprint import fingerprint
from zerosum.errors import DataError

__all__ = ["ArraySource", "as_bytes", "as_labels"]

Loader = Callable[[], tuple[NDArray[Any], NDArray[Any] | None]]

_CHUNK = 1 << 24


class ArraySource(Source):
    """Pictures of one size in one array of bytes, and perhaps an array of labels.

    Args:
        name: A short name for folders and messages.
        origin: Where the arrays come from, for messages.
        load: Returns pictures and labels; called at the first use of either. Pictures are bytes
            of shape (n, h, w), (n, h, w, c) or (n, c, h, w), best memory-mapped.
        files: The files that the arrays are read from.
        word: What tells the arrays from others of this name that are in no file.
        split: The part of the data that this is.
        splits: All the parts that the same data have.
        classes: The classes' names, by label; numbers if there are labels without names.

    Raises:
        DataError: On first use, if the arrays are not of this kind; says how to convert them.

    Example:
        >>> pictures = np.zeros((5, 8, 8, 3), np.uint8)
        >>> load = lambda: (pictures, None)
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
        self.name = name
        self.origin = origin
        self.split = split
        self.splits = splits
        self._files = files
        self._word = word
        self._key = self._fingerprint()
        self._load = load
        self._names = classes
        self._loaded: tuple[NDArray[np.uint8], NDArray[np.int64] | None] | None = None

    @property
    def classes(self) -> tuple[str, ...]:  # type: ignore[override]  # known once it is loaded
        """The classes' names, by label; numbers if there are labels without names."""
        labels = self._arrays()[1]
        if labels is None:
            return ()
        count = int(labels.max()) + 1
        return self._names if len(self._names) >= count else tuple(map(str, range(count)))

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
        return len(self._arrays()[0])

    def picture_name(self, index: int) -> str:
        """The picture's number."""
        return f"{self.origin}[{index}]"

    def read(self, index: int) -> Image.Image:
        """One picture, of mode L, RGB or RGBA."""
        if not 0 <= index < len(self):
            raise UnreadableError(self.picture_name(index), f"there are {len(self)} pictures")
        pixels = np.ascontiguousarray(self._arrays()[0][index])
        return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)

    def label(self, index: int) -> int | None:
        """The picture's entry of the label array, or None."""
        labels = self._arrays()[1]
        return None if labels is None else int(labels[index])

    def chunk(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Pictures start to stop - 1, shape (n, h, w, c)."""
        return self._arrays()[0][start:stop]

    def _fingerprint(self) -> str:
        return fingerprint(self._files, self.name, self.split, self._word)

    def _arrays(self) -> tuple[NDArray[np.uint8], NDArray[np.int64] | None]:
        if self._loaded is None:
            pictures, labels = self._load()
            pictures = as_bytes(pictures, self.origin)
            if labels is not None:
                labels = as_labels(labels, len(pictures), self.origin)
            self._loaded = pictures, labels
        return self._loaded


def as_bytes(pictures: NDArray[Any], origin: str) -> NDArray[np.uint8]:
    """View an array of pictures as (n, h, w, c) without copying it.

    Args:
        pictures: Bytes of shape (n, h, w), (n, h, w, c) or (n, c, h, w), with c = 1, 3 or 4.
        origin: Where it comes from, for messages.

    Raises:
        DataError: If it is of another type or shape, or empty; says how to convert it.

    Example:
        >>> as_bytes(np.zeros((2, 3, 8, 8), np.uint8), "x.npy").shape
        (2, 8, 8, 3)
        >>> as_bytes(np.zeros((2, 8, 8)), "x.npy")
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: x.npy: expected bytes (uint8, 0 to 255), found float64 from 0 ...
    """
    if pictures.dtype != np.uint8:
        raise DataError(f"{origin}: expected bytes (uint8, 0 to 255), {_how_to_convert(pictures)}")
    if pictures.ndim == 3:
        pictures = pictures[..., np.newaxis]
    elif pictures.ndim == 4 and pictures.shape[-1] not in (1, 3, 4) and pictures.shape[1] < 5:
        pictures = pictures.transpose(0, 2, 3, 1)
    if pictures.ndim != 4 or pictures.shape[-1] not in (1, 3, 4):
        raise DataError(
            f"{origin}: expected pictures of shape (n, h, w), (n, h, w, c) or (n, c, h, w) with "
            f"1, 3 or 4 channels c, found {pictures.shape}; reshape the array, for instance by "
            "x.reshape(len(x), 28, 28)."
        )
    if not pictures.size:
        raise DataError(f"{origin}: expected pictures, found none: shape {pictures.shape}.")
    return pictures


def as_labels(labels: NDArray[Any], count: int, origin: str) -> NDArray[np.int64]:
    """Check that labels are whole numbers from 0, one per picture.

    Args:
        labels: Shape (n,) or (n, 1).
        count: The number of pictures n.
        origin: Where it comes from, for messages.

    Raises:
        DataError: If they are not; says what is wrong.

    Example:
        >>> as_labels(np.array([[1], [0]], np.uint8), 2, "x.npz")
        array([1, 0])
    """
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.shape != (count,) or not np.issubdtype(labels.dtype, np.integer):
        raise DataError(
            f"{origin}: expected one whole number as label for each of {count} pictures, found "
            f"{labels.dtype} of shape {labels.shape}; one-hot labels become numbers by "
            "y.argmax(1)."
        )
    if labels.min() < 0 or labels.max() > 1_000_000:
        raise DataError(
            f"{origin}: expected labels from 0 to the number of classes - 1, found "
            f"{labels.min()} to {labels.max()}; number the classes from 0."
        )
    return labels.astype(np.int64)


def _how_to_convert(array: NDArray[Any]) -> str:
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


def _range(array: NDArray[Any]) -> tuple[float, float, int | None]:
    """(smallest, largest, first picture that is not finite), read a piece at a time."""
    low, high = float("inf"), float("-inf")
    step = max(1, _CHUNK // max(1, array[:1].nbytes)) if array.ndim else 1
    for start in range(0, len(array) if array.ndim else 0, step):
        piece = array[start : start + step]
        finite = np.isfinite(piece.reshape(len(piece), -1)).all(axis=1)
        if not finite.all():
            return low, high, start + int(finite.argmin())
        if piece.size:
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
