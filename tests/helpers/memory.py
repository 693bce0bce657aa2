"""How much memory a call needs."""

import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

__all__ = ["python_bytes", "python_peak"]


def python_peak(act: Callable[[], Any]) -> int:
    """The most bytes that Python and NumPy had allocated at once during a call."""
    gc.collect()
    tracemalloc.start()
    act()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def python_bytes(act: Callable[[], Any]) -> int:
    """What is still allocated after a call, and held by what it returned."""
    gc.collect()
    tracemalloc.start()
    kept = act()
    gc.collect()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    return held
