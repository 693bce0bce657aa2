"""Sources that are many tar files: webdataset shards.

A shard holds samples of several files whose names differ after the first dot:
``000017.jpg`` with ``000017.cls`` is a picture and its class.
"""

import tarfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from zerosum.data.sources.archives import entries_of_tar
from zerosum.data.sources.decoding import is_picture_name
from zerosum.data.sources.files import FileSource
from zerosum.data.sources.fingerprint import fingerprint
from zerosum.data.sources.layout import Parts
from zerosum.data.sources.listing import Entry, Labeller
from zerosum.errors import DataError

__all__ = ["ShardSource", "is_shard_pattern"]

_LABEL_SUFFIX = "cls"


def is_shard_pattern(spec: str) -> bool:
    """Whether a path names several tar files: ``shards-{000..010}.tar``.

    Example:
        >>> is_shard_pattern("shards-{000..010}.tar"), is_shard_pattern("shards.tar")
        (True, False)
    """
    return "{" in spec and "}" in spec and spec.endswith(".tar")


class ShardSource(FileSource):
    """The pictures of webdataset shards on disk, with the classes in their ``.cls`` files.

    Args:
        pattern: The shards, with a range in braces: ``shards-{000..010}.tar``.
        split: Must be ``train``: which split it is, the files' names say.

    Raises:
        DataError: If webdataset is not installed, or a shard is missing or damaged.
    """

    def __init__(self, pattern: str, *, split: str) -> None:
        self._shards = _expand(pattern)
        self._highest_class = -1
        super().__init__(Path(pattern), split=split)
        self.name = f"{Path(pattern).name.split('{')[0].strip('-_.') or 'shards'}-{split}"

    def _find(self) -> Iterator[Entry]:
        for number, shard in enumerate(self._shards):
            try:
                with tarfile.open(shard, "r:") as archive:
                    yield from self._samples(archive, number, shard)
            except (tarfile.TarError, OSError) as error:
                raise DataError(
                    f"{shard} is not a whole tar file ({error}): copy or download it again."
                ) from error

    def _samples(self, archive: tarfile.TarFile, number: int, shard: Path) -> Iterator[Entry]:
        for _, parts in groupby(entries_of_tar(archive, shard), _sample_name):
            sample = list(parts)
            labels = [part for part in sample if part.path.endswith(f".{_LABEL_SUFFIX}")]
            folder = f"{shard.stem}/"
            if labels:
                folder = f"{self._class_of(labels[0], shard)}/{folder}"
            for part in sample:
                if is_picture_name(part.path):
                    yield replace(part, path=folder + part.path, method=number)

    def _fingerprint(self) -> str:
        return fingerprint(self._shards)

    def _content(self, entry: Entry) -> bytes:
        return _read(self._shards[entry.method], entry)

    def _find_parts(self) -> Parts:
        return Parts(folders={})  # of a shard's folders none is a split

    def _choose_classes(self) -> tuple[tuple[str, ...], Labeller]:
        names = tuple(map(str, range(self._highest_class + 1)))
        return names, lambda path: int(path.partition("/")[0])

    def _class_of(self, entry: Entry, shard: Path) -> int:
        text = _read(shard, entry).decode("ascii", "replace").strip()
        if not text.isdecimal():
            raise DataError(f"{shard}: expected a number from 0 in {entry.path}, found {text!r}.")
        self._highest_class = max(self._highest_class, int(text))
        return int(text)


def _read(shard: Path, entry: Entry) -> bytes:
    with shard.open("rb") as file:
        file.seek(entry.place)
        return file.read(entry.size)


def _sample_name(entry: Entry) -> str:
    folder, _, file = entry.path.rpartition("/")
    return f"{folder}/{file.split('.')[0]}"


def _expand(pattern: str) -> list[Path]:
    try:
        from webdataset.shardlists import expand_urls
    except ImportError as error:
        raise DataError(
            "shards need the package webdataset, which is not installed: "
            "`pip install 'zerosum[shards]'`."
        ) from error
    shards = [Path(shard) for shard in expand_urls(pattern)]
    missing = [str(shard) for shard in shards if not shard.is_file()]
    if missing or not shards:
        raise DataError(
            f"{len(missing)} of the {len(shards)} shards of {pattern} are not there, the first is "
            f"{', '.join(missing[:1])}; check the range in the braces."
        )
    return shards
