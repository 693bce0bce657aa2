"""Sources that are many tar files: webdataset shards.

A shard holds samples of several files whose names differ after the first dot:
``000017.jpg`` with ``000017.cls`` is an image and its class.
"""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from io import BufferedIOBase
from itertools import groupby
from pathlib import Path
from weakref import finalize

from zerosum.data.sources.base import UnreadableError
from zerosum.data.sources.decoding import is_image_name
from zerosum.data.sources.files import FileSource
from zerosum.data.sources.fingerprint import fingerprint
from zerosum.data.sources.layout import Parts
from zerosum.data.sources.listing import Entry, Labeller
from zerosum.data.sources.shardnames import expand_pattern
from zerosum.data.sources.tarindex import entries_of_tar
from zerosum.data.sources.unpacking import is_packed, read_at, unpack
from zerosum.errors import DataError, DataWarning, printable
from zerosum.explaining import discard

__all__ = ["ShardSource"]

_LABEL_SUFFIX = ".cls"
_LABEL_LIMIT = 20
_UNLABELLED = "unlabelled"


class ShardSource(FileSource):
    """The images of webdataset shards on disk, with the classes in their ``.cls`` files.

    The classes are the numbers that occur. Either all images have one or none: if a few are
    without, they are named and left out; if most are, the numbers of the others are not used.

    Args:
        pattern: The shards, with a range in braces: ``shards-{000..010}.tar``.
        split: Must be ``train``: which split it is, the files' names say.

    Raises:
        DataError: If webdataset is not installed, or a shard is missing or damaged.

    Warns:
        DataWarning: If only some images have a class, or a shard may be truncated.
    """

    def __init__(self, pattern: str, *, split: str) -> None:
        self._shards = expand_pattern(pattern)
        self._packed = frozenset(i for i, shard in enumerate(self._shards) if is_packed(shard))
        self._unpacked = tempfile.TemporaryFile()  # noqa: SIM115, closed with the source
        finalize(self, discard, self._unpacked.close)
        self._numbers: set[int] = set()
        self._counts = {True: 0, False: 0}
        super().__init__(Path(pattern), split=split)
        self.name = f"{Path(pattern).name.split('{')[0].strip('-_.') or 'shards'}-{split}"

    def strays(self) -> Iterator[tuple[str, str]]:
        """Images that have no class though others do, or are no plain files."""
        for path in self._listing.left_out():
            reason = f"it has no class (a {_LABEL_SUFFIX} file beside it), as other pictures have"
            yield printable(path), reason
        yield from self._listing.refused(self._prefix)

    def find_entries(self) -> Iterator[Entry]:
        """See `FileSource.find_entries`."""
        for number, shard in enumerate(self._shards):
            if number in self._packed:
                start = self._unpacked.seek(0, 2)
                unpack(shard, self._unpacked)
                yield from self._images(self._unpacked, number, start)
            else:
                with shard.open("rb") as file:
                    yield from self._images(file, number, 0)

    def _images(self, file: BufferedIOBase, number: int, start: int) -> Iterator[Entry]:
        shard = self._shards[number]
        for _, parts in groupby(entries_of_tar(file, shard, start=start), _sample_name):
            sample = list(parts)
            images = [part for part in sample if is_image_name(part.path)]
            label = _label_of(sample, file, shard) if images else None
            self._counts[label is not None] += len(images)
            self._numbers |= set() if label is None else {label}
            folder = f"{_UNLABELLED if label is None else label}/{shard.name.split('.')[0]}"
            for image in images:
                yield replace(image, path=f"{folder}/{image.path}", method=number)

    def _fingerprint(self) -> str:
        return fingerprint(self._shards)

    def _content(self, entry: Entry) -> bytes:
        if entry.method in self._packed:
            return _read(self._unpacked, entry)
        with self._shards[entry.method].open("rb") as file:
            return _read(file, entry)

    def _find_wrapper(self) -> str:
        return ""

    def _find_parts(self) -> Parts:
        return Parts(folders={})  # of the folders in a shard none is a split

    def _no_such_split(self) -> str:
        return (
            f"shards have no split {self.split!r}: open those of that split by their own name, as "
            "split 'train'."
        )

    def _choose_classes(self) -> tuple[tuple[str, ...], Labeller]:
        labelled, unlabelled = self._counts[True], self._counts[False]
        if labelled and unlabelled:
            warnings.warn(_some_have_none(self.path, labelled, unlabelled), DataWarning, 2)
        if unlabelled > labelled:
            return (), lambda path: None
        names = tuple(map(str, sorted(self._numbers)))
        numbers = {name: label for label, name in enumerate(names)}
        return names, lambda path: numbers.get(path.partition("/")[0])


def _label_of(sample: list[Entry], file: BufferedIOBase, shard: Path) -> int | None:
    """The number in a sample's ``.cls`` file; None if it has none, or one that is cut off."""
    result = set()
    for part in sample:
        if part.path.endswith(_LABEL_SUFFIX) and not part.refused:
            with suppress(UnreadableError):
                result.add(_number_in(part, file, shard))
    if len(result) > 1:
        raise DataError(
            f"{shard}: expected one class for a picture, found {sorted(result)} beside "
            f"{printable(sample[0].path)}."
        )
    return result.pop() if result else None


def _number_in(part: Entry, file: BufferedIOBase, shard: Path) -> int:
    whole = part.size <= _LABEL_LIMIT
    content = read_at(file.fileno(), part.place, min(part.size, _LABEL_LIMIT), name=part.path)
    text = content.decode("ascii", "replace").strip()
    if not (whole and text.isdecimal()):
        raise DataError(
            f"{shard}: expected a number from 0 in {printable(part.path)}, found {text!r}"
            f"{'' if whole else ' and more'}."
        )
    return int(text)


def _read(file: BufferedIOBase, entry: Entry) -> bytes:
    return read_at(file.fileno(), entry.place, entry.size, name=entry.path)


def _sample_name(entry: Entry) -> str:
    folder, _, file = entry.path.rpartition("/")
    return f"{folder}/{file.split('.')[0]}"


def _some_have_none(path: Path, labelled: int, unlabelled: int) -> str:
    result = f"{path}: {labelled} pictures have a class (a {_LABEL_SUFFIX} file), {unlabelled} not"
    if unlabelled > labelled:
        return f"{result}; so the classes are not used."
    return f"{result}; those without are left out and named."
