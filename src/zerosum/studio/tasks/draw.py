"""Pictures of a generator that fit a drawing: some steps towards them."""

from typing import Any

import torch

from zerosum.latent.drawing import Search, constrain, draw
from zerosum.studio.drawn import Desk, desk_for, own_picture
from zerosum.studio.opened import as_addresses
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Take some steps.

    Args:
        arguments: ``network``; ``strokes``; ``points`` to go on from, and ``origins``, where these
            began; ``beside`` and ``keep_first`` as for `zerosum.latent.drawing.draw`; ``steps``,
            ``candidates``, ``smoothness``; ``paper``, how much counts what is not painted; and
            what is below the strokes, if anything: ``picture``, a file, with ``invert``, or
            ``below``, a point.
        progress: Not called.

    Returns:
        ``candidates``, the best first, each with its ``image``, ``point``, ``origin`` and
        ``cost``; the ``background`` of the generator's pictures, if they have one;
        ``images_seen``.

    Raises:
        ZerosumError: The generator or the drawing cannot be used.
    """
    desk = desk_for(arguments["network"])
    asked = constrain(
        desk.strokes(arguments["strokes"]),
        desk.space.image_shape,
        background=_below(desk, arguments),
        paper=arguments["paper"],
    )
    points, origins = desk.points(arguments["points"]), desk.points(arguments["origins"])
    search = Search(
        candidates=arguments["candidates"],
        starts=4 * arguments["candidates"],
        steps=arguments["steps"],
        smoothness=arguments["smoothness"],
    )
    found = draw(
        desk.space,
        asked,
        desk.bank,
        search=search,
        points=points,
        origins=origins,
        beside=arguments["beside"],
        keep_first=arguments["keep_first"],
    )
    texts = (desk.texts(found.points), desk.texts(found.origins), found.costs.tolist())
    return {
        "candidates": [
            {"image": image, "point": point, "origin": origin, "cost": cost}
            for image, point, origin, cost in zip(as_addresses(found.images), *texts, strict=True)
        ],
        "background": desk.background,
        "images_seen": desk.opened.images_seen,
    }


def _below(desk: Desk, arguments: dict[str, Any]) -> torch.Tensor | None:
    """What is not painted: the picture that is edited, or the background."""
    if arguments["picture"] is not None:
        return own_picture(desk.model, arguments["picture"], invert=arguments["invert"])
    if arguments["below"] is not None:
        points = desk.points([arguments["below"]])
        assert points is not None
        return desk.space.draw(points).cpu().clamp(-1, 1)
    return desk.bank.background
