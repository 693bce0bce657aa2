"""The checks that the fields of a configuration share."""

from math import inf
from typing import Protocol, runtime_checkable

from zerosum.errors import ConfigError

__all__ = ["has_batch_norm", "require", "require_between", "require_positive", "require_virtual"]

_NORMED = ("resnet", "softplus")
"""Generators that always have batch normalisation, without a setting for it."""


def require(condition: bool, message: str) -> None:
    """Raise `ConfigError` with the message unless the condition holds.

    Example:
        >>> require(32 <= 64, "width must be at most max_width.")
        >>> require(96 <= 64, "width must be at most max_width.")
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: width must be at most max_width.
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


@runtime_checkable
class _Generator(Protocol):
    @property
    def kind(self) -> str: ...


def has_batch_norm(generator: _Generator) -> bool:
    """Whether a generator normalises by the batch that it draws.

    Example:
        >>> from zerosum.config import R3ganGeneratorConfig, ResnetGeneratorConfig
        >>> has_batch_norm(ResnetGeneratorConfig()), has_batch_norm(R3ganGeneratorConfig())
        (True, False)
    """
    return generator.kind in _NORMED or getattr(generator, "norm", "none") == "batch"


def require_virtual(pictures: int, generator: _Generator) -> None:
    """Refuse virtual batch normalisation where there is no batch normalisation to be replaced.

    Example:
        >>> from zerosum.config import R3ganGeneratorConfig, ResnetGeneratorConfig
        >>> require_virtual(64, ResnetGeneratorConfig())
        >>> require_virtual(64, R3ganGeneratorConfig())
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: virtual_batch_norm takes the place of batch normalisation, ...
    """
    require(pictures >= 0, f"virtual_batch_norm must not be negative, got {pictures}.")
    require(
        pictures == 0 or has_batch_norm(generator),
        "virtual_batch_norm takes the place of batch normalisation, of which this generator, "
        f"of kind {generator.kind}, has none: choose dcgan with norm batch, resnet or, "
        "for few labels, softplus.",
    )
