"""The centres of clusters of points: means of those that are nearest to them."""

import torch
from jaxtyping import Float64
from torch import Tensor

from zerosum.errors import ConfigError
from zerosum.metrics.checks import check_features, to_double
from zerosum.types import Features

__all__ = ["cluster_centres"]


def cluster_centres(
    points: Features, count: int, *, seed: int, steps: int = 10
) -> Float64[Tensor, "count _"]:
    """Find centres by Lloyd's steps (k-means): each becomes the mean of the points nearest to it.

    They begin at points that are drawn. A centre that no point is nearest to stays where it is.
    Every step lowers Σᵢ minⱼ ‖xᵢ − cⱼ‖², or changes nothing.

    Args:
        points: xᵢ, shape (n, d).
        count: How many centres cⱼ.
        seed: From which the first centres follow.
        steps: Lloyd's steps.

    Returns:
        The centres, shape (count, d).

    Raises:
        ConfigError: There are fewer points than centres, or none are asked for.
        DataError: A number is not finite.

    Paper:
        Lloyd 1982, https://doi.org/10.1109/TIT.1982.1056489

    Example:
        >>> points = torch.tensor([[0.0], [0.2], [1.0], [1.2]])
        >>> cluster_centres(points, 2, seed=0).flatten().sort().values
        tensor([0.1000, 1.1000], dtype=torch.float64)
    """
    check_features(points)
    if not 1 <= count <= len(points):
        raise ConfigError(f"expected 1 to {len(points)} centres of as many points, got {count}.")
    rows = to_double(points)
    random = torch.Generator().manual_seed(seed)
    centres = rows[torch.randperm(len(rows), generator=random)[:count]]
    for _ in range(steps):
        nearest = torch.cdist(rows, centres).argmin(dim=1)
        members = torch.bincount(nearest, minlength=count)[:, None]
        sums = torch.zeros_like(centres).index_add(0, nearest, rows)
        centres = torch.where(members > 0, sums / members.clamp(min=1), centres)
    return centres
