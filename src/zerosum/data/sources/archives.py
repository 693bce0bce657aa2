"""Sources that are one zip or tar file; nothing is ever extracted to disk."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

from zerosum.data.sources.files import FileSource, is_hidden
from zerosum.data.sources.listing import Entry
from zerosum.data.sources.unpacking import map_file
from zerosum.data.sources.zipindex import entries_of_zip, read_zip_entry, refuse_outside
from zerosum.errors import DataError

__all__ = ["TarSource", "ZipSource", "entries_of_tar"]


class ZipSource(FileSource):
    """A zip file of pictures, laid out as a folder would be.

    Args:
        path: The zip file.
        split: Which split or domain to open.

    Raises:
        DataError: If it is damaged, holds no pictures, or an entry that points outside.

    Example:
        >>> from io import BytesIO
        >>> from PIL import Image
        >>> from tempfile import TemporaryDirectory
        >>> from zipfile import ZipFile
        >>> png = BytesIO()
        >>> Image.new("L", (4, 4)).save(png, "png")
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "pictures.zip")
        ...     with ZipFile(path, "w") as archive:
        ...         archive.writestr("1.png", png.getvalue())
        ...     len(ZipSource(path, split="train"))
        1
    """

    def __init__(self, path: Path, *, split: str) -> None:
        self._map = map_file(path)
        super().__init__(path, split=split)

    def _find(self) -> Iterator[Entry]:
        entries = entries_of_zip(self._map, self.path)
        return (entry for entry in entries if not is_hidden(entry.path))

    def _content(self, entry: Entry) -> bytes:
        return read_zip_entry(self._map, entry)


class TarSource(FileSource):
    """A tar file of pictures (``.tar``, ``.tar.gz``, ``.tgz``); links in it are passed over.

    A gzipped one cannot be read from the middle; it is unpacked into a nameless temporary file.

    Args:
        path: The tar file.
        split: Which split or domain to open.

    Raises:
        DataError: If it is damaged, holds no pictures, or an entry that points outside.
    """

    def __init__(self, path: Path, *, split: str) -> None:
        self._map = map_file(path)
        super().__init__(path, split=split)

    def _find(self) -> Iterator[Entry]:
        try:
            with tarfile.open(fileobj=self._map, mode="r:") as archive:
                yield from entries_of_tar(archive, self.path)
        except (tarfile.TarError, ValueError) as error:  # a mapping's seek raises ValueError
            raise DataError(
                f"{self.path} is not a whole tar file ({error}): copy or download it again."
            ) from error

    def _content(self, entry: Entry) -> bytes:
        return self._map[entry.place : entry.place + entry.size]


def entries_of_tar(archive: tarfile.TarFile, path: Path) -> Iterator[Entry]:
    """The plain files in a tar file that are not hidden, in its own order.

    Args:
        archive: The tar file, open.
        path: What to call it in messages.

    Raises:
        DataError: If an entry points outside.
    """
    while (member := archive.next()) is not None:
        vars(archive)["members"].clear()  # else it remembers a million of them
        if member.isreg() and not member.issparse():
            name = refuse_outside(member.name, path)
            if not is_hidden(name):
                yield Entry(name, member.size, int(member.mtime), member.offset_data)
