"""Reading on in files that grow, and that are cut back where a run goes back.

How far a reader has come is a `Place`. It holds a fingerprint of all that was read, so that
nothing is missed and nothing is told twice: not over a lost connection, not over a restart of the
server, and not where a file was replaced by another one of which the reader knows a part.
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

__all__ = ["Lines", "Place", "Text", "is_reached", "read_lines_on", "read_text_on"]

_BLOCK = 2**20
_TAIL = 256
"""Bytes before a place that are compared whenever something is read there."""
_MOST_BYTES = 2**20
_MOST_LINES = 500
_LONGEST_LINE = 2**23
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
"""No waiting for a pipe, and no way out of the run folder."""
_LOG_BEGINNING = 2**16
"""How much of a log that is there already is told; what is before can be asked for."""


@dataclass(frozen=True)
class Place:
    """How far a reader has come in a file.

    Attributes:
        offset: Bytes that were read.
        inode: The system's number of the file.
        crc: Checksum of these bytes.
        tail: Checksum of the last of them.

    Example:
        >>> Place.of([0, 0, 0, 0]) == Place()
        True
        >>> Place.of("nonsense") is None
        True
    """

    offset: int = 0
    inode: int = 0
    crc: int = 0
    tail: int = 0

    def to_json(self) -> list[int]:
        """The numbers, in their order."""
        return [self.offset, self.inode, self.crc, self.tail]

    @classmethod
    def of(cls, value: Any) -> "Place | None":
        """What `to_json` gave; None if that is something else."""
        if isinstance(value, list) and len(value) == 4 and all(map(_is_count, value)):
            return cls(*value)
        return None


@dataclass(frozen=True)
class Lines:
    """Whole lines that follow a place.

    Attributes:
        lines: Without their ends.
        place: Behind them.
        is_cut: Whether what was read before is no longer what the file begins with; the lines
            are then its first ones.
        more: Whether others follow.
    """

    lines: tuple[bytes, ...]
    place: Place
    is_cut: bool = False
    more: bool = False


@dataclass(frozen=True)
class Text:
    """Text that follows a place in a log.

    Attributes:
        text: Where bytes are no text, it has signs of replacement.
        start: Bytes before it.
        place: Behind it.
        more: Whether more follows.
    """

    text: str
    start: int
    place: Place
    more: bool = False


def read_lines_on(path: Path, place: Place) -> Lines:
    r"""The next lines of a file; a last one without an end is left for later.

    Args:
        path: The file, which need not exist.
        place: How far it was read.

    Raises:
        OSError: The file may not be read.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.jsonl"
        ...     _ = path.write_text("1\n2\nto")
        ...     first = read_lines_on(path, Place())
        ...     _ = path.write_text("1\n2\ntorn\n")
        ...     first.lines, read_lines_on(path, first.place).lines
        ((b'1', b'2'), (b'torn',))
    """
    with _opened(path) as file:
        if file is None:
            return Lines((), Place(), is_cut=place.offset > 0)
        is_cut = not is_reached(file, place)
        inode = os.fstat(file.fileno()).st_ino
        known = Place(inode=inode) if is_cut else place
        data = _whole_lines(file, known.offset)
        more = known.offset + len(data) < os.fstat(file.fileno()).st_size
        lines = data.split(b"\n")[:-1] if data.endswith(b"\n") else [data] if data else []
        if len(lines) > _MOST_LINES:
            lines, more = lines[:_MOST_LINES], True
            data = b"".join(line + b"\n" for line in lines)
        behind = _behind(file, known, data, inode)
    # A torn line is no line yet: nothing more can be read before it grows.
    return Lines(tuple(lines), behind, is_cut=is_cut, more=more and bool(lines))


def read_text_on(path: Path, place: Place | None) -> Text | None:
    """The next text of a log; without a place, its end.

    Args:
        path: The file, which need not exist.
        place: How far it was read; None if that was not told.

    Returns:
        None where there is no file.

    Raises:
        OSError: The file may not be read.
    """
    with _opened(path) as file:
        if file is None:
            return None
        about = os.fstat(file.fileno())
        if place is None or not is_reached(file, place):
            place = _beginning_of_end(file, about.st_size)
        file.seek(place.offset)
        data = _without_half_letter(file.read(_MOST_BYTES // 4))
        behind = _behind(file, place, data, about.st_ino)
        more = behind.offset < about.st_size and bool(data)
        return Text(data.decode("utf-8", "replace"), place.offset, behind, more=more)


def is_reached(file: BinaryIO, place: Place, *, strictly: bool = False) -> bool:
    """Whether a file begins with what was read up to a place.

    Args:
        file: The file as it is now.
        place: How far it was read.
        strictly: Whether all is compared, also where the system says that it is the same file.

    Example:
        >>> from tempfile import TemporaryFile
        >>> with TemporaryFile() as file:
        ...     is_reached(file, Place()), is_reached(file, Place(offset=3))
        (True, False)
    """
    about = os.fstat(file.fileno())
    if place.offset == 0:
        return True
    if about.st_size < place.offset:
        return False
    if strictly or about.st_ino != place.inode:
        file.seek(0)
        return _checksum(file, place.offset) == place.crc
    return _tail(file, place.offset) == place.tail


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO | None]:
    """The file; None where there is none, or something that would have a reader wait."""
    try:
        number = os.open(path, _FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        yield None
        return
    with os.fdopen(number, "rb", buffering=0) as file:
        is_file = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
        yield file if is_file else None


def _whole_lines(file: BinaryIO, offset: int) -> bytes:
    """What follows, up to the last end of a line; a line without end is taken at some length."""
    size = _MOST_BYTES
    while True:
        file.seek(offset)
        data = _read(file, size)
        end = data.rfind(b"\n") + 1
        if end or len(data) < size:
            return data[:end]
        if size >= _LONGEST_LINE:
            return data
        size *= 2


def _read(file: BinaryIO, size: int) -> bytes:
    parts = []
    while size and (part := file.read(min(size, _BLOCK))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _behind(file: BinaryIO, place: Place, data: bytes, inode: int) -> Place:
    if not data:
        return Place(place.offset, inode, place.crc, place.tail)
    offset = place.offset + len(data)
    tail = crc32(data[-_TAIL:]) if len(data) >= _TAIL else _tail(file, offset)
    return Place(offset, inode, crc32(data, place.crc), tail)


def _tail(file: BinaryIO, offset: int) -> int:
    start = max(0, offset - _TAIL)
    file.seek(start)
    return crc32(_read(file, offset - start))


def _checksum(file: BinaryIO, count: int) -> int:
    """Of the next bytes."""
    checksum = 0
    while count and (part := file.read(min(count, _BLOCK))):
        checksum = crc32(part, checksum)
        count -= len(part)
    return checksum


def _beginning_of_end(file: BinaryIO, size: int) -> Place:
    """Where the last part of a log begins: at a line, if it has some."""
    start = max(0, size - _LOG_BEGINNING)
    if start:
        file.seek(start)
        start += file.read(_LOG_BEGINNING).find(b"\n") + 1
    file.seek(0)
    inode = os.fstat(file.fileno()).st_ino
    return Place(start, inode, _checksum(file, start), _tail(file, start))


_HALF_LETTER = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{0,2}\Z")


def _without_half_letter(data: bytes) -> bytes:
    """Without the beginning of a letter whose other bytes are still to come."""
    half = _HALF_LETTER.search(data, max(0, len(data) - 3))
    if half is None:
        return data
    try:
        half[0].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and len(half[0]) < len(data):
            return data[: half.start()]
    return data


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64
