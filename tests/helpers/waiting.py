"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable
from typing import TypeVar

AnswerT = TypeVar("AnswerT")

_PAUSE = 0.02


def until(asked: Callable[[], AnswerT], limit: float = 90.0) -> AnswerT:
    """What is answered as soon as it holds.

    Pauses are counted, and no clock is looked at: on a busy machine they take longer.
    """
    for _ in range(round(limit / _PAUSE)):
        if answer := asked():
            return answer
        time.sleep(_PAUSE)
    raise AssertionError(f"it has not come within {limit:.0f} seconds")
