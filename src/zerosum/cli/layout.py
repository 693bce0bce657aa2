"""Text in columns, wrapped to the width of the terminal."""

import re
from collections.abc import Iterable
from shutil import get_terminal_size
from textwrap import wrap

from zerosum.documented import plain

__all__ = ["columns", "paragraphs", "width"]

_WIDEST, _NARROWEST = 100, 40
_LEFT = 32


def width() -> int:
    """Columns to write in: the terminal's, but no more than are easy to read."""
    return max(_NARROWEST, min(_WIDEST, get_terminal_size().columns))


def paragraphs(text: str) -> str:
    r"""Prose, each paragraph wrapped anew, without the marks of code.

    Example:
        >>> paragraphs("A line that\nwas broken.\n\nAnother ``one``.")
        'A line that was broken.\n\nAnother one.'
    """
    return "\n\n".join(map(_paragraph, re.split(r"\n\s*\n", text.strip("\n"))))


def _paragraph(text: str) -> str:
    if text.startswith(" "):  # Lines to be copied, as they are.
        return plain(text)
    return "\n".join(_wrapped(plain(" ".join(text.split())), width()))


def columns(rows: Iterable[tuple[str, str]], *, left: int = _LEFT) -> str:
    """Names on the left, what they are on the right; a long name has a line of its own.

    Args:
        rows: A name and a text each; lines of the text stay apart.
        left: Columns for the names at most; fewer, if all are short.

    Example:
        >>> print(columns([("--seed N", "Of chance."), ("-h", "Help.")]))
          --seed N  Of chance.
          -h        Help.
    """
    listed = list(rows)
    edge = 4 + max((len(name) for name, _ in listed if len(name) + 4 <= left), default=left - 4)
    lines = []
    for name, text in listed:
        wrapped = [w for line in text.split("\n") for w in _wrapped(line, width() - edge)]
        wrapped = wrapped or [""]
        if len(name) + 4 <= edge:
            lines.append(f"  {name:<{edge - 2}}{wrapped.pop(0)}".rstrip())
        else:
            lines += _wrapped(f"  {name}", width(), later="      ")
        lines += [f"{'':<{edge}}{line}" for line in wrapped if line]
    return "\n".join(lines)


def _wrapped(text: str, columns: int, *, later: str = "") -> list[str]:
    return wrap(
        *(text, columns),
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
