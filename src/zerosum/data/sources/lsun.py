"""LSUN's rooms and buildings, from the LMDB files that the authors distribute.

Not through torchvision: its reader writes a pickle into the current folder, loads any that it
finds there, and keeps three million keys in memory. Its data have no download in torchvision
either.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zerosum.data.sources.files import FileSource
from zerosum.data.sources.fingerprint import fingerprint
from zerosum.data.sources.listing import Entry
from zerosum.errors import DataError
from zerosum.explaining import explain
from zerosum.packages import installation

__all__ = ["lsun"]

_SPLITS = ("train", "val")


class _Lsun(FileSource):
    """One category of LSUN; its keys are listed once, its images read one at a time."""

    def __init__(self, path: Path, *, category: str, split: str) -> None:
        lmdb = _lmdb()
        try:
            self._environment: Any = lmdb.open(
                str(path), readonly=True, lock=False, readahead=False, meminit=False
            )
        except lmdb.Error as error:
            raise DataError(explain(error, path, "read")) from error
        super().__init__(path, split="train")
        self.split, self.splits = split, _SPLITS
        self.name = f"lsun-{category}-{split}"

    def find_entries(self) -> Iterator[Entry]:
        with self._environment.begin(write=False) as transaction:
            for key, content in transaction.cursor():
                # LSUN's keys are plain words, and what they lead to is a WebP image.
                yield Entry(f"{key.decode('ascii')}.webp", len(content), 0)

    def _fingerprint(self) -> str:
        return fingerprint([self.path / "data.mdb"])

    def _content(self, entry: Entry) -> bytes:
        key = entry.path.removesuffix(".webp").encode("ascii")
        with self._environment.begin(write=False) as transaction:
            return bytes(transaction.get(key))


def lsun(root: Path, split: str, *, category: str) -> _Lsun:
    """Open one category of LSUN.

    Args:
        root: The folder that holds ``<category>_<split>_lmdb``, or ``lsun/`` with it.
        split: ``train`` or ``val``.
        category: ``bedroom``, ``church_outdoor``, ...

    Raises:
        DataError: If the files are not there, or the package lmdb is not.
    """
    if split not in _SPLITS:
        raise DataError(f"lsun has no split {split!r}; it has {', '.join(_SPLITS)}.")
    folder = f"{category}_{split}_lmdb"
    place = next((it for it in (root / folder, root / "lsun" / folder) if it.is_dir()), None)
    if place is None:
        raise DataError(
            f"LSUN's {category} is not in {root}: expected the folder {folder} there; it has to "
            "be downloaded by hand: https://github.com/fyu/lsun says how."
        )
    return _Lsun(place, category=category, split=split)


def _lmdb() -> Any:
    try:
        import lmdb  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise DataError(
            f"LSUN's files need the package lmdb, which is not installed: {installation('lsun')}."
        ) from error
    return lmdb
