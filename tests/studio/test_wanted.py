"""Work ends when nobody waits for it any more."""

import asyncio
from typing import Any

import pytest
from fastapi import Request

from zerosum.studio.refusals import StudioError
from zerosum.studio.wanted import asker_of, while_wanted


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


def test_who_does_not_say_who_it_is_is_nobody_else() -> None:
    """Two programs that ask for the same would else cancel each other's work."""
    told = [Request({"type": "http", "headers": [(b"x-client", b"a")]}) for _ in range(2)]
    assert asker_of(told[0]) == asker_of(told[1])
    for headers in ([], [(b"x-client", b"")]):
        nobody = [Request({"type": "http", "headers": headers}) for _ in range(2)]
        assert asker_of(nobody[0]) != asker_of(nobody[1])
