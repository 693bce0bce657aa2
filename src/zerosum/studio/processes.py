"""Processes that may have ended long ago, and whose number may be another's by now."""

import os
import re
import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zerosum.status import Status
from zerosum.studio.refusals import ConflictError

__all__ = ["holds_lock", "is_alive", "is_at_work", "send"]


def is_alive(pid: Any, created: Any) -> bool:
    """Whether that very process is there, and not another one that has got its number.

    Args:
        pid: Its number.
        created: When it began, as psutil says it.

    Example:
        >>> from psutil import Process
        >>> own = Process()
        >>> is_alive(own.pid, own.create_time()), is_alive(own.pid, own.create_time() - 60)
        (True, False)
        >>> is_alive("1", None)
        False
    """
    return is_at_work({"pid": pid, "created": created})


def is_at_work(status: Mapping[str, Any]) -> bool:
    """Whether the process that keeps this status is there, on whatever machine.

    Args:
        status: What ``status.json`` holds.

    Example:
        >>> from psutil import Process
        >>> own = Process()
        >>> is_at_work({"pid": own.pid, "created": own.create_time(), "host": "far", "updated": 0})
        False
    """
    pid, created, updated = (status.get(name) for name in ("pid", "created", "updated"))
    if not isinstance(pid, int) or not isinstance(created, int | float) or pid <= 0:
        return False
    return Status(
        pid=pid,
        created=created,
        host=str(status.get("host", socket.gethostname())),
        state="",
        phase="",
        updated=updated if isinstance(updated, int | float) else 0.0,
    ).is_alive()


def send(status: Mapping[str, Any], number: signal.Signals) -> None:
    """Send a signal to the process that keeps this status.

    Raises:
        ConflictError: It has ended, is on another machine, or belongs to somebody else.
    """
    if status.get("host", socket.gethostname()) != socket.gethostname():
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
