"""Mode coverage: how many of the known classes are generated, and how evenly."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from zerosum.errors import ConfigError, DataError
from zerosum.metrics.estimate import Estimate
from zerosum.types import Labels

__all__ = ["ModeCoverage", "modes_covered", "stacked_modes"]


@dataclass(frozen=True, kw_only=True)
class ModeCoverage:
    """The distribution of generated images over known classes.

    Attributes:
        covered: Number of classes with an image at least.
        divergence: KL(shares of the classes ‖ equal shares), in nats; 0 if all are equal, log K if
            there is only one of K.
    """

    covered: Estimate
    divergence: Estimate


def modes_covered(labels: Labels, *, modes: int) -> ModeCoverage:
    """Count the classes among images, and compare their shares with equal ones.

    KL = Σ_k p_k log (K p_k), with p_k the share of class k. Its error is that of the delta method,
    the standard deviation of log p_k over the images, over √n; for equal shares it is up to √2
    too large. The number of classes has the jackknife's error, √(f (1 − f / n)) with f the number
    of classes with exactly one image, which is too large rather than too small.

    Args:
        labels: The predicted class of each image, 0 to K − 1, shape (n,).
        modes: K.

    Raises:
        ConfigError: There is no class.
        DataError: There are fewer than two images, or labels out of range.

    Example:
        >>> coverage = modes_covered(torch.tensor([0, 0, 1, 1]), modes=4)
        >>> coverage.covered.value, round(coverage.divergence.value, 4)
        (2.0, 0.6931)
    """
    _check(labels, modes)
    if len(labels) < 2:
        raise DataError(f"expected the labels of 2 pictures or more, found {len(labels)}.")
    labels = labels.long()
    counts = labels.bincount(minlength=modes).double()
    total = len(labels)
    # A class is lost without one image only where it has no other: hence the jackknife's error.
    once = int((counts == 1).sum())
    log_ratios = (counts * modes / total).log()[labels]
    return ModeCoverage(
        covered=Estimate(
            value=float((counts > 0).sum()), error=math.sqrt(once * (1 - once / total))
        ),
        divergence=Estimate(
            value=log_ratios.mean().item(), error=log_ratios.std().item() / math.sqrt(total)
        ),
    )


def stacked_modes(digits: Int[Tensor, "n c"], *, classes: int = 10) -> ModeCoverage:
    """Count the modes of Stacked MNIST, where each channel is a digit: 1,000 for three channels.

    Published numbers are for 26,000 images; of a generator with equal modes, and with a perfect
    classifier, that many cover all 1,000 and have a divergence of 0.0193.

    Args:
        digits: The class of each channel, 0 to classes − 1, shape (n, c).
        classes: Number of classes of a channel.

    Raises:
        ConfigError: There is no class.
        DataError: There are fewer than two images, or classes out of range.

    Paper:
        Metz et al. 2017, section 3.3.1, https://arxiv.org/abs/1611.02163; the number of images:
        Lin et al. 2018, section 4.2, https://arxiv.org/abs/1712.04086

    Example:
        >>> stacked_modes(torch.tensor([[0, 0, 7], [1, 0, 7], [1, 0, 7]])).covered.value
        2.0
    """
    _check(digits, classes)
    channels = digits.shape[1]
    weights = classes ** torch.arange(channels, device=digits.device)
    return modes_covered((digits * weights).sum(dim=1), modes=classes**channels)


def _check(labels: Tensor, classes: int) -> None:
    if classes < 1:
        raise ConfigError(f"expected one class or more, found {classes}.")
    if labels.numel() and not 0 <= int(labels.min()) <= int(labels.max()) < classes:
        raise DataError(
            f"expected classes from 0 to {classes - 1}, found {int(labels.min())} to "
            f"{int(labels.max())}; use the classifier of this data set."
        )
