"""Drawing with a generator: strokes, and the pictures that fit them."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import Field
from typing_extensions import TypedDict

from zerosum.config.run import Ability
from zerosum.studio.asked import Asked, Title, ToKeep
from zerosum.studio.networks import require
from zerosum.studio.pictures_in import picture_path
from zerosum.studio.saving import Saved, new_place
from zerosum.studio.studio import Studio
from zerosum.studio.using import use, use_streaming

__all__ = ["router"]

_GENERATES: tuple[Ability, ...] = ("generate",)
_MOST_STROKES = 500
_MOST_CANDIDATES = 12

Share = Annotated[float, Field(ge=-4, le=4, allow_inf_nan=False)]
"""Of a side of the picture."""
Place = tuple[Share, Share]
Size = Annotated[float, Field(gt=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=1)]
Point = Annotated[str, Field(max_length=2**19)]


class StrokeAsked(Asked):
    """A line of a round brush; places and width are shares of the picture's sides."""

    kind: Literal["colour", "edge", "erase"]
    places: Annotated[list[Place], Field(min_length=1, max_length=10_000)]
    width: Size
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#ffffff"


class WarpAsked(Asked):
    """A round patch that was dragged, in the picture of the point ``source``."""

    kind: Literal["warp"]
    centre: Place
    end: Place
    radius: Size
    source: Point


class DrawAsked(Asked):
    """A drawing, what it led to so far, and how to go on.

    ``points`` are what was answered before. Below the strokes is the picture of ``below``, a
    point, or ``picture``, one that was sent; by default the background of the generator's
    pictures, where they have one.
    """

    strokes: list[Annotated[StrokeAsked | WarpAsked, Field(discriminator="kind")]] = Field(
        default_factory=list, max_length=_MOST_STROKES
    )
    points: list[Point] = Field(default_factory=list, max_length=_MOST_CANDIDATES)
    origins: list[Point] = Field(default_factory=list, max_length=_MOST_CANDIDATES)
    beside: Literal["bank", "near", "none"] = "bank"
    keep_first: bool = False
    candidates: Annotated[int, Field(ge=1, le=_MOST_CANDIDATES)] = 6
    steps: Annotated[int, Field(ge=0, le=200)] = 15
    smoothness: Weight = 0.0
    paper: Weight = 0.2
    picture: str | None = None
    invert: bool = False
    below: Point | None = None


class ProjectAsked(Asked):
    """A picture that was sent, by its id; inverted, light becomes dark."""

    picture: str
    invert: bool = False


class BetweenAsked(Asked):
    """A picture on the way between two points, or one that was sent, edited in the same way."""

    start: Point
    end: Point
    time: Weight = 1.0
    picture: str | None = None
    invert: bool = False


class SaveDrawingAsked(BetweenAsked, ToKeep):
    """A picture that is to be kept, and what brings the page back to it."""

    title: Title = "Drawn"
    strokes: Annotated[int, Field(ge=0)] = 0


class CandidateShown(TypedDict):
    """A picture that fits, its point, where the way to it began, and how far it is off."""

    image: str
    point: str
    origin: str
    cost: float


class Drawn(TypedDict):
    """Pictures that fit a drawing, the best first."""

    candidates: list[CandidateShown]
    background: str | None
    images_seen: int


class BetweenShown(TypedDict):
    """A picture."""

    image: str


def router(studio: Studio) -> APIRouter:
    """The routes of drawing.

    Args:
        studio: Whose.
    """
    routes = APIRouter(prefix="/networks/{key}/draw", tags=["networks"])

    @routes.post("")
    async def draw(key: str, asked: DrawAsked, request: Request) -> Drawn:
        """Some steps towards the pictures that fit a drawing; ask again to take more."""
        told = {**asked.model_dump(), "picture": _picture(studio, asked.picture)}
        drawn = await use(studio, request, "draw", key, _GENERATES, told, doing="drawing")
        return Drawn(
            candidates=drawn["candidates"],
            background=drawn["background"],
            images_seen=drawn["images_seen"],
        )

    @routes.post("/project", response_class=StreamingResponse)
    async def project(key: str, asked: ProjectAsked, request: Request) -> StreamingResponse:
        """The point whose picture is nearest to one that was sent, as server-sent events."""
        told = {"picture": _picture(studio, asked.picture), "invert": asked.invert}
        return use_streaming(
            studio, request, "draw_project", key, _GENERATES, told, doing="looking for a picture"
        )

    @routes.post("/between")
    async def show_between(key: str, asked: BetweenAsked, request: Request) -> BetweenShown:
        """A picture on the way between two points."""
        told = _between(studio, asked, strokes=0, save=None)
        shown = await use(studio, request, "draw_between", key, _GENERATES, told, doing="drawing")
        return BetweenShown(image=shown["image"])

    @routes.post("/saved")
    async def save(key: str, asked: SaveDrawingAsked, request: Request) -> Saved:
        """Keep such a picture, with its provenance and the state of the page."""
        place = new_place(studio, require(studio, key, *_GENERATES), ".png")
        told = _between(studio, asked, strokes=asked.strokes, save=str(place.path))
        await use(studio, request, "draw_between", key, _GENERATES, told, doing="saving")
        return place.keep("draw", asked.title, asked.state)

    return routes


def _picture(studio: Studio, identity: str | None) -> str | None:
    return None if identity is None else str(picture_path(studio.home, identity))


def _between(
    studio: Studio, asked: BetweenAsked, *, strokes: int, save: str | None
) -> dict[str, Any]:
    told = asked.model_dump(include={"start", "end", "time", "invert"})
    return {
        **told,
        "picture": _picture(studio, asked.picture),
        "strokes": strokes,
        "save": save,
    }
