"""The checks that the fields of all settings share."""

from dataclasses import is_dataclass
from math import inf
from typing import Any

from zerosum.errors import ConfigError

__all__ = [
    "require",
    "require_between",
    "require_layers",
    "require_positive",
    "require_sound",
]

LARGEST = 2**53
"""Whole numbers beyond are not told apart by all who read JSON, and nobody counts so far."""

MOST_LAYERS = 1000

_LARGEST_FLOAT = 3.4e38
"""What is beyond is infinite for networks, which compute in single precision."""


def require(condition: bool, message: str) -> None:
    """Raise `ConfigError` with the message unless the condition holds.

    Example:
        >>> require(32 <= 64, "depth must be at most max_depth.")
        >>> require(96 <= 64, "depth must be at most max_depth.")
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: depth must be at most max_depth.
    """
    if not condition:
        raise ConfigError(message)


def require_positive(name: str, value: float) -> None:
    """Refuse zero and less.

    Example:
        >>> require_positive("batch_size", 0)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: batch_size must be greater than 0, got 0.
    """
    require(0 < value < inf, f"{name} must be greater than 0, got {value}.")


def require_between(name: str, value: float, low: float, high: float) -> None:
    """Refuse what is not in [low, high].

    Example:
        >>> require_between("dropout", 1.5, 0.0, 0.99)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: dropout must be from 0.0 to 0.99, got 1.5.
    """
    require(low <= value <= high, f"{name} must be from {low} to {high}, got {value}.")


def require_layers(name: str, count: int) -> None:
    """Refuse no layers, and more than anyone can build.

    Example:
        >>> require_layers("blocks", 10**9)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: blocks must be from 1 to 1000, got 1000000000.
    """
    require_between(name, count, 1, MOST_LAYERS)


def require_sound(settings: Any, name: str = "") -> None:
    """Refuse what no setting can be, wherever it stands: NaN, infinity, numbers without end.

    What a setting means is not known here; its own class refuses what else it cannot be.

    Args:
        settings: A dataclass, perhaps with others in it.
        name: What it is called in the one that it stands in.

    Raises:
        ConfigError: A number is not finite or too large, or a text holds a null character.

    Example:
        >>> from zerosum.config import MlpDiscriminatorConfig
        >>> require_sound(MlpDiscriminatorConfig(slope=float("nan")), "game.discriminator")
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: game.discriminator.slope must be a finite number, got nan.
    """
    if is_dataclass(settings):
        for field, value in vars(settings).items():
            require_sound(value, f"{name}.{field}" if name else field)
    elif isinstance(settings, tuple):
        for value in settings:
            require_sound(value, name)
    elif isinstance(settings, float):
        finite = abs(settings) <= _LARGEST_FLOAT
        require(finite, f"{name} must be a finite number, got {settings:g}.")
    elif isinstance(settings, int):
        require(abs(settings) <= LARGEST, f"{name} must be at most 2^53, got {settings}.")
    elif isinstance(settings, str):
        require("\0" not in settings, f"{name} must not hold a null character, got {settings!r}.")
