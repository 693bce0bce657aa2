"""One run, followed: its statistics, scores, samples, alarms and log."""

import json
import os
import re
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any
from zlib import crc32

from zerosum.studio.following import Lines, Place, is_reached, read_lines_on
from zerosum.studio.topics import Cursor, LogEnd, News, checksum, print_of, told

__all__ = ["RunTopic"]

_FILES = {"stats": "stats.jsonl", "scores": "scores.jsonl", "alarms": "alarms.txt"}
_GRID = re.compile(r"(\d{10,18})\.png")
_LISTINGS = 8
"""Lists of samples that are remembered, to tell what is new since."""

_Listing = dict[str, tuple[int, int]]


class RunTopic:
    """A run.

    The event says ``reset: true`` where what was told of statistics, scores and alarms is to be
    forgotten: the run went back, or this is the beginning. It says ``all_samples: true`` where
    samples that it does not name are gone, and ``gone: true`` where the run is.

    Args:
        name: That of the run.
        folder: Finds its folder; None where there is none.
        summary: Gives its summary, if there is one.
        log: Finds the log of its newest job, if there is one.
    """

    kind = "run"
    seconds = 0.3

    def __init__(
        self,
        name: str,
        *,
        folder: Callable[[], Path | None],
        summary: Callable[[], Any],
        log: Callable[[], Path | None],
    ) -> None:
        self.name = name
        self._folder = folder
        self._summary = summary
        self._log = log
        self._listings: dict[int, _Listing] = {}

    def look(self) -> Hashable:
        """The sizes and times of its files, and its summary."""
        folder, log = self._folder(), self._log()
        summary = checksum(self._summary())
        seen = None if log is None else (log, print_of(log))
        if folder is None:
            return summary, seen
        names = (*_FILES.values(), "samples")
        return summary, seen, *(print_of(folder / name) for name in names)

    def since(self, cursor: Cursor) -> News:
        """What is new in the run."""
        cursor = cursor or {}
        data: dict[str, Any] = {}
        after: dict[str, Any] = {}
        folder, more = self._folder(), False
        self._add_summary(cursor, data, after)
        if folder is None:
            self._add_absence(cursor, data, after)
        else:
            more = self._add_records(folder, cursor, data, after)
            self._add_samples(folder, cursor, data, after)
        more |= self._add_log(cursor, data, after)
        return News({"name": self.name, **data} if data else None, after, more)

    def resumed(self, cursor: Cursor) -> Cursor:
        """A cursor whose files still begin as they did."""
        if not isinstance(cursor, dict) or not _is_sound(cursor):
            return None
        folder = self._folder()
        if folder is None:
            return cursor if "absent" in cursor else None
        if "absent" in cursor:
            return None
        are_reached = (
            _is_reached(folder / file, Place.of(cursor[kind])) for kind, file in _FILES.items()
        )
        return cursor if all(are_reached) else None

    def _add_absence(self, cursor: Cursor, data: dict[str, Any], after: dict[str, Any]) -> None:
        """Say once that there is no folder: of a run that waits, or of one that is gone."""
        is_gone = self._summary() is None
        after["absent"] = is_gone
        if cursor.get("absent") is not is_gone:
            data |= {"reset": True, "gone": True} if is_gone else {"reset": True}

    def _add_records(
        self, folder: Path, cursor: Cursor, data: dict[str, Any], after: dict[str, Any]
    ) -> bool:
        """Add new lines; where one file was cut back, all are told from their beginnings."""
        is_new = "stats" not in cursor
        places = {kind: Place.of(cursor.get(kind)) or Place() for kind in _FILES}
        read = {kind: _lines(folder / _FILES[kind], place) for kind, place in places.items()}
        if is_new or any(each.is_cut for each in read.values()):
            read = {kind: _lines(folder / file, Place()) for kind, file in _FILES.items()}
            data["reset"] = True
        for kind, lines in read.items():
            after[kind] = lines.place.to_json()
            understand = _text if kind == "alarms" else _record
            known = [each for line in lines.lines if (each := understand(line)) is not None]
            if known:
                data[kind] = known
        return any(lines.more for lines in read.values())

    def _add_samples(
        self, folder: Path, cursor: Cursor, data: dict[str, Any], after: dict[str, Any]
    ) -> None:
        now = _listing(folder / "samples")
        after["samples"] = mark = checksum(sorted(now.items()))
        self._listings[mark] = now
        while len(self._listings) > _LISTINGS:
            del self._listings[next(iter(self._listings))]
        if mark == cursor.get("samples"):
            return
        before = self._listings.get(cursor.get("samples", 0))
        if before is None or before.keys() - now.keys():
            data["all_samples"], before = True, {}
        new = sorted(name for name in now if before.get(name) != now[name])
        data["samples"] = [
            {"file": f"samples/{name}", "images": now[name][0], "changed": now[name][1] / 1e9}
            for name in new
        ]

    def _add_summary(self, cursor: Cursor, data: dict[str, Any], after: dict[str, Any]) -> None:
        summary = self._summary()
        after["summary"] = checksum(summary)
        if summary is not None and cursor.get("summary") != after["summary"]:
            data["summary"] = summary

    def _add_log(self, cursor: Cursor, data: dict[str, Any], after: dict[str, Any]) -> bool:
        """Add new text of the newest job's log; that of another job begins anew."""
        log = self._log()
        if log is None:
            return False
        which = crc32(os.fsencode(log))
        known, place = cursor.get("log") or (None, None)
        text = LogEnd(log).since(place if known == which else None)
        after["log"] = [which, place if known == which else None]
        if text is None:
            return False
        after["log"] = [which, text.place.to_json()]
        data["log"] = told(text)
        return text.more


def _lines(path: Path, place: Place) -> Lines:
    try:
        return read_lines_on(path, place)
    except OSError:  # Of a run that cannot be read its summary tells.
        return Lines((), place)


def _is_reached(path: Path, place: Place | None) -> bool:
    assert place is not None
    if place.offset == 0:
        return True
    try:
        with path.open("rb") as file:
            return is_reached(file, place, strictly=True)
    except OSError:
        return False


def _is_sound(cursor: dict[str, Any]) -> bool:
    """Whether a cursor from outside has the form of ours."""
    if "absent" in cursor:
        return True
    match cursor.get("log", [0, None]):
        case [int(), list() | None as place] if place is None or Place.of(place):
            places = [Place.of(cursor.get(kind)) for kind in _FILES]
            return all(places) and isinstance(cursor.get("samples"), int)
    return False


def _listing(folder: Path) -> _Listing:
    """The grids by file: after how many images, and when each was written."""
    found = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if match := _GRID.fullmatch(entry.name):
                    found[entry.name] = (int(match[1]), entry.stat().st_mtime_ns)
    except OSError:
        return found
    return found


def _record(line: bytes) -> Any:
    """What a line of JSON says; None where a crash has left no more than a part of it."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _text(line: bytes) -> str | None:
    return line.decode("utf-8", "replace").strip() or None
