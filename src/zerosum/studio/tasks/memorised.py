"""Near copies of training pictures among those that a run generates."""

from typing import Any

from zerosum.errors import ConfigError
from zerosum.jobs.memorisation import memorised
from zerosum.models.sampler import Sampler
from zerosum.studio.opened import addresses_of, model_of
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compare generated pictures with the training pictures.

    Args:
        arguments: ``network``, ``count``, ``pairs``, ``seed``.
        progress: Called with how many pictures were looked at, and of how many.

    Raises:
        ZerosumError: The training pictures are not there, or others now.
    """
    network = arguments["network"]
    if network["path"] is None:
        raise ConfigError(f"{network['key']} is no run, and its training pictures are not here.")
    opened = model_of(network, Sampler)  # type: ignore[type-abstract]
    found = memorised(
        opened.model,
        count=arguments["count"],
        pairs=arguments["pairs"],
        seed=arguments["seed"],
        progress=progress,
    )
    pairs, threshold = found.pairs, found.copies.threshold
    return {
        "share": found.copies.share.value,
        "error": found.copies.share.error,
        "expected": found.copies.expected,
        "features": found.features,
        "generated": found.generated,
        "compared": found.compared,
        "images_seen": opened.images_seen,
        "pairs": [
            {
                "picture": picture,
                "original": original,
                "distance": distance,
                "is_copy": distance <= threshold,
            }
            for picture, original, distance in zip(
                addresses_of(pairs.images),
                addresses_of(pairs.originals),
                pairs.distances.tolist(),
                strict=True,
            )
        ],
    }
