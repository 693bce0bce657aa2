"""How far a process is, in a small file for whoever looks at it from outside.

The file is written beside the work, by a thread of its own: it never stops or slows what it tells
of, and nothing is lost with it. `training.status` tells of runs, `telling` of any command.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["Status", "ending", "kept", "parse_status"]

StatusT = TypeVar("StatusT", bound="Status")

_BETWEEN = 1.0
"""Seconds between two writings where only numbers change."""
_LOOK = 0.25
"""Seconds after which a change of state or phase is written at the latest."""
_PATIENCE = 5.0
"""Seconds that a process waits at its end for a disk that does not answer."""
_STALE = 60.0
"""Seconds after which a process of another machine counts as gone."""
_CLOCK = 2.0
"""Seconds by which the system's word on when a process began may differ from time to time."""
_MOST = 2**16
"""Bytes that a file may have; ours have a few hundred."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """What any status file says of the process that keeps it.

    Attributes:
        pid: Its number.
        created: When it began, in seconds since 1970: numbers are used again, both never are.
        host: The machine.
        state: What has become of it so far.
        phase: What takes the time just now, in a word or a few.
        seconds_left: How long it will take, where that is known.
        message: Why it failed.
        updated: When the file was written.

    Example:
        >>> from psutil import Process
        >>> me = Process()
        >>> here = {"pid": me.pid, "created": me.create_time(), "host": socket.gethostname()}
        >>> more = {"state": "training", "phase": "saving", "updated": time.time()}
        >>> Status(**here, **more).is_alive()
        True
        >>> Status(**{**here, "created": 0.0}, **more).is_alive()
        False
    """

    pid: int
    created: float
    host: str
    state: str
    phase: str
    seconds_left: float | None = None
    message: str | None = None
    updated: float

    def is_alive(self) -> bool:
        """Whether the process goes on; on another machine, whether it did a minute ago."""
        if self.host != socket.gethostname():
            return time.time() - self.updated < _STALE
        from psutil import STATUS_ZOMBIE, Error, Process

        try:
            process = Process(self.pid)
            is_same = abs(float(process.create_time()) - self.created) < _CLOCK
            return is_same and bool(process.status() != STATUS_ZOMBIE)
        except (Error, ValueError, OverflowError):  # The latter of numbers that no process has.
            return False


def parse_status(path: Path, kind: type[StatusT]) -> StatusT | None:
    """What a status file says; None where there is none, or none that can be understood.

    Args:
        path: The file.
        kind: What it tells of.

    Example:
        >>> parse_status(Path("no/status.json"), Status)
    """
    from pydantic import TypeAdapter

    try:
        if not path.is_file():  # To open a pipe would be to wait.
            return None
        with path.open("rb") as file:
            return TypeAdapter(kind).validate_json(file.read(_MOST), strict=True)
    except (OSError, ValueError):
        return None


@contextmanager
def kept(path: Path, now: Callable[[], Mapping[str, Any]]) -> Iterator[None]:
    """Keep a status file within the block, and write it a last time at its end.

    Args:
        path: The file; where it cannot be written, nothing happens.
        now: What is to be told beside who tells it; called by another thread, several times a
            second.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "status.json"
        ...     with kept(path, lambda: {"state": "working", "phase": "counting sheep"}):
        ...         pass
        ...     parse_status(path, Status).phase
        'counting sheep'
    """
    over = threading.Event()
    thread = threading.Thread(target=_keep, args=(path, now, over), name="status", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_PATIENCE)


def ending(error: BaseException) -> str | None:
    """Why an error ends a process, in words; None where somebody wanted it to end.

    Example:
        >>> ending(ZeroDivisionError("by zero")), ending(KeyboardInterrupt())
        ('ZeroDivisionError: by zero', None)
    """
    from zerosum.errors import ZerosumError

    if not isinstance(error, Exception):
        return None
    text = str(error) if isinstance(error, ZerosumError) else f"{type(error).__name__}: {error}"
    return text.encode(errors="replace").decode()  # Names of files may be no text.


def _keep(path: Path, now: Callable[[], Mapping[str, Any]], over: threading.Event) -> None:
    from psutil import Process

    process = Process()
    who = {"pid": process.pid, "created": process.create_time(), "host": socket.gethostname()}
    told: tuple[Any, ...] = ()
    written, is_over = 0.0, False
    while not is_over:
        is_over = over.wait(_LOOK if told else 0)
        current = now()
        news = tuple(current.get(name) for name in ("state", "phase", "run"))
        if is_over or news != told or time.monotonic() - written >= _BETWEEN:
            _replace(path, json.dumps({**who, **current, "updated": time.time()}) + "\n")
            told, written = news, time.monotonic()


def _replace(path: Path, text: str) -> None:
    """Replace a file that is not worth an error, nor waiting until it is on the disk."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")  # `files.sweep` knows such names.
    with suppress(OSError):
        if path.exists() and not path.is_file():  # It would be replaced: a pipe, a device.
            return
        try:
            aside.write_text(text, encoding="utf-8")
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
