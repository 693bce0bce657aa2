"""Results that were saved from pages, each with what brings the page back to it.

They lie with their network, in ``saved/`` of the run folder: ID.png (or gif, mp4), which says of
itself how it was made, and ID.json, which says on which page and in which state.
"""

import json
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any, Literal

from typing_extensions import TypedDict

from zerosum.errors import ZerosumError
from zerosum.explaining import explained
from zerosum.files import write_text
from zerosum.studio.networks import Network, find, folder_of
from zerosum.studio.reading import file_within, names_in, object_in
from zerosum.studio.refusals import MissingError, StudioError
from zerosum.studio.studio import Studio

__all__ = [
    "Place",
    "Saved",
    "all_saved",
    "delete_saved",
    "file_of_saved",
    "new_place",
    "one_saved",
]

Suffix = Literal[".png", ".gif", ".mp4", ".html"]
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
_SUFFIXES = (".png", ".gif", ".mp4", ".html")
_STATE_BYTES = 2**19


class Saved(TypedDict):
    """Something that was saved: by which page, in which state, and when."""

    id: str
    page: str
    title: str
    created: float
    suffix: str
    state: dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where something is being saved.

    Attributes:
        id: What it is called.
        path: The file that a task is to write.
    """

    id: str
    path: Path

    def keep(self, page: str, title: str, state: dict[str, Any]) -> Saved:
        """Note what the file is of, which a task has written; where that fails, the file goes.

        Args:
            page: Which page it is of.
            title: What to call it.
            state: What brings the page back.

        Raises:
            StudioError: The state is too large.
            FileError: It cannot be written.
        """
        saved = Saved(
            id=self.id,
            page=page,
            title=title[:200],
            created=time.time(),
            suffix=self.path.suffix,
            state=state,
        )
        text = json.dumps(saved)
        try:
            if len(text) > _STATE_BYTES:
                raise StudioError("What is to be saved is too large; a picture has fewer strokes.")
            write_text(self.path.with_suffix(".json"), text)
        except ZerosumError:
            with suppress(OSError):  # Nobody would find it.
                self.path.unlink(missing_ok=True)
            raise
        return saved


def new_place(studio: Studio, network: Network, suffix: Suffix) -> Place:
    """A place for something that is to be saved.

    Args:
        studio: Which one.
        network: What it was made with.
        suffix: That of the file.

    Raises:
        FileError: Its folder cannot be made.
    """
    folder = (folder_of(studio, network) / "saved").absolute()
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{token_hex(3)}"
    return Place(id=name, path=folder / f"{name}{suffix}")


def all_saved(studio: Studio, network: Network, page: str | None = None) -> list[Saved]:
    """All that was saved of a network, the newest first; of one page, if one is named."""
    folder = folder_of(studio, network) / "saved"
    stems = {Path(name).stem for name in names_in(folder) if name.endswith(".json")}
    found = [each for stem in sorted(stems, reverse=True) if (each := _read(folder, stem))]
    return [each for each in found if page in (None, each["page"])]


def one_saved(studio: Studio, key: str, identity: str) -> Saved:
    """Something that was saved.

    Raises:
        MissingError: There is no such thing.
    """
    network = find(studio, key)
    saved = _read(folder_of(studio, network) / "saved", identity)
    if saved is None:
        raise MissingError("what was saved there is no longer here.")
    return saved


def file_of_saved(studio: Studio, key: str, identity: str) -> Path:
    """The file of something that was saved.

    Raises:
        MissingError: There is no such thing.
    """
    saved = one_saved(studio, key, identity)
    return folder_of(studio, find(studio, key)) / "saved" / f"{identity}{saved['suffix']}"


def delete_saved(studio: Studio, key: str, identity: str) -> None:
    """Delete something that was saved.

    Raises:
        MissingError: There is no such thing.
        FileError: It cannot be deleted.
    """
    path = file_of_saved(studio, key, identity)
    with explained(path, "deleted"):
        path.unlink(missing_ok=True)
        path.with_suffix(".json").unlink(missing_ok=True)


def _read(folder: Path, identity: str) -> Saved | None:
    """What is known of a saved file; None where anything is amiss, also a name that is none."""
    if _ID.fullmatch(identity) is None:
        return None
    known = object_in(folder / f"{identity}.json")
    if known is None or known.get("suffix") not in _SUFFIXES:
        return None
    with suppress(KeyError, TypeError, ValueError):
        if file_within(folder.parent, f"saved/{identity}{known['suffix']}") is not None:
            return Saved(
                id=identity,
                page=str(known["page"]),
                title=str(known["title"]),
                created=float(known["created"]),
                suffix=str(known["suffix"]),
                state=dict(known["state"]),
            )
    return None
