"""Shares of images with their standard error."""

import math

from jaxtyping import Bool
from torch import Tensor

from zerosum.metrics.estimate import Estimate

__all__ = ["share"]


def share(hits: Bool[Tensor, " n"]) -> Estimate:
    """Compute the share of images with a property, and its binomial error.

    The error is √(p (1 − p) / (n + 4)) with p = (hits + 2) / (n + 4), Agresti and Coull's. It is
    greater than 0 where no image or every image has the property: none of ten is no proof.

    Args:
        hits: Whether each of n independent images has it, shape (n,).

    Paper:
        Agresti & Coull 1998, https://doi.org/10.1080/00031305.1998.10480550

    Example:
        >>> import torch
        >>> print(share(torch.tensor([True, False, False, False])))
        0.25 ± 0.17
        >>> print(share(torch.zeros(96, dtype=torch.bool)))
        0.000 ± 0.014
    """
    total, count = int(hits.sum()), len(hits)
    guess = (total + 2) / (count + 4)
    return Estimate(value=total / count, error=math.sqrt(guess * (1 - guess) / (count + 4)))
