"""What can be done with a generator on the page Play."""

from typing import Any

from zerosum.errors import ZerosumError
from zerosum.latent.directions import METHODS, find_directions
from zerosum.latent.spaces import StyleSpace
from zerosum.models.generator import Generator
from zerosum.models.sampler import Sampler
from zerosum.studio.opened import model_of
from zerosum.studio.played import Played, played_of
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Tell what a network can be asked for.

    Args:
        arguments: ``network``; ``kept`` and ``found``, where its directions are.
        progress: Not called.

    Returns:
        ``images_seen`` and ``shape`` (c, h, w); of a generator also ``symbol`` (z, w; empty where
        there are no latents), ``layers`` (0 without styles), ``classes`` of a conditional one,
        ``truncation`` (least, most, whether the most is none), and ``methods`` of directions.
    """
    opened = model_of(arguments["network"], Sampler)  # type: ignore[type-abstract]
    model = opened.model
    shape = list(model.image_shape)
    about = {"images_seen": opened.images_seen, "shape": shape, "symbol": "", "layers": 0}
    if not isinstance(model, Generator):
        return {**about, "classes": [], "truncation": None, "methods": []}
    played = played_of(arguments)
    classes = model.conditional_classes
    return {
        **about,
        "symbol": played.space.symbol,
        "layers": _layers(played),
        "classes": [] if classes is None else list(classes.names),
        "truncation": _truncation(played),
        "methods": [name for name in METHODS if _does(played, name)],
    }


def _layers(played: Played) -> int:
    is_styled = isinstance(played.space, StyleSpace)
    return played.space.centre.shape[0] if is_styled else 0


def _truncation(played: Played) -> dict[str, float]:
    """The range of the slider; at its upper end nothing is truncated."""
    try:
        played.space.check_truncation(3.0)
    except ZerosumError:
        return {"least": 0.05, "most": 1.0}
    return {"least": 0.1, "most": 3.0}


def _does(played: Played, method: str) -> bool:
    """Whether a method fits the generator; sefa alone may not, and tells so at once."""
    if method != "sefa":
        return True
    try:
        find_directions(played.space, method, 1)
    except ZerosumError:
        return False
    return True
