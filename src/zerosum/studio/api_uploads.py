"""Folders that may be read, and pictures that come through the browser."""

import asyncio
import os
from pathlib import Path, PurePath
from typing import Any

from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from typing_extensions import TypedDict

from zerosum.studio.jobs import Task
from zerosum.studio.places import Folder, Places
from zerosum.studio.receiving import Received, receive_files
from zerosum.studio.refusals import ConflictError, StudioError
from zerosum.studio.studio import Studio
from zerosum.studio.uploads import (
    FORM,
    Lot,
    RefusedFile,
    checked_lot,
    delete_lot,
    files_of,
    lot_of,
    place_of,
    receiving,
    refusal_of,
)

__all__ = ["router"]


class Uploaded(TypedDict):
    """A lot after files were added to it; ``source`` is null where it has none."""

    name: str
    source: str | None
    pictures: int | None
    bytes: int
    refused: list[RefusedFile]


class Deleted(TypedDict):
    """What was deleted."""

    name: str


def router(studio: Studio) -> APIRouter:
    """The routes of folders and uploads.

    Args:
        studio: Whose.
    """
    routes = APIRouter(tags=["data"])
    uploads = studio.home.uploads

    @routes.get("/data/browse")
    def browse(path: str | None = None) -> Folder:
        """What lies in a folder of this machine; without a path, those that may be read."""
        return Places.of(studio).browse(path)

    @routes.post("/uploads/{name}", openapi_extra=FORM)
    async def upload(name: str, request: Request) -> Uploaded:
        """Add files to a lot. Those that are no pictures are refused, and the others kept."""
        checked_lot(name)
        async with receiving(uploads, name) as folder:
            received = await _received(studio, request, folder, uploads / name)
            await _check(studio, folder, received)
        return await asyncio.to_thread(_uploaded, uploads, name, received)

    @routes.delete("/uploads/{name}")
    def delete_upload(name: str) -> Deleted:
        """Delete a lot, unless something that waits or runs needs it."""
        folder = uploads.absolute() / checked_lot(name)
        for job in studio.queue.file.read().jobs:
            if not job.is_over and _is_told_of(job.task, folder):
                raise ConflictError(
                    f"{job.task.key} needs these pictures; stop or remove it first."
                )
        delete_lot(uploads, name)
        return Deleted(name=name)

    return routes


def _is_told_of(task: Task, folder: Path) -> bool:
    """Whether a task is to read something in a folder, wherever its own paths begin."""
    paths = (PurePath(os.path.normpath(Path(task.cwd, word))) for word in task.words)
    return any(path.is_relative_to(folder) for path in paths)


async def _received(studio: Studio, request: Request, folder: Path, lot: Path) -> Received:
    """The files of a request, written to a folder.

    Raises:
        StudioError: It is no form, or the sender has gone.
    """
    there = await asyncio.to_thread(files_of, lot)

    def take(sent: str, received: Received) -> Path | str:
        place = place_of(sent)
        if isinstance(place, str):
            return place
        why = refusal_of(place, there, studio.limits.upload_files)
        if why is not None:
            return why
        if place not in there:
            there.append(place)
        return folder / place

    try:
        return await receive_files(request.stream(), request.headers.get("content-type", ""), take)
    except ClientDisconnect as error:
        raise StudioError("The files did not come whole.") from error


async def _check(studio: Studio, folder: Path, received: Received) -> None:
    """Remove the files that cannot be read; the worker reads them, as trainings do."""
    files = {path.relative_to(folder).as_posix(): path for path in received.files}
    if not files:
        return
    arguments = {
        "folder": str(folder.absolute()),
        "files": list(files),
        "pixel_limit": studio.limits.pixels,
    }
    answer: dict[str, Any] = await studio.worker.ask(
        "uploaded", arguments, key=("uploaded", folder.name), doing="reading what was uploaded"
    )
    for file, why in answer["refused"].items():
        path = files[file]
        received.refused.append((received.files.pop(path), why))
        path.unlink()


def _uploaded(uploads: Path, name: str, received: Received) -> Uploaded:
    refused = [RefusedFile(file=file, why=why) for file, why in received.refused]
    try:
        lot: Lot = lot_of(uploads, name)
    except StudioError:
        return Uploaded(name=name, source=None, pictures=0, bytes=0, refused=refused)
    return Uploaded(**lot, refused=refused)
