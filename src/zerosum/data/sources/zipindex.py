"""What is in a zip file, by Python's ``zipfile``, without its million objects staying in memory.

While it lists, ``zipfile`` holds an object for every entry, about half a kilobyte each. They are
dropped once their rows are in a `Listing`, and made again one by one when images are read.
"""

from collections.abc import Iterator
from io import BufferedIOBase, BytesIO
from os import SEEK_END
from pathlib import Path
from threading import Lock
from warnings import warn
from weakref import finalize
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from zerosum.data.sources.base import UnreadableError
from zerosum.data.sources.listing import Entry
from zerosum.data.sources.unpacking import open_plain
from zerosum.errors import DataError, DataWarning

__all__ = ["ZipReader", "refuse_outside"]

_ENCRYPTED = 0x1 | 0x40
_FLAGS = 16
_MOST = 1 << 62
_PIECE = 1 << 20
_END, _ELSEWHERE = b"PK\5\6", 0xFFFF
_TAIL = 22 + 0xFFFF


class ZipReader:
    """A zip file, open: its entries, and the bytes of each; reads are safe from several threads.

    Args:
        path: The zip file.

    Raises:
        DataError: If it is no zip file, truncated, or damaged.

    Warns:
        DataWarning: If it does not hold as many entries as it says.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "pictures.zip")
        ...     with ZipFile(path, "w") as archive:
        ...         archive.writestr("cat/1.png", b"not really")
        ...     reader = ZipReader(path)
        ...     entry = next(reader.entries())
        ...     entry.path, reader.read(entry)
        ('cat/1.png', b'not really')
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        file = open_plain(path)
        finalize(self, file.close)
        try:
            self._archive = ZipFile(file)
        except Exception as error:  # damaged directories meet it with errors of every kind
            raise DataError(
                f"{path} is not a whole zip file ({_said(error)}): it may be truncated or "
                "damaged; copy or download it again."
            ) from error
        self._compare_counts(file)

    def _compare_counts(self, file: BufferedIOBase) -> None:
        """Warn if the end of the file knows another number of entries than were found.

        A damaged length in the directory makes what follows a part of the entry before.
        """
        tail = file.seek(0, SEEK_END) - _TAIL
        file.seek(max(0, tail))
        end = file.read().rpartition(_END)[2]
        stated, counted = int.from_bytes(end[6:8], "little"), len(self._archive.filelist)
        # Old writers count modulo 65,536; newer ones write 65,535 and the number elsewhere.
        if stated not in (_ELSEWHERE, counted % 65_536):
            warn(
                f"{self._path} states {stated} entries and holds {counted}: it may be damaged, "
                "and pictures lost; compare it with the original.",
                DataWarning,
                stacklevel=3,
            )

    def entries(self) -> Iterator[Entry]:
        """The files in it, once; their stamps are the checksums that the directory holds.

        Raises:
            DataError: If an entry points outside.
        """
        self._archive.NameToInfo.clear()
        infos = self._archive.filelist
        infos.reverse()
        while infos:
            info = infos.pop()
            # Not is_dir(), which fails for a name that is nothing but a NUL.
            path = refuse_outside(info.filename, self._path)
            if not path.endswith("/"):
                yield _entry(info, path)

    def read(self, entry: Entry) -> bytes:
        """Unpack one file, as many bytes as its entry says, and check its checksum.

        Raises:
            UnreadableError: If it is damaged, encrypted, or compressed in an unusual way.
        """
        info = _info(entry)
        _refuse_unusual(info, entry.path)
        try:
            content = self._unpack(info)
        except Exception as error:  # as above
            reason = f"damaged in the zip file ({_said(error)})"
            raise UnreadableError(entry.path, reason) from error
        if len(content) != entry.size:
            reason = f"expected {entry.size} bytes, found {len(content)}"
            raise UnreadableError(entry.path, f"damaged in the zip file ({reason})")
        return content

    def _unpack(self, info: ZipInfo) -> bytes:
        # zipfile counts its open entries without a lock of its own.
        with self._lock:
            file = self._archive.open(info)
        # Piece by piece: a read of all at once would hold it twice.
        unpacked, left = BytesIO(), info.file_size
        try:
            while left > 0 and (piece := file.read(min(left, _PIECE))):
                left -= unpacked.write(piece)
            return unpacked.getvalue()
        finally:
            with self._lock:
                file.close()


def refuse_outside(name: str, path: Path) -> str:
    """Return an archive entry's name with one ``/`` between folders, or refuse the archive.

    Raises:
        DataError: If the name is absolute, climbs out of the archive by ``..``, or is none.

    Example:
        >>> refuse_outside("../../etc/passwd", Path("pictures.zip"))
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: pictures.zip holds an entry that points outside of it, ...
        >>> refuse_outside("./cats//1.png", Path("pictures.zip"))
        'cats/1.png'
    """
    plain = name.replace("\\", "/")
    parts = plain.split("/")
    if plain.startswith("/") or ".." in parts or plain[1:2] == ":":
        raise DataError(
            f"{path} holds an entry that points outside of it, {name!r}: expected relative names "
            "below the archive; do not trust this file, or pack it again."
        )
    if not plain or "\0" in plain:
        raise DataError(
            f"{path} holds an entry that is called {name!r}: expected the name of a file; do not "
            "trust this file, or pack it again."
        )
    folder = "/" if parts[-1] in ("", ".") else ""
    return "/".join(part for part in parts if part not in ("", ".")) + folder


def _entry(info: ZipInfo, path: str) -> Entry:
    """All of an entry that reading it takes, in numbers that a database can hold."""
    return Entry(
        path,
        min(info.file_size, _MOST),
        info.CRC,
        min(info.header_offset, _MOST),
        min(info.compress_size, _MOST),
        info.compress_type | info.flag_bits << _FLAGS,
        "" if info.orig_filename == path else info.orig_filename,
    )


def _info(entry: Entry) -> ZipInfo:
    """The reverse of `_entry`."""
    info = ZipInfo(entry.original or entry.path)
    info.file_size, info.compress_size = entry.size, entry.packed
    info.CRC, info.header_offset = entry.stamp, entry.place
    info.compress_type = entry.method & (1 << _FLAGS) - 1
    info.flag_bits = entry.method >> _FLAGS
    return info


def _refuse_unusual(info: ZipInfo, name: str) -> None:
    """Refuse what cannot be read, and what zipfile does not unpack in bounded memory."""
    if info.flag_bits & _ENCRYPTED:
        how = "encrypted"
    elif info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        how = f"compressed by method {info.compress_type}"
    else:
        return
    raise UnreadableError(name, f"{how} in the zip file; pack it plainly or by deflate")


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
