"""What the library makes sure of before it uses the images that it is given."""

from typing import Any

import torch
from torch import Tensor

from zerosum.errors import ConfigError, DataError
from zerosum.sizes import MOST_IMAGES
from zerosum.types import Images, Pixels

__all__ = ["require_images", "require_pixels", "require_sampling"]

_BEYOND = 10.0
"""Generators that nothing bounds draw a little beyond [-1, 1]; what was meant as bytes is far."""


def require_images(
    images: Any,
    *,
    channels: int,
    size: tuple[int, int] | None = None,
    smallest: int = 1,
    bound: float = _BEYOND,
) -> Images:
    """Images that a network can be shown, as float32.

    Args:
        images: What was given for images in [-1, 1], shape (n, channels, h, w).
        channels: How many they must have.
        size: The height and width that they must have; None: any.
        smallest: The shortest side that they may have.
        bound: How far from 0 numbers may be, all the same.

    Raises:
        DataError: It is something else; the message says what was expected and what came.

    Example:
        >>> require_images(torch.zeros(2, 3, 8, 8, dtype=torch.float16), channels=3).dtype
        torch.float32
        >>> require_images(torch.zeros(2, 8, 8, 3), channels=3)
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: expected pictures as floats in [-1, 1] of shape (n, 3, h, w), ...
    """
    height, width = size or ("h", "w")
    expected = (
        f"expected pictures as floats in [-1, 1] of shape (n, {channels}, {height}, {width})"
    )
    _require(images, expected, "images / 127.5 - 1")
    shape = tuple(images.shape)
    if shape[1] != channels or (size and shape[2:] != size):
        raise DataError(f"{expected}, got shape {shape}; bring them to that shape first.")
    if min(shape[2:]) < smallest:
        raise DataError(f"{expected} with sides of at least {smallest}, got shape {shape}.")
    _require_range(images, expected, -bound, bound)
    floats: Images = images.float()
    return floats


def require_pixels(images: Any) -> Pixels:
    """Images in [0, 1], as they are.

    Args:
        images: What was given for images in [0, 1], shape (n, c, h, w).

    Raises:
        DataError: It is something else; the message says what was expected and what came.

    Example:
        >>> require_pixels(torch.full((1, 1, 8, 8), 2.0))
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: expected pictures as floats in [0, 1] of shape ... from 2 to 2...
    """
    expected = "expected pictures as floats in [0, 1] of shape (n, c, h, w)"
    _require(images, expected, "images / 255")
    _require_range(images, expected, 0.0, 1.0)
    pixels: Pixels = images
    return pixels


def require_sampling(count: int, *, seed: int, batch_size: int) -> None:
    """Refuse numbers of images that nobody can draw.

    Raises:
        ConfigError: A number is out of range.

    Example:
        >>> require_sampling(64, seed=0, batch_size=16)
        >>> require_sampling(0, seed=0, batch_size=16)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: expected 1 ≤ count ≤ ..., seed ≥ 0 and ...
    """
    if not 1 <= count <= MOST_IMAGES or seed < 0 or batch_size < 1:
        raise ConfigError(
            f"expected 1 ≤ count ≤ {MOST_IMAGES:,}, seed ≥ 0 and batch_size ≥ 1, "
            f"got {count}, {seed} and {batch_size}."
        )


def _require(images: Any, expected: str, from_bytes: str) -> None:
    if not isinstance(images, Tensor):
        raise DataError(f"{expected}, as a torch.Tensor, got {type(images).__name__}.")
    if images.is_meta or images.layout is not torch.strided or images.is_quantized:
        kind = "meta" if images.is_meta else images.layout
        raise DataError(f"{expected}, as an ordinary tensor, got one of kind {kind}.")
    if not images.is_floating_point():
        raise DataError(f"{expected}, got {images.dtype}; bytes become such by {from_bytes}.")
    if images.ndim != 4 or not images.numel():
        raise DataError(f"{expected} with at least one picture, got shape {tuple(images.shape)}.")


def _require_range(images: Tensor, expected: str, low: float, high: float) -> None:
    least, most = (float(end) for end in images.detach().aminmax())
    if not low <= least <= most <= high:  # which NaN is not either
        raise DataError(f"{expected}, found values from {least:g} to {most:g}.")
