"""What can be followed: all runs, one run, one job, the queue, the studio.

A topic answers with what is new since a cursor. It remembers nothing of who asks: a cursor says
all, so that whoever lost the connection goes on where it was, and many who are equally far cost
no more than one.
"""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable
from zlib import crc32

from zerosum.studio.answers import sound_json
from zerosum.studio.following import Place, Text, read_text_on

__all__ = [
    "Changes",
    "Cursor",
    "LogEnd",
    "News",
    "Recent",
    "RunsTopic",
    "Topic",
    "WholeTopic",
    "checksum",
    "print_of",
    "told",
]

ValueT = TypeVar("ValueT")
Cursor = Any
"""JSON that a topic made; whoever sends it back may have changed it."""


@dataclass(frozen=True)
class News:
    """What is new.

    Attributes:
        data: To be told; None where nothing is new.
        cursor: From which to go on.
        more: Whether there is more to be told at once.
    """

    data: dict[str, Any] | None
    cursor: Cursor
    more: bool = False


@runtime_checkable
class Topic(Protocol):
    """Something to follow.

    Attributes:
        kind: Name of its events.
        seconds: Between two looks at it.
    """

    kind: str
    seconds: float

    def look(self) -> Hashable:
        """Something cheap to have that differs when there may be something new."""

    def since(self, cursor: Cursor) -> News:
        """What is new since a cursor; all there is for None, and for one that is not known."""

    def resumed(self, cursor: Cursor) -> Cursor:
        """A cursor that comes from outside, or None if it does not lead on from what is there."""


@runtime_checkable
class Changes(Protocol):
    """What became of the runs since a version of their list."""

    @property
    def version(self) -> int:
        """That of the list now."""

    @property
    def changed(self) -> list[Any]:
        """Summaries of the runs that are new or other than they were."""

    @property
    def gone(self) -> list[str]:
        """Names of those that are there no more."""


class Recent(Generic[ValueT]):
    """A value that many ask for, read again only when it is no longer recent.

    Args:
        read: Reads it.
        seconds: How long it is recent.

    Example:
        >>> numbers = iter(range(9))
        >>> recent = Recent(lambda: next(numbers), seconds=60.0)
        >>> recent.get(), recent.get()
        (0, 0)
    """

    def __init__(self, read: Callable[[], ValueT], *, seconds: float = 0.4) -> None:
        self._read = read
        self._seconds = seconds
        self._value: tuple[ValueT] | None = None
        self._at = 0.0
        self._lock = Lock()

    def get(self) -> ValueT:
        """The value, as it is or was a moment ago."""
        with self._lock:
            if self._value is None or time.monotonic() - self._at > self._seconds:
                self._value, self._at = (self._read(),), time.monotonic()
            return self._value[0]


class RunsTopic:
    """The summaries of all runs.

    The event says ``all: true`` where runs that it does not name are gone.

    Args:
        changed_since: Tells what has changed since a version; 0 stands for everything.
    """

    kind = "runs"
    seconds = 0.7

    def __init__(self, changed_since: Callable[[int], Changes]) -> None:
        self._changed_since = changed_since
        self._server = token_hex(4)
        self._version = 0
        self._summaries: dict[str, Any] = {}
        self._recent = Recent(self._update)

    def look(self) -> Hashable:
        """The version of the list."""
        return self._recent.get()

    def find(self, name: str) -> Any:
        """The summary of one run, as it was a moment ago; None if there is none."""
        self._recent.get()
        return self._summaries.get(name)

    def since(self, cursor: Cursor) -> News:
        """The runs that changed."""
        changes = self._changed_since(0 if cursor is None else cursor[1])
        now = [self._server, changes.version]
        if cursor is None:
            return News({"changed": changes.changed, "gone": [], "all": True}, now)
        if not changes.changed and not changes.gone:
            return News(None, now)
        return News({"changed": changes.changed, "gone": changes.gone}, now)

    def resumed(self, cursor: Cursor) -> Cursor:
        """A cursor of this server's; versions of another one mean nothing."""
        match cursor:
            case [self._server, int(version)] if 0 <= version <= self._recent.get():
                return cursor
        return None

    def _update(self) -> int:
        changes = self._changed_since(self._version)
        self._version = changes.version
        self._summaries |= {each["name"]: each for each in changes.changed}
        for name in changes.gone:
            self._summaries.pop(name, None)
        return self._version


class WholeTopic:
    """Something small that is told as a whole whenever it has changed.

    Args:
        kind: Name of its events.
        read: Gives it.
        log: The log that belongs to it, if there is one.
    """

    seconds = 0.5

    def __init__(
        self, kind: str, read: Callable[[], dict[str, Any]], *, log: Path | None = None
    ) -> None:
        self.kind = kind
        self._read = read
        self._log = None if log is None else LogEnd(log)

    def look(self) -> Hashable:
        """A checksum of it, and the size of its log."""
        return checksum(self._read()), None if self._log is None else self._log.look()

    def since(self, cursor: Cursor) -> News:
        """All of it, and what is new in its log."""
        known, place = cursor if cursor is not None else (None, None)
        whole = self._read()
        mark = checksum(whole)
        text = None if self._log is None else self._log.since(place)
        if text is not None:
            whole, place = {**whole, "log": told(text)}, text.place.to_json()
        if mark == known and text is None:
            return News(None, cursor)
        return News(whole, [mark, place], more=text is not None and text.more)

    def resumed(self, cursor: Cursor) -> Cursor:
        """A cursor of the right form; a wrong checksum has no consequence but a repetition."""
        match cursor:
            case [int() | None, list() | None as place]:
                return cursor if place is None or Place.of(place) else None
        return None


class LogEnd:
    """The end of a log, as it grows.

    Args:
        path: The file, which need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def look(self) -> Hashable:
        """What changes with the file."""
        return print_of(self.path)

    def since(self, place: Cursor) -> Text | None:
        """Text behind a place; None where there is none."""
        try:
            text = read_text_on(self.path, None if place is None else Place.of(place))
        except OSError:
            return None
        if text is not None and place is not None and text.start == place[0] and not text.text:
            return None
        return text


def told(text: Text) -> dict[str, Any]:
    r"""A piece of a log as an event tells it.

    Example:
        >>> told(Text("a line\n", 3, Place(offset=10)))
        {'text': 'a line\n', 'start': 3, 'end': 10}
    """
    return {"text": text.text, "start": text.start, "end": text.place.offset}


def print_of(path: Path) -> Hashable:
    """What differs when a file or a folder has changed.

    Example:
        >>> print_of(Path("no/such")) is None
        True
    """
    try:
        about = path.stat()
    except (OSError, ValueError):
        return None
    return about.st_size, about.st_mtime_ns, about.st_ino


def checksum(value: Any) -> int:
    """A number that differs where what JSON can hold does.

    Example:
        >>> checksum({"a": 1}) == checksum({"a": 1})
        True
    """
    return crc32(sound_json(value).encode("ascii"))
