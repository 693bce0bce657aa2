"""Mutual information of images and a classifier's predictions; no labels are needed."""

import torch
from jaxtyping import Float64
from torch import Tensor

from zerosum.metrics.estimate import Estimate
from zerosum.types import Probabilities

__all__ = ["gains", "mutual_information"]


def mutual_information(probabilities: Probabilities) -> Estimate:
    """Compute I = mean over the images of KL(p_i ‖ p̄), in nats, from 0 to log k.

    p̄ is the mean of the p_i. I is H(p̄) − mean H(p_i): high where the classifier is certain of each
    image, and its predictions vary. Without labels a network can be chosen by it, but a
    classifier may be certain and wrong.

    Args:
        probabilities: p, shape (n, k).

    Paper:
        Shi & Sha 2012, equation 4, https://arxiv.org/abs/1206.6438

    Example:
        >>> certain = torch.eye(4).repeat(25, 1)
        >>> round(mutual_information(certain).value, 4)  # log 4
        1.3863
        >>> mutual_information(torch.full((100, 4), 0.25)).value
        0.0
        >>> mutual_information(certain[:1].expand(100, 4)).value  # Always the same class.
        0.0
    """
    divergences = gains(probabilities.double())
    error = divergences.std().item() / len(divergences) ** 0.5
    return Estimate(value=divergences.mean().item(), error=error)


def gains(shares: Float64[Tensor, "n k"]) -> Float64[Tensor, " n"]:
    """Compute KL(p_i ‖ p̄) of each image; where p is 0, p log p is 0.

    Example:
        >>> gains(torch.eye(2).double()).exp()
        tensor([2., 2.], dtype=torch.float64)
    """
    # The mean of probabilities near 5e-324 is 0, whose logarithm would outweigh them.
    mean = shares.mean(dim=0).clamp_min(torch.finfo(shares.dtype).tiny)
    return (torch.xlogy(shares, shares) - torch.xlogy(shares, mean)).sum(dim=1)
