"""Plain bytes of files that are compressed as a whole, without leaving anything behind."""

import bz2
import gzip
import lzma
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from io import BufferedIOBase
from pathlib import Path
from typing import IO, Any

from zerosum.data.sources.base import UnreadableError
from zerosum.errors import DataError
from zerosum.explaining import discard, explain, explained_temporaries

__all__ = ["is_packed", "open_plain", "read_at", "unpack"]

_PIECE = 1 << 20
_XZ_MEMORY = 300 << 20
"""Bytes that unpacking xz may take; its strongest setting, -9, takes 65 million."""


def _file_by(opener: Callable[..., IO[Any]], packed: BufferedIOBase) -> Iterator[bytes]:
    return iter(partial(opener(packed).read, _PIECE), b"")


def _xz(packed: BufferedIOBase) -> Iterator[bytes]:
    """One stream after another, in bounded memory: lzma.open would take what a header asks for."""
    content = packed.read(_PIECE)
    while content:
        stream = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
        while not stream.eof:
            yield stream.decompress(content, _PIECE)
            content = packed.read(_PIECE) if stream.needs_input else b""
            if stream.needs_input and not content:
                raise EOFError("it ends too early")
        # Zeros may fill the room between streams.
        content = (stream.unused_data or packed.read(_PIECE)).lstrip(b"\0")


_UNPACKERS: dict[bytes, Callable[[BufferedIOBase], Iterator[bytes]]] = {
    b"\x1f\x8b": partial(_file_by, gzip.open),
    b"BZh": partial(_file_by, bz2.open),
    b"\xfd7zXZ\0": _xz,
}
"""How to unpack a compressed file piece by piece, by the bytes that it begins with."""


def is_packed(path: Path) -> bool:
    """Whether a file is compressed as a whole, by gzip, bzip2 or xz; its name says nothing.

    Raises:
        OSError: If it cannot be read.
    """
    return _unpacker(path) is not None


def open_plain(path: Path) -> BufferedIOBase:
    """Open a file for reading; a compressed one is unpacked into a nameless file first.

    Raises:
        DataError: If it is damaged, or does not fit on the temporary disk.
        OSError: If it cannot be read.
    """
    if not is_packed(path):
        return path.open("rb")
    with explained_temporaries(f"{path}, unpacked", error=DataError):
        plain = tempfile.TemporaryFile()  # noqa: SIM115, the caller closes it
    try:
        unpack(path, plain)
    except BaseException:
        discard(plain.close)
        raise
    return plain


def read_at(descriptor: int, place: int, size: int, *, name: str) -> bytes:
    """Bytes of an open file by position: safe from several threads, and if it has shrunk.

    A mapping of a file that someone truncates would end the process instead (SIGBUS).

    Args:
        descriptor: The file, open.
        place: Where to begin.
        size: How many bytes.
        name: What to call them in messages.

    Raises:
        UnreadableError: If the file ends before.
        OSError: If it cannot be read.
    """
    content = os.pread(descriptor, size, place)
    if len(content) < size:
        reason = f"cut off: expected {size} bytes, found {len(content)} before the archive's end"
        raise UnreadableError(name, reason)
    return content


def unpack(path: Path, plain: BufferedIOBase) -> None:
    """Append what a compressed file holds to an open file, in constant memory.

    Args:
        path: The compressed file.
        plain: Where the bytes go.

    Raises:
        DataError: If it is damaged, or does not fit on the temporary disk.
    """
    unpacker = _unpacker(path)
    assert unpacker is not None
    writing = partial(explained_temporaries, f"{path}, unpacked", error=DataError)
    try:
        with path.open("rb") as packed:
            for piece in unpacker(packed):
                with writing():
                    plain.write(piece)
        with writing():
            plain.flush()
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise DataError(
            f"{path} cannot be unpacked ({error}): it is damaged, or takes more memory than is "
            "usual; copy or download it again, or pack it by gzip."
        ) from error
    except OSError as error:
        raise DataError(explain(error, path, "unpacked")) from error


def _unpacker(path: Path) -> Callable[[BufferedIOBase], Iterator[bytes]] | None:
    with path.open("rb") as file:
        head = file.read(max(map(len, _UNPACKERS)))
    return next((how for magic, how in _UNPACKERS.items() if head.startswith(magic)), None)
