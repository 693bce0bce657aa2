"""What smoothed labels do to the best discriminator, and to what the generator learns from it.

Throughout, p and q are the densities of real and of generated images at one image, t = log(p/q),
s = σ(t) = p/(p + q), and α and β the labels that the discriminator is taught for real and for
generated images. It pays cross-entropy with these labels: −α log D − (1 − α) log(1 − D) for a
real image, and the same with β for a generated one.
"""

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["generator_slope", "optimal_discriminator"]

LogRatios = Float[Tensor, "..."]
"""The logarithms t of density ratios p/q."""


def optimal_discriminator(
    log_ratio: LogRatios, *, real_label: float = 1.0, fake_label: float = 0.0
) -> Float[Tensor, "..."]:
    """The discriminator of the least expected cost: D* = (α p + β q)/(p + q) = β + (α − β) s.

    The expected cost at an image is −(αp + βq) log D − ((1−α)p + (1−β)q) log(1 − D), whose
    derivative is 0 there.

    Args:
        log_ratio: t, of any shape.
        real_label: α.
        fake_label: β.

    Returns:
        Probabilities of the same shape.

    Paper:
        Goodfellow 2016, section 4.2, https://arxiv.org/abs/1701.00160

    Example:
        >>> optimal_discriminator(torch.zeros(2), real_label=0.9)
        tensor([0.4500, 0.4500])
    """
    return fake_label + (real_label - fake_label) * torch.sigmoid(log_ratio)


def generator_slope(
    log_ratio: LogRatios, *, real_label: float = 1.0, fake_label: float = 0.0
) -> Float[Tensor, "..."]:
    """How fast the non-saturating cost −log D* falls where the images become more real, by t.

    −∂(−log D*)/∂t = (α − β) s (1 − s) / (β + (α − β) s)

    With β = 0 it is 1 − s for every α: one-sided smoothing changes nothing. With β > 0 it is
    about (α − β) s/β where s is small: it vanishes where the generator is worst.

    Args:
        log_ratio: t, of any shape.
        real_label: α.
        fake_label: β.

    Example:
        >>> bad = torch.tensor([1e-3]).log()
        >>> generator_slope(bad), generator_slope(bad, real_label=0.9, fake_label=0.1)
        (tensor([0.9990]), tensor([0.0079]))
    """
    share, span = torch.sigmoid(log_ratio), real_label - fake_label
    if fake_label == 0:  # s cancels; as a quotient it would be 0/0 where s is too small.
        return torch.sigmoid(-log_ratio)
    return span * share * torch.sigmoid(-log_ratio) / (fake_label + span * share)
