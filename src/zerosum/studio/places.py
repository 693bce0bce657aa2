"""What may be read through the browser: the folders that were named, uploads, and runs.

A path is judged by where it leads, so neither ``..`` nor a link is a way out.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import TypedDict

from zerosum.config.run import RunConfig
from zerosum.data.sets import TEXTS
from zerosum.data.suffixes import ARRAY_SUFFIXES, TAR_SUFFIXES, is_image_name
from zerosum.errors import printable
from zerosum.explaining import explained
from zerosum.files import expanded
from zerosum.own import is_code
from zerosum.studio.names import is_text
from zerosum.studio.refusals import FieldError, ForbiddenError, MissingError, StudioError
from zerosum.studio.studio import Studio

__all__ = ["PACKAGED", "Entry", "Folder", "Places", "is_packaged", "require_there"]

_MOST_ENTRIES = 2_000
"""That are listed of a folder; of pictures, which nobody chooses one by one, fewer do."""
_MOST_PICTURES = 100
_ARCHIVES = (".zip", *TAR_SUFFIXES)
_VICTIM = "game.victim"
PACKAGED = ("digits", "efficientnet-lite0")
"""Networks that come with zerosum or its packages."""
_LISTED = re.compile(r"torchvision:\w+")


class Entry(TypedDict):
    """Something in a folder; ``pictures`` is null where nobody has counted."""

    name: str
    path: str
    kind: str
    pictures: int | None


class Folder(TypedDict):
    """A folder, or where ``path`` is null, those that may be read.

    ``pictures`` counts all that lie in it; of many, not each is an entry.
    """

    path: str | None
    parent: str | None
    entries: list[Entry]
    pictures: int


@dataclass(frozen=True)
class Places:
    """The places that may be read.

    Attributes:
        folders: With pictures, as they were named.
        runs: The folder of runs, in which uploads lie, too.
    """

    folders: tuple[Path, ...]
    runs: Path

    @classmethod
    def of(cls, studio: Studio) -> "Places":
        """Those of a studio."""
        return cls(studio.data_folders, studio.home.runs.absolute())

    def inside(self, path: str | Path) -> Path:
        """The absolute path of something that may be read, which need not be there.

        Args:
            path: Relative to where the studio was started, or absolute.

        Raises:
            ForbiddenError: It leads out of all places.
        """
        real = _real(path)
        if any(_is_within(real, os.path.realpath(root)) for root in self._roots()):
            # As it was named: what it leads to may look strange.
            meant = expanded(path)
            return Path(real) if ".." in meant.parts else meant.absolute()
        raise ForbiddenError(
            f"{printable(str(path)[:500])} is in none of the folders from which pictures may be "
            f"taken: {', '.join(map(str, self.folders))}. Start the studio with --data FOLDER to "
            "name others."
        )

    def require_source(self, source: str) -> None:
        """Refuse a source of pictures that is no name of a data set and leads out of all places.

        Args:
            source: As for ``--data``.

        Raises:
            ForbiddenError: It is one.
        """
        name, _, folder = source.partition(":")
        if name in TEXTS:
            if folder:
                self.inside(folder)
            return
        place, _, _ = source.rpartition("/")
        if "{" in place or "::" in source:
            raise ForbiddenError(
                f"{printable(source[:500])} is no pattern of shards in one folder, which is all "
                "that is read here: FOLDER/NAME-{000..010}.tar."
            )
        self.inside(source)

    def require_config(self, config: RunConfig) -> None:
        """Refuse a configuration that would have other files read.

        Args:
            config: That of a run that is to be trained.

        Raises:
            FieldError: It would.
        """
        for field, source in config.sources.items():
            if source:
                self._require(field, source)
        victim = getattr(config.game, "victim", None)
        if isinstance(victim, str) and not (is_packaged(victim) or is_code(victim)):
            self._require_run(victim)

    def browse(self, path: str | None) -> Folder:
        """What lies in a folder; of no folder, those that may be read.

        Args:
            path: The folder.

        Raises:
            StudioError: It may not be read, or is not there.
            FileError: The system does not let it be read.
        """
        if path is None:
            return Folder(
                path=None, parent=None, entries=list(map(_root, self.folders)), pictures=0
            )
        folder = self.inside(path)
        if not folder.is_dir():
            raise MissingError(f"There is no folder {printable(str(folder))}.")
        with explained(folder, "read"):
            found = sorted(self._found(folder), key=lambda each: each["name"].lower())
        pictures = [each for each in found if each["kind"] == "picture"]
        others = [each for each in found if each["kind"] != "picture"]
        is_root = any(folder == root.absolute() for root in self.folders)
        return Folder(
            path=str(folder),
            parent=None if is_root else str(folder.parent),
            entries=(others + pictures[:_MOST_PICTURES])[:_MOST_ENTRIES],
            pictures=len(pictures),
        )

    def _found(self, folder: Path) -> Iterator[Entry]:
        with os.scandir(folder) as entries:
            for entry in entries:
                kind = _kind_of(entry)
                is_shown = kind is not None and is_text(entry.name)
                if is_shown and not entry.name.startswith(".") and self._leads_in(entry):
                    yield Entry(
                        name=entry.name,
                        path=str(folder / entry.name),
                        kind=str(kind),
                        pictures=None,
                    )

    def _leads_in(self, entry: "os.DirEntry[str]") -> bool:
        """Whether something is in a place itself: links may lead anywhere."""
        if not entry.is_symlink():
            return True
        real = os.path.realpath(entry.path)
        return any(_is_within(real, os.path.realpath(root)) for root in self._roots())

    def _require_run(self, victim: str) -> None:
        """Refuse a run that is none of this folder's: it may name code, which would be run.

        Whether it is there already does not matter, as it may be when it is read.
        """
        if not _is_within(_real(victim), os.path.realpath(self.runs)):
            raise FieldError(
                f"Expected a run in {self.runs}, {', '.join(PACKAGED)}, or torchvision:NAME, got "
                f"{printable(victim[:500])!r}.",
                field=_VICTIM,
            )

    def _require(self, field: str, source: str) -> None:
        try:
            self.require_source(source)
            require_there(source)
        except StudioError as error:
            raise FieldError(str(error), field=field) from error

    def _roots(self) -> tuple[Path, ...]:
        return (*self.folders, self.runs)


def require_there(source: str) -> None:
    """Refuse now what a run would find out when its turn comes, which may be hours later.

    Args:
        source: As for ``--data``; what is downloaded, and a pattern, need not be there yet.

    Raises:
        MissingError: There is no such folder or file.

    Example:
        >>> require_there("digits")
        >>> require_there("no/such")
        Traceback (most recent call last):
        zerosum.studio.refusals.MissingError: no/such does not exist; check the path.
    """
    if source.partition(":")[0] in TEXTS or "{" in source:
        return
    if not os.path.exists(expanded(source)):  # noqa: PTH110  # Of a name too long, too, it is false.
        raise MissingError(f"{printable(source[:500])} does not exist; check the path.")


def is_packaged(network: str) -> bool:
    """Whether a network comes with zerosum or its packages.

    Example:
        >>> is_packaged("torchvision:resnet18"), is_packaged("torchvision:../x")
        (True, False)
    """
    return network in PACKAGED or _LISTED.fullmatch(network) is not None


def _real(path: str | Path) -> str:
    """Where a path leads; nothing where that can be no path."""
    try:
        return os.path.realpath(expanded(path))  # A ~ is expanded by whoever reads it later, too.
    except (OSError, ValueError):  # A NUL, letters that no name has, a user who is none.
        return ""


def _is_within(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _root(folder: Path) -> Entry:
    return Entry(name=folder.name or str(folder), path=str(folder), kind="folder", pictures=None)


def _kind_of(entry: "os.DirEntry[str]") -> str | None:
    """What users could choose; None if that is nothing."""
    name = entry.name.lower()
    try:
        if entry.is_dir():
            return "folder"
        if not entry.is_file():
            return None
    except OSError:
        return None
    if name.endswith(_ARCHIVES):
        return "archive"
    if name.endswith(ARRAY_SUFFIXES) or "idx3" in name:
        return "array"
    return "picture" if is_image_name(name) else None
