"""Training pictures that are nearest to a generator's."""

from typing import Any

import torch

from zerosum.data import Domains, Store, StoreSettings, build_store, open_source
from zerosum.errors import DataError
from zerosum.evaluation.extraction import extract_from_store
from zerosum.families.loading import prepare_images
from zerosum.features import load_features
from zerosum.files import cache_folder
from zerosum.metrics import nearest
from zerosum.studio.opened import as_addresses
from zerosum.studio.played import Played, played_of
from zerosum.types import Progress

__all__ = ["run"]

_MOST = 50_000
"""Training pictures that are compared."""
_SHOWN = 6


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
    image = played.draw(played.points([arguments["spot"]]))
    store = _store(played)
    network = load_features(arguments["features"], cache=cache_folder())
    real = extract_from_store(
        store, network, count=_MOST, seed=0, cache=cache_folder(), progress=progress
    )
    bytes_of = ((image.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    distances, which = nearest(network(bytes_of).features, real.features, count=_SHOWN)
    indices = which[0]
    pictures = torch.from_numpy(real.images[indices.numpy()]).permute(0, 3, 1, 2).float()
    others, _ = nearest(real.features[indices], real.features, count=2)
    return {
        "nearest": [
            {"url": url, "distance": distance, "index": index, "usual": usual}
            for url, distance, index, usual in zip(
                as_addresses(pictures / 127.5 - 1),
                distances[0].tolist(),
                indices.tolist(),
                others[:, 1].tolist(),
                strict=True,
            )
        ],
        "compared": len(real),
        "available": len(store),
    }


def _store(played: Played) -> Store:
    """What the network was trained on."""
    config = played.model.run.config() if played.stamp != "packaged" else None
    if config is None:
        settings = StoreSettings(size=(28, 28), channels=1)
        return build_store(open_source("digits"), settings, cache=cache_folder())
    images = prepare_images(config, quiet=True)
    if isinstance(images, Domains):
        raise DataError("this run was trained on two sets of pictures.")
    return images
