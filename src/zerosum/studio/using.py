"""How pages have a network do something, at once or as events while it is done."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse

from zerosum.config.run import Ability
from zerosum.errors import ZerosumError
from zerosum.studio.answers import sound_json
from zerosum.studio.networks import Checkpoint, reference, require
from zerosum.studio.studio import Studio
from zerosum.studio.wanted import asker_of, while_wanted

__all__ = ["events_of", "use", "use_streaming"]

_PULSE = 15.0
"""Seconds after which a stream says that it lives."""

OnProgress = Callable[[int, int], None]


async def use(
    studio: Studio,
    request: Request,
    task: str,
    key: str,
    abilities: tuple[Ability, ...],
    arguments: Mapping[str, Any],
    *,
    checkpoint: Checkpoint = "latest",
    doing: str = "",
    slowly: bool = False,
) -> dict[str, Any]:
    """Have a network do something.

    What the same client asked of the same task before is cancelled, and so is this when it goes.

    Args:
        studio: Whose worker does it.
        request: Who asks, whose body was read.
        task: The module in `zerosum.studio.tasks`; it is told the network as ``network``.
        key: The network.
        abilities: Of which it has to have one.
        arguments: What the task is told besides.
        checkpoint: Which weights.
        doing: What it is, in words.
        slowly: Whether it takes longer than a moment, so that another worker does it.

    Raises:
        StudioError: There is no such network, it is good for something else, or it failed.
    """
    told = {**arguments, "network": _told(studio, key, abilities, checkpoint)}
    worker = studio.long if slowly else studio.live
    asked = worker.ask(task, told, key=(task, asker_of(request)), doing=doing or task)
    answer: dict[str, Any] = await while_wanted(request, asked)
    return answer


def use_streaming(
    studio: Studio,
    request: Request,
    task: str,
    key: str,
    abilities: tuple[Ability, ...],
    arguments: Mapping[str, Any],
    *,
    checkpoint: Checkpoint = "latest",
    doing: str = "",
    finish: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> StreamingResponse:
    """The same as server-sent events, for what takes longer than a moment; to leave is to cancel.

    Another worker does it, so that what follows a hand need not wait.

    The events are ``progress`` {done, total}, and at the end ``result`` or ``failed`` {message,
    field}.

    Args:
        studio: Whose worker does it.
        request: Who asks.
        task: The module in `zerosum.studio.tasks`.
        key: The network.
        abilities: Of which it has to have one.
        arguments: What the task is told besides.
        checkpoint: Which weights.
        doing: What it is, in words.
        finish: What is made of the task's answer before it is told.

    Raises:
        StudioError: There is no such network, or it is good for something else.
    """
    told = {**arguments, "network": _told(studio, key, abilities, checkpoint)}
    asker = (task, asker_of(request))

    async def ask(on_progress: OnProgress) -> dict[str, Any]:
        answer: dict[str, Any] = await studio.long.ask(
            task, told, on_progress=on_progress, key=asker, doing=doing or task
        )
        return answer if finish is None else finish(answer)

    return StreamingResponse(
        events_of(ask), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def events_of(ask: Callable[[OnProgress], Any]) -> AsyncGenerator[str, None]:
    """The events of a computation, which ends with whoever reads them.

    Args:
        ask: Computes, given whom to tell how far it is.
    """
    steps: asyncio.Queue[tuple[int, int]] = asyncio.Queue()
    step: asyncio.Future[tuple[int, int]] | None = None
    computing = asyncio.ensure_future(ask(lambda *step: steps.put_nowait(step)))
    try:
        while not computing.done():
            step = asyncio.ensure_future(steps.get())
            await asyncio.wait(
                {step, computing}, timeout=_PULSE, return_when=asyncio.FIRST_COMPLETED
            )
            if step.done():
                done, total = step.result()
                yield _event("progress", {"done": done, "total": total})
                continue
            step.cancel()
            if not computing.done():
                yield ": computing\n\n"
        try:
            yield _event("result", computing.result())
        except ZerosumError as error:
            field = getattr(error, "field", None)
            yield _event("failed", {"message": str(error), "field": field})
    finally:
        if step is not None:
            step.cancel()
        computing.cancel()
        with suppress(asyncio.CancelledError, ZerosumError):
            await computing


def _told(
    studio: Studio, key: str, abilities: tuple[Ability, ...], checkpoint: Checkpoint
) -> dict[str, Any]:
    return reference(studio, require(studio, key, *abilities), checkpoint)


def _event(name: str, data: Mapping[str, Any]) -> str:
    return f"event: {name}\ndata: {sound_json(data)}\n\n"
