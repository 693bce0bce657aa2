"""Where the names of feature networks meet code."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from zerosum import features
from zerosum.errors import ConfigError
from zerosum.features.base import FeatureNetwork
from zerosum.features.preparation import RESIZES, Resize
from zerosum.own import is_code
from zerosum.registry import Table

__all__ = ["FEATURES", "Loader", "Wanted", "load_features"]

_TORCHVISION = "torchvision:NAME"
_MODULE = "FILE.py:FUNCTION"
_TAKE_WEIGHTS = ("inception", _TORCHVISION)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What was asked for.

    Attributes:
        name: The whole name, with what is after a colon.
        cache: The folder in whose ``weights`` downloads are kept.
        resize: The filter.
        weights: A file of weights that the user named, or None.

    Example:
        >>> Wanted(name="digits", cache=Path("cache"), resize="antialiased", weights=None).name
        'digits'
    """

    name: str
    cache: Path
    resize: Resize
    weights: Path | None


Loader = Callable[[Wanted], FeatureNetwork]
"""From what was asked for to the network."""


def _inception(wanted: Wanted) -> FeatureNetwork:
    return features.load_inception(
        cache=wanted.cache, resize=wanted.resize, weights=wanted.weights
    )


def _torchvision(wanted: Wanted) -> FeatureNetwork:
    _, _, model = wanted.name.partition(":")
    return features.load_torchvision(
        model, cache=wanted.cache, resize=wanted.resize, weights=wanted.weights
    )


FEATURES: Table[Loader] = Table(
    "feature network",
    {
        "digits": lambda wanted: features.load_digits(resize=wanted.resize),
        "efficientnet-lite0": lambda wanted: features.load_efficientnet(resize=wanted.resize),
        "inception": _inception,
        "pixels": lambda wanted: features.load_pixels(resize=wanted.resize),
        _TORCHVISION: _torchvision,
        _MODULE: lambda wanted: features.load_module(wanted.name, resize=wanted.resize),
    },
)
"""The feature networks by name; capitals stand for a name that you choose."""


def load_features(
    name: str,
    *,
    cache: Path,
    resize: Resize = "antialiased",
    weights: Path | None = None,
    device: torch.device | str = "cpu",
) -> FeatureNetwork:
    """Load a feature network by name.

    Args:
        name: ``digits``, ``pixels``, ``inception``, ``efficientnet-lite0``, ``torchvision:NAME``
            or ``path/to/file.py:function``.
        cache: The folder in whose ``weights`` downloads are kept; made if needed.
        resize: How pictures are brought to the network's size.
        weights: A file of weights, for ``inception`` and ``torchvision:NAME``.
        device: Where the network runs.

    Raises:
        ConfigError: If the name or the resize is unknown, if the network takes no weights, or if
            what it needs is missing; the message says what, and where to get it.

    Example:
        >>> load_features("digits", cache=Path("unused")).dimensions
        64
        >>> load_features("digit", cache=Path("unused"))
        Traceback (most recent call last):
        ...
        zerosum.errors.UnknownNameError: unknown feature network 'digit'; did you mean ...
    """
    entry = _entry(name)
    loader = FEATURES[entry]
    if resize not in RESIZES:
        raise ConfigError(f"resize must be one of {', '.join(RESIZES)}, found {resize!r}.")
    if weights is not None and entry not in _TAKE_WEIGHTS:
        raise ConfigError(
            f"the feature network {name!r} has its own weights, and cannot be given {weights}; "
            f"only {' and '.join(_TAKE_WEIGHTS)} can."
        )
    wanted = Wanted(name=name, cache=cache, resize=resize, weights=weights)
    return loader(wanted).to(device)


def _entry(name: str) -> str:
    """The entry of the table that a name belongs to."""
    if is_code(name):
        return _MODULE
    return _TORCHVISION if name.startswith("torchvision:") else name
