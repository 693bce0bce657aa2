"""Playing with generators: pictures, directions, walks, tables, and what they are nearest to."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from zerosum.config.run import Ability
from zerosum.studio.asked import Asked, ToKeep, WeightsAsked
from zerosum.studio.networks import Checkpoint, find, folder_of, reference, require
from zerosum.studio.saving import Saved, new_place
from zerosum.studio.studio import Studio
from zerosum.studio.using import use, use_streaming

__all__ = ["router"]

_LATENTS: tuple[Ability, ...] = ("generate",)
_ANY: tuple[Ability, ...] = ("generate", "sample")
_FARTHEST = 100.0

Seed = Annotated[int, Field(ge=0, lt=2**53)]
Text = Annotated[str, Field(min_length=1, max_length=300)]
Amount = Annotated[float, Field(ge=-_FARTHEST, le=_FARTHEST, allow_inf_nan=False)]
Move = tuple[Text, Text, Amount]
"""The method that found a direction, its name, and how far to go, in standard deviations."""


class Spot(Asked):
    """A picture: number ``index`` of a seed, of a class, truncated, moved along directions."""

    seed: Seed = 0
    index: Annotated[int, Field(ge=0, lt=10_000)] = 0
    label: Annotated[int, Field(ge=0)] | None = None
    truncation: Annotated[float, Field(gt=0, le=5)] | None = None
    moves: list[Move] = Field(default_factory=list, max_length=60)


class Pictures(WeightsAsked):
    """Pictures that are wanted."""

    spots: Annotated[list[Spot], Field(min_length=1, max_length=64)]


class Table(WeightsAsked):
    """A table: each of the rows mixed with each of the columns, or between them."""

    rows: Annotated[list[Spot], Field(min_length=1, max_length=8)]
    columns: Annotated[list[Spot], Field(min_length=1, max_length=8)]
    from_layer: Annotated[int, Field(ge=1, le=100)] = 1
    time: Annotated[float, Field(ge=0, le=1)] = 0.5


class Walk(WeightsAsked):
    """A closed walk, and which of its frames are wanted."""

    stops: Annotated[list[Spot], Field(min_length=2, max_length=24)]
    frames: Annotated[int, Field(ge=1, le=250)] = 30


class Frames(Walk):
    """Some frames of a walk."""

    first: Annotated[int, Field(ge=0, le=6_000)] = 0
    count: Annotated[int, Field(ge=1, le=64)] = 25


class Directions(WeightsAsked):
    """By which method directions are wanted, and by which classifier where it needs one."""

    method: Literal["pca", "sefa", "class"]
    judge: Text | None = None


class Keep(WeightsAsked):
    """A direction to keep under a name: one, or several moves together."""

    name: Annotated[str, Field(max_length=200)]
    moves: Annotated[list[Move], Field(min_length=1, max_length=60)]


class Rename(WeightsAsked):
    """Another name for a kept direction."""

    name: Text
    new: Annotated[str, Field(max_length=200)]


class Drop(WeightsAsked):
    """A kept direction that is to go."""

    name: Text


class Nearest(WeightsAsked):
    """The picture whose nearest training pictures are wanted, and how near is measured."""

    spot: Spot
    features: Literal["pixels", "digits"] = "pixels"


class SavedPictures(Pictures, ToKeep):
    """Pictures to save as one file."""


class SavedPlayer(WeightsAsked, ToKeep):
    """A page of the generator to save."""


class SavedTable(Table, ToKeep):
    """A table to save."""


class SavedWalk(Walk, ToKeep):
    """A walk to save as an animation."""

    suffix: Literal[".gif", ".mp4"] = ".gif"
    seconds: Annotated[float, Field(gt=0, le=600)]


def router(studio: Studio) -> APIRouter:
    """The routes of playing.

    Args:
        studio: Whose.
    """
    routes = APIRouter(prefix="/play/{key}", tags=["play"])
    _add_pictures(routes, studio)
    _add_directions(routes, studio)
    _add_saving(routes, studio)
    return routes


def _add_pictures(routes: APIRouter, studio: Studio) -> None:
    @routes.get("")
    async def read_about(
        key: str, request: Request, checkpoint: Checkpoint = "latest"
    ) -> dict[str, Any]:
        """What a generator can be asked for: classes, layers, truncation, methods."""
        told = _places(studio, key)
        doing = f"opening {key}"
        about = await use(
            studio, request, "play_about", key, _ANY, told, checkpoint=checkpoint, doing=doing
        )
        if about["symbol"]:
            await studio.long.start()  # It will be warm when directions are looked for.
        return about

    @routes.post("/pictures")
    async def draw_pictures(key: str, asked: Pictures, request: Request) -> dict[str, Any]:
        """Pictures, as addresses that hold them."""
        return await _drawn(studio, request, "play_pictures", key, asked, abilities=_ANY)

    @routes.post("/table")
    async def draw_table(key: str, asked: Table, request: Request) -> dict[str, Any]:
        """A table of mixtures, or of pictures in between."""
        return await _drawn(studio, request, "play_table", key, asked)

    @routes.post("/walk")
    async def draw_walk(key: str, asked: Frames, request: Request) -> dict[str, Any]:
        """Some frames of a walk."""
        return await _drawn(studio, request, "play_walk", key, asked)

    @routes.post("/nearest", response_class=StreamingResponse)
    async def find_nearest(key: str, asked: Nearest, request: Request) -> StreamingResponse:
        """The nearest training pictures of a picture, as server-sent events."""
        told = {**asked.model_dump(exclude={"checkpoint"}), **_places(studio, key)}
        return use_streaming(
            studio,
            request,
            "play_nearest",
            key,
            _LATENTS,
            told,
            checkpoint=asked.checkpoint,
            doing=f"looking for what {key} was trained on",
        )


def _add_directions(routes: APIRouter, studio: Studio) -> None:
    @routes.post("/directions", response_class=StreamingResponse)
    async def find_directions(key: str, asked: Directions, request: Request) -> StreamingResponse:
        """Directions by a method, as server-sent events."""
        judge = None
        if asked.judge is not None:
            judge = reference(studio, require(studio, asked.judge, "classify"))
        method = asked.method if judge is None else f"{asked.method}:{asked.judge}"
        told = {"method": method, "judge": judge, **_places(studio, key)}
        return use_streaming(
            studio,
            request,
            "play_directions",
            key,
            _LATENTS,
            told,
            checkpoint=asked.checkpoint,
            doing=f"looking for directions of {key}",
        )

    @routes.get("/kept")
    async def read_kept(key: str, request: Request) -> dict[str, Any]:
        """Directions that were given names."""
        return await use(studio, request, "play_kept", key, _LATENTS, _places(studio, key))

    @routes.post("/kept")
    async def keep_direction(key: str, asked: Keep, request: Request) -> dict[str, Any]:
        """Give a direction a name, and keep it with the network."""
        told = {"name": asked.name.strip(), "moves": asked.moves}
        return await _kept(studio, request, key, asked, keep=told)

    @routes.post("/kept/rename")
    async def rename_direction(key: str, asked: Rename, request: Request) -> dict[str, Any]:
        """Give a kept direction another name."""
        told = {"name": asked.name, "new": asked.new.strip()}
        return await _kept(studio, request, key, asked, rename=told)

    @routes.delete("/kept")
    async def drop_direction(key: str, asked: Drop, request: Request) -> dict[str, Any]:
        """Keep a direction no longer."""
        return await _kept(studio, request, key, asked, drop=asked.name)


def _add_saving(routes: APIRouter, studio: Studio) -> None:
    @routes.post("/pictures/save")
    async def save_pictures(key: str, asked: SavedPictures, request: Request) -> Saved:
        """Save pictures, in one file that says how they were made."""
        return await _saved(studio, request, "play_pictures", key, asked, abilities=_ANY)

    @routes.post("/table/save")
    async def save_table(key: str, asked: SavedTable, request: Request) -> Saved:
        """Save a table with its edges."""
        return await _saved(studio, request, "play_table", key, asked)

    @routes.post("/walk/save", response_class=StreamingResponse)
    async def save_walk(key: str, asked: SavedWalk, request: Request) -> StreamingResponse:
        """Save a walk as an animation, as server-sent events."""
        place = new_place(studio, require(studio, key, *_LATENTS), asked.suffix)
        told = {**_asked(asked), **_places(studio, key), "path": str(place.path)}
        return use_streaming(
            studio,
            request,
            "play_animation",
            key,
            _LATENTS,
            told,
            checkpoint=asked.checkpoint,
            doing=f"writing a walk of {key}",
            finish=lambda _: dict(place.keep("play", asked.title, asked.state)),
        )

    @routes.post("/player", response_class=StreamingResponse)
    async def save_player(key: str, asked: SavedPlayer, request: Request) -> StreamingResponse:
        """Save the generator as a page that draws by itself, as server-sent events."""
        place = new_place(studio, require(studio, key, *_LATENTS), ".html")
        return use_streaming(
            studio,
            request,
            "play_player",
            key,
            _LATENTS,
            {**_places(studio, key), "path": str(place.path)},
            checkpoint=asked.checkpoint,
            doing=f"writing the page of {key}",
            finish=lambda _: dict(place.keep("play", asked.title, asked.state)),
        )


def _places(studio: Studio, key: str) -> dict[str, str]:
    """Where directions of a network are: those with names, and those that methods found."""
    network = find(studio, key)
    kept = folder_of(studio, network) / "directions.safetensors"
    found = studio.home.networks / network["key"] / "directions"
    return {"kept": str(kept.absolute()), "found": str(found.absolute())}


def _asked(asked: WeightsAsked) -> dict[str, Any]:
    return asked.model_dump(exclude={"checkpoint", "title", "state"})


async def _drawn(
    studio: Studio,
    request: Request,
    task: str,
    key: str,
    asked: WeightsAsked,
    *,
    abilities: tuple[Ability, ...] = _LATENTS,
) -> dict[str, Any]:
    told = {**_asked(asked), **_places(studio, key)}
    return await use(
        studio,
        request,
        task,
        key,
        abilities,
        told,
        checkpoint=asked.checkpoint,
        doing=f"drawing with {key}",
    )


async def _kept(
    studio: Studio, request: Request, key: str, asked: WeightsAsked, **change: Any
) -> dict[str, Any]:
    told = {**_places(studio, key), **change}
    return await use(
        studio,
        request,
        "play_kept",
        key,
        _LATENTS,
        told,
        checkpoint=asked.checkpoint,
        doing=f"keeping a direction of {key}",
    )


async def _saved(
    studio: Studio,
    request: Request,
    task: str,
    key: str,
    asked: SavedPictures | SavedTable,
    *,
    abilities: tuple[Ability, ...] = _LATENTS,
) -> Saved:
    place = new_place(studio, require(studio, key, *abilities), ".png")
    told = {**_asked(asked), **_places(studio, key), "path": str(place.path)}
    await use(
        studio,
        request,
        task,
        key,
        abilities,
        told,
        checkpoint=asked.checkpoint,
        doing=f"saving what {key} has drawn",
    )
    return place.keep("play", asked.title, asked.state)
