"""Signals that end a run: it is saved first."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["SIGNALS", "stopped_by_signals"]

SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
    if hasattr(signal, name)
)
"""Ctrl-C; what `kill` and most schedulers send; a terminal that closes; what SLURM and submitit
send before the time is up."""

_ONE_EVENT = 2.0
"""Seconds within which signals count as one: a launcher passes on what the terminal has sent."""


@contextmanager
def stopped_by_signals(stop: Callable[[], None], *, say: bool = True) -> Iterator[None]:
    """Let signals call ``stop`` within the block, as often as they come, and do nothing else.

    A handler that was there before has its turn after the block, when all is saved: so a launcher
    such as submitit hears of the signal and can requeue the job. A signal that was ignored before
    stays ignored: so runs that are started with ``nohup``, or in
    the background of a script, outlive their terminal. Outside the main thread, where signals
    cannot be handled, nothing changes.

    Args:
        stop: Asks for the end; safe in a signal handler.
        say: Whether to say on standard error what happens now.

    Example:
        >>> calls = []
        >>> with stopped_by_signals(lambda: calls.append("stop"), say=False):
        ...     signal.raise_signal(signal.SIGTERM)
        >>> calls
        ['stop']
    """
    last: list[float] = []
    received: set[int] = set()

    def handle(number: int, frame: FrameType | None) -> None:
        stop()
        received.add(number)
        now = time.monotonic()
        if say and (not last or now - last[-1] > _ONE_EVENT):
            _say(_FIRST if not last else _AGAIN.format(pid=os.getpid()))
        last.append(now)

    before = {}
    try:
        for number in SIGNALS:
            # None: a handler that was not set by Python, and which nobody could put back.
            if signal.getsignal(number) not in (signal.SIG_IGN, None):
                before[number] = signal.signal(number, handle)
    except ValueError:  # Not in the main thread.
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for number in sorted(received):
        handler = before[number]
        # Python's own would call what has been saved and ended an interruption.
        if callable(handler) and handler is not signal.default_int_handler:
            handler(number, None)


_FIRST = "stopping: the round that is being played is finished, then all is saved ..."
_AGAIN = "still saving; nothing is lost. (To end at once, without: kill -9 {pid})"


def _say(text: str) -> None:
    """Write past Python's buffers, in the midst of whose work a handler may be called."""
    try:
        os.write(sys.stderr.fileno(), f"\n{text}\n".encode())
    except (OSError, ValueError):  # Nobody listens: a terminal that is gone, a test's stream.
        return
