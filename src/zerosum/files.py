"""Where what is made once is kept, and writing so that a reader never meets half of a file."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["cache_folder", "is_disk_full", "replace_atomically", "sweep", "write_text"]

_TEMPORARY = ".tmp"


def cache_folder() -> Path:
    """Where decoded pictures are kept: ``$ZEROSUM_CACHE``, or the user's cache folder.

    Example:
        >>> from unittest.mock import patch
        >>> with patch.dict(os.environ, ZEROSUM_CACHE="large-disk/cache"):
        ...     cache_folder().as_posix()
        'large-disk/cache'
    """
    given = os.environ.get("ZEROSUM_CACHE")
    if given:
        return Path(given).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "zerosum"


def is_disk_full(error: Exception) -> bool:
    """Whether a write failed because the disk, or the user's share of it, is full.

    Libraries that are not written in Python pass on the system's words but not its number.

    Example:
        >>> is_disk_full(OSError(errno.ENOSPC, "No space left on device"))
        True
        >>> is_disk_full(OSError(errno.EACCES, "Permission denied"))
        False
    """
    number = getattr(error, "errno", None)
    return number in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error)


@contextmanager
def replace_atomically(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; on success it takes its place, else it vanishes.

    Whatever happens in between (an exception, a full disk, ``kill -9``), ``path`` holds either
    the old content or the new, complete one. The data are on disk before the name changes.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     with replace_atomically(Path(folder) / "a.txt") as temporary:
        ...         _ = temporary.write_text("whole")
        ...     (Path(folder) / "a.txt").read_text()
        'whole'
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}{_TEMPORARY}")
    try:
        yield temporary
        _flush(temporary, os.O_RDWR)
        temporary.replace(path)
        if os.name == "posix":  # Elsewhere a folder cannot be opened.
            _flush(path.parent, os.O_RDONLY)
    finally:
        temporary.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what writers that were killed have left in a folder in which nobody writes now.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     (Path(folder) / ".latest.safetensors.123.tmp").touch()
        ...     sweep(Path(folder))
        ...     list(Path(folder).iterdir())
        []
    """
    for left in folder.glob(f".*.*{_TEMPORARY}"):
        with suppress(OSError):  # It is in nobody's way.
            left.unlink()


def write_text(path: Path, text: str) -> None:
    """Replace the file's content by ``text`` (UTF-8) atomically.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     write_text(Path(folder) / "a.txt", "old")
        ...     write_text(Path(folder) / "a.txt", "new")
        ...     (Path(folder) / "a.txt").read_text()
        'new'
    """
    with replace_atomically(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _flush(path: Path, mode: int) -> None:
    descriptor = os.open(path, mode)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
