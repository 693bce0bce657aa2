"""What commands print: for programs JSON on standard output, and nothing else there; or paths."""

from json import dumps
from pathlib import Path
from typing import Any

from zerosum.errors import printable

__all__ = ["print_json", "print_path"]


def print_json(values: Any) -> None:
    """Print plain values; a command that does prints all else to standard error.

    Example:
        >>> print_json({"name": "Катя", "scores": []})
        {
          "name": "Катя",
          "scores": []
        }
    """
    print(dumps(values, indent=2, ensure_ascii=False))


def print_path(path: Path) -> None:
    """Say where something was written.

    Example:
        >>> print_path(Path("runs/mine/grid-0.png"))
        runs/mine/grid-0.png
    """
    print(printable(str(path)))
