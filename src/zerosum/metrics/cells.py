"""Divergences of distributions that have been cut into cells, and those of points in the plane.

Sorting points into cells loses what happens within a cell, so that each divergence here is at
most that of the distributions themselves (the data processing inequality).
"""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from zerosum.errors import DataError
from zerosum.metrics.estimate import Estimate
from zerosum.types import PlanarPoints

__all__ = ["cell_counts", "cell_probabilities", "jensen_shannon", "kullback_leibler"]

Shares = Float64[Tensor, " k"]
"""The probability of each of k cells."""
OtherShares = Float64[Tensor, " m"]
"""The same of another distribution."""
FINER = 8
"""Points on each side of a cell at which a density is read."""


def kullback_leibler(p: Shares, q: OtherShares) -> float:
    """Compute KL(p ‖ q) = Σ p log(p / q), in nats; infinite where q is 0 and p is not.

    Args:
        p: The probability of each cell.
        q: The same of another distribution.

    Raises:
        DataError: They are not two distributions on the same cells.

    Paper:
        Kullback & Leibler 1951, https://doi.org/10.1214/aoms/1177729694

    Example:
        >>> p, q = torch.tensor([[0.5, 0.5], [1.0, 0.0]]).double()
        >>> kullback_leibler(p, q), round(kullback_leibler(q, p), 4)
        (inf, 0.6931)
    """
    _check(p, q)
    return float((torch.xlogy(p, p) - torch.xlogy(p, q)).sum())


def jensen_shannon(p: Shares, q: OtherShares, *, samples: int | None = None) -> Estimate:
    """Compute JS = ½ KL(p ‖ m) + ½ KL(q ‖ m) with m = (p + q) / 2, from 0 to log 2 nats.

    A discriminator that knows p and q pays log 4 − 2 JS (Goodfellow et al. 2014, theorem 1).

    The error is for q from that many samples: the standard deviation of ½ log(q / m) over them,
    over √samples. Such an estimate is too large: for q equal to p by about (k − 1) / (8 samples),
    k being the cells that are met.

    Args:
        p: The probability of each cell.
        q: The same of another distribution.
        samples: The points that q was counted from; None: it is exact.

    Raises:
        DataError: They are not two distributions on the same cells.

    Paper:
        Lin 1991, https://doi.org/10.1109/18.61115

    Example:
        >>> p, q = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).double()
        >>> round(jensen_shannon(p, q).value, 4), jensen_shannon(p, p).value  # log 2
        (0.6931, 0.0)
    """
    _check(p, q)
    middle = (p + q) / 2
    value = (kullback_leibler(p, middle) + kullback_leibler(q, middle)) / 2
    if samples is None:
        return Estimate(value=value, error=0.0)
    # Where q is 0 nobody is counted, so the logarithm there does not matter.
    influence = torch.where(q > 0, (q / middle).log() / 2, 0.0)
    spread = (q * influence.square()).sum() - (q * influence).sum().square()
    return Estimate(value=value, error=math.sqrt(max(0.0, float(spread)) / samples))


def cell_counts(points: PlanarPoints, *, bins: int) -> Int64[Tensor, " k"]:
    """Count points in bins x bins cells of the square [-1, 1]²; those outside in the nearest cell.

    Args:
        points: Shape (n, 2).
        bins: Cells in a row.

    Returns:
        The count of each cell, shape (bins · bins,), x changing slowest.

    Raises:
        DataError: A point is not finite.

    Example:
        >>> points = torch.tensor([[-0.5, 0.5], [0.5, 0.5], [0.9, 7.0]])
        >>> cell_counts(points, bins=2).tolist()
        [0, 1, 0, 2]
    """
    if not bool(points.isfinite().all()):
        raise DataError("expected points with finite numbers, found NaN or infinity.")
    cells = _cells_of(points.double(), bins)
    return (cells[:, 0] * bins + cells[:, 1]).bincount(minlength=bins * bins)


def cell_probabilities(
    density: Callable[[PlanarPoints], Float64[Tensor, " n"]], *, bins: int
) -> Shares:
    """Integrate a density over the same cells, by the midpoints of 8 x 8 parts of each.

    What lies outside counts in the nearest cell, up to [-2, 2]². A density should not change much
    within a part of a cell.

    Args:
        density: From points (n, 2) to the density at each.
        bins: Cells in a row.

    Raises:
        DataError: The density is 0 everywhere.

    Example:
        >>> def triangle(points): return (points[:, 0].double() + 1).clamp(0, 2)
        >>> cell_probabilities(triangle, bins=2).tolist()
        [0.0625, 0.0625, 0.4375, 0.4375]
    """
    side = 2 * bins * FINER
    steps = (torch.arange(side, dtype=torch.float64) + 0.5) / side * 4 - 2
    cells = _cells_of(steps, bins)
    masses = torch.zeros(bins, bins, dtype=torch.float64)
    for x, row in zip(steps.view(-1, FINER), cells.view(-1, FINER), strict=True):
        values = density(torch.cartesian_prod(x, steps)).view(FINER, side)
        masses.index_add_(0, row, values.new_zeros(FINER, bins).index_add_(1, cells, values))
    if not float(masses.sum()) > 0:
        raise DataError("expected a density above 0 somewhere in [-2, 2] x [-2, 2], found none.")
    return masses.flatten() / masses.sum()


def _cells_of(values: Float64[Tensor, "..."], bins: int) -> Int64[Tensor, "..."]:
    """The number of the cell, from 0, along one side."""
    return ((values + 1) / 2 * bins).floor().clamp(0, bins - 1).long()


def _check(p: Shares, q: OtherShares) -> None:
    if p.shape != q.shape:
        raise DataError(f"expected probabilities of the same cells, found {len(p)} and {len(q)}.")
    for each in (p, q):
        total = float(each.sum())
        if not (bool((each >= 0).all()) and math.isclose(total, 1.0, abs_tol=1e-6)):
            raise DataError(
                f"expected probabilities from 0 that sum to 1, found a sum of {total}; "
                "divide counts by their sum."
            )
