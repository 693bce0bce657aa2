"""Routes of translation: a picture at a time, and many as a job."""

from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import Field
from typing_extensions import TypedDict

from zerosum.games.translation_settings import Direction, TranslationConfig
from zerosum.runs import Run
from zerosum.studio.asked import Title, ToKeep, WeightsAsked
from zerosum.studio.jobs import JobShown, Task
from zerosum.studio.networks import folder_of, require
from zerosum.studio.pictures_in import picture_path
from zerosum.studio.places import Places
from zerosum.studio.queue_file import Plan
from zerosum.studio.saving import new_place
from zerosum.studio.studio import Studio
from zerosum.studio.translating import TranslateAsked, domains_of, translate_task
from zerosum.studio.using import use, use_streaming

__all__ = ["router"]

_QUICK = 512
"""Pixels of the longest side up to which a picture is translated while its reader waits."""
_MOST = 2048


class TranslationAsked(WeightsAsked):
    """A picture; larger ones are first brought to a longest side of ``most`` pixels."""

    picture: str
    name: str = Field(default="picture", max_length=300)
    direction: Direction | None = None
    most: int = Field(default=_QUICK, ge=1, le=_MOST)


class SaveAsked(TranslationAsked, ToKeep):
    """A picture whose translation is to be kept, and what brings the page back to it."""

    title: Title = "Translated"


class Translation(TypedDict):
    """A picture as the network has it, its translation, and that translated back, if it can be.

    The pictures are addresses that hold them.
    """

    source: str
    made: str
    back: str | None
    width: int
    height: int
    direction: str
    images_seen: int
    stamp: str


class Directions(TypedDict):
    """From which domain to which a run translates, and what the two are called."""

    directions: list[Direction]
    domains: list[str]


def router(studio: Studio) -> APIRouter:
    """The routes of translation.

    Args:
        studio: Whose networks.
    """
    routes = APIRouter(prefix="/networks/{key}", tags=["translate"])
    _of_pictures(routes, studio)
    _of_jobs(routes, studio)
    return routes


def _of_pictures(routes: APIRouter, studio: Studio) -> None:
    @routes.get("/directions")
    def read_directions(key: str) -> Directions:
        """From which domain to which a run translates."""
        config = Run.open(folder_of(studio, require(studio, key, "translate"))).config()
        game = cast("TranslationConfig", config.game)
        return Directions(directions=list(game.directions), domains=list(domains_of(config)))

    @routes.post("/translation")
    async def translate_picture(
        key: str, asked: TranslationAsked, request: Request
    ) -> Translation:
        """Translate a picture; one that is larger than 512 pixels is made smaller first."""
        told = _told(studio, asked, save=None)
        told["most"] = min(told["most"], _QUICK)
        answer = await use(
            studio,
            request,
            "translate",
            key,
            ("translate",),
            told,
            checkpoint=asked.checkpoint,
            doing="translating a picture",
        )
        return cast("Translation", answer)

    @routes.post("/translation/stream", response_class=StreamingResponse)
    def translate_large(key: str, asked: TranslationAsked, request: Request) -> StreamingResponse:
        """The same of a large picture, as events: `progress`, then `result` or `failed`."""
        return use_streaming(
            studio,
            request,
            "translate",
            key,
            ("translate",),
            _told(studio, asked, save=None),
            checkpoint=asked.checkpoint,
            doing="translating a large picture",
        )

    @routes.post("/translation/save", response_class=StreamingResponse)
    def save_translation(key: str, asked: SaveAsked, request: Request) -> StreamingResponse:
        """Keep a translation with its provenance, as events; the result is what was saved."""
        place = new_place(studio, require(studio, key, "translate"), ".png")

        def finish(answer: dict[str, Any]) -> dict[str, Any]:
            return dict(place.keep("translate", asked.title, asked.state))

        return use_streaming(
            studio,
            request,
            "translate",
            key,
            ("translate",),
            _told(studio, asked, save=str(place.path)),
            checkpoint=asked.checkpoint,
            doing="saving a translation",
            finish=finish,
        )


def _of_jobs(routes: APIRouter, studio: Studio) -> None:
    @routes.post("/translate")
    def add_translation(key: str, asked: TranslateAsked) -> JobShown:
        """Have many pictures translated: folders, archives, uploads."""
        network = require(studio, key, "translate")
        run = Run.open(folder_of(studio, network))
        places = Places.of(studio)

        def task(plan: Plan) -> Task:
            return translate_task(asked, studio.home, run, plan, places)

        return studio.shelf.job(studio.queue.add(task).id)


def _told(studio: Studio, asked: TranslationAsked, *, save: str | None) -> dict[str, Any]:
    """What the task is told of a picture.

    Raises:
        MissingError: It is not there (any more).
    """
    return {
        "picture": str(picture_path(studio.home, asked.picture)),
        "name": asked.name,
        "direction": asked.direction,
        "most": asked.most,
        "save": save,
    }
