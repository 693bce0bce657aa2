"""A walk through chosen pictures as a file."""

from pathlib import Path
from typing import Any

from zerosum.latent.walking import save_walk_through
from zerosum.studio.played import facts_of_spot, played_of
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write an animation that loops.

    Args:
        arguments: ``network``, ``kept``, ``found``; ``stops``, spots; ``frames`` from one to the
            next; ``seconds`` of the loop; ``path``, which ends in .gif or .mp4.
        progress: Called with (frames done, frames in all).

    Returns:
        ``images_seen``.
    """
    played = played_of(arguments)
    known = played.model.conditional_classes
    names = known.names if known else ()
    stops = "; ".join(str(facts_of_spot(spot, names)) for spot in arguments["stops"])
    save_walk_through(
        played.space,
        Path(arguments["path"]),
        played.points(arguments["stops"])[:, None],
        frames=arguments["frames"],
        seconds=arguments["seconds"],
        facts=played.model.facts(stops=stops),
        progress=progress,
    )
    return {"images_seen": played.model.images_seen}
