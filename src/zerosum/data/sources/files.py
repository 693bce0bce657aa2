"""Sources of separate image files: folders, and what folders in archives mean."""

import os
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from stat import S_ISREG
from warnings import warn

from PIL import Image

from zerosum.data.sources.base import Source, UnreadableError, spread
from zerosum.data.sources.budget import reserve_file
from zerosum.data.sources.decoding import decode, is_image_name
from zerosum.data.sources.fingerprint import WHOLE, fingerprint, sample, stamp
from zerosum.data.sources.layout import (
    DOMAINS,
    Parts,
    canonical,
    find_parts,
    hidden_splits,
    parse_labels,
)
from zerosum.data.sources.listing import Entry, Labeller, Listing
from zerosum.errors import DataError, DataWarning, printable

__all__ = ["FileSource", "FolderSource", "is_hidden", "stat_entry"]

_FEW = 2_000
_SAMPLED = 256
_LABELS = "dataset.json"
_SURROGATE = "\\udc"
LABELS_LIMIT = 1 << 28


def is_hidden(path: str) -> bool:
    """Whether a path is of the kind that systems leave behind: hidden, or ``__MACOSX``.

    Example:
        >>> is_hidden("a/.DS_Store"), is_hidden("__MACOSX/a.jpg"), is_hidden("a/b.jpg")
        (True, True, False)
    """
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


