"""Processes of jobs: how they are started, found again, stopped, and what became of them."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zerosum.errors import printable
from zerosum.explaining import explain, explained
from zerosum.studio.home import Home
from zerosum.studio.jobs import Job, Stored
from zerosum.studio.launched import CLAIM, END
from zerosum.studio.processes import is_alive, send
from zerosum.studio.reading import lines_at_end, object_in
from zerosum.studio.refusals import ConflictError

__all__ = [
    "INTERRUPTED",
    "Outcome",
    "Trace",
    "last_words",
    "launch",
    "log_of",
    "status_of",
    "trace_of",
]

INTERRUPTED = 130
"""The code with which a command ends that was stopped, and has saved what there was to save."""
_CLAIMING = 10.0
"""Seconds after which who claims a job has written its name, or never will."""
_UNWRITTEN = "it ended, and how could not be written down: the disk was full. Make room there."
_LAST_WORDS = 2_000
"""Letters of a log's end that may tell why a job failed."""


@dataclass(frozen=True)
class Outcome:
    """How a job ended: its state, and why if it failed."""

    state: Stored
    message: str | None = None


@dataclass(frozen=True)
class Trace:
    """What the folder of a job tells of its process.

    Attributes:
        claim: Who does it; None if nobody has begun.
        is_alive: Whether that process is there.
        outcome: How it ended; None if it has not.
    """

    claim: dict[str, Any] | None
    is_alive: bool
    outcome: Outcome | None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process.

        Raises:
            ConflictError: There is none.
        """
        if self.claim is None:
            raise ConflictError("its process has not begun yet.")
        send(self.claim, number)


def launch(home: Home, job: Job) -> "subprocess.Popen[bytes]":
    """Start the process of a job, which outlives this one; it sees to it that it is the only one.

    Raises:
        FileError: Its folder or its log cannot be written.
        ConflictError: The system starts no process.
    """
    folder = home.job(job.id).absolute()
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        log = (folder / "log.txt").open("ab")
    with log:
        # Without -P a random.py of the user's would take the place of Python's own.
        command = [sys.executable, "-P", "-m", "zerosum.studio.launched"]
        try:
            return subprocess.Popen(
                [*command, str(folder), *job.task.words],
                cwd=job.task.cwd,
                env={**os.environ, "ZEROSUM_STATUS": str(folder / "status.json")},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = (
                explain(error, "the process", "started") if isinstance(error, OSError) else error
            )
            raise ConflictError(printable(str(reason))) from error


def trace_of(home: Home, job: Job) -> Trace:
    """What the folder of a job tells of its process."""
    folder = home.job(job.id)
    claim = object_in(folder / CLAIM)
    if claim is None and not _is_torn(folder / CLAIM):
        return Trace(claim=None, is_alive=False, outcome=None)
    claim = claim or {}
    # In this order: a process that ends in between has written its end before.
    alive = is_alive(claim.get("pid"), claim.get("created"))
    end = object_in(folder / END)
    if end is not None:
        return Trace(claim=claim, is_alive=False, outcome=_outcome(folder, end.get("code")))
    if not alive and (folder / END).exists():
        return Trace(claim=claim, is_alive=False, outcome=Outcome("failed", _UNWRITTEN))
    killed = Outcome("stopped", "its process was killed; what a run had saved is good.")
    return Trace(claim=claim, is_alive=alive, outcome=None if alive else killed)


def status_of(home: Home, job: Job) -> dict[str, Any]:
    """What the command of a job says of its progress; empty where it has said nothing."""
    return object_in(home.job(job.id) / "status.json") or {}


def log_of(home: Home, job: Job) -> Path:
    """Where all is that a job has printed."""
    return home.job(job.id) / "log.txt"


def last_words(home: Home, job: Job) -> str:
    """What a job has printed at its end, as the command line tells of what went wrong."""
    return _said(log_of(home, job))


def _outcome(folder: Path, code: Any) -> Outcome:
    if code == 0:
        return Outcome("finished")
    if code == INTERRUPTED:
        return Outcome("stopped")
    message = (object_in(folder / "status.json") or {}).get("message")
    if not isinstance(message, str) or not message:
        message = _said(folder / "log.txt") or f"it ended with code {code}."
    return Outcome("failed", message)


def _said(log: Path) -> str:
    """What a command printed when it failed: all from its ``zerosum:`` on, or its last line."""
    lines = [line.decode(errors="replace") for line in lines_at_end(log, _LAST_WORDS)]
    said = [printable(line) for line in reversed(lines) if line.strip()]
    starts = [number for number, line in enumerate(said) if line.startswith("zerosum: ")]
    return "\n".join(said[starts[-1] :] if starts else said[-1:]).removeprefix("zerosum: ")


def _is_torn(claim: Path) -> bool:
    """Whether somebody was killed, or the disk was full, in the midst of claiming a job."""
    try:
        return time.time() - claim.stat().st_mtime > _CLAIMING
    except OSError:
        return False
