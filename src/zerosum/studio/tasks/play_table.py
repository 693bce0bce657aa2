"""A table of pictures: each of some mixed with, or on the way to, each of others."""

from pathlib import Path
from typing import Any

import torch

from zerosum.latent.mixing import mix_all
from zerosum.latent.spaces import StyleSpace
from zerosum.latent.tables import between_all
from zerosum.media.images import save_png, tile, to_images
from zerosum.studio.opened import as_addresses
from zerosum.studio.played import facts_of_spot, played_of
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Draw a table, and perhaps save it with its edges.

    Args:
        arguments: ``network``, ``kept``, ``found``; ``rows`` and ``columns``, spots;
            ``from_layer``, for styles, the first that follows the column; ``time``, for others,
            how far from row to column; ``path`` of a PNG, or null.
        progress: Not called.

    Returns:
        ``pictures`` row by row, ``rows`` and ``columns``, addresses, unless it is saved;
        ``images_seen``.
    """
    played = played_of(arguments)
    rows, columns = (played.points(arguments[side]) for side in ("rows", "columns"))
    if isinstance(played.space, StyleSpace):
        how = {"from_layer": arguments["from_layer"]}
        points = mix_all(rows, columns, arguments["from_layer"])
    else:
        how = {"time": arguments["time"]}
        points = between_all(played.space, rows, columns, time=arguments["time"])
    left, above, inside = (played.draw(each) for each in (rows, columns, points))
    if arguments.get("path") is None:
        return {
            "pictures": as_addresses(inside),
            "rows": as_addresses(left),
            "columns": as_addresses(above),
            "images_seen": played.model.images_seen,
        }
    lines = [
        torch.cat([torch.ones_like(left[:1]), above]),
        *(
            torch.cat([edge[None], line])
            for edge, line in zip(left, torch.split(inside, len(above)), strict=True)
        ),
    ]
    (sheet,) = to_images(tile(torch.cat(lines), columns=len(above) + 1))
    known = played.model.conditional_classes
    sides: dict[str, Any] = {
        side: "; ".join(str(facts_of_spot(spot, known.names if known else ())) for spot in spots)
        for side, spots in (("rows", arguments["rows"]), ("columns", arguments["columns"]))
    }
    save_png(sheet, Path(arguments["path"]), facts=played.model.facts(**sides, **how))
    return {"images_seen": played.model.images_seen}
