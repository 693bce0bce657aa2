"""Training pictures that are nearest to a generator's."""

from typing import Any

from zerosum.data.sources.named import without_downloads
from zerosum.families.preparation import prepare_store
from zerosum.jobs.memorisation import nearest_originals, training_images
from zerosum.studio.opened import addresses_of
from zerosum.studio.played import played_of
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Find them.

    Args:
        arguments: ``network``, ``kept``, ``found``; ``spot``; ``features``, the name of a network
            in whose features pictures are compared, or pixels.
        progress: Called with (training pictures seen, all of them), the first time.

    Returns:
        ``nearest``, each with ``url``, ``distance`` and ``index``; ``compared``, how many
        training pictures, and ``available``; ``usual``: how far the nearest other training
        pictures are from these, for a sense of scale.

    Raises:
        ZerosumError: The training pictures are not there.
    """
    played = played_of(arguments)
    with without_downloads():  # A page that is looked at fetches nothing.
        store = (
            prepare_store(played.model.run.config(), quiet=True)
            if arguments["network"]["path"] is None
            else training_images(played.model)
        )
    found = nearest_originals(
        played.draw(played.points([arguments["spot"]])),
        store,
        features=arguments["features"],
        progress=progress,
    )
    return {
        "nearest": [
            {"url": url, "distance": distance, "index": index, "usual": usual}
            for url, distance, index, usual in zip(
                addresses_of(found.images),
                found.distances.tolist(),
                found.numbers.tolist(),
                found.usual.tolist(),
                strict=True,
            )
        ],
        "compared": found.compared,
        "available": len(store),
    }
