"""The kernel distance of two sets of features: unbiased, and so usable for few images."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor

from zerosum.errors import ConfigError
from zerosum.metrics.checks import check_features, check_same_width, to_double
from zerosum.metrics.estimate import Estimate
from zerosum.types import Features

__all__ = ["kernel_distance"]

USUAL_SIZE = 1000

FEWEST = 4
"""Least images: a kernel's spread about its row means has n (n − 3) degrees of freedom."""


def kernel_distance(
    x: Features,
    y: Float[Tensor, "m _"],
    *,
    subsets: int = 100,
    subset_size: int | None = None,
    seed: int = 2020,
) -> Estimate:
    """Compute the squared maximum mean discrepancy with a cubic kernel, without bias.

    MMD² = Σ_{i≠j} k(x_i, x_j) / b(b−1) + Σ_{i≠j} k(y_i, y_j) / b(b−1) − 2 Σ_ij k(x_i, y_j) / b²,

    k(u, v) = (u·v / d + 1)³; the value is the mean over random subsets of b images of each set,
    and may be negative.
    It is KID if, and only if, the features are those of FID's Inception network. The subsets are
    drawn as torch-fidelity draws them, so that equal seeds give equal values.

    The error is that of other images *and* other subsets. The usual one, the subsets' standard
    deviation over √subsets, lacks the former: all subsets are of the same images. As a
    U-statistic of n and m images MMD² has the variance

        V(n, m) = 4 var g_x / n + 4 var g_y / m
                  + 2 E e_xx² / n(n−1) + 2 E e_yy² / m(m−1) + 4 E e_xy² / nm,

    g_x(u) = E k(u, x) − E k(u, y), likewise g_y, and e the kernels less their row and column
    means. All five are estimated from the subsets; a mean over subsets of size b has then
    error² = V(n, m) + (V(b, b) − V(n, m)) / subsets.

    Args:
        x: Features of n images, shape (n, d).
        y: Features of m others, shape (m, d).
        subsets: Number of subsets, 1 or more.
        subset_size: b; by default the smallest of 1,000, n and m.
        seed: Seed of the subsets.

    Raises:
        ConfigError: There is no subset, or its size is below 4 or above n or m.
        DataError: A set has fewer than four images, or numbers that are not finite; or the sets
            differ in d.

    Paper:
        Bińkowski et al. 2018, sections 2.1 and 4, https://arxiv.org/abs/1801.01401; the variance:
        Sutherland et al. 2017, appendix A, https://arxiv.org/abs/1611.04488

    Example:
        >>> x, y = torch.randn(2, 500, 8, generator=torch.Generator().manual_seed(0))
        >>> print(kernel_distance(x, y + 1))
        8.13 ± 0.47
    """
    check_same_width(x, y)
    check_features(x, at_least=FEWEST)
    check_features(y, at_least=FEWEST)
    size = _size(subset_size, len(x), len(y))
    if subsets < 1:
        raise ConfigError(f"expected one subset or more, found {subsets}.")
    random = np.random.RandomState(seed)
    parts = [_Kernels.of(_draw(x, size, random), _draw(y, size, random)) for _ in range(subsets)]
    values = torch.stack([part.discrepancy for part in parts])
    # Unbiased estimates of variances may be negative; their mean is clamped, not each.
    spread = torch.stack([part.spread for part in parts]).mean(dim=0).clamp(min=0)
    of_images = _variance(spread, len(x), len(y))
    of_subsets = _variance(spread, size, size) - of_images
    return Estimate(value=values.mean().item(), error=math.sqrt(of_images + of_subsets / subsets))


def _size(requested: int | None, n: int, m: int) -> int:
    most = min(n, m)
    if requested is None:
        return min(USUAL_SIZE, most)
    if not FEWEST <= requested <= most:
        raise ConfigError(
            f"expected subsets of {FEWEST} to {most} pictures, as there are {n} and {m}, found "
            f"{requested}; choose a smaller subset_size or measure more pictures."
        )
    return requested


def _draw(features: Tensor, size: int, random: np.random.RandomState) -> Tensor:
    chosen = torch.from_numpy(random.choice(len(features), size, replace=False))
    return to_double(features[chosen.to(features.device)])


def _variance(spread: Float64[Tensor, " 5"], n: int, m: int) -> float:
    """Compute V(n, m) from the five spreads."""
    shares = [4 / n, 4 / m, 2 / (n * (n - 1)), 2 / (m * (m - 1)), 4 / (n * m)]
    return float(spread @ torch.tensor(shares, dtype=spread.dtype, device=spread.device))


@dataclass(frozen=True, eq=False)
class _Kernels:
    """The statistics of one pair of subsets of b images.

    Attributes:
        discrepancy: MMD².
        spread: var g_x, var g_y, E e_xx², E e_yy² and E e_xy².
    """

    discrepancy: Float64[Tensor, ""]
    spread: Float64[Tensor, " 5"]

    @classmethod
    def of(cls, x: Float64[Tensor, "b d"], y: Float64[Tensor, "b d"]) -> "_Kernels":
        mean_x, rows_x, square_x = _within(x)
        mean_y, rows_y, square_y = _within(y)
        across = _kernel(x, y)
        count = len(x)
        mean, rows, columns = across.mean(), across.mean(dim=1), across.mean(dim=0)
        # The squares less those of mean, rows and columns: the parts are orthogonal, so no other
        # matrix is needed.
        effects = (rows - mean).square().sum() + (columns - mean).square().sum()
        square = (_squares(across) - count**2 * mean**2 - count * effects) / (count - 1) ** 2
        # The variance of means over b images contains a share of the spread e², which is
        # removed.
        effect_x = (rows_x - rows).var() - (square_x + square) / len(x)
        effect_y = (rows_y - columns).var() - (square_y + square) / len(x)
        return cls(
            discrepancy=mean_x + mean_y - 2 * mean,
            spread=torch.stack([effect_x, effect_y, square_x, square_y, square]),
        )


def _within(x: Float64[Tensor, "b d"]) -> tuple[Tensor, Tensor, Tensor]:
    """Compute E k(x, x') without the diagonal, row means, and the mean square of the rest."""
    count = len(x)
    kernel = _kernel(x, x).fill_diagonal_(0)
    sums, total = kernel.sum(dim=1), kernel.sum()
    # Least squares of a two-way model without a diagonal: hence n − 2, n − 1 and n − 3.
    effects = (sums - total / count) / (count - 2)
    mean = total / (count * (count - 1))
    explained = count * (count - 1) * mean**2 + 2 * (count - 2) * effects.square().sum()
    return mean, mean + effects, (_squares(kernel) - explained) / (count * (count - 3))


def _kernel(x: Float64[Tensor, "b d"], y: Float64[Tensor, "b d"]) -> Float64[Tensor, "b b"]:
    inner = (x @ y.T).div_(x.shape[1]).add_(1)
    return inner * inner.square()


def _squares(matrix: Float64[Tensor, "a b"]) -> Float64[Tensor, ""]:
    norm: Tensor = torch.linalg.vector_norm(matrix)
    return norm.square()
