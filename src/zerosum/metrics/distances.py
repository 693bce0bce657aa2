"""Squared distances in blocks: fast, with an error bound, and exact where that matters.

All distances at once would be 20 GB for twice 50,000 images. So they are computed block by block
as matrix products of 32-bit numbers, |x − y|² = |x|² + |y|² − 2 x·y, which are fast but inexact
where x and y are near to each other. Each has a bound of its rounding error. Comparisons that the
bound does not decide are made by √Σ(x − y)² in 64 bits.
"""

import math
from collections.abc import Iterator

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from zerosum.metrics.checks import parts_of, to_double
from zerosum.types import Features

__all__ = ["Distances", "blocks_of", "fast_dtype"]

ROWS, COLUMNS = 768, 2048
"""Size of a block: 6 MB, for which matrix products are fast."""

PAIRS = 2**17
"""Numbers of differences at once: 1 MB."""

SURE = 8.0
"""λ of the rounding bound λ√d u, which fails with a probability below 2 exp(−λ² / 2)."""

FLOOR = 1e-36
"""Slack of a square for underflow of 32 bits; no norm is above 1."""


def fast_dtype() -> torch.dtype:
    """Return 32 bits, unless products of fewer are allowed, whose error has another bound.

    Example:
        >>> fast_dtype()
        torch.float32
    """
    precise = torch.get_float32_matmul_precision() == "highest"
    return torch.float32 if precise else torch.float64


def blocks_of(count: int, *, size: int, first: int = 0) -> Iterator[slice]:
    """Split the range from ``first`` to ``count`` into slices.

    Example:
        >>> list(blocks_of(5, size=3))
        [slice(0, 3, None), slice(3, 5, None)]
    """
    for start in range(first, count, size):
        yield slice(start, min(start + size, count))


class Distances:
    """Distances of n queries to m points: lower bounds in blocks, exact ones for single pairs.

    In a unit where no point is farther than 1 from the common centre, a square is the product of
    (−2x, |x|², 1) and (y, 1, |y|²). Its rounding error is at most s (|x|² + |y|²), where s is
    about 2 λ √d u; with the norms reduced by that much a square is a lower bound.

    Args:
        queries: x, shape (n, d).
        points: y, shape (m, d).
        dtype: Type of the products; None: differences instead, slow but without cancellation.

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
        # A power of two, so that scaling is exact; twice the norm, as the centre is not at 0.
        both = (*parts_of(queries), *parts_of(points))
        greatest = max(float(part.detach().abs().max()) for part in both)
        self.unit = 2.0 ** math.frexp(2 * greatest * math.sqrt(width))[1]
        # One buffer for all blocks: to allocate and clear one takes longer than to fill it. Small
        # results between large temporaries would also fragment the memory.
        self._buffer = self._centre.new_empty(ROWS * COLUMNS, dtype=self.dtype)
        self._columns = self._centre.new_ones(len(points), width + 2, dtype=self.dtype)
        self.slack: Float64[Tensor, " m"] = self._centre.new_empty(len(points))
        for some in _in_parts(points, self._columns, self.slack):
            self._fill(*some)

    def side(
        self, rows: Int64[Tensor, " r"]
    ) -> tuple[Float[Tensor, "r e"], Float64[Tensor, " r"]]:
        """Prepare up to ROWS queries, by index, for `lower`; return them with their slack."""
        if self._by_differences:
            return to_double(self.queries[rows]), self.slack.new_zeros(len(rows))
        side = self._centre.new_ones(len(rows), len(self._centre) + 2, dtype=self.dtype)
        slack = self.slack.new_empty(len(rows))
        if self.queries is self.points:
            side, slack = self._columns[rows], self.slack[rows]
        else:
            for some in _in_parts(rows, side, slack):
                self._fill(self.queries[some[0]], *some[1:])
        side[:, :-2] *= -2
        side[:, -2:] = side[:, -2:].flip(1)
        return side, slack

    def lower(self, side: Float[Tensor, "r e"], columns: slice) -> Float[Tensor, "r c"]:
        """Compute lower bounds of squared distances, in squared units, of queries to points.

        Returns:
            Lower bounds, shape (r, c), valid until the next call. A square exceeds its bound by no
            more than the slack of the query and that of the point together.
        """
        if self._by_differences:
            exactly = "donot_use_mm_for_euclid_dist"
            apart = torch.cdist(side, to_double(self.points[columns]), compute_mode=exactly)
            return (apart / self.unit).square()
        other = self._columns[columns].T
        block = self._buffer[: len(side) * other.shape[1]].view(len(side), other.shape[1])
        return torch.mm(side, other, out=block)

    def exact(
        self, rows: Int64[Tensor, " p"], columns: Int64[Tensor, " p"]
    ) -> Float64[Tensor, " p"]:
        """Compute |x − y| of pairs in 64 bits; the result is symmetric in x and y."""
        distances = self.slack.new_empty(len(rows))
        size = max(1, PAIRS // self.points.shape[1])
        for i, j, here in zip(
            *(parts_of(each, size) for each in (rows, columns, distances)), strict=True
        ):
            apart = to_double(self.queries[i]).sub_(to_double(self.points[j]))
            torch.linalg.vector_norm(apart, dim=1, out=here)
        return distances

    def _fill(self, features: Tensor, placed: Tensor, slack: Tensor) -> None:
        """Fill in (x, 1, |x|² minus its share of the error), and the slack."""
        inner = (to_double(features) - self._centre).div_(self.unit)
        norms = torch.linalg.vector_norm(inner, dim=1).square()
        placed[:, :-2] = inner
        placed[:, -1] = norms * (1 - self._share) - FLOOR / 2
        slack[:] = 2 * self._share * norms + FLOOR


def _in_parts(*several: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Split all into parts of 128 rows: 2 MB of Inception's features in 64 bits."""
    return zip(*(parts_of(each, 128) for each in several), strict=True)
