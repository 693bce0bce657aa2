"""How much memory images may take while they are read, over all threads of the process.

A compressed image, or an entry of a zip file, may be a thousand times as large unpacked. With a
thread for every processor, a few megabytes on disk could fill the memory many times over.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, local

from zerosum.data.sources.base import RAISE_THE_LIMIT, UnreadableError
from zerosum.sizes import PIXEL_LIMIT

__all__ = ["BUDGET", "FILE_LIMIT", "Budget", "reserve_file"]

FILE_LIMIT = 3 << 28
"""Files of more bytes are refused as bombs: what the most pixels take as RGBA of 16 bits."""

_MOST_PER_PIXEL = 9


class Budget:
    """A number of bytes that threads share: who needs more than is left waits.

    One thread at a time may overdraw. It never waits, so that threads that hold some and want more
    cannot wait for each other for ever, and an image that is larger than the whole budget is
    read too. At most the limit and one image are reserved at a time.

    Args:
        limit: The number of bytes.
        release: Called whenever as many bytes were given back.

    Example:
        >>> budget = Budget(1000)
        >>> with budget.scope():
        ...     budget.reserve(600)
        ...     budget.reserved
        600
        >>> budget.reserved
        0
    """

    def __init__(self, limit: int, *, release: Callable[[], None] = lambda: None) -> None:
        self._limit = limit
        self._release = release
        self._reserved = 0
        self._given_back = 0
        self._overdrawer: _Scope | None = None
        self._changed = Condition()
        self._here = local()

    @property
    def reserved(self) -> int:
        """The bytes that all threads hold now."""
        return self._reserved

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Give back at the end, however it ends, all that this thread reserves within.

        A scope within another one belongs to it.
        """
        if self._scope() is not None:
            yield
            return
        self._here.scope = scope = _Scope()
        try:
            yield
        finally:
            self._here.scope = None
            self._give_back(scope)

    def reserve(self, size: int) -> None:
        """Wait until there is room for some bytes; outside of a scope, do nothing.

        Args:
            size: How many bytes.
        """
        scope = self._scope()
        if scope is None:
            return
        with self._changed:
            self._changed.wait_for(lambda: self._may_take(scope, size))
            if self._reserved + size > self._limit:
                self._overdrawer = scope
            self._reserved += size
            scope.held += size

    def _scope(self) -> "_Scope | None":
        scope: _Scope | None = getattr(self._here, "scope", None)
        return scope

    def _may_take(self, scope: "_Scope", size: int) -> bool:
        return self._reserved + size <= self._limit or self._overdrawer in (None, scope)

    def _give_back(self, scope: "_Scope") -> None:
        with self._changed:
            self._reserved -= scope.held
            if self._overdrawer is scope:
                self._overdrawer = None
            self._given_back += scope.held
            if self._given_back >= self._limit:
                self._given_back = 0
                self._release()
            self._changed.notify_all()


class _Scope:
    """What one thread holds while it reads one image."""

    def __init__(self) -> None:
        self.held = 0


def _return_to_system() -> None:
    """Make the C library return freed memory; glibc would keep some for each thread apart."""
    trim = getattr(ctypes.pythonapi, "malloc_trim", None)
    if trim is not None:
        trim(ctypes.c_size_t(0))


BUDGET = Budget(1 << 29, release=_return_to_system)
"""For all images of the process. Threads that read small ones never notice it."""


def reserve_file(name: str, size: int, *, pixel_limit: int = PIXEL_LIMIT) -> None:
    """Reserve memory for a file that is about to be read, unless it is too large for an image.

    Args:
        name: What to call it in messages.
        size: Its size in bytes; of an archive's entry, what it says that it unpacks to.
        pixel_limit: How many pixels are allowed.

    Raises:
        UnreadableError: If it is larger than so many pixels can be.

    Example:
        >>> reserve_file("cat.png", 1 << 40)
        Traceback (most recent call last):
        ...
        zerosum.data.sources.base.UnreadableError: cat.png: refused as a bomb: ...
    """
    limit = max(FILE_LIMIT, _MOST_PER_PIXEL * pixel_limit)
    if size > limit:
        fault = f"refused as a bomb: at most {limit} bytes expected, it has {size}"
        raise UnreadableError(name, fault, RAISE_THE_LIMIT)
    BUDGET.reserve(2 * size)  # what comes of it is at least as large
