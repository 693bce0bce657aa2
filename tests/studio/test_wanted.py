"""Work ends when nobody waits for it any more."""

import asyncio
from typing import Any

import pytest

from zerosum.studio.refusals import StudioError
from zerosum.studio.wanted import while_wanted


class Asker:
    """Somebody who goes away, or stays."""

    def __init__(self, *, leaves: bool) -> None:
        self.leaves = leaves

    async def receive(self) -> dict[str, str]:
        await asyncio.sleep(0 if self.leaves else 3_600)
        return {"type": "http.disconnect"}


async def begin(asker: Any, ended: list[str], seconds: float) -> str:
    async def work() -> str:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise
        return "done"

    try:
        return await while_wanted(asker, work())
    finally:
        await asyncio.sleep(0)


def test_who_stays_gets_the_result() -> None:
    ended: list[str] = []
    assert asyncio.run(begin(Asker(leaves=False), ended, 0)) == "done"
    assert not ended


def test_the_work_of_who_leaves_is_cancelled() -> None:
    ended: list[str] = []
    with pytest.raises(StudioError):
        asyncio.run(begin(Asker(leaves=True), ended, 3_600))
    assert ended == ["cancelled"]
