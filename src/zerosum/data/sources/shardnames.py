"""The names that a pattern with braces stands for: ``shards-{000..010}.tar``.

webdataset spells them out; how many there will be is counted first, since ``{0..999999999}`` is
quickly written.
"""

import re
import string
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from zerosum.errors import DataError, printable
from zerosum.packages import installation

__all__ = ["NAME_LIMIT", "count_names", "expand_pattern"]

NAME_LIMIT = 1_000_000
"""Patterns that stand for more names than this are refused."""

_NUMBERS = re.compile(r"(-?\d+)\.\.(-?\d+)(?:\.\.-?(\d+))?\n?")
_LETTERS = re.compile(r"([A-Za-z])\.\.([A-Za-z])(?:\.\.-?(\d+))?\n?")
_ALPHABET = string.ascii_uppercase + string.ascii_lowercase


def expand_pattern(pattern: str) -> list[Path]:
    """Spell a pattern out as webdataset does; every file must be there.

    Args:
        pattern: The files, with ranges or alternatives in braces.

    Raises:
        DataError: If webdataset is not installed, the pattern is wrong or stands for too many
            names, or a file is missing.
    """
    try:
        from webdataset.shardlists import expand_urls
    except ImportError as error:
        raise DataError(
            "shards need the package webdataset, which is not installed: "
            f"{installation('shards')}."
        ) from error
    try:
        _refuse_too_many(pattern)
        shards = [Path(shard) for shard in expand_urls(pattern)]
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{printable(pattern)} is no pattern of shards ({error}): expected a range in braces, "
            "such as shards-{000..010}.tar."
        ) from error
    missing = [shard for shard in shards if not shard.is_file()]
    if missing:
        raise DataError(
            f"{len(missing)} of the {len(shards)} shards of {printable(pattern)} are not there, "
            f"the first is {missing[0]}; check the range in the braces."
        )
    return shards


def count_names(pattern: str) -> int:
    """How many names a pattern with braces stands for, without spelling them out.

    Args:
        pattern: As bash has them: ``{000..010}``, ``{a..c}``, ``{train,val}``, nested or in a row.

    Raises:
        ValueError: If a number in it is too long.
        RecursionError: If braces lie in braces too often.

    Example:
        >>> count_names("{train,val}-{000..999}.tar"), count_names("x{1,2{a..c}}.tar")
        (2000, 4)
    """
    return sum(map(_count, pattern.split("::")))


def _refuse_too_many(pattern: str) -> None:
    if (count := count_names(pattern)) > NAME_LIMIT:
        raise DataError(
            f"{printable(pattern)} stands for {count} shards, at most {NAME_LIMIT} are expected; "
            "check the range in the braces."
        )


def _count(pattern: str) -> int:
    """The product over the braces in a row."""
    number, start = 1, 0
    for place, character, depth in _unescaped(pattern):
        if character == "{" and depth == 1:
            start = place + 1
        elif character == "}" and depth == 0:
            number *= _count_inside(pattern[start:place])
    return number


def _count_inside(braces: str) -> int:
    """The length of a range, or the sum over alternatives."""
    if match := _NUMBERS.fullmatch(braces):
        return _steps(int(match[1]), int(match[2]), match[3])
    if match := _LETTERS.fullmatch(braces):
        return _steps(_ALPHABET.index(match[1]), _ALPHABET.index(match[2]), match[3])
    commas = [place for place, *what in _unescaped(braces) if what == [",", 0]]
    cuts = pairwise([-1, *commas, len(braces)])
    return sum(_count(braces[before + 1 : after]) for before, after in cuts)


def _steps(first: int, last: int, step: str | None) -> int:
    return abs(last - first) // (int(step or 1) or 1) + 1


def _unescaped(pattern: str) -> Iterator[tuple[int, str, int]]:
    """(place, character, how many braces are open after it), but for escaped ones."""
    depth = place = 0
    while place < len(pattern):
        character = pattern[place]
        depth += (character == "{") - (character == "}")
        yield place, character, depth
        place += 2 if character == "\\" else 1
