"""Folders for what is made of pictures: free to begin with, and explained when they fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zerosum.data.sources.decoding import is_picture_name
from zerosum.errors import ConfigError, DataError
from zerosum.files import is_disk_full

__all__ = ["explained", "require_free"]


def require_free(out: Path) -> None:
    """Refuse a folder with something in it, and what is not to be a folder.

    Raises:
        ConfigError: It is one of these.

    Example:
        >>> require_free(Path("made.zip"))
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: --out is a folder; got 'made.zip'.
    """
    if is_picture_name(out.name) or out.suffix.lower() in (".zip", ".npz", ".tar"):
        raise ConfigError(f"--out is a folder; got {out.name!r}.")
    if out.exists() and not out.is_dir():
        raise ConfigError(f"{out} is a file; choose a folder: --out NEW.")
    if out.exists() and any(out.iterdir()):
        raise ConfigError(
            f"the folder {out} is not empty; choose another with --out NEW, or empty it."
        )


@contextmanager
def explained(place: Path) -> Iterator[None]:
    """Say where nothing can be written, and what stays.

    Raises:
        DataError: Something within could not be written.
    """
    try:
        yield
    except OSError as error:
        what = "the disk is full" if is_disk_full(error) else f"{error}"
        raise DataError(
            f"cannot write to {place}: {what}. The pictures that are finished stay. Make room, or "
            "make it writable, and go on with the others and another --out."
        ) from error
