"""Pictures to train on: which there are, and what they are like."""

import asyncio
from pathlib import PurePath
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from zerosum.studio.places import Places
from zerosum.studio.studio import Studio
from zerosum.studio.uploads import lots
from zerosum.studio.wanted import asker_of, while_wanted

__all__ = ["router"]


class Inspected(BaseModel):
    """A source of pictures, and the recipe that is to be trained on it."""

    source: str
    recipe: str | None = None


def router(studio: Studio) -> APIRouter:
    """The routes of pictures.

    Args:
        studio: What may read them.
    """
    routes = APIRouter(prefix="/data", tags=["data"])

    @routes.get("")
    async def read_data(request: Request) -> dict[str, Any]:
        """Where pictures may be taken from: data sets by name, folders, uploads."""
        asking = studio.worker.ask("names", {}, key=("names", asker_of(request)))
        return {
            "names": await while_wanted(request, asking),
            "folders": [str(each) for each in studio.data_folders],
            "uploads": await asyncio.to_thread(lots, studio.home.uploads),
        }

    @routes.post("/inspect")
    async def inspect(body: Inspected, request: Request) -> dict[str, Any]:
        """What a source holds, and what is wrong with it."""
        Places.of(studio).require_source(body.source)
        arguments = {**body.model_dump(), "pixel_limit": studio.limits.pixels}
        key = ("inspect", asker_of(request), body.source)
        doing = f"looking at {PurePath(body.source).name or body.source}"
        asking = studio.worker.ask("inspect", arguments, key=key, doing=doing)
        found: dict[str, Any] = await while_wanted(request, asking)
        return found

    return routes
