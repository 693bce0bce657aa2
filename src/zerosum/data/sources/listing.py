"""A sorted list of files of any length that is kept on disk, not in memory."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock

from zerosum.errors import DataError, printable
from zerosum.explaining import explained_temporaries

__all__ = ["Entry", "Labeller", "Listing", "spilling"]

Labeller = Callable[[str], int | None]
"""From an image's path to its label, or None if it has none."""


@dataclass(frozen=True)
class Entry:
    """One file of a folder or archive.

    Attributes:
        path: Where it is, relative, with ``/`` between folders.
        size: Its size in bytes.
        stamp: What changes with its content: a time of change or a checksum.
        place: Where its bytes begin in an archive.
        packed: How many bytes it takes there, if compressed.
        method: How it is kept there, in the archive's own terms; 0 is as it is.
        original: What it is called in the archive's directory, if not by its path.
        refused: Why it is no image even if its name is that of one; nothing if it may be.
    """

    path: str
    size: int
    stamp: int
    place: int = 0
    packed: int = 0
    method: int = 0
    original: str = ""
    refused: str = ""


_OF_THE_DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)


@contextmanager
def spilling() -> Iterator[None]:
    """Say what to do where SQLite cannot write to its temporary file.

    Raises:
        DataError: It cannot.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _OF_THE_DISK:
            raise
        with explained_temporaries("a list of files", error=DataError):
            raise OSError(str(error)) from error


_TABLE = """
CREATE TABLE found (path TEXT, size INT, stamp INT, place INT, packed INT, method INT,
                    original TEXT, refused TEXT, picture INT);
CREATE TABLE chosen (path TEXT, size INT, stamp INT, place INT, packed INT, method INT,
                     original TEXT, label INT);
