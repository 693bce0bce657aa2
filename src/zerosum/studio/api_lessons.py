"""The lessons: which there are, what they can be told, and what they compute."""

import asyncio
from collections.abc import AsyncIterator, Hashable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, JsonValue

from zerosum.errors import ZerosumError
from zerosum.lessons.named import CHAPTERS, LESSONS
from zerosum.studio.answers import sound_json
from zerosum.studio.held import Held
from zerosum.studio.lesson_controls import allowed_values
from zerosum.studio.places import PACKAGED
from zerosum.studio.refusals import MissingError
from zerosum.studio.studio import Studio
from zerosum.studio.using import events_of
from zerosum.studio.wanted import asker_of, while_wanted
from zerosum.studio.worker import Worker

__all__ = ["router"]

_KEPT = 12
"""Results that are kept, so that to go back takes no time; each has up to two megabytes."""
_OWN = ("run", "network", "picture", "source")
"""Kinds of controls that name files, which may change."""


class Asked(BaseModel):
    """Values of a lesson's controls by name, and whether its long form is wanted."""

    model_config = ConfigDict(extra="forbid")
    controls: dict[str, JsonValue] = {}
    full: bool = False


def router(studio: Studio) -> APIRouter:
    """The routes of the lessons.

    Args:
        studio: Whose worker computes them.
    """
    routes = APIRouter(prefix="/lessons", tags=["lessons"])
    lessons = _Lessons(studio)

    @routes.get("")
    def read_lessons() -> dict[str, Any]:
        """All lessons by chapters."""
        return {"chapters": [_chapter(letter, title) for letter, title in CHAPTERS.items()]}

    @routes.get("/{name}")
    async def read_lesson(name: str, request: Request) -> dict[str, Any]:
        """What a lesson can be told, and what it is told by default."""
        _require(name)
        described = await while_wanted(request, lessons.described(name))
        entry = LESSONS[name]
        return {
            "name": name,
            "title": entry.title,
            "chapter": {"letter": entry.chapter, "title": CHAPTERS[entry.chapter]},
            "question": entry.question,
            "packaged": list(PACKAGED),
            "slow": lessons.seconds.get(name),
            **described,
        }

    @routes.post("/{name}/compute", response_class=StreamingResponse)
    async def compute(name: str, asked: Asked, request: Request) -> StreamingResponse:
        """Compute a lesson, as server-sent events.

        The events are ``progress`` {done, total}, and at the end ``result`` {answer, html, claims,
        seconds, call} or ``failed`` {message, field}. To close the connection is to cancel; what
        the same client, by its header ``X-Client``, asks for later cancels it, too.
        """
        _require(name)
        described = await while_wanted(request, lessons.described(name))
        values = allowed_values(studio, described["fields"], asked.controls)
        client = asker_of(request)
        return StreamingResponse(
            events_of(lambda step: lessons.result(name, values, asked.full, client, step)),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    return routes


def _require(name: str) -> None:
    """Refuse what is no lesson, in the library's words.

    Raises:
        MissingError: It is none.
    """
    try:
        _ = LESSONS[name]
    except ZerosumError as error:
        raise MissingError(str(error)) from error


def _chapter(letter: str, title: str) -> dict[str, Any]:
    return {
        "letter": letter,
        "title": title,
        "lessons": [
            {
                "name": name,
                "title": entry.title,
                "question": entry.question,
                "takes_run": entry.takes_run or None,
            }
            for name, entry in LESSONS.items()
            if entry.chapter == letter
        ],
    }


class _Lessons:
    """Lessons as the worker knows them, and what it has computed lately."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._described: dict[str, dict[str, Any]] = {}
        self._results: Held[str, dict[str, Any]] = Held(_KEPT)
        self._alone = asyncio.Lock()
        self.seconds: dict[str, float] = {}

    async def described(self, name: str) -> dict[str, Any]:
        """A lesson's fields, default values, and whether it has a long form."""
        if name not in self._described:
            doing = f"opening the lesson {name}"
            asked = {"name": name}
            self._described[name] = await self._studio.worker.ask(
                "lesson_fields", asked, key=object(), doing=doing
            )
        return self._described[name]

    async def result(
        self, name: str, values: Mapping[str, Any], full: bool, client: Hashable, progress: Any
    ) -> dict[str, Any]:
        """What comes of it, computed unless it is known."""
        asked = {"name": name, "controls": dict(values), "full": full}
        known = sound_json(asked)
        if (held := self._results.get(known)) is not None:
            return held
        key = ("lesson", client)
        async with self._worker(full) as worker:
            result: dict[str, Any] = await worker.ask(
                "lesson", asked, on_progress=progress, key=key, doing=f"the lesson {name}"
            )
        if not full:
            self.seconds[name] = result["seconds"]
        if not self._is_of_files(name, values):
            self._results.put(known, result)
        return result

    def _is_of_files(self, name: str, values: Mapping[str, Any]) -> bool:
        kinds = {each["name"]: each["kind"] for each in self._described[name]["fields"]}
        return any(value and kinds.get(each) in _OWN for each, value in values.items())

    @asynccontextmanager
    async def _worker(self, full: bool) -> AsyncIterator[Worker]:
        """Who computes; the long form, which takes minutes, has a process of its own meanwhile."""
        if not full:
            yield self._studio.worker
            return
        async with self._alone:
            worker = Worker(self._studio.home.worker_log)
            try:
                yield worker
            finally:
                await worker.stop()
