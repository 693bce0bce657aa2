"""Folders for what is made of images: free to begin with, and explained when they fail."""

from contextlib import AbstractContextManager
from pathlib import Path

from zerosum.data.sources.decoding import is_image_name
from zerosum.errors import ConfigError
from zerosum.explaining import explained
from zerosum.files import require_writable
from zerosum.media.images import FINISHED_STAY

__all__ = ["keeping_finished", "require_free"]


def require_free(out: Path) -> None:
    """Refuse a folder with something in it, what is not to be a folder, and a forbidden place.

    Raises:
        ConfigError: It is one of the former.
        FileError: Nothing can be written there.

    Example:
        >>> require_free(Path("made.zip"))
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: --out is a folder; got 'made.zip'.
    """
    if is_image_name(out.name) or out.suffix.lower() in (".zip", ".npz", ".tar"):
        raise ConfigError(f"--out is a folder; got {out.name!r}.")
    with explained(out):
        if out.exists() and not out.is_dir():
            raise ConfigError(f"{out} is a file; choose a folder: --out NEW.")
        if out.exists() and any(out.iterdir()):
            raise ConfigError(
                f"the folder {out} is not empty; choose another with --out NEW, or empty it."
            )
    require_writable(out)


def keeping_finished(out: Path) -> AbstractContextManager[None]:
    """Say, where one of many images cannot be written, that the others stay.

    Args:
        out: Their folder.

    Raises:
        FileError: Something within could not be written.

    Example:
        >>> with keeping_finished(Path("made")):
        ...     raise OSError(30, "Read-only file system")
        Traceback (most recent call last):
        ...
        zerosum.errors.FileError: made cannot be written: Read-only file system. Make it ...
    """
    return explained(out, then=f"{FINISHED_STAY} Go on with the others and another --out.")