CREATE TABLE left_out (path TEXT);
"""
_COLUMNS = "path, size, stamp, place, packed, method, original"
_DIRECTLY = (
    "FROM found WHERE picture AND instr(substr(path, ?), '/') = 0 AND path >= ? AND path < ?"
)


class Listing:
    """All files that were found, and of these the chosen ones in sorted order, by index.

    The rows live in an unnamed SQLite database, which SQLite keeps in a temporary file of its own
    and removes when it is closed, so a million names cost no more memory than a thousand.

    Args:
        entries: The files, with whether each looks like an image; read once.

    Example:
        >>> listing = Listing([(Entry("b/1.png", 9, 0), True), (Entry("a/2.png", 7, 0), True)])
        >>> listing.choose("", {"a/2.png": 0, "b/1.png": 1}.get)
        >>> len(listing), listing[0].path, listing.label(1)
        (2, 'a/2.png', 1)
    """

    def __init__(self, entries: Iterable[tuple[Entry, bool]]) -> None:
        self._lock = Lock()
        self._database = sqlite3.connect("", check_same_thread=False)
        self._database.executescript(_TABLE)
        self._count = 0
        rows = (_row(entry, looks_right) for entry, looks_right in entries)
        with spilling():
            self._database.executemany("INSERT INTO found VALUES (?,?,?,?,?,?,?,?,?)", rows)

    def top_folders(self, prefix: str) -> tuple[str, ...]:
        """The names of the folders directly under ``prefix`` that hold images, sorted."""
        query = (
            "SELECT DISTINCT substr(rest, 1, instr(rest, '/') - 1) FROM "
            "(SELECT substr(path, ?) AS rest FROM found WHERE picture AND path >= ? AND path < ?) "
            "WHERE instr(rest, '/') > 0"
        )
        return tuple(sorted(row[0] for row in self._rows(query, *_under(prefix))))

    def folders(self, prefix: str) -> tuple[str, ...]:
        """The folders under ``prefix`` that hold images, the first 10,000 of them, sorted."""
        query = (
            "SELECT DISTINCT rtrim(rest, replace(rest, '/', '')) FROM (SELECT substr(path, ?) AS "
            "rest FROM found WHERE picture AND path >= ? AND path < ?) LIMIT 10000"
        )
        result = (row[0].rstrip("/") for row in self._rows(query, *_under(prefix)))
        return tuple(sorted(folder for folder in result if folder))

    def directly(self, prefix: str) -> Iterator[str]:
        """The images in the folder ``prefix`` itself, sorted."""
        query = f"SELECT path {_DIRECTLY} ORDER BY path"
        return (row[0] for row in self._rows(query, *_under(prefix)))

    def under(self, prefix: str) -> Iterator[str]:
        """The images under ``prefix``, in all folders, sorted."""
        query = (
            "SELECT path FROM found WHERE picture AND ? > 0 AND path >= ? AND path < ? "
            "ORDER BY path"
        )
        return (row[0] for row in self._rows(query, *_under(prefix)))

    def count_directly(self, prefix: str) -> int:
        """How many images there are in the folder ``prefix`` itself."""
        return self._number(f"SELECT count(*) {_DIRECTLY}", *_under(prefix))

    def count(self, prefix: str) -> int:
        """How many images there are under ``prefix``, in all folders."""
        query = "SELECT count(*) FROM found WHERE picture AND ? > 0 AND path >= ? AND path < ?"
        return self._number(query, *_under(prefix))

    def size(self) -> int:
        """The bytes of all chosen images together."""
        return self._number("SELECT coalesce(sum(size), 0) FROM chosen")

    def find(self, path: str) -> Entry | None:
        """The plain file of that path, image or not; None if there is none."""
        query = f"SELECT {_COLUMNS} FROM found WHERE path = ? AND refused = ''"
        row = self._database.execute(query, (path,)).fetchone()
        return None if row is None else Entry(*row)

    def choose(self, prefix: str, label_of: Labeller | None = None) -> None:
        """Keep the images under ``prefix``, and if there are labels only the labelled ones.

        Args:
            prefix: A folder, ending in ``/``, or nothing for all.
            label_of: From a path to its label; None for no labels.
        """
        self._database.create_function("label_of", 1, label_of)
        label = "NULL" if label_of is None else "label_of(path)"
        with spilling():
            self._database.execute("DELETE FROM chosen")
            self._database.execute("DELETE FROM left_out")
            self._database.execute(
                f"INSERT INTO chosen SELECT {_COLUMNS}, {label} FROM found "
                "WHERE picture AND ? > 0 AND path >= ? AND path < ? ORDER BY path",
                _under(prefix),
            )
            self._database.create_function("label_of", 1, None)  # it may hold a million names
            if label_of is not None:
                self._leave_out()
        self._count = self._number("SELECT count(*) FROM chosen")

    def _leave_out(self) -> None:
        """Take the images without a label out of the chosen ones, and number the others anew."""
        self._database.executescript(
            """INSERT INTO left_out SELECT path FROM chosen WHERE label IS NULL ORDER BY rowid;
            CREATE TABLE labelled AS SELECT * FROM chosen WHERE label IS NOT NULL ORDER BY rowid;
            DROP TABLE chosen;
            ALTER TABLE labelled RENAME TO chosen;"""
        )

    def left_out(self) -> Iterator[str]:
        """The images that were not chosen because they have no label, sorted."""
        return (row[0] for row in self._rows("SELECT path FROM left_out ORDER BY rowid"))

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Entry:
        return Entry(*self._row(index)[:7])

    def __iter__(self) -> Iterator[Entry]:
        query = f"SELECT {_COLUMNS} FROM chosen ORDER BY rowid"
        return (Entry(*row) for row in self._database.execute(query))

    def label(self, index: int) -> int | None:
        """The label of a chosen image, or None."""
        label: int | None = self._row(index)[7]
        return label

    def others(self, prefix: str) -> Iterator[str]:
        """The files under ``prefix`` that do not look like images, sorted."""
        query = (
            "SELECT path FROM found WHERE NOT picture AND refused = '' AND ? > 0 "
            "AND path >= ? AND path < ? ORDER BY path"
        )
        return (row[0] for row in self._rows(query, *_under(prefix)))

    def refused(self, prefix: str) -> Iterator[tuple[str, str]]:
        """(path, reason) of the files under ``prefix`` that were refused, sorted."""
        query = (
            "SELECT path, refused FROM found WHERE refused != '' AND ? > 0 "
            "AND path >= ? AND path < ? ORDER BY path"
        )
        return ((printable(path), why) for path, why in self._rows(query, *_under(prefix)))

    def digest(self) -> str:
        """A hash over the chosen files' names, sizes, stamps and labels."""
        digest = blake2b(digest_size=16)
        for row in self._rows("SELECT path, size, stamp, label FROM chosen ORDER BY rowid"):
            digest.update(repr(row).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def _row(self, index: int) -> tuple[str, int, int, int, int, int, str, int | None]:
        if not 0 <= index < self._count:
            raise IndexError(f"picture {index} of {self._count}")
        with self._lock:
            query = "SELECT * FROM chosen WHERE rowid = ?"
            row: tuple[str, int, int, int, int, int, str, int | None] = self._database.execute(
                query, (index + 1,)
            ).fetchone()
        return row

    def _number(self, query: str, *values: int | str) -> int:
        number: int = self._database.execute(query, values).fetchone()[0]
        return number

    def _rows(self, query: str, *values: int | str) -> Iterator[tuple[str, ...]]:
        yield from self._database.execute(query, values)


def _row(entry: Entry, looks_right: bool) -> tuple[str | int, ...]:
    return (
        entry.path,
        entry.size,
        entry.stamp,
        entry.place,
        entry.packed,
        entry.method,
        entry.original,
        entry.refused,
        looks_right and not entry.refused,
    )


def _under(prefix: str) -> tuple[int, str, str]:
    """Values for ``substr(path, ?)`` and for ``path >= ? AND path < ?``."""
    return len(prefix) + 1, prefix, f"{prefix}\U0010ffff"
