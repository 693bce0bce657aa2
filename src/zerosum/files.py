"""Where what is made once is kept, and writing so that a reader never meets half of a file."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_IMODE, S_ISDIR, S_ISREG

from zerosum.errors import ConfigError, FileError, ZerosumError
from zerosum.explaining import explained

__all__ = [
    "ANOTHER_CACHE",
    "cache_folder",
    "expanded",
    "new_folder",
    "replace_atomically",
    "require_writable",
    "sweep",
    "write_text",
    "writing",
]


_TEMPORARY = ".tmp"

ANOTHER_CACHE = "ZEROSUM_CACHE=FOLDER names another place for what is made once."
"""What is to be known where nothing can be kept."""


def cache_folder() -> Path:
    """Where decoded images are kept: ``$ZEROSUM_CACHE``, or the user's cache folder.

    Raises:
        ConfigError: Neither is known.

    Example:
        >>> from unittest.mock import patch
        >>> with patch.dict(os.environ, ZEROSUM_CACHE="large-disk/cache"):
        ...     cache_folder().as_posix()
        'large-disk/cache'
    """
    folder = os.environ.get("ZEROSUM_CACHE")
    if folder:
        return expanded(folder)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else expanded("~/.cache")) / "zerosum"


def expanded(path: str | Path) -> Path:
    """A path whose ``~`` is replaced by the user's home folder.

    Raises:
        ConfigError: The system knows no home folder of that user.

    Example:
        >>> expanded("~/photos") == Path.home() / "photos"
        True
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise ConfigError(
            f"{path} is in a home folder, and the system knows of none: set HOME, or write the "
            f"whole path. {ANOTHER_CACHE}"
        ) from error


@contextmanager
def writing(
    path: Path, *, error: type[ZerosumError] = FileError, then: str = ""
) -> Iterator[Path]:
    """Yield a temporary path that takes the place of ``path``, as `replace_atomically` does.

    The folder is made if it is missing. What goes wrong is explained, and leaves nothing.

    Args:
        path: The file.
        error: What is raised where it cannot be written.
        then: What is to be known then, besides.

    Raises:
        ZerosumError: Of the given type.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     with writing(Path(folder) / "new" / "a.txt") as temporary:
        ...         _ = temporary.write_text("whole")
        ...     (Path(folder) / "new" / "a.txt").read_text()
        'whole'
    """
    with (
        explained(path, error=error, then=then),
        new_folder(path.parent),
        replace_atomically(path) as temporary,
    ):
        yield temporary


@contextmanager
def new_folder(path: Path) -> Iterator[None]:
    """Make a folder and those above it; where something fails within, the empty ones go again.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     with suppress(ZeroDivisionError), new_folder(Path(folder, "a", "b")):
        ...         _ = 1 / 0
        ...     list(Path(folder).iterdir())
        []
    """
    made = _make(path)
    try:
        yield
    except BaseException:
        _remove(made)
        raise


@contextmanager
def replace_atomically(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; on success it takes its place, else it vanishes.

    Whatever happens in between (an exception, a full disk, ``kill -9``), ``path`` holds either
    the old content or the new, complete one. The data are on disk before the name changes. That
    nothing can be written there shows at once, before there is anything to write.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     with replace_atomically(Path(folder) / "a.txt") as temporary:
        ...         _ = temporary.write_text("whole")
        ...     (Path(folder) / "a.txt").read_text()
        'whole'
    """
    _refuse_what_is_no_file(path)
    temporary = _aside(path)
    try:
        temporary.touch()
        mode = temporary.stat().st_mode
        yield temporary
        if temporary.stat().st_mode != mode:  # Some libraries make files for nobody else to read.
            temporary.chmod(S_IMODE(mode))
        _flush(temporary, os.O_RDWR)
        temporary.replace(path)
        if os.name == "posix":  # Elsewhere a folder cannot be opened.
            with suppress(PermissionError):  # Some may be written to and not looked into.
                _flush(path.parent, os.O_RDONLY)
    finally:
        with suppress(OSError):
            temporary.unlink()


def require_writable(folder: Path) -> None:
    """Refuse before the work a folder, there or to be made, that nothing could be put in after it.

    Raises:
        FileError: It is one.

    Example:
        >>> require_writable(Path("new"))
        >>> require_writable(Path("."))
        >>> require_writable(Path(__file__))
        Traceback (most recent call last):
        ...
        zerosum.errors.FileError: ...files.py cannot be written: a file is where a folder ...
    """
    with explained(folder):
        made = _make(folder)
        probe = _aside(folder / "probe")
        try:
            probe.touch()
            probe.unlink()
        finally:
            _remove(made)


def sweep(folder: Path) -> None:
    """Remove what writers that were killed have left in a folder in which nobody writes now.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     for name in (".latest.safetensors.123.tmp", ".tmp4pQJSJ", ".tmp-mine"):
        ...         (Path(folder) / name).touch()
        ...     sweep(Path(folder))
        ...     [path.name for path in Path(folder).iterdir()]
        ['.tmp-mine']
    """
    # The second kind is safetensors', which writes aside and renames, too.
    for pattern in (f".*.*{_TEMPORARY}", ".tmp??????"):
        for left in folder.glob(pattern):
            with suppress(OSError):  # It is in nobody's way.
                left.unlink()


def write_text(path: Path, text: str) -> None:
    """Replace the file's content by ``text`` (UTF-8) atomically.

    Raises:
        FileError: It cannot be written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     write_text(Path(folder) / "a.txt", "old")
        ...     write_text(Path(folder) / "a.txt", "new")
        ...     (Path(folder) / "a.txt").read_text()
        'new'
    """
    with writing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _aside(path: Path) -> Path:
    """Where a file is written before it takes its place; `sweep` knows such names."""
    return path.with_name(f".{path.name}.{os.getpid()}{_TEMPORARY}")


def _make(folder: Path) -> list[Path]:
    """Make a folder and those above it that are missing; return the new ones, deepest first."""
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except BaseException:
        _remove(made)
        raise
    return made


def _remove(folders: list[Path]) -> None:
    """Remove those that are there and empty."""
    for each in folders:
        with suppress(OSError):
            each.rmdir()


def _refuse_what_is_no_file(path: Path) -> None:
    """Refuse a folder, and a device or a pipe: the new file would take its place."""
    mode = path.stat().st_mode if path.exists() else None
    if mode is not None and S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if mode is not None and not S_ISREG(mode):
        raise FileError(f"{path} is a device or a pipe; choose a file.")


def _flush(path: Path, mode: int) -> None:
    descriptor = os.open(path, mode)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
