"""Work that ends when nobody waits for it any more."""

import asyncio
from collections.abc import Coroutine, Hashable
from typing import Any, TypeVar

from fastapi import Request

from zerosum.studio.refusals import StudioError

__all__ = ["asker_of", "while_wanted"]

T = TypeVar("T")


def asker_of(request: Request) -> Hashable:
    """Who asks, by its header ``X-Client``; who does not say so is nobody else.

    What the same one asks for later cancels what it asked for before.

    Args:
        request: What was asked.
    """
    return request.headers.get("X-Client") or object()


async def while_wanted(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What some work gives; it is cancelled when the client that asked for it has gone.

    Args:
        request: Who asked, whose body was read.
        work: What is done.

    Raises:
        StudioError: The client has gone, and nobody will read this.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise StudioError("Nobody waits for this any more.")
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
