"""What commands print for programs: JSON on standard output, and nothing else there."""

from json import dumps
from typing import Any

__all__ = ["print_json"]


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
