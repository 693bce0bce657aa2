"""Sources that are one zip or tar file; nothing is ever extracted to disk."""

from collections.abc import Iterator
from pathlib import Path
from warnings import warn
from weakref import finalize

from zerosum.data.sources.files import FileSource, is_hidden
from zerosum.data.sources.listing import Entry
from zerosum.data.sources.tarindex import entries_of_tar
from zerosum.data.sources.unpacking import open_plain, read_at
from zerosum.data.sources.zipindex import ZipReader
from zerosum.errors import DataWarning

__all__ = ["TarSource", "ZipSource"]


class ZipSource(FileSource):
    """A zip file of images, laid out as a folder would be.

    Args:
        path: The zip file.
        split: Which split or domain to open.

    Raises:
        DataError: If it is damaged, holds no images, or an entry that points outside.

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
        self._reader = ZipReader(path)
        super().__init__(path, split=split)

    def find_entries(self) -> Iterator[Entry]:
        """See `FileSource.find_entries`."""
        return (entry for entry in self._reader.entries() if not is_hidden(entry.path))

    def _content(self, entry: Entry) -> bytes:
        return self._reader.read(entry)


class TarSource(FileSource):
    """A tar file of images, perhaps compressed as a whole; links in it are named and left out.

    A compressed one cannot be read from the middle; it is unpacked into a nameless temporary file.

    Args:
        path: The tar file.
        split: Which split or domain to open.

    Raises:
        DataError: If it is damaged, holds no images, or an entry that points outside.

    Warns:
        DataWarning: If it may be truncated, or goes on after its end mark.
    """

    def __init__(self, path: Path, *, split: str) -> None:
        self._file = open_plain(path)
        finalize(self, self._file.close)
        super().__init__(path, split=split)
        if not self.classes and any(name.endswith(".cls") for name in self._listing.others("")):
            stem, dot, suffixes = path.name.partition(".")
            number = stem[len(stem.rstrip("0123456789")) :] or "0"
            pattern = f"{stem.removesuffix(number)}{{{number}..{number}}}{dot}{suffixes}"
            warn(
                f"{path} holds .cls files, as webdataset shards do; to read the classes in them, "
                f"open it as shards: '{path.with_name(pattern)}'.",
                DataWarning,
                stacklevel=2,
            )

    def find_entries(self) -> Iterator[Entry]:
        """See `FileSource.find_entries`."""
        return entries_of_tar(self._file, self.path)

    def _content(self, entry: Entry) -> bytes:
        return read_at(self._file.fileno(), entry.place, entry.size, name=entry.path)
