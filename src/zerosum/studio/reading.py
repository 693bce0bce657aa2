r"""Reading files that anybody may have damaged: never too much, never waiting, never a surprise.

A list of a thousand runs shall not fail because of one of them: a configuration that is cut
short, a pipe in the place of a file, numbers that are none.
"""

import os
import stat
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from zerosum.errors import FileError, printable
from zerosum.explaining import explained

__all__ = [
    "as_object",
    "facts_of",
    "file_within",
    "lines_at_end",
    "names_in",
    "object_in",
    "read_object",
    "read_part",
]

_MOST = 4 << 20
"""Bytes of one JSON object, and of the end of a file of lines that are looked at."""


def read_part(path: Path | str, *, start: int = 0, most: int = _MOST) -> bytes:
    """Bytes of a regular file from some place on; from its end, where the place is negative.

    Raises:
        FileError: There is no such file, it is something else, or it may not be read.

    Example:
        >>> len(read_part(Path(__file__), most=14))
        14
        >>> read_part(Path("."))
        Traceback (most recent call last):
        ...
        zerosum.errors.FileError: . is no file.
    """
    with explained(path, "read"):
        try:
            return _part(path, start, most)
        except _NoFileError as error:
            raise FileError(f"{printable(str(path))} is no file.") from error


def read_object(path: Path | str) -> dict[str, Any]:
    """The JSON object that a file holds.

    Raises:
        FileError: It holds none, or cannot be read.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.json"
        ...     _ = path.write_text('{"a": 1}')
        ...     read_object(path)
        {'a': 1}
    """
    text = read_part(path, most=_MOST + 1)
    try:
        if len(text) > _MOST:
            raise ValueError(f"it has more than {_MOST >> 20} MiB")
        value = from_json(text)
    except ValueError as error:
        raise FileError(f"{printable(str(path))} is not whole: {error}.") from error
    if not isinstance(value, dict):
        raise FileError(f"{printable(str(path))} should hold an object, not {_kind(value)}.")
    return value


def object_in(path: Path | str) -> dict[str, Any] | None:
    """The JSON object that a file holds; None where it holds none, or cannot be read.

    Example:
        >>> object_in("no/such") is None
        True
    """
    try:
        return read_object(path)
    except FileError:
        return None


def lines_at_end(path: Path | str, most: int = _MOST) -> list[bytes]:
    r"""The last lines of a file, the last one first; none where it cannot be read.

    Args:
        path: The file.
        most: Bytes that are looked at.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.jsonl"
        ...     _ = path.write_text('{"a": 1}\n[]\n{"a": ')
        ...     lines_at_end(path)
        [b'{"a": ', b'[]', b'{"a": 1}']
    """
    try:
        return _part(path, -most, most).split(b"\n")[::-1]
    except (OSError, ValueError):
        return []


def as_object(line: bytes) -> dict[str, Any] | None:
    """The JSON object that a line holds, if it holds one.

    Example:
        >>> as_object(b'{"a": 1}'), as_object(b'{"a": '), as_object(b"[]")
        ({'a': 1}, None, None)
    """
    try:
        value = from_json(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def facts_of(path: Path | str) -> tuple[int, int, int] | None:
    """What differs when a file does, or what a folder holds; None where there is nothing.

    Example:
        >>> facts_of("no/such") is None
        True
    """
    try:
        about = os.stat(path)  # noqa: PTH116  of a thousand runs, twice a second
    except (OSError, ValueError):
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino


def file_within(folder: Path, path: str) -> Path | None:
    """A file that lies in a folder, wherever the links on its way lead; None where none does.

    Args:
        folder: The folder.
        path: Of the file, in it.

    Example:
        >>> file_within(Path("src"), "../no/such") is None
        True
    """
    try:
        found, inside = (folder / path).resolve(strict=True), folder.resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        return None
    return found if found.is_relative_to(inside) and found.is_file() else None


def names_in(folder: Path | str) -> list[str]:
    """What a folder holds; nothing where it cannot be read.

    Example:
        >>> names_in("no/such")
        []
    """
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries]
    except (OSError, ValueError):
        return []


class _NoFileError(OSError):
    """A folder, a pipe or a device."""


def _part(path: Path | str, start: int, most: int) -> bytes:
    # A pipe would wait for somebody who writes; O_NONBLOCK does not.
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        about = os.fstat(opened)
        if not stat.S_ISREG(about.st_mode):
            raise _NoFileError
        if start:
            os.lseek(opened, start if start > 0 else max(0, about.st_size + start), os.SEEK_SET)
        return _read(opened, min(most, about.st_size))
    finally:
        os.close(opened)


def _read(opened: int, most: int) -> bytes:
    """So many bytes, which the system may give in parts."""
    parts, left = [], most
    while left and (part := os.read(opened, left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
