"""Processes that may have ended long ago, and whose number may be another's by now."""

import os
import re
import signal
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from zerosum.studio.refusals import ConflictError

__all__ = ["holds_lock", "is_alive", "is_at_work", "send"]

_SAME = 2.0
"""Seconds by which two accounts of when a process began may differ: clocks are put right."""
_SILENT = 60.0
"""Seconds after which a process on another machine that has said nothing is taken for ended."""


def is_alive(pid: Any, created: Any) -> bool:
    """Whether that very process is there, and not another one that has got its number.

    Args:
        pid: Its number.
        created: When it began, as psutil says it.

    Example:
        >>> own = psutil.Process()
        >>> is_alive(own.pid, own.create_time()), is_alive(own.pid, own.create_time() - 60)
        (True, False)
        >>> is_alive("1", None)
        False
    """
    if not isinstance(pid, int) or not isinstance(created, int | float) or pid <= 0:
        return False
    try:
        process = psutil.Process(pid)
        began, status = process.create_time(), process.status()
    except (psutil.Error, OverflowError):
        return False
    # One that has ended stays in the table until its parent asks for it.
    return bool(abs(began - created) < _SAME and status != psutil.STATUS_ZOMBIE)


def is_at_work(status: Mapping[str, Any]) -> bool:
    """Whether the process that keeps this status is there, on whatever machine.

    Args:
        status: What ``status.json`` holds.

    Example:
        >>> own = psutil.Process()
        >>> is_at_work({"pid": own.pid, "created": own.create_time()})
        True
        >>> is_at_work({"pid": own.pid, "created": own.create_time(), "host": "far", "updated": 0})
        False
    """
    if status.get("host", _host()) == _host():
        return is_alive(status.get("pid"), status.get("created"))
    updated = status.get("updated")
    return isinstance(updated, int | float) and abs(time.time() - updated) < _SILENT


def send(status: Mapping[str, Any], number: signal.Signals) -> None:
    """Send a signal to the process that keeps this status.

    Raises:
        ConflictError: It has ended, is on another machine, or belongs to somebody else.
    """
    if status.get("host", _host()) != _host():
        raise ConflictError(
            f"it runs on {status.get('host')}, where this studio can stop nothing: "
            "interrupt it there."
        )
    if not is_alive(status.get("pid"), status.get("created")):
        raise ConflictError("it has ended already.")
    try:
        os.kill(status["pid"], number)
    except ProcessLookupError as error:
        raise ConflictError("it has ended already.") from error
    except PermissionError as error:
        raise ConflictError("it belongs to another user, who alone may stop it.") from error


def _host() -> str:
    return socket.gethostname()


def holds_lock(path: str) -> bool:
    """Whether some process on this machine holds a lock on a file; False where nobody can tell.

    To try it would take the lock, and refuse it to who comes at that moment.

    Example:
        >>> holds_lock("no/such")
        False
    """
    try:
        inode = Path(path).stat().st_ino
        held = Path("/proc/locks").read_text(encoding="ascii")
    except (OSError, ValueError):
        return False
    return re.search(rf"^\d+: (FLOCK|POSIX) .*:{inode} ", held, re.MULTILINE) is not None
