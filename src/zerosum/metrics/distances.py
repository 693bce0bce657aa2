"""Squared distances in blocks: fast, with a bound of their error, and exact where that matters.

All distances at once would be 20 GB for twice 50,000 pictures. So they are taken block by block,
as matrix products of 32-bit numbers, |x − y|² = |x|² + |y|² − 2 x·y, which are fast but inexact
where x and y are near to each other. Each comes with a bound of its rounding error, and whatever
that leaves undecided is decided by √Σ(x − y)² in 64 bits.
"""

import math
from collections.abc import Iterator

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from zerosum.metrics.checks import parts_of, to_double
from zerosum.types import Features

__all__ = ["Distances", "blocks_of", "fast_dtype"]

ROWS, COLUMNS = 768, 2048  # of a block: 6 MB, which products fill fast
PAIRS = 2**17  # numbers in differences taken at once: 1 MB
SURE = 8.0  # λ of the rounding bound λ√d u; it fails with a chance below 2 exp(−λ² / 2)
FLOOR = 1e-36  # of a square, where 32 bits underflow; no norm is above 1


def fast_dtype() -> torch.dtype:
    """Give 32 bits, unless products of fewer are allowed, whose error has another bound.

    Example:
        >>> fast_dtype()
        torch.float32
    """
    precise = torch.get_float32_matmul_precision() == "highest"
    return torch.float32 if precise else torch.float64


def blocks_of(count: int, *, size: int, first: int = 0) -> Iterator[slice]:
    """Split the numbers from ``first`` on.

    Example:
        >>> list(blocks_of(5, size=3))
        [slice(0, 3, None), slice(3, 5, None)]
    """
    for start in range(first, count, size):
        yield slice(start, min(start + size, count))


class Distances:
    """Distances of n queries to m points, as lower bounds in blocks and exactly for single pairs.

    In a unit where no point is farther than 1 from the common centre, a square is the product of
    (−2x, |x|², 1) and (y, 1, |y|²). Its rounding error is at most s (|x|² + |y|²), where s is
    about 2 λ √d u, so a square with that much less in its norms is a lower bound.

    Args:
        queries: x, shape (n, d).
        points: y, shape (m, d).
        dtype: Of the products; None takes differences instead, slowly but without cancellation.

    Paper:
        Higham & Mary 2019, theorem 2.4, https://doi.org/10.1137/18M1226312

    Example:
        >>> distances = Distances(torch.zeros(1, 2), torch.tensor([[3.0, 4.0]]), torch.float32)
        >>> distances.exact(torch.tensor([0]), torch.tensor([0]))
        tensor([5.], dtype=torch.float64)
    """

    def __init__(
        self, queries: Features, points: Float[Tensor, "m d"], dtype: torch.dtype | None
    ) -> None:
        self.queries, self.points = queries, points
        self.dtype = dtype or torch.float64
        self._by_differences = dtype is None
        width = points.shape[1]
        self._share = (2 * SURE * math.sqrt(width) + 16) * torch.finfo(self.dtype).eps / 2
        self._centre = to_double(points[0]).new_zeros(width)
        for part in parts_of(points):
            self._centre += to_double(part).sum(dim=0) / len(points)
        # A power of two, so that scaling rounds nothing; twice as the centre is not at 0.
        both = (*parts_of(queries), *parts_of(points))
        greatest = max(float(part.detach().abs().max()) for part in both)
        self.unit = 2.0 ** math.frexp(2 * greatest * math.sqrt(width))[1]
        # One room for all blocks: to get and clear a new one takes longer than to fill it. Nor are
        # small results kept between large temporaries, which would leave holes in memory.
        self._room = self._centre.new_empty(ROWS * COLUMNS, dtype=self.dtype)
        self._columns = self._centre.new_ones(len(points), width + 2, dtype=self.dtype)
        self.slack: Float64[Tensor, " m"] = self._centre.new_empty(len(points))
        for some in _placed_at_once(points, self._columns, self.slack):
            self._place(*some)

    def side(
        self, rows: Int64[Tensor, " r"]
    ) -> tuple[Float[Tensor, "r e"], Float64[Tensor, " r"]]:
        """Prepare up to ROWS queries, given by number, for `lower`; and give their slack."""
        if self._by_differences:
            return to_double(self.queries[rows]), self.slack.new_zeros(len(rows))
        side = self._centre.new_ones(len(rows), len(self._centre) + 2, dtype=self.dtype)
        slack = self.slack.new_empty(len(rows))
        if self.queries is self.points:
            side, slack = self._columns[rows], self.slack[rows]
        else:
            for some in _placed_at_once(rows, side, slack):
                self._place(self.queries[some[0]], *some[1:])
        side[:, :-2] *= -2
        side[:, -2:] = side[:, -2:].flip(1)
        return side, slack

    def lower(self, side: Float[Tensor, "r e"], columns: slice) -> Float[Tensor, "r c"]:
        """Bound the squared distances, in squared units, of prepared queries to points.

        Returns:
            Lower bounds, shape (r, c), which hold until the next call: a square is above its bound
            by no more than the query's and the point's slack together.
        """
        if self._by_differences:
            exactly = "donot_use_mm_for_euclid_dist"
            apart = torch.cdist(side, to_double(self.points[columns]), compute_mode=exactly)
            return (apart / self.unit).square()
        other = self._columns[columns].T
        room = self._room[: len(side) * other.shape[1]].view(len(side), other.shape[1])
        return torch.mm(side, other, out=room)

    def exact(
        self, rows: Int64[Tensor, " p"], columns: Int64[Tensor, " p"]
    ) -> Float64[Tensor, " p"]:
        """Give |x − y| of pairs, in 64 bits; the same whichever of two sets asks."""
        found = self.slack.new_empty(len(rows))
        size = max(1, PAIRS // self.points.shape[1])
        for i, j, here in zip(
            *(parts_of(each, size) for each in (rows, columns, found)), strict=True
        ):
            apart = to_double(self.queries[i]).sub_(to_double(self.points[j]))
            torch.linalg.vector_norm(apart, dim=1, out=here)
        return found

    def _place(self, features: Tensor, placed: Tensor, slack: Tensor) -> None:
        """Fill in (x, 1, |x|² less its part of the error), and the slack."""
        inner = (to_double(features) - self._centre).div_(self.unit)
        norms = torch.linalg.vector_norm(inner, dim=1).square()
        placed[:, :-2] = inner
        placed[:, -1] = norms * (1 - self._share) - FLOOR / 2
        slack[:] = 2 * self._share * norms + FLOOR


def _placed_at_once(*several: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Split all into parts of 2 MB, of Inception's features in 64 bits."""
    return zip(*(parts_of(each, 128) for each in several), strict=True)
