"""Files of one JSON value a line, which grow while a run goes on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from warnings import warn

from zerosum.errors import DataWarning, printable
from zerosum.explaining import explained, is_there

__all__ = ["append_line", "read_lines"]

ValueT = TypeVar("ValueT")

_NAMED = 5


def append_line(path: Path, value: Any) -> None:
    r"""Add one line; what a crash has left of a line before it is ended first.

    Args:
        path: The file, which need not exist.
        value: What JSON can hold.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.jsonl"
        ...     for images in (64, 128):
        ...         append_line(path, {"images": images})
        ...     path.read_text()
        '{"images": 64}\n{"images": 128}\n'
    """
    with path.open("a+b") as file:
        file.seek(max(0, file.tell() - 1))
        is_torn = file.read() not in (b"", b"\n")
        file.write((b"\n" if is_torn else b"") + json.dumps(value).encode() + b"\n")


def read_lines(path: Path, understand: Callable[[bytes], ValueT]) -> list[ValueT]:
    """What the lines say, in their order; nothing where there is no file.

    What a crash has left of a last line is left out. So is every other line that says nothing that
    can be understood; those are named.

    Args:
        path: The file.
        understand: From a line to what it says; raises ValueError if that is nothing.

    Raises:
        FileError: The file may not be read.

    Warns:
        DataWarning: Lines are left out.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.jsonl"
        ...     append_line(path, {"images": 64})
        ...     _ = path.write_text(path.read_text() + '{"ima')
        ...     read_lines(path, json.loads)
        [{'images': 64}]
    """
    if not is_there(path):
        return []
    with explained(path, "read"):
        *lines, last = path.read_bytes().split(b"\n")
    found, strange = [], []
    for number, line in enumerate((*lines, last), start=1):
        try:
            if line.strip():
                found.append(understand(line))
        except ValueError:
            if number <= len(lines):
                strange.append(str(number))
    if strange:
        _name(path, strange)
    return found


def _name(path: Path, strange: list[str]) -> None:
    more = f" and {len(strange) - _NAMED} more" if len(strange) > _NAMED else ""
    warn(
        f"left out of {printable(str(path))} what is no whole record: "
        f"line {', '.join(strange[:_NAMED])}{more}",
        DataWarning,
        stacklevel=4,
    )
