"""Plain bytes of files that are compressed as a whole, without leaving anything behind."""

import gzip
import shutil
import tempfile
import zlib
from io import BufferedIOBase
from mmap import ACCESS_READ, mmap
from pathlib import Path

from zerosum.errors import DataError
from zerosum.files import is_disk_full

__all__ = ["map_file", "unpack"]

_GZIP = b"\x1f\x8b"


def map_file(path: Path) -> mmap:
    """Map a file into memory for reading; a gzipped one is unpacked into a nameless file first.

    Reads of the mapping are safe from several threads, and its pages are the system's to reclaim.

    Raises:
        DataError: If the file is empty, damaged, or does not fit on the temporary disk.
    """
    try:
        with path.open("rb") as file:
            gzipped = file.read(2) == _GZIP
            file.seek(0)
            if not gzipped:
                return mmap(file.fileno(), 0, access=ACCESS_READ)
        with unpack(path) as plain:
            return mmap(plain.fileno(), 0, access=ACCESS_READ)
    except ValueError as error:  # what mmap says of a file of no bytes
        raise DataError(f"{path} is empty: expected data; copy or download it again.") from error


def unpack(path: Path) -> BufferedIOBase:
    """Unpack a gzipped file into a temporary file without a name, in constant memory.

    Raises:
        DataError: If it is damaged, or does not fit on the temporary disk.
    """
    plain = tempfile.TemporaryFile()  # noqa: SIM115, the caller closes it
    try:
        _copy_plain(path, plain)
    except BaseException:
        plain.close()
        raise
    return plain


def _copy_plain(path: Path, plain: BufferedIOBase) -> None:
    try:
        with gzip.open(path, "rb") as packed:
            shutil.copyfileobj(packed, plain, 1 << 20)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is damaged ({error}); copy or download it again.") from error
    except OSError as error:
        raise _no_room(path, error) from error
    plain.flush()


def _no_room(path: Path, error: OSError) -> Exception:
    if not is_disk_full(error):
        return DataError(f"{path} cannot be unpacked: {error.strerror or error}.")
    return DataError(
        f"the disk is full: {path} does not fit into {tempfile.gettempdir()} unpacked; free some "
        "space, or set TMPDIR to a larger disk."
    )
