"""What the header of a ``.npy`` file says, read without evaluating it.

A magic string, two bytes of version, the header's length (two bytes in version 1, four in 2 and
3), and a Python dictionary as text:
https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. NumPy evaluates the text,
after it has read as many bytes as a damaged length asks for; of a plain array three values are
needed, and regular expressions find them.
"""

import re
import struct
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Any

import numpy as np

from zerosum.errors import DataError, printable

__all__ = ["Header", "read_header"]

_MAGIC = b"\x93NUMPY"
_LENGTHS = {(1, 0): "<H", (2, 0): "<I", (3, 0): "<I"}
_LONGEST = 1 << 16
_MOST_AXES = 32
_KEY = r"['\"]{}['\"]\s*:\s*"
_DESCR = re.compile(_KEY.format("descr") + r"(\[|['\"]([^'\"]*)['\"])")
_ORDER = re.compile(_KEY.format("fortran_order") + r"(True|False)\b")
# Python 2 wrote long numbers with an L.
_SHAPE = re.compile(_KEY.format("shape") + r"\(((?:\s*\d{1,20}L?\s*,)*(?:\s*\d{1,20}L?)?)\s*\)")
_PLAIN_TYPE = re.compile(r"[<>|=]?(?:[biufcSUVmM]\d{1,9}(?:\[\w+\])?|\?|O\d?)")


@dataclass(frozen=True)
class Header:
    """What a ``.npy`` header says.

    Attributes:
        dtype: The type of a number.
        shape: Of the array.
        fortran: Whether the first axis is the fastest, not the last.
        size: Bytes of the file before the array.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran: bool
    size: int


def read_header(stream: BufferedIOBase, name: str) -> Header:
    """Read the header, and leave the stream where the array begins.

    Args:
        stream: A ``.npy`` file from its beginning.
        name: Where it comes from, for messages.

    Raises:
        DataError: There is no such header, or it is that of other things than numbers.

    Example:
        >>> from io import BytesIO
        >>> file = BytesIO()
        >>> np.save(file, np.zeros((3, 8, 8), np.uint8))
        >>> _ = file.seek(0)
        >>> read_header(file, "x.npy")
        Header(dtype=dtype('uint8'), shape=(3, 8, 8), fortran=False, size=128)
    """
    start = stream.read(8)
    if start[:6] != _MAGIC:
        raise _not_npy(name, f"expected it to begin with {_MAGIC!r}, found {start[:6]!r}")
    version = (start[6], start[7]) if len(start) == 8 else (0, 0)
    if version not in _LENGTHS:
        raise _not_npy(name, f"expected version 1.0, 2.0 or 3.0, found {version[0]}.{version[1]}")
    form = _LENGTHS[version]
    packed = stream.read(struct.calcsize(form))
    if len(packed) < struct.calcsize(form):
        raise _not_npy(name, "it ends within its header")
    length: int = struct.unpack(form, packed)[0]
    if length > _LONGEST:
        raise _not_npy(name, f"its header has {length} bytes, more than a plain array needs")
    text = stream.read(length)
    if len(text) < length:
        raise _not_npy(name, "it ends within its header")
    dtype, shape, fortran = _parse(text.decode("latin-1"), name)
    return Header(dtype, shape, fortran, 8 + struct.calcsize(form) + length)


def _parse(text: str, name: str) -> tuple[np.dtype[Any], tuple[int, ...], bool]:
    text = text.strip()
    # A damaged header means damaged images, even where the three values can still be found.
    is_whole = text.startswith("{") and text.endswith("}") and text.isprintable()
    descr, order, shape = _DESCR.search(text), _ORDER.search(text), _SHAPE.search(text)
    if not is_whole or descr is None or order is None or shape is None:
        shown = printable(text[:200])
        raise _not_npy(name, f"expected descr, fortran_order and shape in its header: {shown}")
    sizes = tuple(int(each.strip(" \t\nL")) for each in shape[1].split(",") if each.strip())
    if len(sizes) > _MOST_AXES:
        raise _not_npy(name, f"its header names {len(sizes)} axes")
    return _dtype(descr[2], name), sizes, order[1] == "True"


def _dtype(text: str | None, name: str) -> np.dtype[Any]:
    if text is None:
        raise DataError(
            f"{name} holds records of several fields; save the pictures as one array of uint8."
        )
    if not _PLAIN_TYPE.fullmatch(text):
        raise _not_npy(name, f"it has numbers of an unknown type, {printable(text[:50])!r}")
    if "O" in text:
        raise DataError(
            f"{name} holds Python objects, which are never loaded; save the pictures as one array "
            "of uint8."
        )
    try:
        return np.dtype(text)
    except (TypeError, ValueError) as error:
        raise _not_npy(name, f"it has numbers of an unknown type, {text!r}") from error


def _not_npy(name: str, reason: str) -> DataError:
    return DataError(f"{name} is not a whole .npy file of numbers: {reason}; save it by np.save.")
