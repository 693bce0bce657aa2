"""Sliced Wasserstein distance: one-dimensional distances along random directions."""

import math
from collections.abc import Iterator

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from zerosum.errors import ConfigError
from zerosum.metrics.checks import check_features, check_same_width, to_double
from zerosum.metrics.estimate import Estimate
from zerosum.types import Features

__all__ = ["sliced_wasserstein"]

BLOCK = 2**22
"""Projected numbers at once: 32 MB, several times."""


def sliced_wasserstein(
    x: Features,
    y: Float[Tensor, "m _"],
    *,
    projections: int = 512,
    seed: int,
    group: int = 1,
) -> Estimate:
    """Compute the mean over directions of the 1-Wasserstein distance of features along them.

    E_θ ∫ |F_θ(t) − G_θ(t)| dt, with F_θ and G_θ the distribution functions of θ·x and θ·y and θ
    uniform on the unit sphere.

    The error has two parts, added as squares: for other directions, the distances' standard
    deviation over √projections, and for other images. To first order the distance is a mean over
    images of the potential ψ(x) = E_θ ∫_{θ·x} sign(F_θ − G_θ) dt, so the latter part is
    var ψ(x) / n + var ψ(y) / m. Where both sets come from one distribution it is too large, up to
    1.7-fold.

    Args:
        x: Shape (n, d).
        y: Shape (m, d); m and n may differ.
        projections: Number of directions, 2 or more.
        seed: Seed of the directions.
        group: Number of consecutive rows of one image, which depend on each other.

    Raises:
        ConfigError: There are fewer than two directions, or rows do not make whole groups.
        DataError: A set has fewer than two groups, or numbers that are not finite; or the sets
            differ in d.

    Paper:
        Rabin et al. 2011, https://doi.org/10.1007/978-3-642-24785-9_37; the potential: Villani
        2003, Topics in Optimal Transportation, theorem 1.3

    Example:
        >>> points = torch.randn(100, 1, generator=torch.Generator().manual_seed(0))
        >>> round(sliced_wasserstein(points, points + 3, seed=0).value, 6)
        3.0
    """
    check_same_width(x, y)
    check_features(x, at_least=2 * group)
    check_features(y, at_least=2 * group)
    if projections < 2 or group < 1 or len(x) % group or len(y) % group:
        raise ConfigError(
            f"expected 2 projections or more and whole groups, found {projections} projections "
            f"and groups of {group} among {len(x)} and {len(y)} rows."
        )
    here, there = to_double(x), to_double(y)
    total_x, total_y = here.new_zeros(len(x)), here.new_zeros(len(y))
    # In blocks of directions, so that memory does not grow with their number.
    distances = []
    for directions in draw_directions(x.shape[1], projections, seed, BLOCK // (len(x) + len(y))):
        turned = directions.to(here.device)
        distance, of_x, of_y = transport(here @ turned, there @ turned)
        distances.append(distance)
        total_x += of_x
        total_y += of_y
    values = torch.cat(distances)
    variance = values.var() / projections
    for total in (total_x, total_y):
        potentials = (total / projections).reshape(-1, group).mean(dim=1)
        variance += potentials.var() / len(potentials)
    return Estimate(value=values.mean().item(), error=math.sqrt(variance))


def draw_directions(
    width: int, count: int, seed: int, size: int
) -> Iterator[Float64[Tensor, "d p"]]:
    """Generate unit vectors as columns, in blocks."""
    random = torch.Generator().manual_seed(seed)
    drawn = torch.randn(count, width, generator=random, dtype=torch.float64)
    units = torch.nn.functional.normalize(drawn, dim=1)
    size = max(1, size)
    yield from (units[start : start + size].T for start in range(0, count, size))


def transport(
    x: Float64[Tensor, "n p"], y: Float64[Tensor, "m p"]
) -> tuple[Float64[Tensor, " p"], Float64[Tensor, " n"], Float64[Tensor, " m"]]:
    """Compute distances of the columns, and potentials of the rows summed over the columns."""
    n, m = len(x), len(y)
    places, order = torch.cat([x, y]).sort(dim=0)
    # n m (F − G) between neighbours, in integers, so that it is exactly 0 for equal sets.
    gaps = torch.where(order < n, m, -n).cumsum(dim=0)[:-1]
    widths = places.diff(dim=0)
    distances = (gaps.abs() * widths).sum(dim=0) / (n * m)
    steps = gaps.sign() * widths
    # The potential at a place is the integral of the sign from there on, hence the reversed sum.
    after = steps.flip(0).cumsum(dim=0).flip(0)
    rises = torch.cat([after, after.new_zeros(1, after.shape[1])])
    potentials = torch.empty_like(rises).scatter_(0, order, rises).sum(dim=1)
    return distances, potentials[:n], -potentials[n:]
