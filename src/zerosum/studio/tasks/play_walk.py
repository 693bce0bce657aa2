"""Frames of a closed walk through chosen pictures, as many as are asked for at once."""

from itertools import islice
from typing import Any

import torch

from zerosum.latent.walking import check_walk, walk
from zerosum.studio.opened import as_addresses
from zerosum.studio.played import played_of
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Draw some frames.

    Args:
        arguments: ``network``, ``kept``, ``found``; ``stops``, spots; ``frames`` from one to the
            next; ``first``, the number of the first frame that is wanted, and ``count``.
        progress: Not called.

    Returns:
        ``pictures``, addresses; ``total``, the frames of the whole walk; ``images_seen``.
    """
    played = played_of(arguments)
    stops, frames = arguments["stops"], arguments["frames"]
    check_walk(range(len(stops)), frames=frames, walks=1)
    through = played.points(stops)[:, None]
    last = arguments["first"] + arguments["count"]
    wanted = list(islice(walk(played.space, through, frames=frames), arguments["first"], last))
    pictures = as_addresses(played.draw(torch.cat(wanted))) if wanted else []
    return {
        "pictures": pictures,
        "total": len(stops) * frames,
        "images_seen": played.model.images_seen,
    }