class FileSource(Source):
    """Images that are files in folders, on disk or in an archive.

    What the folders mean: one folder that holds all the others is a wrapper and is passed over;
    ``train``, ``test`` and ``val``, in any case and common spelling, are splits; ``trainA``,
    ``trainB``, ``testA`` and ``testB`` are two domains; any other folders are classes, unless
    more than a few images lie beside them. Where NVlabs' ``dataset.json`` is, the labels are
    those in it, and folders mean nothing.

    Args:
        path: The folder or archive.
        split: Which split or domain to open.

    Raises:
        DataError: If there are no images, no such split, or folders that could be splits as
            well as classes.
    """

    def __init__(self, path: Path, *, split: str) -> None:
        self.path = path
        self.split = canonical(split) or split
        self._labels_path = ""
        # Before anything is read: what is replaced while it is listed has changed.
        before = self._fingerprint()
        result = map(_writable, self.find_entries())
        self._listing = Listing((entry, is_image_name(entry.path)) for entry in result)
        self._wrapper = self._find_wrapper()
        self._parts = self._find_parts()
        self.splits = tuple(self._parts.folders)
        self._prefix = self._choose_prefix()
        names, label_of = self._choose_classes()
        self.classes = tuple(map(printable, names))
        self._listing.choose(self._prefix, label_of if names else None)
        self.name = printable(f"{path.name.split('.')[0] or 'pictures'}-{self.split}")
        if not len(self._listing):
            raise DataError(self._no_images())
        self._say_what_may_be_splits()
        self._key = before or self._sample()

    @abstractmethod
    def find_entries(self) -> Iterator[Entry]:
        """Every file that is not hidden, in any order."""

    @abstractmethod
    def _content(self, entry: Entry) -> bytes:
        """The bytes of one file."""

    def key(self) -> str:
        """A hash over where the images are, their names and labels, and the files' state."""
        where = self.path.resolve()
        parts = repr((where, self.classes, self._listing.digest(), self._key, self.pixel_limit))
        return blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def is_unchanged(self) -> bool:
        """Whether the files are still those that were listed."""
        try:
            return (self._fingerprint() or self._sample()) == self._key
        except OSError:
            return False

    def _fingerprint(self) -> str:
        """Of an archive, what the file system says of it now, with some of its content."""
        return fingerprint([self.path])

    def _sample(self) -> str:
        """Of a folder, some of the content of its images now."""
        return ""

    def __len__(self) -> int:
        return len(self._listing)

    def image_name(self, index: int) -> str:
        """The path of an image relative to the folder or archive."""
        return printable(self._listing[index].path)

    def partner_name(self, index: int) -> str:
        """The image's path below the folder of its split, without the suffix."""
        return self._listing[index].path[len(self._prefix) :].rpartition(".")[0]

    def read(self, index: int) -> Image.Image:
        """One image, decoded; see `Source.read`."""
        content = self.content(index)
        return decode(content, self._listing[index].path, pixel_limit=self.pixel_limit)

    def content(self, index: int) -> bytes:
        """The bytes of an image's file; see `Source.content`."""
        entry = self._listing[index]
        reserve_file(entry.path, entry.size, pixel_limit=self.pixel_limit)
        try:
            return self._content(entry)
        except OSError as error:
            raise UnreadableError(entry.path, error.strerror or str(error)) from error

    def label(self, index: int) -> int | None:
        """The number of the image's folder among the classes, or None."""
        return self._listing.label(index)

    def keep_unlabelled(self) -> None:
        """Take in the images that were left out for having no class; then none has one."""
        if next(self._listing.left_out(), None) is not None:
            self.classes = ()
            self._listing.choose(self._prefix)
            self._key = self._fingerprint() or self._sample()

    def strays(self) -> Iterator[tuple[str, str]]:
        """Files among the images that are none, and images that belong to no part or class."""
        for path in self._listing.others(self._prefix):
            if path != self._labels_path:
                yield printable(path), "not a picture, judging by its suffix"
        yield from self._listing.refused(self._prefix)
        for path in self._listing.left_out():
            yield printable(path), "without a class, though the others have one"
        for path in self._outside():
            yield printable(path), "beside the folders that hold the others"
        for folder in self._parts.others:
            for path in self._listing.under(f"{self._wrapper}{folder}/"):
                yield printable(path), "in a folder beside the splits that is none"

    def _outside(self) -> Iterator[str]:
        """The images that lie in the folders around the splits, domains or classes."""
        around = [""]
        for folder in self._wrapper.split("/")[:-1]:
            around.append(f"{around[-1]}{folder}/")
        for prefix in around if self._parts.folders else around[:-1]:
            yield from self._listing.directly(prefix)

    def _find_wrapper(self) -> str:
        """The one folder that holds all others, if there is one and it means nothing itself."""
        prefix = ""
        while self._listing.find(f"{prefix}{_LABELS}") is None:
            tops = self._listing.top_folders(prefix)
            if len(tops) != 1 or canonical(tops[0]) or not self._wraps(prefix, tops[0]):
                break
            prefix = f"{prefix}{tops[0]}/"
        return prefix

    def _wraps(self, prefix: str, folder: str) -> bool:
        """Whether a lone folder holds all the images, or all but few that lie beside classes."""
        beside = self._listing.count_directly(prefix)
        below = self._listing.count(prefix) - beside
        holds_classes = len(self._listing.top_folders(f"{prefix}{folder}/")) > 1
        return not beside or (holds_classes and _few(beside, below))

    def _find_parts(self) -> Parts:
        if self._listing.find(f"{self._wrapper}{_LABELS}") is not None:
            return Parts(folders={})
        return find_parts(self._listing.top_folders(self._wrapper), str(self.path))

    def _choose_prefix(self) -> str:
        if self.split in self.splits:
            prefix = f"{self._wrapper}{self._parts.folders[self.split]}/"
            # Some data sets come as training_set/training_set/CLASS.
            inner = self._listing.top_folders(prefix)
            again = len(inner) == 1 and canonical(inner[0]) == self.split
            alone = again and not self._listing.count_directly(prefix)
            return f"{prefix}{inner[0]}/" if alone else prefix
        if not self.splits and self.split == "train":
            return self._wrapper
        raise DataError(self._no_such_split())

    def _choose_classes(self) -> tuple[tuple[str, ...], Labeller]:
        """The names of the classes as they are written, and which of them a path belongs to."""
        listed = self._listing.find(f"{self._prefix}{_LABELS}")
        if listed is not None:
            return self._listed_classes(listed)
        folders = self._listing.top_folders(self._prefix)
        beside = self._listing.count_directly(self._prefix)
        below = self._listing.count(self._prefix) - beside
        may_be_classes = len(folders) > 1 and self.split not in DOMAINS
        if beside and not (may_be_classes and _few(beside, below)):
            if may_be_classes:
                self._say_why_unlabelled(beside, folders)
            return (), lambda path: None
        numbers = {name: label for label, name in enumerate(folders)}
        start = len(self._prefix)
        return folders, lambda path: numbers.get(path[start:].partition("/")[0])

    def _listed_classes(self, entry: Entry) -> tuple[tuple[str, ...], Labeller]:
        """The classes that stand in NVlabs' ``dataset.json``."""
        if entry.size > LABELS_LIMIT:
            raise DataError(
                f"{self.path}: {printable(entry.path)} has {entry.size} bytes, and at most "
                f"{LABELS_LIMIT} were expected of labels; remove it to go without them."
            )
        self._labels_path = entry.path
        labels = parse_labels(self._content(entry), f"{self.path}: {entry.path}") or {}
        more = len(labels) - self._listing.count(self._prefix)
        if more > 0:
            warn(
                f"{self.path}: {printable(entry.path)} holds {more} labels more than there are "
                "pictures; some may be missing.",
                DataWarning,
                stacklevel=2,
            )
        numbers = {label: index for index, label in enumerate(sorted(set(labels.values())))}
        start = len(self._prefix)

        def label_of(path: str) -> int | None:
            return numbers.get(labels.get(path[start:], -1))

        return tuple(map(str, numbers)), label_of

    def _say_what_may_be_splits(self) -> None:
        """Warn of folders among the images that are called as splits are."""
        result = hidden_splits(self._listing.folders(self._prefix))
        if result and not self._labels_path:
            shown = ", ".join(map(printable, result[:5])) + (" ..." if len(result) > 5 else "")
            warn(
                f"{self.path}: {shown} may be meant for splits, but all pictures in them are read "
                "as one set. Splits are called train, test and val, and hold the folders of the "
                "classes: train/CLASS, test/CLASS.",
                DataWarning,
                stacklevel=2,
            )

    def _say_why_unlabelled(self, beside: int, folders: tuple[str, ...]) -> None:
        first = next(self._listing.directly(self._prefix))
        count = f"{beside} pictures lie" if beside > 1 else "a picture lies"
        warn(
            f"{self.path} has no labels: {count} beside the folders "
            f"{', '.join(map(printable, folders[:5]))}"
            f"{' ...' if len(folders) > 5 else ''} ({printable(first)}), so that these are not "
            "taken for classes; move such pictures away, or into a folder.",
            DataWarning,
            stacklevel=2,
        )

    def _no_such_split(self) -> str:
        if not self.splits:
            return (
                f"{self.path} has no split {self.split!r}: expected a folder of that name in it, "
                "found none; open it as split 'train', or sort the pictures into train/ and test/."
            )
        if self.split == "train" and set(self.splits) <= set(DOMAINS):
            return (
                f"{self.path} holds pictures of two domains ({', '.join(self.splits)}), one was "
                f"expected: use a recipe for translation, or name one folder: {self.splits[0]}."
            )
        return f"{self.path} has no split {self.split!r}; it has {', '.join(self.splits)}."

    def _no_images(self) -> str:
        others = next(self._listing.others(""), None)
        result = f"found other files, such as {printable(others)}" if others else "it is empty"
        return (
            f"no pictures in {self.path}: expected files such as .png or .jpg, {result}; "
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
        ...     len(source), source.classes, source.label(1), source.image_name(1)
        (2, ('cat', 'dog'), 1, 'dog/1.png')
    """

    def find_entries(self) -> Iterator[Entry]:
        """See `FileSource.find_entries`."""
        return _walk(self.path)

    def _content(self, entry: Entry) -> bytes:
        if _SURROGATE in entry.path and not (self.path / entry.path).exists():
            raise UnreadableError(entry.path, "its name is not valid UTF-8; rename the file")
        return (self.path / entry.path).read_bytes()

    def is_unchanged(self) -> bool:
        """Whether the files, and a sample of their bytes, are still those that were listed."""
        folder = f"{self.path}/"  # text, for names of paths are interned
        for listed in self._listing:
            now = stat_entry(folder + listed.path, "")
            if (now.size, now.stamp) != (listed.size, listed.stamp):
                return False
        return super().is_unchanged()

    def _fingerprint(self) -> str:
        return ""

    def _sample(self) -> str:
        digest = blake2b(digest_size=16)
        is_cheap = self._listing.size() <= WHOLE and len(self) <= _FEW
        for index in spread(len(self), len(self) if is_cheap else _SAMPLED):
            with suppress(OSError):  # it is named when it is read
                path = self.path / self._listing[index].path
                sample(path, digest, pieces=None if is_cheap else 1)
        return digest.hexdigest()


def _walk(top: Path) -> Iterator[Entry]:
    """All files below a folder, in any order; folders may be nested as deep as they like."""
    waiting: list[tuple[Path, str, frozenset[tuple[int, int]]]] = [(top, "", frozenset())]
    while waiting:
        folder, prefix, above = waiting.pop()
        status = folder.stat()
        here = (status.st_dev, status.st_ino)
        if here in above:  # a link to a folder on the way here: it would loop
            continue
        with os.scandir(folder) as entries:
            for entry in entries:
                path = f"{prefix}{entry.name}"
                if is_hidden(entry.name):
                    continue
                if entry.is_dir():
                    waiting.append((Path(entry.path), f"{path}/", above | {here}))
                else:
                    yield stat_entry(entry, path)  # a Path for each would intern a million names


def stat_entry(file: str | os.DirEntry[str], path: str) -> Entry:
    """The entry of a file on disk, stamped with its times of change.

    Args:
        file: Where it is.
        path: What to call it.
    """
    try:
        status = os.stat(file) if isinstance(file, str) else file.stat()  # noqa: PTH116
    except OSError:  # a link to nowhere: named as unreadable when it is read
        return Entry(path, 0, 0)
    if not S_ISREG(status.st_mode):  # reading a pipe or a device might never end
        return Entry(path, 0, 0, refused="not a plain file")
    return Entry(path, status.st_size, stamp(status))


def _writable(entry: Entry) -> Entry:
    """An entry whose path is text; bytes of it that are not valid UTF-8 become escapes."""
    try:
        entry.path.encode("utf-8")
    except UnicodeEncodeError:
        return replace(entry, path=entry.path.encode("utf-8", "backslashreplace").decode())
    return entry


def _few(beside: int, below: int) -> bool:
    """Whether images beside class folders are strays: one, or one in a hundred."""
    return beside <= max(1, below // 100) and below >= 4
