"""Arrays in files, of which a few rows at a time are in memory.

A user's file is read and never mapped: the system kills a process that looks at the part of a
mapped file that somebody else has just cut off. What has to be unpacked goes into a temporary
file without a name; nobody else can cut that, so it is mapped.
"""

import os
import shutil
import struct
import tempfile
import weakref
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from io import BufferedIOBase
from math import prod
from pathlib import Path
from threading import Lock
from typing import Any, Literal
from zipfile import BadZipFile

import numpy as np
from numpy.typing import DTypeLike, NDArray

from zerosum.errors import DataError, printable
from zerosum.explaining import discard, explain, explained_temporaries

__all__ = ["FileArray", "Rows", "map_stream", "reading"]

_PIECE = 1 << 22
_SEEKING = Lock()
# What readers of archives and compressed files raise for damaged ones, besides OSError.
_DAMAGES = (
    *(BadZipFile, EOFError, KeyError, OverflowError, RuntimeError, ValueError),
    *(struct.error, zlib.error),
)


class FileArray:
    """An array in a file, whose rows are read when they are asked for; several threads may ask.

    Args:
        path: The file, which ends with the array.
        dtype: The type of a number.
        shape: As it lies in the file, the last axis fastest.
        offset: Where in the file it begins, in bytes.
        axes: The order in which the axes are shown, the first of them first.

    Attributes:
        dtype: The type of a number.
        shape: As it is shown.

    Raises:
        DataError: The file is shorter or longer than the array needs; later, that it was changed
            between two reads.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "numbers")
        ...     _ = path.write_bytes(bytes(range(12)))
        ...     rows = FileArray(path, np.uint8, (3, 2, 2), axes=(0, 2, 1))
        ...     rows.shape, rows[1:2].tolist()
        ((3, 2, 2), [[[4, 6], [5, 7]]])
    """

    def __init__(
        self,
        path: Path,
        dtype: DTypeLike,
        shape: tuple[int, ...],
        *,
        offset: int = 0,
        axes: tuple[int, ...] | None = None,
    ) -> None:
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self.shape = shape if axes is None else tuple(shape[axis] for axis in axes)
        self._stored, self._offset, self._axes = shape, offset, axes
        self._row = prod(shape[1:]) * self.dtype.itemsize
        self._name = printable(str(path))
        with reading(path):
            self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            weakref.finalize(self, os.close, self._file)
            self._state = _state(self._file)
        expected = offset + prod(shape) * self.dtype.itemsize
        if self._state[0] != expected:
            short = self._state[0] < expected
            raise DataError(_wrong_size(self._name, self.dtype, shape, short=short))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice) -> NDArray[Any]:
        start, stop, step = rows.indices(len(self))
        assert step == 1
        count = max(0, stop - start)
        content = self._read(self._offset + start * self._row, count * self._row)
        shown = np.frombuffer(content, self.dtype).reshape(count, *self._stored[1:])
        return shown if self._axes is None else shown.transpose(self._axes)

    def _read(self, place: int, count: int) -> bytes:
        try:
            content = _pread(self._file, count, place)
            unchanged = _state(self._file) == self._state
        except OSError as error:
            raise DataError(explain(error, self._name, "read")) from error
        if len(content) < count or not unchanged:
            raise DataError(
                f"{self._name} was cut or changed while it was read; start again when nobody "
                "writes to it any more."
            )
        return content


Rows = NDArray[Any] | FileArray
"""Some rows are in memory, or can be brought there by a slice."""


def map_stream(
    stream: BufferedIOBase,
    dtype: np.dtype[Any],
    shape: tuple[int, ...],
    *,
    name: str,
    order: Literal["C", "F"] = "C",
) -> NDArray[Any]:
    """Copy an array into a temporary file without a name, in constant memory, and map that.

    Args:
        stream: What ends with the array; no more of it is copied than the array needs.
        dtype: The type of a number.
        shape: Of the array.
        name: Where it comes from, for messages.
        order: C: the last axis is the fastest; F: the first is.

    Raises:
        DataError: The stream is shorter or longer than the array, or the disk has no room for it.

    Example:
        >>> from io import BytesIO
        >>> map_stream(BytesIO(b"abc"), np.dtype(np.uint8), (3,), name="x").tolist()
        [97, 98, 99]
    """
    expected = prod(shape) * dtype.itemsize
    if prod(shape) and not dtype.itemsize:  # NumPy would give each a byte, which nobody has.
        raise DataError(f"{name} holds {prod(shape):,} values of no bytes, and no pictures.")
    if not expected:
        return np.empty(shape, dtype)
    if expected > shutil.disk_usage(tempfile.gettempdir()).free:
        raise DataError(_no_room(name))
    writing = partial(explained_temporaries, f"{name}, unpacked", error=DataError)
    with ExitStack() as stack:
        with writing():
            plain = tempfile.TemporaryFile()  # noqa: SIM115, closed with the stack
        stack.callback(discard, plain.close)
        left = expected
        while left and (piece := stream.read(min(left, _PIECE))):
            with writing():
                plain.write(piece)
            left -= len(piece)
        if left or stream.read(1):
            raise DataError(_wrong_size(name, dtype, shape, short=bool(left)))
        with writing():
            plain.flush()
        return np.memmap(plain, dtype, "r", shape=shape, order=order)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a file is read, or unpacked, into an error that names it.

    Raises:
        DataError: The file is missing, damaged, or may not be read.

    Example:
        >>> with reading(Path("x.npy")), Path("nowhere/x.npy").open():
        ...     pass
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: x.npy (nowhere/x.npy) cannot be read: No such file or ...
    """
    name = printable(str(path))
    try:
        yield
    except OSError as error:
        if error.errno is not None:
            raise DataError(explain(error, name, "read")) from error
        raise DataError(_damaged(name, error)) from error  # bz2 and gzip say it this way
    except _DAMAGES as error:
        raise DataError(_damaged(name, error)) from error


def _state(file: int) -> tuple[int, int]:
    status = os.fstat(file)
    return status.st_size, status.st_mtime_ns


def _pread(file: int, count: int, place: int) -> bytes:
    """Read at a place of a file, as far as it goes; several threads may."""
    content = _read_once(file, count, place)
    if len(content) == count:
        return content
    pieces = [content]  # Linux reads 2 GiB at once at most
    while pieces[-1]:
        count, place = count - len(pieces[-1]), place + len(pieces[-1])
        pieces.append(_read_once(file, count, place))
    return b"".join(pieces)


def _read_once(file: int, count: int, place: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(file, count, place)
    with _SEEKING:  # Windows has no such call
        os.lseek(file, place, os.SEEK_SET)
        return os.read(file, count)


def _wrong_size(name: str, dtype: np.dtype[Any], shape: tuple[int, ...], *, short: bool) -> str:
    wrong = "is truncated: shorter" if short else "is damaged: longer"
    return (
        f"{name} {wrong} than {prod(shape) * dtype.itemsize} bytes for {dtype} of shape {shape}; "
        "copy, download or save it again."
    )


def _damaged(name: str, error: Exception) -> str:
    reason = printable(str(error)).rstrip(".") or type(error).__name__
    return f"{name} is damaged ({reason}); copy, download or save it again."


def _no_room(name: str) -> str:
    return (
        f"the disk is full: {name} does not fit into {tempfile.gettempdir()} unpacked; free some "
        "space, or set TMPDIR to a larger disk."
    )
