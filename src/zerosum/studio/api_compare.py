"""Runs side by side, and what they repeat of what they were trained on."""

from pathlib import Path
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from zerosum.errors import ConfigError
from zerosum.studio.asked import WeightsAsked
from zerosum.studio.compared import Compared, compared, table_of
from zerosum.studio.studio import Studio
from zerosum.studio.using import use_streaming

__all__ = ["router"]

_MOST = 64
"""Runs at once: more cannot be told apart."""

Names = Annotated[
    str, Query(description="Names with commas between them, each percent-encoded once more.")
]


class MemorisedAsked(WeightsAsked):
    """How many pictures are generated, from which seed, and how many pairs are shown."""

    count: int = Field(1_000, ge=10, le=10_000)
    pairs: int = Field(12, ge=1, le=100)
    seed: int = Field(0, ge=0)


def router(studio: Studio) -> APIRouter:
    """The routes of comparisons.

    Args:
        studio: Whose runs.
    """
    routes = APIRouter(tags=["compare"])

    @routes.get("/compare")
    def read_comparison(runs: Names = "") -> Compared:
        """Scores side by side where they may be compared, and why the others may not."""
        return compared(_folders(studio, runs))

    @routes.get("/compare/table", response_class=Response)
    def read_table(runs: Names = "") -> Response:
        """All scores as comma-separated values: one a row, with its protocol."""
        return Response(
            table_of(_folders(studio, runs)),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="scores.csv"'},
        )

    @routes.post("/networks/{key}/memorised", response_class=StreamingResponse)
    async def find_copies(key: str, asked: MemorisedAsked, request: Request) -> StreamingResponse:
        """Look for training pictures among those that a run generates, as server-sent events.

        The result has ``share`` and its ``error``, ``expected`` of pictures that are new,
        ``features``, ``generated``, ``compared``, ``images_seen``, and ``pairs``: the nearest
        first, each with ``picture``, ``original``, ``distance`` and ``is_copy``.
        """
        return use_streaming(
            studio,
            request,
            "memorised",
            key,
            ("generate", "sample"),
            {"count": asked.count, "pairs": asked.pairs, "seed": asked.seed},
            checkpoint=asked.checkpoint,
            doing=f"looking for near copies of {key}",
        )

    return routes


def _folders(studio: Studio, names: str) -> list[Path]:
    """Where the runs of these names are, or would be: a name leads nowhere else.

    Raises:
        ConfigError: They are too many.
    """
    found = list(dict.fromkeys(unquote(each) for each in names.split(",") if each))
    if len(found) > _MOST:
        raise ConfigError(f"at most {_MOST} runs are compared at once, got {len(found)}.")
    known = [name for name in found if studio.shelf.find(name, archived=False) is not None]
    return [studio.home.runs / name for name in known]
