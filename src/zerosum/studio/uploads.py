"""Pictures that came through the browser: lots, each a folder below RUNS/.studio/uploads."""

import os
import re
import shutil
import time
from asyncio import shield, to_thread
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from secrets import token_hex
from unicodedata import normalize

from typing_extensions import TypedDict

from zerosum.data.suffixes import ARRAY_SUFFIXES, TAR_SUFFIXES, is_image_name
from zerosum.errors import printable
from zerosum.explaining import explained
from zerosum.studio.refusals import MissingError, StudioError

__all__ = [
    "FORM",
    "Lot",
    "RefusedFile",
    "checked_lot",
    "delete_lot",
    "lots",
    "place_of",
    "receiving",
]

_LOT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_. -]{0,79}")
_ODD = re.compile(r'[%<>:"|?*\\\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]')
_LONGEST = 100
"""Bytes of a name; what is longer is cut, and told from others by a checksum."""
_DEEPEST = 8
_WHOLE = (".zip", *TAR_SUFFIXES, *ARRAY_SUFFIXES)
"""Files that are a source by themselves."""
_STALE = 3600.0
"""Seconds after which what is half received was left by a server that was killed."""
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            }
        },
    }
}
"""How a request with files is described in the API."""


class Lot(TypedDict):
    """Pictures that were uploaded together: what ``--data`` takes, how many, how large.

    ``pictures`` is null where they are in an archive.
    """

    name: str
    source: str
    pictures: int | None
    bytes: int


class RefusedFile(TypedDict):
    """A file that was not kept."""

    file: str
    why: str


def checked_lot(name: str) -> str:
    """The name, if a lot may be called so.

    Raises:
        StudioError: It may not.

    Example:
        >>> checked_lot("cats-2")
        'cats-2'
        >>> checked_lot("../cats")
        Traceback (most recent call last):
        ...
        zerosum.studio.refusals.StudioError: uploads are called by letters, digits, ...
    """
    if _LOT.fullmatch(name) and not name.endswith((".", " ")):
        return name
    raise StudioError(
        "uploads are called by letters, digits, _ and -, at most 80 of them, got "
        f"{printable(name[:100])!r}."
    )


def place_of(sent: str) -> PurePosixPath | str:
    r"""Where a file goes in its lot, or why it goes nowhere.

    Folders stay, since they are labels. Letters that would do something elsewhere are written as
    ``%`` and their numbers, so that different names stay different.

    Args:
        sent: Its path, as the sender says.

    Example:
        >>> place_of("photos/cats/1.png").as_posix(), place_of("C:\\a.png").as_posix()
        ('photos/cats/1.png', 'C%3A%5Ca.png')
        >>> place_of("../../.ssh/id"), place_of("a.svg")
        ('its path leads out of its folder', 'no file of pictures that can be read')
    """
    parts = normalize("NFC", sent).split("/")
    if ".." in parts:
        return "its path leads out of its folder"
    parts = [part for part in parts if part not in ("", ".")]
    if len(parts) > _DEEPEST:
        return f"it lies in more than {_DEEPEST - 1} folders"
    if any(part.startswith(".") for part in parts):
        return "a hidden file"
    if not parts or not (is_image_name(parts[-1]) or parts[-1].lower().endswith(_WHOLE)):
        return "no file of pictures that can be read"
    return PurePosixPath(*map(_plain, parts))


def _plain(part: str) -> str:
    """A name that every system takes, and no other name's."""
    part = part.encode("utf-8", "replace").decode()
    part = _ODD.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), part)
    part = re.sub(r"[. ]$", lambda found: f"%{ord(found[0]):02X}", part)
    encoded = part.encode()
    if len(encoded) <= _LONGEST:
        return part
    mark, end = blake2b(encoded, digest_size=6).hexdigest(), PurePosixPath(part).suffix[:10]
    kept = encoded[: _LONGEST - len(mark) - len(end.encode()) - 1].decode("utf-8", "ignore")
    return f"{kept}~{mark}{end}"


