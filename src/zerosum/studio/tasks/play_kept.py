"""Directions that were given names: kept with a network, renamed, dropped."""

from typing import Any

import torch

from zerosum.latent.kept import KEPT, KeptDirection
from zerosum.studio.played import Played, played_of
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Perhaps change something, and tell what is kept then.

    Args:
        arguments: ``network``, ``kept``, ``found``; ``keep``: null, or ``moves`` to keep as one
            direction, and its ``name``; ``rename``: null, or ``name`` and ``new``; ``drop``:
            null, or a name.
        progress: Not called.

    Returns:
        ``directions``, each with ``method``, ``name``, ``text`` and ``images_seen``.
    """
    played = played_of(arguments)
    if (keep := arguments.get("keep")) is not None:
        played.kept.keep(_combined(played, keep["name"], keep["moves"]))
    if (rename := arguments.get("rename")) is not None:
        played.kept.rename(rename["name"], rename["new"])
    if (drop := arguments.get("drop")) is not None:
        played.kept.drop(drop)
    return {
        "directions": [
            {
                "method": KEPT,
                "name": each.name,
                "text": each.origin,
                "images_seen": each.images_seen,
            }
            for each in played.kept.values()
        ]
    }


def _combined(played: Played, name: str, moves: list[tuple[str, str, float]]) -> KeptDirection:
    """The direction of several moves together."""
    steps = [played.step(method, which)[0] * amount for method, which, amount in moves]
    origin = " ".join(
        f"{method} {which}" if len(moves) == 1 else f"{amount:+.3g} {method} {which}"
        for method, which, amount in moves
    )
    return KeptDirection(
        name=name,
        step=torch.stack(steps).sum(dim=0),
        origin=origin,
        images_seen=played.model.images_seen,
    )
