"""Following runs, jobs, the queue and the studio as they change."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse

from zerosum.studio.api_studio import state
from zerosum.studio.events import Hub, cursors_of, stream
from zerosum.studio.following_runs import RunTopic
from zerosum.studio.refusals import MissingError, StudioError
from zerosum.studio.studio import Studio
from zerosum.studio.topics import RunsTopic, Topic, WholeTopic

__all__ = ["router"]

_MOST_TOPICS = 100
_MOST_STREAMS = 200
_NAME = re.compile(r"(run|job)/(?!\.)[^/\\\0]{1,255}")
_COARSE = 10**7
"""Bytes of free disk space by which an event is worth while."""

_Topics = Annotated[
    str,
    Query(
        description="Parted by commas: runs, queue, studio, run/NAME, job/ID; a NAME is "
        "percent-encoded once more."
    ),
]
_Anew = Annotated[
    str, Query(description="Those to be told from the beginning, whatever the last event was.")
]
_LastEvent = Annotated[str | None, Header(description="The id of the last event that came.")]


class _CrowdedError(StudioError):
    """As many as can be served follow events already."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


def router(studio: Studio) -> APIRouter:
    """The route of the events.

    Args:
        studio: Whose.
    """
    routes = APIRouter(tags=["events"])
    topic_of = _TopicsOf(studio)
    hub = Hub(topic_of)
    open_streams: set[object] = set()

    async def counted(names: list[str], cursors: dict[str, Any]) -> AsyncGenerator[str, None]:
        mark = object()
        open_streams.add(mark)
        try:
            async with aclosing(stream(hub, names, cursors, studio.closing)) as texts:
                async for text in texts:
                    yield text
        finally:
            open_streams.discard(mark)

    @routes.get("/events", response_class=StreamingResponse)
    async def follow_events(
        topics: _Topics, anew: _Anew = "", last_event_id: _LastEvent = None
    ) -> StreamingResponse:
        """Follow topics, as server-sent events.

        Each event has an ``id``. Who sends the last one in ``Last-Event-ID`` misses nothing.
        """
        names = _parted(topics)
        if len(names) > _MOST_TOPICS:
            raise StudioError(f"At most {_MOST_TOPICS} topics can be followed at once.")
        if len(open_streams) >= _MOST_STREAMS:
            raise _CrowdedError("Too many follow events already; close some pages.")
        for name in names:
            topic_of.check(name)
        known = cursors_of(last_event_id)
        for name in _parted(anew):
            known.pop(name, None)
        return StreamingResponse(
            counted(names, known),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    return routes


def _parted(names: str) -> list[str]:
    """The topics of a list; a name in them may hold a comma, and is encoded."""
    return list(dict.fromkeys(map(unquote, names.split(","))))


class _TopicsOf:
    """Makes the topic of a name."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._runs = RunsTopic(lambda version: studio.shelf.changed_since(version))

    def check(self, name: str) -> None:
        """Refuse what is no topic.

        Raises:
            StudioError: It is none.
        """
        if name not in ("runs", "queue", "studio") and not _NAME.fullmatch(name):
            raise StudioError(
                f"There is no topic {name!r}; known are runs, queue, studio, run/NAME and job/ID."
            )

    def __call__(self, name: str) -> Topic:
        self.check(name)
        match name.partition("/"):
            case "runs", *_:
                return self._runs
            case "queue", *_:
                return WholeTopic("queue", lambda: dict(self._studio.queue.shown()))
            case "studio", *_:
                return WholeTopic("studio", lambda: _coarse(state(self._studio)))
            case "job", _, identity:
                log = self._studio.home.job(identity) / "log.txt"
                return WholeTopic("job", lambda: self._job(identity), log=log)
            case _, _, run:
                return RunTopic(
                    run,
                    folder=lambda: self._folder(run),
                    summary=lambda: self._summary(run),
                    log=lambda: self._studio.queue.log_of_run(run),
                )

    def _job(self, identity: str) -> dict[str, Any]:
        try:
            return dict(self._studio.shelf.job(identity))
        except MissingError:
            return {"id": identity, "gone": True}

    def _summary(self, run: str) -> Any:
        known = self._runs.find(run)
        is_archived = known is None and _is_folder(self._studio.home.archive / run)
        return self._studio.shelf.find(run) if is_archived else known

    def _folder(self, run: str) -> Path | None:
        home = self._studio.home
        places = (home.runs / run, home.archive / run)
        return next((each for each in places if _is_folder(each)), None)


def _is_folder(path: Path) -> bool:
    """Whether there is one; what cannot be a name is none, and no fault either."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _coarse(state: dict[str, Any]) -> dict[str, Any]:
    """The studio's state, in which free space changes only by what matters."""
    disk = state["disk"]
    if disk is not None:
        disk = {**disk, "free": disk["free"] // _COARSE * _COARSE}
    return {**state, "disk": disk}