@asynccontextmanager
async def receiving(uploads: Path, name: str) -> AsyncIterator[Path]:
    """A folder for what comes; it is put into the lot, or is gone, at the end.

    Args:
        uploads: Where all lots are.
        name: The lot.

    Raises:
        FileError: It cannot be written.
    """
    folder = uploads / f".{name}.{token_hex(6)}.part"
    await to_thread(_prepare, folder)
    try:
        yield folder
        await to_thread(_move, folder, uploads / name)
    finally:
        # Also where whoever waits is told to wait no more.
        await shield(to_thread(shutil.rmtree, folder, ignore_errors=True))


def _prepare(folder: Path) -> None:
    with explained(folder.parent):
        _sweep(folder.parent)
        folder.mkdir(parents=True)


def lots(uploads: Path) -> list[Lot]:
    """All lots by name.

    Args:
        uploads: Where they are.

    Example:
        >>> lots(Path("no/such"))
        []
    """
    try:
        names = sorted(each.name for each in uploads.iterdir() if _LOT.fullmatch(each.name))
    except OSError:
        return []
    found = []
    for each in names:
        with suppress(MissingError):  # Another page has just deleted it.
            found.append(lot_of(uploads, each))
    return found


def lot_of(uploads: Path, name: str) -> Lot:
    """A lot.

    Raises:
        MissingError: There is none of that name.
    """
    folder = uploads / checked_lot(name)
    files = list(_files(folder))
    if not files:
        raise MissingError(f"there are no uploads called {name!r}.")
    paths = [PurePosixPath(path) for path, _ in files]
    is_whole = len(paths) == 1 and _is_whole(paths[0])
    return Lot(
        name=name,
        source=str(folder.absolute() / _top(paths)),
        pictures=None if is_whole else len(paths),
        bytes=sum(size for _, size in files),
    )


def delete_lot(uploads: Path, name: str) -> None:
    """Delete a lot; whoever reads it just then is left with a part of it.

    Raises:
        MissingError: There is none of that name.
        FileError: It cannot be deleted.
    """
    folder = uploads / checked_lot(name)
    if not folder.is_dir():
        raise MissingError(f"there are no uploads called {name!r}.")
    aside = uploads / f".{name}.{token_hex(6)}.part"
    with explained(folder, "deleted"):
        folder.rename(aside)  # At once, so that none of it is seen any more.
        shutil.rmtree(aside)


def refusal_of(place: PurePosixPath, others: list[PurePosixPath], most: int) -> str | None:
    """Why a file cannot be in a lot with others; None if it can.

    Args:
        place: Where it would be.
        others: The files of the lot.
        most: How many there may be.
    """
    if place in others:
        return None  # It takes the place of that one.
    if len(others) >= most:
        return f"there are {most:,} files already, and no more may be together"
    if others and (_is_whole(place) or _is_whole(others[0])):
        return "an archive or an array is uploaded alone: it is a source by itself"
    return None


def files_of(folder: Path) -> list[PurePosixPath]:
    """The files in a lot or in what is being received."""
    return [PurePosixPath(path) for path, _ in _files(folder)]


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    for path, _, names in os.walk(folder):
        for name in names:
            file = Path(path, name)
            with suppress(OSError):
                yield file.relative_to(folder).as_posix(), file.lstat().st_size


def _top(paths: list[PurePosixPath]) -> PurePosixPath:
    """The folder that all are in, if they came in one, or the file that is a source."""
    if len(paths) == 1 and _is_whole(paths[0]):
        return paths[0]
    tops = {path.parts[0] for path in paths if len(path.parts) > 1}
    are_together = len(tops) == 1 and all(len(path.parts) > 1 for path in paths)
    return PurePosixPath(*tops) if are_together else PurePosixPath()


def _is_whole(path: PurePosixPath) -> bool:
    return path.name.lower().endswith(_WHOLE)


def _move(folder: Path, lot: Path) -> None:
    """Put all files into the lot; one of the same name makes room."""
    with explained(lot):
        for path, _ in list(_files(folder)):
            target = lot / path
            target.parent.mkdir(parents=True, exist_ok=True)
            (folder / path).replace(target)


def _sweep(uploads: Path) -> None:
    for left in uploads.glob(".*.part"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE:
                shutil.rmtree(left, ignore_errors=True)
