"""Single pictures that pages use: what came through the browser, once it was decoded.

Each is a PNG that is called by a hash of it, so that the same picture is kept once.
"""

import re
import time
from contextlib import suppress
from pathlib import Path

from zerosum.studio.home import Home
from zerosum.studio.refusals import MissingError

__all__ = ["picture_path", "sweep_pictures"]

_NAME = re.compile(r"[0-9a-f]{32}")
_MOST = 300
_STALE = 3600.0
"""Seconds after which what is half received was left by a server that was killed."""


def picture_path(home: Home, identity: str) -> Path:
    """The file of a picture.

    Args:
        home: Where pictures are.
        identity: What its upload was answered.

    Raises:
        MissingError: It is not there (any more).
    """
    path = home.pictures.absolute() / f"{identity}.png"
    if _NAME.fullmatch(identity) is None or not path.is_file():
        raise MissingError("that picture is no longer here; choose it again.")
    with suppress(OSError):
        path.touch()  # It is used, so others go first.
    return path


def sweep_pictures(home: Home) -> None:
    """Delete the pictures that were not used for longest, beyond some hundreds."""
    found: list[tuple[float, Path]] = []
    with suppress(OSError):
        for path in home.pictures.iterdir():
            with suppress(OSError):
                found.append((path.stat().st_mtime, path))
    found.sort(reverse=True)
    kept = [path for _, path in found if path.suffix == ".png"][:_MOST]
    for changed, path in found:
        is_left = path.suffix != ".png" and time.time() - changed > _STALE
        if is_left or (path.suffix == ".png" and path not in kept):
            with suppress(OSError):
                path.unlink()
