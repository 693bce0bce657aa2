"""What an audit remembers of every image, in a database on disk, and what follows from it."""

import sqlite3
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from PIL import Image

from zerosum.data.sources import Source, UnreadableError
from zerosum.data.sources.listing import spilling

__all__ = ["Group", "Ledger", "Part", "Shared"]

_LISTED = 20
_NAMED = 1_000
_TABLES = """
CREATE TABLE pictures (split TEXT, name TEXT, width INT, height INT, mode TEXT, label INT,
                       low INT, high INT, digest BLOB);
CREATE TABLE unreadable (split TEXT, name TEXT, reason TEXT);
CREATE INDEX by_digest ON pictures (split, digest);
"""


@dataclass(frozen=True)
class Group:
    """Images that are the same, pixel for pixel.

    Attributes:
        count: How many there are.
        names: The first of them.
    """

    count: int
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Part:
    """What was found in one split or domain.

    Attributes:
        split: Its name, after that of its source where there are several.
        count: Files that should be images, and entries of arrays.
        readable: Those of them that can be read.
        sizes: ((width, height), images), the most frequent first.
        size_count: How many different sizes there are.
        modes: (mode, images), the most frequent first.
        classes: (class, images) by label; empty without labels.
        low: The smallest value of any channel of any image.
        high: The largest one.
        unreadable: (name, reason) of the first files that cannot be read.
        unreadable_count: How many there are.
        duplicates: The largest groups of equal images.
        surplus: Images that could go without losing a different one.
    """

    split: str
    count: int
    readable: int
    sizes: tuple[tuple[tuple[int, int], int], ...]
    size_count: int
    modes: tuple[tuple[str, int], ...]
    classes: tuple[tuple[str, int], ...]
    low: int
    high: int
    unreadable: tuple[tuple[str, str], ...]
    unreadable_count: int
    duplicates: tuple[Group, ...]
    surplus: int


@dataclass(frozen=True)
class Shared:
    """Images that stand in two splits or domains.

    Attributes:
        first: One split.
        second: The other.
        count: Different images that stand in both.
        examples: (name in the first, name in the second) of some.
    """

    first: str
    second: str
    count: int
    examples: tuple[tuple[str, str], ...]


class Ledger:
    """A row for every image, in an unnamed database that SQLite keeps on disk.

    Example:
        >>> from zerosum.data import open_source
        >>> ledger = Ledger()
        >>> ledger.add("train", open_source("digits"), 0)
        >>> ledger.part("train", open_source("digits")).readable
        1
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("")
        self._database.executescript(_TABLES)

    def add(self, split: str, source: Source, index: int) -> None:
        """Read an image and note what it is like, or why it cannot be read."""
        try:
            image = source.read(index)
        except UnreadableError as error:
            self._add_unreadable(split, error.name, error.reason)
            return
        row = (
            split,
            source.image_name(index),
            *image.size,
            image.mode,
            source.label(index),
            *_content(image),
        )
        with spilling():
            self._database.execute("INSERT INTO pictures VALUES (?,?,?,?,?,?,?,?,?)", row)

    def add_strays(self, split: str, source: Source) -> None:
        """Note the files that are no images at all."""
        for name, reason in source.strays():
            self._add_unreadable(split, name, reason)

    def part(self, split: str, source: Source) -> Part:
        """Sum up one split."""
        readable, low, high, different = self._rows(_SUMS, split)[0]
        sizes = self._rows(_SIZES, split)
        labels = dict(self._rows(_LABELS, split))
        return Part(
            split=split,
            count=len(source),
            readable=readable,
            sizes=tuple(((width, height), count) for width, height, count in sizes),
            size_count=self._rows(_SIZE_COUNT, split)[0][0],
            modes=tuple(self._rows(_MODES, split)),
            classes=tuple((name, labels.get(i, 0)) for i, name in enumerate(source.classes)),
            low=low,
            high=high,
            unreadable=tuple(self._rows(_UNREADABLE, split)),
            unreadable_count=self._rows(_UNREADABLE_COUNT, split)[0][0],
            duplicates=tuple(
                Group(count, tuple(name for (name,) in self._rows(_NAMES, split, digest)))
                for digest, count in self._rows(_DUPLICATES, split)
            ),
            surplus=readable - different,
        )

    def shared(self, first: str, second: str) -> Shared:
        """The images that stand in both of two splits."""
        count = self._rows(_SHARED_COUNT, first, second)[0][0]
        return Shared(first, second, count, tuple(self._rows(_SHARED, first, second)))

    def _add_unreadable(self, split: str, name: str, reason: str) -> None:
        with spilling():
            self._database.execute("INSERT INTO unreadable VALUES (?,?,?)", (split, name, reason))

    def _rows(self, query: str, *values: str | bytes) -> list[tuple[Any, ...]]:
        with spilling():
            return self._database.execute(query, values).fetchall()


_SUMS = """SELECT count(*), coalesce(min(low), 0), coalesce(max(high), 0), count(DISTINCT digest)
FROM pictures WHERE split = ?"""
_SIZES = f"""SELECT width, height, count(*) AS n FROM pictures WHERE split = ?
GROUP BY width, height ORDER BY n DESC, width, height LIMIT {_LISTED}"""
_SIZE_COUNT = """SELECT count(*) FROM
(SELECT DISTINCT width, height FROM pictures WHERE split = ?)"""
_MODES = """SELECT mode, count(*) AS n FROM pictures WHERE split = ?
GROUP BY mode ORDER BY n DESC, mode"""
_LABELS = """SELECT label, count(*) FROM pictures WHERE split = ? AND label IS NOT NULL
GROUP BY label"""
_UNREADABLE = f"SELECT name, reason FROM unreadable WHERE split = ? LIMIT {_NAMED}"
_UNREADABLE_COUNT = "SELECT count(*) FROM unreadable WHERE split = ?"
_DUPLICATES = f"""SELECT digest, count(*) AS n FROM pictures WHERE split = ?
GROUP BY digest HAVING n > 1 ORDER BY n DESC, min(rowid) LIMIT {_LISTED}"""
_NAMES = f"""SELECT name FROM pictures WHERE split = ? AND digest = ?
ORDER BY rowid LIMIT {_LISTED}"""
_PAIRS = """FROM (SELECT digest, name FROM pictures WHERE split = ? GROUP BY digest) AS a
JOIN (SELECT digest, name FROM pictures WHERE split = ? GROUP BY digest) AS b
ON a.digest = b.digest"""
_SHARED = f"SELECT a.name, b.name {_PAIRS} ORDER BY a.name LIMIT {_LISTED}"
_SHARED_COUNT = f"SELECT count(*) {_PAIRS}"


def _content(image: Image.Image) -> tuple[int, int, bytes]:
    """(smallest value, largest value, a hash of size, mode and pixels)."""
    if image.mode in ("P", "PA"):  # numbers in a palette mean nothing without it
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    words = f"{image.mode} {image.size}".encode()
    digest = blake2b(words + image.tobytes(), digest_size=16).digest()
    extrema: Any = image.getextrema()
    bands = extrema if isinstance(extrema[0], tuple) else (extrema,)
    return int(min(low for low, _ in bands)), int(max(high for _, high in bands)), digest
