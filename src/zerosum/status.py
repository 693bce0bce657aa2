"""How far a process is, in a small file for whoever looks at it from outside.

The file is written beside the work, by a thread of its own: it never stops or slows what it tells
of, and nothing is lost with it. `training.status` tells of runs; of any command, and of what comes
before there is a run folder, the file tells that ``ZEROSUM_STATUS`` names.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

__all__ = [
    "PATIENCE",
    "CommandStatus",
    "Status",
    "ending",
    "kept",
    "name_run",
    "parse_status",
    "read_command",
    "replace_hastily",
    "telling",
    "told_of_command",
]

StatusT = TypeVar("StatusT", bound="Status")

_BETWEEN = 1.0
"""Seconds between two writings where only numbers change."""
_LOOK = 0.25
"""Seconds after which a change of state or phase is written at the latest."""
PATIENCE = 5.0
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


@dataclass(frozen=True, kw_only=True)
class CommandStatus(Status):
    """How far a command is.

    Attributes:
        state: ``working``, ``done`` or ``failed``; what was interrupted has failed.
        done: How much of the phase is done, where it is counted.
        total: Of how much.
        rate: How much of it a second.
        run: The run folder in which it trains, once that is known.
    """

    state: Literal["working", "done", "failed"]
    done: int | None = None
    total: int | None = None
    rate: float | None = None
    run: str | None = None


def read_command(path: Path) -> CommandStatus | None:
    """How far a command is, by the file that ``ZEROSUM_STATUS`` named; None: nothing is known.

    A command whose process was killed has failed.

    Args:
        path: The file.

    Example:
        >>> read_command(Path("no/status.json"))
    """
    status = parse_status(path, CommandStatus)
    if status is None or status.state != "working" or status.is_alive():
        return status
    message = "it was killed, or the machine was switched off"
    return replace(status, state="failed", rate=None, seconds_left=None, message=message)


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
        thread.join(PATIENCE)


def ending(error: BaseException) -> str | None:
    """Why an error ends a process, in words; None where somebody wanted it to end.

    Example:
        >>> ending(ZeroDivisionError("by zero")), ending(KeyboardInterrupt())
        ('ZeroDivisionError: by zero', None)
    """
    from zerosum.errors import ZerosumError

    if not isinstance(error, Exception):
        return None
    return str(error) if isinstance(error, ZerosumError) else f"{type(error).__name__}: {error}"


@contextmanager
def told_of_command(path: Path) -> Iterator[None]:
    """Keep a status file of the command that runs within the block.

    Args:
        path: The file.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "status.json"
        ...     with told_of_command(path), telling("counting sheep") as tell:
        ...         tell(3, 10)
        ...     read_command(path).state
        'done'
    """
    command = _Command()
    token = _COMMAND.set(command)
    try:
        with kept(path, command.now), command.ended():
            yield
    finally:
        _COMMAND.reset(token)


@contextmanager
def telling(phase: str, *, since: int = 0) -> Iterator[Callable[[int, int], None] | None]:
    """Tell what is done within the block, if anybody is told of this command.

    Args:
        phase: What that is.
        since: How much of it was done before.

    Yields:
        What is to be told how much is done, and of how much; None: nobody listens.

    Example:
        >>> with telling("counting sheep") as tell:
        ...     tell
    """
    command = _COMMAND.get()
    if command is None:
        yield None
        return
    part = _Phase(phase, since)
    command.phases.append(part)
    try:
        yield part.tell
    finally:
        command.phases.remove(part)


def name_run(path: Path) -> None:
    """Tell in which run folder this command trains, if anybody is told of it.

    Example:
        >>> name_run(Path("runs/dcgan-digits"))
    """
    command = _COMMAND.get()
    if command is not None:
        command.run = str(path.absolute())


class _Phase:
    """What a command does for a while."""

    def __init__(self, name: str, since: int = 0) -> None:
        self.name = name
        self._since = since
        self._began = time.monotonic()
        self._told: tuple[int, int] | None = None

    def tell(self, done: int, total: int) -> None:
        self._told = done, total

    def now(self) -> dict[str, Any]:
        told = self._told
        if told is None:
            return {"phase": self.name, **dict.fromkeys(("done", "total", "rate", "seconds_left"))}
        done, total = told
        rate = (done - self._since) / max(time.monotonic() - self._began, 1e-9)
        return {
            "phase": self.name,
            "done": done,
            "total": total,
            "rate": round(rate, 3) if rate > 0 else None,
            "seconds_left": round(max(0, total - done) / rate, 1) if rate > 0 else None,
        }


class _Command:
    """What can be told of a command; the last of its phases is what it does just now."""

    def __init__(self) -> None:
        self.phases = [_Phase("starting")]
        self.run: str | None = None
        self._state = "working"
        self._message: str | None = None

    def now(self) -> dict[str, Any]:
        current = self.phases[-1].now()
        if self._state != "working":
            current = {**current, "phase": "", "seconds_left": None}
        return {"state": self._state, **current, "run": self.run, "message": self._message}

    @contextmanager
    def ended(self) -> Iterator[None]:
        """Note how it ends."""
        try:
            yield
        except SystemExit as error:
            self._end("" if not error.code else _EXITS.get(error.code, _ITS_LOG))
            raise
        except BaseException as error:
            self._end(ending(error) or _EXITS[130])
            raise
        self._end("")

    def _end(self, message: str) -> None:
        self._message = message or None
        self._state = "failed" if message else "done"


_COMMAND: ContextVar[_Command | None] = ContextVar("command", default=None)
_EXITS: Mapping[Any, str] = {130: "it was interrupted"}
"""What it means that a command exits with such a number."""
_ITS_LOG = "it did not do all that was asked; what it printed says why"


def _keep(path: Path, now: Callable[[], Mapping[str, Any]], over: threading.Event) -> None:
    from psutil import Process

    process = Process()
    who = {"pid": process.pid, "created": process.create_time(), "host": socket.gethostname()}
    told: tuple[Any, ...] | None = None
    written, is_over = 0.0, False
    while not is_over:
        is_over = over.wait(_LOOK if told is not None else 0)
        current = now()
        news = current["state"], current["phase"], current.get("run")
        if is_over or news != told or time.monotonic() - written >= _BETWEEN:
            replace_hastily(path, {**who, **current, "updated": time.time()})
            told, written = news, time.monotonic()


def replace_hastily(path: Path, status: Mapping[str, Any]) -> None:
    """Replace a file that is not worth an error, nor waiting until it is on the disk."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")  # `files.sweep` knows such names.
    content = json.dumps(status, ensure_ascii=False).encode(errors="replace")  # Paths are bytes.
    with suppress(OSError):
        if path.exists() and not path.is_file():  # It would be replaced: a pipe, a device.
            return
        try:
            aside.write_bytes(content + b"\n")
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
