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

__all__ = ["Distances", "fast_dtype"]

BLOCK = 2**21  # numbers in a block: 8 MB, small enough for a processor's cache
PAIRS = 2**17  # numbers in differences taken at once: 1 MB
FEWEST_ROWS = 32  # in a block: a product of fewer reads more than it computes
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
        self._rows = max(FEWEST_ROWS, BLOCK // len(points))
        self._room = self._centre.new_empty(self._rows * len(points), dtype=self.dtype)
        self._columns = self._centre.new_ones(len(points), width + 2, dtype=self.dtype)
        self.slack: Float64[Tensor, " m"] = self._centre.new_empty(len(points))
        for some in zip(*map(parts_of, (points, self._columns, self.slack)), strict=True):
            self._place(*some)

    def blocks(self, rows: Int64[Tensor, " r"]) -> Iterator[Int64[Tensor, " s"]]:
        """Split the numbers of queries so that a block of bounds is small."""
        yield from parts_of(rows, self._rows)

    def lower(
        self, rows: Int64[Tensor, " r"], first: int = 0
    ) -> tuple[Float[Tensor, "r c"], Float64[Tensor, " r"]]:
        """Bound the squared distances, in squared units, of some queries to points.

        Args:
            rows: The queries' numbers, no more than in one of the `blocks`.
            first: Where the points begin.

        Returns:
            Lower bounds of shape (r, m - first), until the next call, and the slack of each
            query: a square is above its bound by no more than the query's and the point's slack.
        """
        if self._by_differences:
            return self._differences(rows, first), self.slack.new_zeros(len(rows))
        if self.queries is self.points:
            placed, slack = self._columns[rows], self.slack[rows]
        else:
            placed = self._columns.new_ones(len(rows), self._columns.shape[1])
            slack = self.slack.new_empty(len(rows))
            self._place(self.queries[rows], placed, slack)
        inner, unit, low = placed[:, :-2], placed[:, -2:-1], placed[:, -1:]
        left, right = torch.cat([-2 * inner, low, unit], dim=1), self._columns[first:].T
        room = self._room[: len(left) * right.shape[1]].view(len(left), right.shape[1])
        return torch.mm(left, right, out=room), slack

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

    def _differences(self, rows: Tensor, first: int) -> Tensor:
        apart = torch.cdist(
            to_double(self.queries[rows]),
            to_double(self.points[first:]),
            compute_mode="donot_use_mm_for_euclid_dist",
        )
        return (apart / self.unit).square()

    def _place(self, features: Tensor, placed: Tensor, slack: Tensor) -> None:
        """Fill in (x, 1, |x|² less its part of the error), and the slack."""
        inner = (to_double(features) - self._centre).div_(self.unit)
        norms = torch.linalg.vector_norm(inner, dim=1).square()
        placed[:, :-2] = inner
        placed[:, -1] = norms * (1 - self._share) - FLOOR / 2
        slack[:] = 2 * self._share * norms + FLOOR
