"""Classifiers image by image: accuracy by class, mistakes, features, labels."""

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import Field
from typing_extensions import TypedDict

from zerosum.config.run import Ability
from zerosum.studio.asked import WeightsAsked
from zerosum.studio.networks import find
from zerosum.studio.refusals import ConflictError
from zerosum.studio.studio import Studio
from zerosum.studio.using import use, use_streaming

__all__ = ["router"]

_PAGE = 60
"""Pictures at once."""
_ABILITIES: tuple[Ability, ...] = ("classify",)

Number = Annotated[int, Field(ge=0)]


class WhichMap(WeightsAsked):
    """And how the features of the classifier come into the plane."""

    method: Literal["pca", "t-sne"] = "pca"


class WhichPage(WeightsAsked):
    """And which of many pictures."""

    start: Number = 0
    count: Annotated[int, Field(ge=1, le=_PAGE)] = _PAGE


class WhichPictures(WhichPage):
    """Pictures by number; or mistakes (or right answers), of a class, or taken for one."""

    domain: str = ""
    true: Number | None = None
    said: Number | None = None
    right: bool = False
    numbers: Annotated[list[Number], Field(max_length=_PAGE)] | None = None


class Classified(TypedDict):
    """A picture that the classifier was tested on, with its answer."""

    number: int
    true: int | None
    said: int
    confidence: float
    probable: list[tuple[int, float]]
    url: str


class Pictures(TypedDict):
    """A page of such pictures, of how many there are."""

    total: int
    stamp: str
    pictures: list[Classified]


class Labels(TypedDict):
    """The labels that a run learns from, with other runs of its recipe."""

    per_class: int | None
    total: int
    pictures: list[dict[str, Any]]
    runs: list[dict[str, Any]]


def router(studio: Studio) -> APIRouter:
    """The routes of classes.

    Args:
        studio: Whose worker asks the classifiers.
    """
    routes = APIRouter(prefix="/networks/{key}/classes", tags=["networks"])

    @routes.post("", response_class=StreamingResponse)
    async def examine(key: str, which: WeightsAsked, request: Request) -> StreamingResponse:
        """Accuracy by class, and what is taken for what, as server-sent events."""
        doing = f"testing the classifier of {key}"
        how: dict[str, Any] = {"checkpoint": which.checkpoint, "doing": doing}
        return use_streaming(studio, request, "classes", key, _ABILITIES, {}, **how)

    @routes.post("/map", response_class=StreamingResponse)
    async def read_map(key: str, which: WhichMap, request: Request) -> StreamingResponse:
        """The features of some pictures of each domain in the plane, as server-sent events."""
        how: dict[str, Any] = {"checkpoint": which.checkpoint, "doing": f"mapping {key}"}
        asked = {"method": which.method}
        return use_streaming(studio, request, "classes_map", key, _ABILITIES, asked, **how)

    @routes.post("/pictures")
    async def read_pictures(key: str, which: WhichPictures, request: Request) -> Pictures:
        """Pictures that it was tested on, with its answers: the surest first."""
        asked = which.model_dump(exclude={"checkpoint"})
        how: dict[str, Any] = {
            "checkpoint": which.checkpoint,
            "doing": f"mistakes of {key}",
            "slowly": True,  # By the worker that has examined it, and so has its answers.
        }
        answer = await use(studio, request, "classes_pictures", key, _ABILITIES, asked, **how)
        return cast("Pictures", answer)

    @routes.post("/labels")
    async def read_labels(key: str, which: WhichPage, request: Request) -> Labels:
        """The pictures whose labels a run learns from, and accuracy by the number of labels."""
        network = find(studio, key)
        if network["run"] is None:
            raise ConflictError(
                f"{key} is no run, so nobody knows from which labels it has learnt."
            )
        others = [
            str(studio.home.runs / each["name"])
            for each in studio.shelf.summaries()
            if each["recipe"] == network["recipe"] and each["name"] != network["run"]
        ]
        asked = {"others": others, "start": which.start, "count": which.count}
        how: dict[str, Any] = {
            "checkpoint": which.checkpoint,
            "doing": f"labels of {key}",
            "slowly": True,  # By the worker that has examined it, and so has its answers.
        }
        answer = await use(studio, request, "classes_labels", key, _ABILITIES, asked, **how)
        return cast("Labels", answer)

    return routes
