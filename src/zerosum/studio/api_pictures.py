"""Single pictures that come through the browser, for pages that use networks."""

import asyncio
from pathlib import Path
from secrets import token_hex
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse
from starlette.requests import ClientDisconnect
from typing_extensions import TypedDict

from zerosum.data.suffixes import is_image_name
from zerosum.studio.pictures_in import picture_path, sweep_pictures
from zerosum.studio.receiving import Received, receive_files
from zerosum.studio.refusals import StudioError
from zerosum.studio.studio import Studio
from zerosum.studio.uploads import FORM, RefusedFile

__all__ = ["router"]

_MOST = 100
"""Pictures of one request; more of them are a folder, which is a job."""
_KEPT = "private, max-age=31536000, immutable"
"""A picture is called by what it holds."""


class PictureShown(TypedDict):
    """A picture, whose ``id`` tasks are told."""

    id: str
    name: str
    width: int
    height: int


class PicturesShown(TypedDict):
    """Pictures that were kept, and files that were not."""

    pictures: list[PictureShown]
    refused: list[RefusedFile]


def router(studio: Studio) -> APIRouter:
    """The routes of pictures.

    Args:
        studio: Whose.
    """
    routes = APIRouter(prefix="/pictures", tags=["pictures"])

    @routes.post("", openapi_extra=FORM)
    async def send_pictures(request: Request) -> PicturesShown:
        """Have pictures ready to be used. What cannot be decoded is refused, the others kept."""
        folder = studio.home.pictures.absolute()
        await asyncio.to_thread(sweep_pictures, studio.home)
        received = await _received(request, folder)
        try:
            return await _decoded(studio, folder, received)
        finally:
            for path in received.files:
                path.unlink(missing_ok=True)

    @routes.get("/{identity}", response_class=FileResponse)
    def read_picture(identity: str) -> FileResponse:
        """A picture, as a PNG."""
        path = picture_path(studio.home, identity)
        return FileResponse(path, media_type="image/png", headers={"Cache-Control": _KEPT})

    return routes


async def _received(request: Request, folder: Path) -> Received:
    """The files of a request.

    Raises:
        StudioError: It is no form, or the sender has gone.
    """

    def take(sent: str, received: Received) -> Path | str:
        if not is_image_name(sent):
            return "no file of pictures that can be read"
        if len(received.files) >= _MOST:
            return f"more than {_MOST} at once; a whole folder is a job"
        return folder / f"{token_hex(16)}.part"

    try:
        return await receive_files(request.stream(), request.headers.get("content-type", ""), take)
    except ClientDisconnect as error:
        raise StudioError("The files did not come whole.") from error


async def _decoded(studio: Studio, folder: Path, received: Received) -> PicturesShown:
    refused = [RefusedFile(file=name, why=why) for name, why in received.refused]
    if not received.files:
        return PicturesShown(pictures=[], refused=refused)
    files = [{"path": str(path), "name": name} for path, name in received.files.items()]
    arguments = {"folder": str(folder), "files": files, "pixel_limit": studio.limits.pixels}
    answer: dict[str, Any] = await studio.live.ask(
        "pictures", arguments, key=object(), doing="reading pictures"
    )
    refused += [RefusedFile(file=each["file"], why=each["why"]) for each in answer["refused"]]
    return PicturesShown(pictures=answer["pictures"], refused=refused)
