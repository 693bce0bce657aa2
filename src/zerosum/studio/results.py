"""Results of jobs that are many files: folders beside what they were made with.

    runs/NAME/translated/SET/                    pictures that a run has translated
    runs/NAME/attacked/SET/                      a classifier under attack
    runs/.studio/networks/@digits/attacked/SET/  the same of a network that comes with zerosum

A folder is called ``translated/SET`` in a task and on the pages.
"""

import os
import shutil
import stat
import zipfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from typing_extensions import TypedDict

from zerosum.errors import printable
from zerosum.explaining import explained
from zerosum.studio.home import Home
from zerosum.studio.names import checked, is_text
from zerosum.studio.queue_file import Plan
from zerosum.studio.reading import file_within
from zerosum.studio.refusals import ConflictError, MissingError

__all__ = ["FOLDERS", "ResultFile", "ResultSet", "Results", "free_set", "zipped"]

FOLDERS = ("translated", "attacked")
"""Kinds of results."""
_MOST = 20_000
"""Files that are listed of one set."""
_CHUNK = 1 << 20
"""Bytes of an archive that are sent at once."""


class ResultFile(TypedDict):
    """A file of a set: its path in it, in bytes, and when it was written."""

    file: str
    bytes: int
    changed: float


class ResultSet(TypedDict):
    """A set of results: what it is called, and when it was begun."""

    results: str
    kind: str
    name: str
    created: float


@dataclass(frozen=True)
class Results:
    """What was made with one network.

    Attributes:
        home: The folder of runs.
        key: The network's.

    Example:
        >>> Results(Home(Path("no/such")), "faces").sets()
        []
    """

    home: Home
    key: str

    def sets(self) -> list[ResultSet]:
        """All sets, the newest first."""
        found: list[ResultSet] = []
        for kind in FOLDERS:
            if (self._root / kind).is_symlink():
                continue  # What it leads to was not made here.
            with suppress(OSError), os.scandir(self._root / kind) as entries:
                found += [
                    _set(kind, entry.name, entry.stat().st_mtime)
                    for entry in entries
                    if entry.is_dir(follow_symlinks=False) and _is_shown(entry.name)
                ]
        return sorted(found, key=lambda each: -each["created"])

    def folder(self, kind: str, name: str) -> Path:
        """The folder of a set, which lies where it should.

        Args:
            kind: One of `FOLDERS`.
            name: The set's.

        Raises:
            MissingError: There is none of that name.

        Example:
            >>> Results(Home(Path("no/such")), "faces").folder("translated", "..")
            Traceback (most recent call last):
            ...
            zerosum.studio.refusals.MissingError: there are no results translated/.. (any more).
        """
        missing = MissingError(f"there are no results {printable(f'{kind}/{name}')} (any more).")
        if kind not in FOLDERS or not _is_shown(name) or name != os.path.basename(name):  # noqa: PTH119
            raise missing
        folder = self._root / kind / name
        try:
            is_own = folder.resolve(strict=True) == self._root.resolve() / kind / name
        except (OSError, ValueError, RuntimeError) as error:
            raise missing from error
        if not is_own or not folder.is_dir():
            raise missing
        return folder

    def files(self, kind: str, name: str) -> list[ResultFile]:
        """The files of a set by their paths, as far as they are there.

        Args:
            kind: One of `FOLDERS`.
            name: The set's.

        Raises:
            MissingError: There is no such set.
        """
        found = sorted(_files(self.folder(kind, name)))[:_MOST]
        return [ResultFile(file=file, bytes=size, changed=at) for file, size, at in found]

    def file(self, kind: str, name: str, path: str) -> Path:
        """A file of a set.

        Args:
            kind: One of `FOLDERS`.
            name: The set's.
            path: The file's, within the set.

        Raises:
            MissingError: There is none, or it lies elsewhere.
        """
        folder = self.folder(kind, name)
        is_shown = all(map(_is_shown, path.split("/")))
        found = file_within(folder, path) if is_shown else None
        if found is None:
            raise MissingError(f"there is no {printable(path)} among these results.")
        return found

    def delete(self, kind: str, name: str) -> None:
        """Delete a set with all its files.

        Args:
            kind: One of `FOLDERS`.
            name: The set's.

        Raises:
            MissingError: There is no such set.
            FileError: It cannot be deleted.
        """
        folder = self.folder(kind, name)
        trash = self.home.state / "trash" / token_hex(6)
        with explained(folder, "deleted"):
            trash.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(trash)  # At once, so that none of it is seen any more.
            shutil.rmtree(trash)

    def require_unused(self, kind: str, name: str, plan: Plan) -> None:
        """Refuse what a job is writing, or is to write.

        Args:
            kind: One of `FOLDERS`.
            name: The set's.
            plan: The queue.

        Raises:
            ConflictError: It is so.
        """
        if f"{kind}/{name}" in _promised(plan, self.key):
            raise ConflictError(f"a job of the queue makes {kind}/{name}; stop it first.")

    @property
    def _root(self) -> Path:
        return self.home.made_with(self.key)


