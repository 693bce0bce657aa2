"""Events of a computation, which ends with whoever reads them."""

import asyncio
from contextlib import suppress
from typing import Any

from zerosum.studio.using import events_of


def test_a_stream_that_is_left_leaves_nothing_behind() -> None:
    async def left() -> list[Any]:
        begun = asyncio.Event()

        async def compute(on_progress: Any) -> None:
            begun.set()
            await asyncio.Event().wait()

        events = events_of(compute)
        reading = asyncio.ensure_future(anext(events))
        await begun.wait()
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
        await events.aclose()
        await asyncio.sleep(0)  # In which what was cancelled ends.
        return [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]

    assert asyncio.run(left()) == []
