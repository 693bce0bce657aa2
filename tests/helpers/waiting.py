"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable


def until(holds: Callable[[], object], limit: float = 60.0) -> None:
    """Wait until something holds; it hangs if that takes a minute."""
    for _ in range(int(100 * limit)):
        if holds():
            return
        time.sleep(0.01)
    raise TimeoutError("what was waited for has not come")