def free_set(home: Home, key: str, kind: str, name: str, plan: Plan) -> str:
    """A name for new results: this one, or the first of ``name-2``, ``name-3``, ... that is free.

    Args:
        home: The folder of runs.
        key: The network's.
        kind: One of `FOLDERS`.
        name: What is wanted.
        plan: The queue, whose jobs will make sets, too.

    Raises:
        ConfigError: No folder may be called so.

    Example:
        >>> free_set(Home(Path("no/such")), "faces", "translated", "album", Plan())
        'album'
    """
    wanted, number = checked(name, "a set of results"), 1
    taken: Collection[str] = _promised(plan, key)
    while True:
        each = wanted if number == 1 else f"{wanted}-{number}"
        if f"{kind}/{each}" not in taken and not os.path.lexists(
            home.made_with(key) / kind / each
        ):
            return each
        number += 1


def zipped(folder: Path) -> Iterator[bytes]:
    """The parts of a zip archive of a folder, as they are made; pictures are not packed again.

    Args:
        folder: A set of results.

    Example:
        >>> b"".join(zipped(Path("no/such")))[:2]
        b'PK'
    """
    buffer = _Passing()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file, _, _ in sorted(_files(folder)):
            inner = f"{folder.name}/{file}"
            with (
                suppress(FileNotFoundError),
                (folder / file).open("rb") as source,
                archive.open(inner, "w", force_zip64=True) as target,
            ):
                while part := source.read(_CHUNK):
                    target.write(part)
                    yield buffer.taken()
    yield buffer.taken()


class _Passing:
    """A file that is written once, from its beginning to its end, and read meanwhile."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        """Take bytes."""
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is to be closed."""

    def taken(self) -> bytes:
        """What has been written since it was last asked."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _promised(plan: Plan, key: str) -> set[str]:
    """The sets that jobs make with a network, or will."""
    return {job.task.results for job in plan.jobs if job.task.key == key and not job.is_over}


def _set(kind: str, name: str, created: float) -> ResultSet:
    return ResultSet(results=f"{kind}/{name}", kind=kind, name=name, created=created)


def _is_shown(name: str) -> bool:
    """Whether a file or folder may be asked for; what is hidden is half written, or not ours."""
    return bool(name) and not name.startswith(".") and is_text(name)


def _files(folder: Path) -> Iterator[tuple[str, int, float]]:
    """Path, bytes and time of each file that may be shown."""
    for path, folders, names in os.walk(folder):
        folders[:] = filter(_is_shown, folders)
        for name in filter(_is_shown, names):
            file = Path(path, name)
            with suppress(OSError):
                about = file.lstat()
                if stat.S_ISREG(about.st_mode):
                    yield file.relative_to(folder).as_posix(), about.st_size, about.st_mtime
