"""What a source holds, and what is to be said of it before a recipe is trained on it."""

import base64
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import Image

from zerosum.config import RunConfig
from zerosum.data.audit import Audit, audit, open_parts
from zerosum.data.report import findings, thumbnails
from zerosum.data.sources.named import without_downloads
from zerosum.jobs.advising import advice
from zerosum.recipes import recipe
from zerosum.types import Progress

__all__ = ["run"]

_SHOWN = 24
_CELL = 64
_LISTED = 100
"""Classes and sizes that are told of one by one."""


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Read every picture of a source once.

    Args:
        arguments: ``source``; ``recipe`` or None; ``pixel_limit``.
        progress: Called with (pictures read, pictures in all).

    Raises:
        DataError: There is nothing of this name, or no picture in it.
    """
    source, limit = arguments["source"], arguments["pixel_limit"]
    with without_downloads():
        found = audit(source, pixel_limit=limit, progress=progress)
        parts = open_parts(source)
    for part in parts:
        part.pixel_limit = limit
    name = arguments["recipe"]
    return {
        "pictures": sum(part.readable for part in found.parts),
        "parts": [{"name": part.split, "pictures": part.readable} for part in found.parts],
        "sizes": _sizes(found),
        "channels": dict(_counted(found, "modes")),
        "classes": [
            {"name": name, "count": count}
            for name, count in _counted(found, "classes").most_common(_LISTED)
        ],
        "class_count": len(_counted(found, "classes")),
        "problems": findings(found),
        "notes": [] if name is None else list(_advice(found, recipe(name))),
        "thumbnails": [
            _as_address(each)
            for part in parts
            for each in thumbnails(part, -(-_SHOWN // len(parts)), _CELL)
        ],
    }


def _counted(found: Audit, what: str) -> "Counter[Any]":
    counted: Counter[Any] = Counter()
    for part in found.parts:
        counted.update(dict(getattr(part, what)))
    return counted


def _sizes(found: Audit) -> list[dict[str, int]]:
    return [
        {"height": height, "width": width, "pictures": count}
        for (width, height), count in _counted(found, "sizes").most_common(_LISTED)
    ]


def _advice(found: Audit, config: RunConfig) -> Iterator[str]:
    learnt = [part for part in found.parts if part.split.startswith("train")] or found.parts[:1]
    for part in learnt:
        where = f"{part.split}: " if len(learnt) > 1 else ""
        yield from (f"{where}{text}" for text in advice(part, config))


def _as_address(image: Image.Image) -> str:
    """An image as the address of itself, as pages can show it."""
    file = BytesIO()
    image.save(file, "png", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
