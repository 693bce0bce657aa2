"""Sources of separate picture files: folders, and what folders in archives mean."""

import os
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from PIL import Image

from zerosum.data.sources.base import Source, UnreadableError, spread
from zerosum.data.sources.budget import reserve_file
from zerosum.data.sources.decoding import decode, is_picture_name
from zerosum.data.sources.fingerprint import WHOLE, fingerprint, sample, stamp
from zerosum.data.sources.listing import Entry, Listing
from zerosum.errors import DataError

__all__ = ["FileSource", "FolderSource", "is_hidden", "stat_entry"]

SPLITS = ("train", "test", "val", "valid", "validation")
DOMAINS = ("trainA", "trainB", "testA", "testB")

_FEW = 2_000
_SAMPLED = 256


def is_hidden(path: str) -> bool:
    """Whether a path is of the kind that systems leave behind: hidden, or ``__MACOSX``.

    Example:
        >>> is_hidden("a/.DS_Store"), is_hidden("__MACOSX/a.jpg"), is_hidden("a/b.jpg")
        (True, True, False)
    """
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


class FileSource(Source):
    """Pictures that are files in folders, on disk or in an archive.

    What the folders mean: one folder that holds all the others is a wrapper and is passed over;
    ``train`` and ``test`` (``val``, ``valid``, ``validation``) are splits; ``trainA``,
    ``trainB``, ``testA`` and ``testB`` are two domains; any other folders are classes, unless
    pictures lie beside them.

    Args:
        path: The folder or archive.
        split: Which split or domain to open.

    Raises:
        DataError: If there are no pictures, or no such split.
    """

    def __init__(self, path: Path, *, split: str) -> None:
        self.path = path
        self.split = split
        self._listing = Listing((entry, is_picture_name(entry.path)) for entry in self._find())
        wrapper = _wrapper(self._listing)
        tops = self._listing.top_folders(wrapper)
        self.splits = _splits(tops)
        self._prefix = self._choose_prefix(wrapper)
        self.classes = self._choose_classes()
        self._listing.choose(self._prefix, classes=self.classes)
        self.name = f"{path.name.split('.')[0] or 'pictures'}-{split}"
        if not len(self._listing):
            raise DataError(self._nothing_found())
        self._key = self._fingerprint()

    @abstractmethod
    def _find(self) -> Iterator[Entry]:
        """Every file that is not hidden, in any order."""

    @abstractmethod
    def _content(self, entry: Entry) -> bytes:
        """The bytes of one file."""

    def key(self) -> str:
        """A hash over where the pictures are, their names and labels, and the files' state."""
        parts = f"{self.path.resolve()} {self._listing.digest()} {self._key} {self.pixel_limit}"
        return blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def is_unchanged(self) -> bool:
        """Whether the files are still those that were listed."""
        try:
            return self._fingerprint() == self._key
        except OSError:
            return False

    def _fingerprint(self) -> str:
        """What the file system says of the file or the files now, with some of their content."""
        return fingerprint([self.path])

    def __len__(self) -> int:
        return len(self._listing)

    def picture_name(self, index: int) -> str:
        """The path of a picture relative to the folder or archive."""
        return self._listing[index].path

    def partner_name(self, index: int) -> str:
        """The picture's path below the folder of its split, without the suffix."""
        return self._listing[index].path[len(self._prefix) :].rpartition(".")[0]

    def read(self, index: int) -> Image.Image:
        """One picture, decoded; see `Source.read`."""
        entry = self._listing[index]
        reserve_file(entry.path, entry.size)
        try:
            content = self._content(entry)
        except OSError as error:
            raise UnreadableError(entry.path, error.strerror or str(error)) from error
        return decode(content, entry.path, pixel_limit=self.pixel_limit)

    def label(self, index: int) -> int | None:
        """The number of the picture's folder among the classes, or None."""
        return self._listing.label(index)

    def strays(self) -> Iterator[tuple[str, str]]:
        """Files among the pictures whose suffix is not that of a picture."""
        for path in self._listing.others(self._prefix):
            yield path, "not a picture, judging by its suffix"

    def _choose_prefix(self, wrapper: str) -> str:
        if self.split in self.splits:
            return f"{wrapper}{self.split}/"
        if not self.splits and self.split == "train":
            return wrapper
        raise DataError(self._no_such_split())

    def _choose_classes(self) -> tuple[str, ...]:
        if self._listing.has_pictures_directly(self._prefix):
            return ()
        return self._listing.top_folders(self._prefix)

    def _no_such_split(self) -> str:
        if not self.splits:
            return (
                f"{self.path} has no split {self.split!r}: expected a folder of that name in it, "
                "found none; open it as split 'train', or sort the pictures into train/ and test/."
            )
        if self.split == "train" and "trainA" in self.splits:
            return (
                f"{self.path} holds two domains ({', '.join(self.splits)}), one was expected: "
                "use a recipe for translation, or name one folder, such as trainA."
            )
        return f"{self.path} has no split {self.split!r}; it has {', '.join(self.splits)}."

    def _nothing_found(self) -> str:
        others = next(self._listing.others(""), None)
        found = f"found other files, such as {others}" if others else "it is empty"
        return (
            f"no pictures in {self.path}: expected files such as .png or .jpg, {found}; "
            "check the path."
        )


