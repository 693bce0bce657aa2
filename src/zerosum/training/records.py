"""``stats.jsonl``: what a run records of its rounds, one line of means every so many images."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from zerosum.jsonlines import read_lines

__all__ = ["as_statistics", "read_statistics"]


class _Line(BaseModel, strict=True, extra="allow"):
    """What a line holds at least; whatever else is a table in it is a player's means."""

    images: int
    seconds: float
    __pydantic_extra__: dict[str, dict[str, float] | float | str | None]


def read_statistics(path: Path) -> list[dict[str, Any]]:
    """The lines of a ``stats.jsonl``, oldest first; see `read_lines` for those that are damaged.

    Raises:
        FileError: It may not be read.

    Warns:
        DataWarning: Lines are left out, because they are damaged.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "stats.jsonl"
        ...     _ = path.write_text('{"images": 64, "seconds": 0.5, "generator": {"cost": 0.7}}')
        ...     read_statistics(path)
        [{'images': 64, 'seconds': 0.5, 'generator': {'cost': 0.7}}]
    """
    return read_lines(path, as_statistics)


def as_statistics(line: bytes) -> dict[str, Any]:
    """What one line says.

    Raises:
        ValueError: It is no whole record.

    Example:
        >>> as_statistics(b'{"images": 64, "seconds": 0.5}')
        {'images': 64, 'seconds': 0.5}
    """
    _Line.model_validate_json(line)
    values: dict[str, Any] = json.loads(line)
    return values
