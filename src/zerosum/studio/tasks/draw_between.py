"""A picture on the way from where a drawing began to where it led, shown or saved."""

from pathlib import Path
from typing import Any

from zerosum.latent.drawing import transfer
from zerosum.media.images import save_png, to_images
from zerosum.studio.drawn import Desk, desk_for, own_picture
from zerosum.studio.opened import as_addresses
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Draw a picture.

    Args:
        arguments: ``network``; ``start`` and ``end``, points; ``time``, from 0 to 1;
            ``picture``, a file that is changed as the one picture is to become the other, with
            ``invert``, or None; ``save``, the path of a PNG, or None; ``strokes``, their number.
        progress: Not called.

    Returns:
        The ``image``.

    Raises:
        ZerosumError: The generator, the points or the picture cannot be used.
    """
    desk = desk_for(arguments["network"])
    points = desk.points([arguments["start"], arguments["end"]])
    assert points is not None
    start, end, time = points[:1], points[1:], arguments["time"]
    if arguments["picture"] is None:
        way = end if time == 1 else desk.space.between(start, end, time)
        image = desk.space.draw(way).cpu()
    else:
        own = own_picture(desk.model, arguments["picture"], invert=arguments["invert"])
        image = transfer(desk.space, own, start, end, time)
    if arguments["save"] is not None:
        facts = _facts(desk, arguments)
        save_png(to_images(image)[0], Path(arguments["save"]), facts=facts)
    return {"image": as_addresses(image)[0]}


def _facts(desk: Desk, arguments: dict[str, Any]) -> dict[str, str]:
    """What the PNG says of itself."""
    symbol = desk.space.symbol
    known: dict[str, Any] = {
        "drawn": f"{arguments['strokes']} strokes",
        "time": f"{arguments['time']:.4g}",
        f"{symbol}_from": arguments["start"],
        f"{symbol}_to": arguments["end"],
    }
    if arguments["picture"] is not None:
        known["edited"] = "a picture that was there before"
    return desk.model.facts(**known)
