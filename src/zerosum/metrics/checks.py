"""Checks of a metric's input: finite features, enough of them, and of one network."""

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.errors import DataError
from zerosum.types import Features

__all__ = ["check_features", "check_same_width", "parts_of", "to_double"]

ROWS = 512
"""Rows of one part: 8 MB of Inception's features in 64 bits."""


def check_features(features: Features, *, at_least: int = 1) -> None:
    """Refuse too few features, or ones that are not finite.

    Args:
        features: Shape (n, d).
        at_least: The least number of images.

    Raises:
        DataError: There are fewer images, no numbers, or ones that are not finite.

    Example:
        >>> check_features(torch.tensor([[1.0], [float("nan")]]))
        Traceback (most recent call last):
        zerosum.errors.DataError: expected finite features, found NaN or infinity in 1 of 2 ...
    """
    count, width = features.shape
    if count < at_least or width == 0:
        raise DataError(
            f"expected the features of {at_least} or more pictures, at least one number each; "
            f"found {count} pictures with {width} numbers each: measure more pictures."
        )
    # In parts, as a mask of all features would take a quarter of their memory.
    finite = torch.cat([part.isfinite().all(dim=1) for part in parts_of(features)])
    if not bool(finite.all()):
        bad = (~finite).nonzero().flatten()
        raise DataError(
            f"expected finite features, found NaN or infinity in {len(bad)} of {count} pictures, "
            f"first in number {int(bad[0])} (from 0); look at that picture and at the network."
        )


def check_same_width(x: Tensor, y: Tensor) -> None:
    """Refuse to compare sets whose last dimensions differ.

    Raises:
        DataError: They do: the features come from different networks.

    Example:
        >>> check_same_width(torch.zeros(3, 8), torch.zeros(5, 8))
    """
    if x.shape[-1] != y.shape[-1]:
        raise DataError(
            f"expected features of one network, found {x.shape[-1]} numbers per picture in one "
            f"set and {y.shape[-1]} in the other; compute both with the same network and layer."
        )


def parts_of(rows: Tensor, size: int = ROWS) -> list[Tensor]:
    """Split along the first dimension, for work that would otherwise copy everything.

    Example:
        >>> [len(part) for part in parts_of(torch.zeros(1300, 1))]
        [512, 512, 276]
    """
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def to_double(features: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """Convert to 64 bits, detached; from Apple's GPU to the CPU, as it has no 64 bits.

    Example:
        >>> to_double(torch.ones(2)).dtype
        torch.float64
    """
    device = "cpu" if features.device.type == "mps" else features.device
    return features.detach().to(device, torch.float64)
