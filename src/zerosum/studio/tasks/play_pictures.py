"""Pictures of a generator, one for each spot."""

from pathlib import Path
from typing import Any

import torch

from zerosum.media.images import save_png, tile, to_images
from zerosum.models.generator import Generator
from zerosum.models.sampler import Sampler
from zerosum.studio.opened import as_addresses, model_of
from zerosum.studio.played import facts_of_spot, played_of
from zerosum.types import Images, Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Draw pictures, and perhaps save them in one file.

    Args:
        arguments: ``network``, ``kept``, ``found``; ``spots``; ``path`` of a PNG, or null.
        progress: Not called.

    Returns:
        ``pictures``, addresses that hold them, unless they are saved; ``images_seen``.
    """
    opened = model_of(arguments["network"], Sampler)  # type: ignore[type-abstract]
    spots = arguments["spots"]
    if isinstance(opened.model, Generator):
        played = played_of(arguments)
        images = played.draw(played.points(spots))
    else:
        images = _samples(opened.model, spots)
    if arguments.get("path") is None:
        return {"pictures": as_addresses(images), "images_seen": opened.images_seen}
    known = opened.model.conditional_classes if isinstance(opened.model, Generator) else None
    facts = facts_of_spot(spots[0], known.names if known else ())
    if len(spots) > 1:
        facts = {"spots": "; ".join(_words(spot, known.names if known else ()) for spot in spots)}
    (sheet,) = to_images(tile(images))
    save_png(sheet, Path(arguments["path"]), facts=opened.model.facts(**facts))
    return {"images_seen": opened.images_seen}


def _samples(model: Sampler, spots: list[dict[str, Any]]) -> Images:
    """Of a network without latents: image i of a seed comes with those before it."""
    drawn: dict[int, Images] = {}
    for seed in {spot["seed"] for spot in spots}:
        most = max(spot["index"] for spot in spots if spot["seed"] == seed)
        drawn[seed] = model.sample(most + 1, seed=seed)
    return torch.stack([drawn[spot["seed"]][spot["index"]] for spot in spots])


def _words(spot: Any, names: tuple[str, ...]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts_of_spot(spot, names).items())
