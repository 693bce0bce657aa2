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

__all__ = ["FEATURES", "FeatureSpec", "Loader", "load_features"]

_TORCHVISION = "torchvision:NAME"
_MODULE = "FILE.py:FUNCTION"
_TAKE_WEIGHTS = ("inception", _TORCHVISION)


@dataclass(frozen=True, kw_only=True)
class FeatureSpec:
    """Which feature network to load, and how.

    Attributes:
        name: The whole name, with what is after a colon.
        cache: The folder in whose ``weights`` downloads are kept.
        resize: The filter.
        weights: A file of weights that the user named, or None.

    Example:
        >>> FeatureSpec(name="pixels", cache=Path("a"), resize="antialiased", weights=None).name
        'pixels'
    """

    name: str
    cache: Path
    resize: Resize
    weights: Path | None


Loader = Callable[[FeatureSpec], FeatureNetwork]
"""From the specification to the network."""


def _inception(spec: FeatureSpec) -> FeatureNetwork:
    return features.load_inception(cache=spec.cache, resize=spec.resize, weights=spec.weights)


def _torchvision(spec: FeatureSpec) -> FeatureNetwork:
    _, _, model = spec.name.partition(":")
    return features.load_torchvision(
        model, cache=spec.cache, resize=spec.resize, weights=spec.weights
    )


FEATURES: Table[Loader] = Table(
    "feature network",
    {
        "digits": lambda spec: features.load_digits(resize=spec.resize),
        "efficientnet-lite0": lambda spec: features.load_efficientnet(resize=spec.resize),
        "inception": _inception,
        "pixels": lambda spec: features.load_pixels(resize=spec.resize),
        _TORCHVISION: _torchvision,
        _MODULE: lambda spec: features.load_module(spec.name, resize=spec.resize),
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
        resize: How images are brought to the network's size.
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
    spec = FeatureSpec(name=name, cache=cache, resize=resize, weights=weights)
    return loader(spec).to(device)


def _entry(name: str) -> str:
    """The entry of the table that a name belongs to."""
    if is_code(name):
        return _MODULE
    return _TORCHVISION if name.startswith("torchvision:") else name
