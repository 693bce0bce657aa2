"""The checks that the fields of a configuration share."""

from math import inf

from zerosum.errors import ConfigError

__all__ = ["require", "require_between", "require_positive"]


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
