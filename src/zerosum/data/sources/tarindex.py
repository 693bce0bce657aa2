"""What is in a tar file, by Python's ``tarfile``, and whether it ended where it should.

``tarfile`` takes a damaged header for the end of the archive; the images behind it would be
lost without a word. Format: POSIX.1-2017, pax, "ustar Interchange Format",
https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
"""

import os
import tarfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase, RawIOBase
from pathlib import Path

from zerosum.data.sources.files import is_hidden
from zerosum.data.sources.listing import Entry
from zerosum.data.sources.zipindex import refuse_outside
from zerosum.errors import DataError, DataWarning, printable

__all__ = ["entries_of_tar"]

_HEADER_LIMIT = 1 << 20
_PIECE = 1 << 20
_MOST = 1 << 62


def entries_of_tar(
    file: BufferedIOBase, path: Path, *, start: int = 0, stop: int | None = None
) -> Iterator[Entry]:
    """The files in a tar file that are not hidden, in its own order.

    What is no plain file (a link, a sparse file, ...) has a reason why it is refused.

    Args:
        file: The tar file, open and plain.
        path: What to call it in messages.
        start: Where in the file it begins.
        stop: Where in the file it ends; at its end by default.

    Raises:
        DataError: If it is damaged, or an entry points outside.

    Warns:
        DataWarning: If it may be truncated, or goes on after its end mark.
    """
    descriptor = file.fileno()
    window = _Window(descriptor, start, os.fstat(descriptor).st_size if stop is None else stop)
    with _naming_damage(path):
        archive = tarfile.open(fileobj=window, mode="r:", encoding="utf-8")  # noqa: SIM115
    while (member := _next(archive, path)) is not None:
        if not member.isdir():
            name = refuse_outside(member.name, path)
            if not is_hidden(name):
                yield _entry(member, name, start)
        if archive.offset >= window.size:
            _warn_of_truncation(path)
            return
    _check_end(window, archive.offset, path)


def _next(archive: tarfile.TarFile, path: Path) -> tarfile.TarInfo | None:
    with _naming_damage(path):
        member = archive.next()
    vars(archive)["members"].clear()  # else it remembers a million of them
    if member is not None and (
        member.size < 0 or archive.offset <= member.offset
    ):  # it would loop
        raise DataError(_damaged(path, member.offset))
    return member


def _entry(member: tarfile.TarInfo, name: str, start: int) -> Entry:
    # Bytes that are no UTF-8 are escaped: two such names must not become one.
    name = name.encode("utf-8", "backslashreplace").decode("utf-8")
    if refused := _refused(member):
        return Entry(name, 0, 0, refused=refused)
    time = int(member.mtime) if abs(member.mtime) < _MOST else 0  # pax headers may say infinity
    return Entry(name, min(member.size, _MOST), time, start + member.offset_data)


def _refused(member: tarfile.TarInfo) -> str:
    if member.issym() or member.islnk():
        to = member.linkname.encode("utf-8", "backslashreplace").decode("utf-8")
        how = "--dereference --hard-dereference"
        return f"a link in the tar file, to {printable(to)}; pack it with tar {how}"
    if member.issparse():
        return "kept as a sparse file in the tar file; pack it without --sparse"
    return "" if member.isreg() else "not a plain file in the tar file"


def _check_end(window: "_Window", place: int, path: Path) -> None:
    """Whether it was the end that ended the reading at a header's place."""
    window.seek(place)
    mark = window.read(tarfile.BLOCKSIZE)
    if mark.strip(b"\0"):
        raise DataError(_damaged(path, place))
    if not mark:
        _warn_of_truncation(path)
    while piece := window.read(_PIECE):
        if piece.strip(b"\0"):
            warnings.warn(
                f"{path} goes on after its end mark at byte {place}, and what follows is not "
                "read; if tar files were joined, unpack and pack them as one.",
                DataWarning,
                stacklevel=2,
            )
            return


def _warn_of_truncation(path: Path) -> None:
    warnings.warn(
        f"{path} ends without an end mark: it may be truncated, and its last pictures lost; "
        "compare its size with the original's.",
        DataWarning,
        stacklevel=2,
    )


def _damaged(path: Path, place: int) -> str:
    return (
        f"{path} is damaged at byte {place}: expected the header of a file, or the end mark; "
        "copy or download it again."
    )


@contextmanager
def _naming_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # damaged headers meet tarfile with errors of every kind
        reason = str(error) or type(error).__name__
        raise DataError(
            f"{path} is not a whole tar file ({reason}): copy or download it again."
        ) from error


class _Window(RawIOBase):
    """A part of a file as tarfile reads it, in pieces that a header can honestly need."""

    def __init__(self, descriptor: int, start: int, stop: int) -> None:
        self._descriptor = descriptor
        self._start = start
        self._place = 0
        self.size = stop - start

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _HEADER_LIMIT:
            raise tarfile.ReadError(f"a header says that it has {size} bytes")
        size = max(0, min(size, self.size - self._place))
        content = os.pread(self._descriptor, size, self._start + self._place)
        self._place += len(content)
        return content

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        assert whence == os.SEEK_SET
        self._place = place
        return place

    def tell(self) -> int:
        return self._place
