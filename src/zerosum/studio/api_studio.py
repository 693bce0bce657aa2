"""What the studio is: its version, its folder, its limits, its worker."""

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from zerosum.studio.studio import Studio
from zerosum.version import __version__

__all__ = ["disk", "router", "state"]


def router(studio: Studio) -> APIRouter:
    """The route of the studio itself.

    Args:
        studio: What it tells of.
    """
    routes = APIRouter(tags=["studio"])

    @routes.get("/studio")
    def read_studio() -> dict[str, Any]:
        """What this studio is, and what it allows."""
        return state(studio)

    return routes


def state(studio: Studio) -> dict[str, Any]:
    """What the studio tells of itself.

    Args:
        studio: Which one.
    """
    return {
        "version": __version__,
        "runs": str(studio.home.runs.absolute()),
        "disk": disk(studio.home.runs),
        "schedules": studio.queue.schedules,
        "allow_code": studio.options.allow_code,
        "data_folders": [str(each) for each in studio.data_folders],
        "limits": asdict(studio.limits),
        "worker": {"state": studio.worker.state, "doing": studio.worker.doing},
        "device": studio.worker.device,
    }


def disk(folder: Path) -> dict[str, int] | None:
    """Bytes that are free where a folder is or will be, and all there are.

    Example:
        >>> sorted(disk(Path("no/such/folder")))
        ['free', 'total']
    """
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    try:
        usage = shutil.disk_usage(there)
    except OSError:
        return None
    return {"free": usage.free, "total": usage.total}
