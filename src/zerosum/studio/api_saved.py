"""Results that were saved from pages that use networks."""

from fastapi import APIRouter
from fastapi.responses import FileResponse
from typing_extensions import TypedDict

from zerosum.studio.networks import find
from zerosum.studio.saving import Saved, all_saved, delete_saved, file_of_saved, one_saved
from zerosum.studio.studio import Studio

__all__ = ["router"]

_KINDS = {".png": "image/png", ".gif": "image/gif"}
"""What a page shows; all else is downloaded."""


class AllSaved(TypedDict):
    """What was saved, the newest first."""

    saved: list[Saved]


class DeletedSaved(TypedDict):
    """What was deleted."""

    id: str


def router(studio: Studio) -> APIRouter:
    """The routes of what was saved.

    Args:
        studio: Whose.
    """
    routes = APIRouter(prefix="/networks/{key}/saved", tags=["networks"])

    @routes.get("")
    def read_all(key: str, page: str | None = None) -> AllSaved:
        """What was saved of a network, by all pages or by one."""
        return AllSaved(saved=all_saved(studio, find(studio, key), page))

    @routes.get("/{identity}")
    def read_one(key: str, identity: str) -> Saved:
        """Something that was saved, with the state that brings its page back."""
        return one_saved(studio, key, identity)

    @routes.get("/{identity}/file", response_class=FileResponse)
    def read_file(key: str, identity: str, download: bool = False) -> FileResponse:
        """The file itself."""
        path = file_of_saved(studio, key, identity)
        kind = _KINDS.get(path.suffix)
        if kind is None or download:
            name = f"{key.lstrip('@')}-{identity}{path.suffix}"
            return FileResponse(path, media_type="application/octet-stream", filename=name)
        return FileResponse(path, media_type=kind)

    @routes.delete("/{identity}")
    def delete(key: str, identity: str) -> DeletedSaved:
        """Delete it; nothing brings it back."""
        delete_saved(studio, key, identity)
        return DeletedSaved(id=identity)

    return routes
