"""The point of a generator whose picture is nearest to the reader's own."""

from typing import Any

from zerosum.latent.projection import Descent
from zerosum.studio.drawn import desk_for, own_picture
from zerosum.studio.opened import as_addresses
from zerosum.types import Progress

__all__ = ["run"]

_STEPS = 200
_STARTS = 4


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Project a picture.

    Args:
        arguments: ``network``; ``picture``, a file; ``invert``: light becomes dark.
        progress: Called with (steps, steps in all).

    Returns:
        ``own``, the picture as the generator's are; ``image``, the nearest picture, and its
        ``point``; their ``distance``, and that of the nearest ``random`` picture.

    Raises:
        ZerosumError: The generator or the picture cannot be used.
    """
    desk = desk_for(arguments["network"])
    own = own_picture(desk.model, arguments["picture"], invert=arguments["invert"])
    descent = Descent(steps=_STEPS, starts=_STARTS)
    found = desk.model.project(own, descent=descent, progress=progress)
    return {
        "own": as_addresses(own)[0],
        "image": as_addresses(found.images)[0],
        "point": desk.texts(found.points)[0],
        "distance": found.distances[0].item(),
        "random": found.random[0].item(),
    }