class FolderSource(FileSource):
    """A folder on disk; links are followed, hidden files are passed over.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     for kind in ("cat", "dog"):
        ...         Path(folder, kind).mkdir()
        ...         Image.new("RGB", (4, 4)).save(Path(folder, kind, "1.png"))
        ...     source = FolderSource(Path(folder), split="train")
        ...     len(source), source.classes, source.label(1), source.picture_name(1)
        (2, ('cat', 'dog'), 1, 'dog/1.png')
    """

    def _find(self) -> Iterator[Entry]:
        return _walk(self.path, "", ())

    def _content(self, entry: Entry) -> bytes:
        return (self.path / entry.path).read_bytes()

    def _fingerprint(self) -> str:
        digest = blake2b(digest_size=16)
        total = 0
        for listed in self._listing:
            entry = stat_entry(self.path / listed.path, "")
            total += entry.size
            digest.update(f"{entry.size} {entry.stamp}\n".encode())
        is_cheap = total <= WHOLE and len(self) <= _FEW
        for index in spread(len(self), len(self) if is_cheap else _SAMPLED):
            with suppress(OSError):  # it is named when it is read
                path = self.path / self._listing[index].path
                sample(path, digest, pieces=None if is_cheap else 1)
        return digest.hexdigest()


def _walk(folder: Path, prefix: str, above: tuple[tuple[int, int], ...]) -> Iterator[Entry]:
    """All files below a folder; ``above`` are the folders on the way: links must not loop."""
    status = folder.stat()
    here = (status.st_dev, status.st_ino)
    if here in above:
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            path = f"{prefix}{entry.name}"
            if is_hidden(entry.name):
                continue
            if entry.is_dir():
                yield from _walk(Path(entry.path), f"{path}/", (*above, here))
            else:
                yield stat_entry(entry, path)  # a Path for each would intern a million names


def stat_entry(file: Path | os.DirEntry[str], path: str) -> Entry:
    """The entry of a file on disk, stamped with its times of change.

    Args:
        file: Where it is.
        path: What to call it.

    Raises:
        DataError: If the name cannot be written down.
    """
    try:
        path.encode("utf-8")
        status = file.stat()
    except UnicodeEncodeError as error:
        raise DataError(f"the name {path!r} is not valid UTF-8; rename the file.") from error
    except OSError:  # a link to nowhere: named as unreadable when it is read
        return Entry(path, 0, 0)
    return Entry(path, status.st_size, stamp(status))


def _wrapper(listing: Listing) -> str:
    """The one folder that holds all the others, if there is one and it means nothing itself."""
    prefix = ""
    while not listing.has_pictures_directly(prefix):
        tops = listing.top_folders(prefix)
        if len(tops) != 1 or tops[0] in (*SPLITS, *DOMAINS):
            break
        prefix = f"{prefix}{tops[0]}/"
    return prefix


def _splits(folders: tuple[str, ...]) -> tuple[str, ...]:
    """The splits or domains among the folders; classes that are called "train" are no splits."""
    if {"trainA", "trainB"} <= set(folders):
        return tuple(name for name in DOMAINS if name in folders)
    if folders and set(folders) <= set(SPLITS):
        return tuple(name for name in SPLITS if name in folders)
    return ()
