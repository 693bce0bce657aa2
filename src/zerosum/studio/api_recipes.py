"""Recipes: which there are, their forms, and what a run of one would take."""

import asyncio
import shlex
from collections.abc import Mapping
from functools import cache
from inspect import cleandoc
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from zerosum.config.families import FAMILIES as KINDS
from zerosum.config.families import family_class
from zerosum.config.json import differences, to_json
from zerosum.config.lengths import notes_on_length
from zerosum.config.run import RunConfig
from zerosum.documented import plain
from zerosum.errors import ZerosumError
from zerosum.recipes import FAMILIES, RECIPES, WEIGHTS, recipe
from zerosum.recipes.calls import call_of
from zerosum.runs import Run
from zerosum.studio.forms import (
    configured,
    fields_of,
    needed_fields,
    values_of,
    ways_to_feed,
)
from zerosum.studio.goals import GOALS
from zerosum.studio.names import checked
from zerosum.studio.pictures import picture_of
from zerosum.studio.places import Places
from zerosum.studio.refusals import ConflictError, FieldError, MissingError
from zerosum.studio.studio import Studio
from zerosum.studio.times import Times
from zerosum.studio.wanted import asker_of, while_wanted

__all__ = ["router"]

_BUSY = ("preparing", "training", "stopping")
"""States of a run whose process computes."""


class Filled(BaseModel):
    """A form as it is filled in: what differs from the recipe, by the names of fields."""

    fields: dict[str, Any] = {}
    name: str | None = None


def router(studio: Studio) -> APIRouter:
    """The routes of recipes and their forms.

    Args:
        studio: Where they would be trained.
    """
    routes = APIRouter(prefix="/recipes", tags=["recipes"])
    times, places = Times(studio.home.times), Places.of(studio)

    @routes.get("")
    def read_recipes() -> dict[str, Any]:
        """All recipes, and which of them fit what users have."""
        goals = [
            {"key": key, "title": goal.title, "text": goal.text, "recipes": goal.recipes}
            for key, goal in GOALS.items()
        ]
        return {"goals": goals, "recipes": [_about(name, times) for name in RECIPES]}

    @routes.get("/{name}/form")
    def read_form(name: str, run: str | None = None) -> dict[str, Any]:
        """The fields of a recipe, and what one of the runs has in them."""
        config = recipe(name)
        fields = fields_of(config)
        usual = sorted(
            (each["usual"], each["name"]) for each in fields if each["usual"] is not None
        )
        return {
            "recipe": name,
            "fields": fields,
            "usual": [each for _, each in usual],
            "ways": ways_to_feed(config),
            "classifies": [each for each in KINDS if "classify" in family_class(each).abilities],
            "values": {} if run is None else _values_of_run(studio, run, name),
        }

    @routes.post("/{name}/check")
    def check(name: str, body: Filled) -> dict[str, Any]:
        """Whether what is filled in does, and the command that says the same."""
        try:
            config = configured(name, body.fields, allow_code=studio.options.allow_code)
            places.require_config(config)
            command = " ".join([call_of(config), *_name(body)])
        except ZerosumError as error:
            fault = {"message": str(error), "field": getattr(error, "field", None)}
            return {"ok": False, "error": fault}
        return {
            "ok": True,
            "command": command,
            "notes": notes_on_length(config),
            "config_differences": differences(to_json(recipe(name)), to_json(config)),
        }

    _measuring(routes, studio, times)
    return routes


def _measuring(routes: APIRouter, studio: Studio, times: Times) -> None:
    @routes.post("/{name}/estimate")
    async def estimate(name: str, body: Filled, request: Request) -> dict[str, Any]:
        """What a run would take here, by a few rounds; without fields the recipe itself."""
        known = None if body.fields else times.of(name)
        if known is not None:
            return known
        # In a thread: to find the field to blame, or to look at all runs, can take its time.
        config = await asyncio.to_thread(_to_be_measured, studio, name, body.fields)
        arguments = {"recipe": name, "config": None if config is None else to_json(config)}
        # Of one page only the newest form is of interest; a recipe's own time can wait.
        key = config and ("estimate", asker_of(request))
        asking = studio.worker.ask("estimate", arguments, key=key, doing=f"measuring {name}")
        found: dict[str, Any] = await while_wanted(request, asking)
        if config is None:
            await asyncio.to_thread(times.note, name, found)
        return found


def _name(form: Filled) -> list[str]:
    """The words by which a run is called otherwise than its recipe."""
    if not form.name:
        return []
    try:
        return ["--out", shlex.quote(checked(form.name))]
    except ZerosumError as error:
        raise FieldError(str(error), field="name") from error


def _about(name: str, times: Times) -> dict[str, Any]:
    known = times.of(name)
    return {**_told(name), "seconds": None if known is None else known["seconds"]}


@cache
def _told(name: str) -> dict[str, Any]:
    """What is told of a recipe, whatever the machine."""
    config = recipe(name)
    first, _, rest = cleandoc(RECIPES[name].__doc__ or "").partition("\n")
    return {
        "name": name,
        "text": plain(first),
        "about": plain(rest.strip()),
        "family": next(family for family, members in FAMILIES.items() if name in members),
        "size": config.pictures.size,
        "channels": config.pictures.channels,
        "weights": WEIGHTS[name],
        "total_images": config.total_images,
        "data": config.data or None,
        "needs": needed_fields(config),
        **picture_of(name),
    }


def _values_of_run(studio: Studio, name: str, form: str) -> Mapping[str, Any]:
    path = studio.home.runs / name
    if not _is_in(studio, name) or not path.is_dir():
        raise MissingError(f"There is no run {name!r} to copy.")
    config = Run.open(path).config()
    if config.recipe != form:
        raise ConflictError(f"{name} is a run of {config.recipe}, so it is copied to that form.")
    return values_of(config)


def _is_in(studio: Studio, name: str) -> bool:
    """Whether a run's name is one, and no way out of the folder of runs."""
    return studio.home.runs.joinpath(name).parent == studio.home.runs and name not in ("", "..")


def _to_be_measured(studio: Studio, name: str, fields: Mapping[str, Any]) -> RunConfig | None:
    """What a form says is to be tried; None where it is the recipe itself.

    Raises:
        ZerosumError: It does not do, or it is no time to measure.
    """
    config = None
    if fields:
        config = configured(name, fields, allow_code=studio.options.allow_code)
        Places.of(studio).require_config(config)
    _refuse_while_training(studio)
    return config


def _refuse_while_training(studio: Studio) -> None:
    """Times that are measured beside a training are wrong, and slow it."""
    at_work = [each["name"] for each in studio.shelf.summaries() if each["state"] in _BUSY]
    if at_work:
        raise ConflictError(
            f"{at_work[0]} is being trained: times are measured when nothing else computes."
        )
