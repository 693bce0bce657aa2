"""How far what a layer is given moves while the layers before it learn."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from zerosum.errors import DataError
from zerosum.metrics.checks import check_features, check_same_width
from zerosum.types import Features

__all__ = ["Drift", "drift"]


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How far means and standard deviations of units moved, in standard deviations.

    Attributes:
        mean: √(mean over units of (m' − m)²) / s, where s² is the mean variance of the units.
        deviation: √(mean over units of (s' − s)²) / s.
    """

    mean: float
    deviation: float


def drift(before: Features, after: Float[Tensor, "m units"]) -> Drift:
    """Compare two distributions of the same units by their first two moments.

    It is an internal covariate shift if both are what a layer is given for the same images, before
    and after a step of training.

    Args:
        before: Shape (n, units), n at least 2.
        after: Shape (m, units), m at least 2.

    Raises:
        DataError: There are too few, or other units, or all units stand still in the first.

    Paper:
        Ioffe & Szegedy 2015, section 2 (the notion), https://arxiv.org/abs/1502.03167; measured by
        moments as in Santurkar et al. 2018, figure 2, https://arxiv.org/abs/1805.11604

    Example:
        >>> import torch
        >>> before = torch.tensor([[-1.0, 9.0], [1.0, 11.0]])
        >>> found = drift(before, before + 2**0.5)
        >>> round(found.mean, 6), round(found.deviation, 6)
        (1.0, 0.0)
    """
    check_same_width(before, after)
    for each in (before, after):
        check_features(each, at_least=2)
    first, second = before.double(), after.double()
    scale = float(first.var(dim=0).mean().sqrt())
    if scale == 0:
        raise DataError(
            "expected units that differ from picture to picture, found that all stand still; a "
            "drift is measured in their standard deviations."
        )
    moved = (second.mean(dim=0) - first.mean(dim=0), second.std(dim=0) - first.std(dim=0))
    mean, deviation = (float(each.square().mean().sqrt()) / scale for each in moved)
    return Drift(mean=mean, deviation=deviation)
