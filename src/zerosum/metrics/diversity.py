"""Diversity of images: it is 0 for a generator that always makes one image."""

import math

from jaxtyping import Float
from torch import Tensor

from zerosum.errors import DataError
from zerosum.metrics.checks import check_features, check_same_width, to_double
from zerosum.metrics.estimate import Estimate
from zerosum.types import Features

__all__ = ["diversity", "diversity_ratio"]


def diversity(features: Features) -> Estimate:
    """Compute the mean squared distance of two images, twice the trace of the covariance.

    2 Σ |x_i − m|² / (n − 1); the error is 2 std |x_i − m|² / √n.

    Args:
        features: Shape (n, d).

    Raises:
        DataError: There are fewer than two images, or numbers that are not finite.

    Example:
        >>> import torch
        >>> diversity(torch.tensor([[0.0, 0.0], [3.0, 4.0]])).value
        25.0
    """
    check_features(features, at_least=2)
    numbers = to_double(features)
    squares = (numbers - numbers.mean(dim=0)).square().sum(dim=1)
    count = len(squares)
    error = 2 * squares.std().item() / math.sqrt(count)
    return Estimate(value=2 * squares.sum().item() / (count - 1), error=error)


def diversity_ratio(fake: Features, real: Float[Tensor, "m _"]) -> Estimate:
    """Compute the diversity of generated images over that of real ones.

    It is near 1 for a good generator, near 0 after a collapse to a few images.

    Args:
        fake: Features of the generated images, shape (n, d).
        real: Of the real ones, shape (m, d).

    Raises:
        DataError: As `diversity`; or the features differ in d, or the real ones are all equal.

    Example:
        >>> import torch
        >>> real = torch.randn(100, 4, generator=torch.Generator().manual_seed(0))
        >>> round(diversity_ratio(real / 2, real).value, 6)
        0.25
    """
    check_same_width(fake, real)
    of_fake, of_real = diversity(fake), diversity(real)
    if of_real.value == 0:
        raise DataError(
            "expected real pictures that differ, found features that are all the same; look at "
            "the pictures and at the network."
        )
    ratio = of_fake.value / of_real.value
    # The delta method for a quotient of independent estimates.
    relative = of_real.error / of_real.value
    error = math.hypot(of_fake.error / of_real.value, ratio * relative)
    return Estimate(value=ratio, error=error)
