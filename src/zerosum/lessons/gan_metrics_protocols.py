"""The same images by several protocols, and what the library says to comparing their scores."""

from functools import cache
from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor
from torch.nn.functional import interpolate

from zerosum.data import unscale
from zerosum.errors import ConfigError
from zerosum.evaluation.protocol import Protocol, check_alike, unlike
from zerosum.features.base import FeatureNetwork, score_name
from zerosum.features.digits import load_digits
from zerosum.features.pixels import load_pixels
from zerosum.lessons.packaged import packaged_game
from zerosum.lessons.small_gans import digits_store
from zerosum.metrics import frechet_distance_of_features
from zerosum.randomness import Randomness
from zerosum.types import Bytes

__all__ = ["PROTOCOLS", "measured_by_protocols"]

PROTOCOLS = (
    ("digits", "antialiased", 300),
    ("digits", "tf1", 300),
    ("digits", "antialiased", 150),
    ("pixels", "antialiased", 300),
)
"""The network, how images are brought to its size, and how many of them are looked at."""
_LARGE = 40
"""Side of the digits in the part on protocols, so that a network has to shrink them."""


@cache
def measured_by_protocols() -> dict[str, Any]:
    """Scores of the same images by several protocols.

    Returns:
        By protocol: ``scores``, (name, estimate); ``unlike``, in what it differs from the first;
        ``refusal``, what the library says to a comparison with the first, empty where it allows
        it.
    """
    most = max(count for _, _, count in PROTOCOLS)
    store = digits_store()
    real = torch.from_numpy(np.array(store.images[:most])).permute(0, 3, 1, 2)
    game = packaged_game()
    fake = unscale(game.draw(Randomness(seed=0).normal(most, game.latent_size)))
    sides = _enlarged(real), _enlarged(fake)
    rows, protocols = [], []
    for name, resize, count in PROTOCOLS:
        network = _network(name, resize)
        seen = [network(each[:count]).features for each in sides]
        about = {"identity": store.identity, "pictures": count, "size": f"{_LARGE}x{_LARGE}"}
        protocols.append(Protocol(network=network.facts, real=about, generated=count))
        rows.append((score_name(network, "frechet"), frechet_distance_of_features(*seen)))
    first = protocols[0]
    return {
        "scores": rows,
        "unlike": [unlike(first, each) for each in protocols],
        "refusal": [_refusal(first, each) for each in protocols],
    }


def _enlarged(images: Bytes) -> UInt8[Tensor, "n c _ _"]:
    larger = interpolate(images.float(), (_LARGE, _LARGE), mode="bilinear", align_corners=False)
    return larger.round().to(torch.uint8)


def _network(name: str, resize: Any) -> FeatureNetwork:
    return load_digits(resize=resize) if name == "digits" else load_pixels(resize=resize)


def _refusal(one: Protocol, other: Protocol) -> str:
    """What the library says to a comparison; empty where it allows it."""
    try:
        check_alike({"the first": [one], "this": [other]})
    except ConfigError as error:
        return str(error)
    return ""
