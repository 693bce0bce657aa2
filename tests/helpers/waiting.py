"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

T = TypeVar("T")

_PAUSE = 0.02


def until(holds: Callable[[], T], limit: float = 60.0) -> T:
    """What something gives once it gives anything; it hangs if that takes a minute.

    The minute is one of pauses, so that a slow machine has longer.
    """
    for _ in range(round(limit / _PAUSE)):
        if found := holds():
            return found
        time.sleep(_PAUSE)
    raise AssertionError("It hangs.")


def now() -> float:
    """The time as files tell it."""
    return datetime.now(UTC).timestamp()
