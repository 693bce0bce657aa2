"""Memory that a training step frees is wanted again by the next one."""

import ctypes
import platform

__all__ = ["keep_freed_memory"]

_TRIM_THRESHOLD = -1
_MMAP_THRESHOLD = -3
_MOST = 2**31 - 1
_MOST_FORMERLY = 32 * 2**20  # the greatest threshold that older versions accept


def keep_freed_memory() -> bool:
    """Ask the C library not to return freed memory to the system before the process ends.

    PyTorch takes every tensor on the CPU from ``malloc``. glibc gives large blocks back to the
    system as soon as they are free, and each of their pages costs a page fault and 4096 zeros when
    the next step asks for them: about 2,000 pages in a step of DCGAN at 32 px. With both
    thresholds of ``mallopt`` (3) at their greatest, the second step finds what the first has left.
    The process then holds its greatest need to its end. This is a setting of the whole process:
    for a command that trains, not for a library that is imported.

    Returns:
        Whether the C library is one that understood; elsewhere nothing is changed.

    Example:
        >>> keep_freed_memory() in (True, False)
        True
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    trims: bool = mallopt(_TRIM_THRESHOLD, _MOST) == 1
    maps = any(mallopt(_MMAP_THRESHOLD, most) == 1 for most in (_MOST, _MOST_FORMERLY))
    return trims and maps
