"""All run folders of a folder of runs, looked at again only where something has changed."""

import os
import stat
import time
from dataclasses import dataclass, replace
from pathlib import Path
from threading import RLock

from zerosum.errors import printable
from zerosum.explaining import explain
from zerosum.studio.names import is_text
from zerosum.studio.reading import facts_of, names_in
from zerosum.studio.summaries import LIVE, Summary, blank, is_run, summarise

__all__ = ["Folders"]

_WATCHED = ("stats.jsonl", "scores.jsonl", "config.json", "samples")
"""What says that a summary is out of date, beside the folder, in which all else is replaced."""

_Print = tuple[tuple[int, int, int] | None, ...]


_WEIGHED = 30.0
"""Seconds between two times that the bytes of one run are counted."""


@dataclass
class _Entry:
    """What was seen of a folder, and what it said then; None if it is no run.

    Its bytes are counted apart, since that takes long.
    """

    seen: _Print
    summary: Summary | None
    weighed: _Print | None = None
    weighed_at: float = 0.0


class Folders:
    """The run folders below a folder.

    Only the times of files are read again and again: a thousand runs can be looked at twice a
    second.

    Args:
        path: The folder, which need not exist.
        archived: Whether these are runs that were put away.

    Example:
        >>> Folders(Path("no/such")).look()
        {}
    """

    def __init__(self, path: Path, *, archived: bool = False) -> None:
        self.path = path
        self._archived = archived
        self._entries: dict[str, _Entry] = {}
        self._lock = RLock()

    def look(self) -> dict[str, Summary]:
        """The runs by name; what has not changed is the same object as before."""
        names = sorted(name for name in names_in(self.path) if not name.startswith("."))
        with self._lock:
            self._entries = {name: self._entry(name) for name in names}
            found = [entry.summary for entry in self._entries.values()]
        return {summary["name"]: summary for summary in found if summary is not None}

    def _entry(self, name: str) -> _Entry:
        folder = f"{self.path}/{name}"
        before, seen = self._entries.get(name), _print_of(folder)
        if before is not None and before.seen == seen and not _may_have_ended(before.summary):
            return before
        summary = self._summary(folder, name)
        if before is None or before.summary is None or summary is None:
            return _Entry(seen=seen, summary=summary)
        summary["bytes"] = before.summary["bytes"]
        # What is the same stays the same object, so that it is compared at no cost.
        same = before.summary if before.summary == summary else summary
        return replace(before, seen=seen, summary=same)

    def weigh(self, seconds: float) -> None:
        """Count the bytes of some runs that have changed since they were counted.

        Args:
            seconds: How long this may take; at least one run is counted.
        """
        end = time.monotonic() + seconds
        for name, entry in list(self._entries.items()):
            is_due = entry.weighed != entry.seen and (
                entry.weighed is None or time.monotonic() - entry.weighed_at > _WEIGHED
            )
            if entry.summary is None or not is_due:
                continue
            size = _bytes_in(f"{self.path}/{name}")
            with self._lock:
                if self._entries.get(name) is entry:
                    summary = Summary(**{**entry.summary, "bytes": size})
                    self._entries[name] = _Entry(entry.seen, summary, entry.seen, time.monotonic())
            if time.monotonic() > end:
                return

    def _summary(self, folder: str, name: str) -> Summary | None:
        try:
            if not stat.S_ISDIR(Path(folder).stat().st_mode) or not is_run(folder):
                return None
        except OSError as error:  # Of a link that leads nowhere, or of a disk that fails.
            return _damaged(name, explain(error, printable(folder), "read"))
        if not is_text(name):  # By such a name nobody can ask for it.
            return _damaged(name, "its name is no text; rename its folder.")
        summary = summarise(folder, name)
        summary["archived"] = self._archived
        return summary


def _damaged(name: str, why: str) -> Summary:
    summary = blank(printable(name))
    summary["damaged"] = why
    return summary


def _may_have_ended(summary: Summary | None) -> bool:
    """Whether a run can change without a file that does: a process that is killed tells nobody."""
    return summary is not None and summary["state"] in (*LIVE, "preparing")


def _bytes_in(folder: str) -> int:
    """The bytes of all files in a folder; nothing that it only links to."""
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    total += _bytes_in(entry.path)
                else:
                    total += entry.stat(follow_symlinks=False).st_size
    except OSError:  # It was deleted meanwhile, or is not ours.
        return total
    return total


def _print_of(folder: str) -> _Print:
    return (facts_of(folder), *(facts_of(f"{folder}/{name}") for name in _WATCHED))
