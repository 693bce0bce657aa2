"""Routes of results: what jobs have made with a network, a folder of files each."""

from pathlib import PurePath
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import FileResponse, StreamingResponse
from typing_extensions import TypedDict

from zerosum.errors import printable
from zerosum.studio.places import PACKAGED
from zerosum.studio.refusals import MissingError
from zerosum.studio.results import ResultFile, Results, ResultSet, zipped
from zerosum.studio.studio import Studio

__all__ = ["router"]

_KEPT = "private, max-age=31536000, immutable"
"""For files whose address changes when they do."""
_SET = "/networks/{key}/results/{kind}/{name}"


class SetsShown(TypedDict):
    """All results that were made with a network."""

    sets: list[ResultSet]


class SetShown(TypedDict):
    """The files of a set, and the job that makes it, if one does or will."""

    results: str
    job: str | None
    files: list[ResultFile]


class SetDeleted(TypedDict):
    """What was deleted."""

    results: str


def router(studio: Studio) -> APIRouter:
    """The routes of results.

    Args:
        studio: Whose.
    """
    routes = APIRouter(tags=["results"])

    @routes.get("/networks/{key}/results")
    def read_sets(key: str) -> SetsShown:
        """All results that were made with a network, the newest first."""
        return SetsShown(sets=_results(studio, key).sets())

    @routes.get(_SET)
    def read_set(key: str, kind: str, name: str) -> SetShown:
        """The files of some results, as far as they are there."""
        results, named = _results(studio, key), f"{kind}/{name}"
        job = _job(studio, key, named)
        try:
            files = results.files(kind, name)
        except MissingError:
            if job is None:
                raise
            files = []  # It has not begun yet.
        return SetShown(results=named, job=job, files=files)

    @routes.get(_SET + "/files/{path:path}", response_class=FileResponse)
    def read_result(
        key: str, kind: str, name: str, path: str, changed: str | None = None
    ) -> FileResponse:
        """A file of some results; kept by who says when it was changed."""
        file = _results(studio, key).file(kind, name, path)
        is_picture = file.suffix in (".png", ".gif")
        return FileResponse(
            file,
            media_type=None if is_picture else "application/octet-stream",
            filename=None if is_picture else file.name,
            headers=None if changed is None else {"Cache-Control": _KEPT},
        )

    @routes.get(_SET + "/zip", response_class=StreamingResponse)
    def download_set(key: str, kind: str, name: str) -> StreamingResponse:
        """All files of some results as one zip archive."""
        folder = _results(studio, key).folder(kind, name)
        named = quote(f"{PurePath(key).name}-{name}.zip".lstrip("@"))
        return StreamingResponse(
            zipped(folder),
            media_type="application/zip",
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{named}"},
        )

    @routes.delete(_SET)
    def delete_set(key: str, kind: str, name: str) -> SetDeleted:
        """Delete some results, unless a job is making them."""
        results = _results(studio, key)
        results.require_unused(kind, name, studio.queue.file.read())
        results.delete(kind, name)
        return SetDeleted(results=f"{kind}/{name}")

    return routes


def _job(studio: Studio, key: str, results: str) -> str | None:
    """The last job that makes some results."""
    jobs = studio.queue.file.read().jobs
    own = [job.id for job in jobs if job.task.key == key and job.task.results == results]
    return own[-1] if own else None


def _results(studio: Studio, key: str) -> Results:
    """What was made with a network.

    Raises:
        MissingError: There is no such network.
    """
    if key.startswith("@"):
        is_known = key[1:] in PACKAGED
    else:
        is_known = studio.shelf.find(key, archived=False) is not None
    if not is_known:
        raise MissingError(f"there is no network {printable(key)} (any more).")
    return Results(studio.home, key)
