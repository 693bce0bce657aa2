"""Tables of all pairs of some points with others: what lies between them."""

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.errors import ConfigError
from zerosum.latent.base import LatentSpace
from zerosum.types import Points

__all__ = ["between_all", "pairs"]

Others = Float[Tensor, "m ..."]
"""Points of the same space, m others."""

Pairs = Float[Tensor, "pairs ..."]
"""One point for each pair, the pairs of the first row first."""


def between_all(space: LatentSpace, rows: Points, columns: Others, *, time: float = 0.5) -> Pairs:
    """Compute the points on the ways from each of some points to each of others.

    What `zerosum.latent.mixing.mix_all` is for styles, this is for any generator: a table of
    pictures between those on the left and those on top.

    Args:
        space: The generator's latent space, whose ways these are.
        rows: Points (n, ...), where time is 0.
        columns: Points (m, ...), where time is 1.
        time: Where on the way, from 0 to 1.

    Returns:
        n m points, those of the first row first.

    Raises:
        ConfigError: The time is out of range.

    Example:
        >>> from zerosum.latent.spaces import UniformSpace
        >>> class Line(UniformSpace):
        ...     def __init__(self): ...
        >>> rows, columns = torch.tensor([[0.0], [1.0]]), torch.tensor([[0.5], [1.0], [2.0]])
        >>> between_all(Line(), rows, columns).flatten().tolist()
        [0.25, 0.5, 1.0, 0.75, 1.0, 1.5]
    """
    if not 0 <= time <= 1:
        raise ConfigError(f"expected a time from 0 (the row's) to 1 (the column's), got {time:g}.")
    left, right = pairs(rows, columns)
    return space.between(left, right, time)


def pairs(rows: Points, columns: Others) -> tuple[Pairs, Pairs]:
    """Repeat points so that row by row each of some meets each of others.

    Example:
        >>> rows, columns = pairs(torch.tensor([[0.0], [1.0]]), torch.tensor([[5.0], [6.0]]))
        >>> rows.flatten().tolist(), columns.flatten().tolist()
        ([0.0, 0.0, 1.0, 1.0], [5.0, 6.0, 5.0, 6.0])
    """
    left = rows.repeat_interleave(len(columns), dim=0)
    return left, torch.cat([columns] * len(rows))
