"""Nearest neighbours and counts of points in balls: exact, with ties, and in little memory."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from zerosum.errors import ConfigError
from zerosum.metrics.checks import check_features, check_same_width
from zerosum.metrics.distances import COLUMNS, ROWS, Distances, blocks_of, fast_dtype
from zerosum.types import Features

__all__ = ["Balls", "mutual_balls", "nearest", "radii"]

SPARE = 3
"""Candidates besides the neighbours, in case that rounding swapped some."""


def nearest(
    queries: Features, points: Float[Tensor, "m _"], *, count: int = 1, itself: bool = True
) -> tuple[Float64[Tensor, "n k"], Int64[Tensor, "n k"]]:
    """Find the nearest points of each query.

    Args:
        queries: Shape (n, d).
        points: Shape (m, d).
        count: k, the number of neighbours.
        itself: Whether a point may be its own neighbour; False if ``queries`` are the ``points``.

    Returns:
        Distances, nearest first, and indices of the points, both of shape (n, k).

    Raises:
        ConfigError: There are fewer points.
        DataError: A set is empty or has numbers that are not finite; or the sets differ in d.

    Example:
        >>> points = torch.tensor([[0.0], [1.0], [5.0]])
        >>> distances, which = nearest(torch.tensor([[4.0]]), points, count=2)
        >>> distances.tolist(), which.tolist()
        ([[1.0, 3.0]], [[2, 1]])
    """
    check_same_width(queries, points)
    check_features(queries)
    check_features(points)
    most = len(points) - (not itself)
    if not 1 <= count <= most:
        raise ConfigError(
            f"expected 1 to {most} neighbours among {len(points)} pictures, found {count}; ask "
            "for fewer or measure more pictures."
        )
    kept = min(count + SPARE + 1, most)
    distances = Distances(queries, points, fast_dtype())
    every = torch.arange(len(queries), device=distances.slack.device)
    candidates = _Candidates(distances, len(queries), kept)
    candidates.find(every) if itself else candidates.find_among()
    result, which, sure = _nearest(distances, every, candidates, count)
    # Rows that rounding leaves undecided are repeated with ever less of it.
    for slower in (torch.float64, None):
        rows = every[~sure]
        if len(rows):
            distances = Distances(queries, points, slower)
            candidates = _Candidates(distances, len(rows), kept)
            candidates.find(rows, itself=itself)
            result[rows], which[rows], sure[rows] = _nearest(distances, rows, candidates, count)
    return result, which


def radii(points: Features, count: int) -> Float64[Tensor, " n"]:
    """Compute the distance of each point to its k-th nearest other.

    Example:
        >>> radii(torch.tensor([[0.0], [1.0], [5.0]]), 1)
        tensor([1., 1., 4.], dtype=torch.float64)
    """
    return nearest(points, points, count=count, itself=False)[0][:, -1]


class _Candidates:
    """The points with the least bounds: bounds and indices, shape (n, k), in order."""

    def __init__(self, distances: Distances, count: int, kept: int) -> None:
        self.distances = distances
        shape = (count, kept)
        self.lowest = distances.slack.new_full(shape, math.inf, dtype=distances.dtype)
        self.which = distances.slack.new_zeros(shape, dtype=torch.int64)

    def find(self, rows: Int64[Tensor, " r"], *, itself: bool = True) -> None:
        """Find candidates among all points for queries given by index."""
        for place in blocks_of(len(rows), size=ROWS):
            side, _ = self.distances.side(rows[place])
            for tile in blocks_of(len(self.distances.points), size=COLUMNS):
                bounds = self.distances.lower(side, tile)
                if not itself:
                    own, column = (rows[place, None] == self._numbers(tile)).nonzero(as_tuple=True)
                    bounds[own, column] = math.inf
                self._merge(place, bounds, tile.start)

    def find_among(self) -> None:
        """Find candidates for all points of one set except themselves; compute each pair once."""
        count = len(self.distances.points)
        for place in blocks_of(count, size=ROWS):
            side, _ = self.distances.side(self._numbers(place))
            for tile in blocks_of(count, size=COLUMNS, first=place.start):
                bounds = self.distances.lower(side, tile)
                if tile.start == place.start:
                    bounds[:, : len(side)].fill_diagonal_(math.inf)
                self._merge(place, bounds, tile.start)
                others = slice(max(tile.start, place.stop), tile.stop)
                self._merge(others, bounds[:, others.start - tile.start :].T, place.start)

    def _numbers(self, place: slice) -> Int64[Tensor, " r"]:
        return torch.arange(place.start, place.stop, device=self.which.device)

    def _merge(self, place: slice, bounds: Float[Tensor, "r c"], first: int) -> None:
        kept = self.lowest.shape[1]
        new, where = bounds.topk(min(kept, bounds.shape[1]), dim=1, largest=False)
        both = torch.cat([self.lowest[place], new], dim=1)
        numbers = torch.cat([self.which[place], where + first], dim=1)
        self.lowest[place], order = both.topk(kept, dim=1, largest=False)
        self.which[place] = numbers.gather(1, order)


def _nearest(
    distances: Distances, rows: Int64[Tensor, " r"], candidates: _Candidates, count: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Compute distances and indices of the nearest, and whether surely no other is nearer.

    Distances are exact for all candidates but the last, whose bound holds for all other points.
    """
    lowest, which = candidates.lowest, candidates.which
    measured = min(count + SPARE, which.shape[1])
    exact = [distances.exact(rows, column) for column in which[:, :measured].T]
    result, order = torch.stack(exact, dim=1).sort(dim=1, stable=True)
    result, which = result[:, :count], which.gather(1, order[:, :count])
    farthest = result[:, -1]
    next_best = lowest[:, -1] if measured < lowest.shape[1] else lowest.new_tensor(math.inf)
    return result, which, ((farthest / distances.unit).square() <= next_best) | (farthest == 0)


@dataclass(frozen=True, eq=False)
class Balls:
    """Counts of images in balls.

    Attributes:
        around: Number of the n balls that contain each image, shape (m,).
        held: Number of images in each ball, shape (n,).
        held_by_it_alone: Number of images in each ball and in no other, shape (n,).
        filled_by_it_alone: Number of balls that contain each image and no other, shape (m,).
    """

    around: Int64[Tensor, " m"]
    held: Int64[Tensor, " n"]
    held_by_it_alone: Int64[Tensor, " n"]
    filled_by_it_alone: Int64[Tensor, " m"]


def mutual_balls(
    x: Features,
    radius_x: Float64[Tensor, " n"],
    y: Float[Tensor, "m _"],
    radius_y: Float64[Tensor, " m"],
) -> tuple[Balls, Balls]:
    """Count the y in balls about x, and the x in balls about y.

    A ball is open, |x − y| < r, but contains its centre even if r is 0.

    Args:
        x: Shape (n, d).
        radius_x: Radii of the balls about x, shape (n,).
        y: Shape (m, d).
        radius_y: Radii of the balls about y, shape (m,).

    Returns:
        The counts for the balls about x, and for the balls about y.

    Example:
        >>> x, y = torch.tensor([[0.0], [9.0]]), torch.tensor([[0.0], [1.0], [2.0]])
        >>> radius = torch.tensor([2.0, 0.0]).double()
        >>> about_x, _ = mutual_balls(x, radius, y, torch.ones(3).double())
        >>> about_x.held, about_x.around
        (tensor([2, 0]), tensor([1, 1, 0]))
    """
    distances = Distances(x, y, fast_dtype())
    # With the least positive number as radius an open ball contains its centre alone.
    radius_x, radius_y = radius_x.clamp(min=math.ulp(0.0)), radius_y.clamp(min=math.ulp(0.0))
    about_x, about_y = (
        _Tally(len(x), len(y), radius_x.device),
        _Tally(len(y), len(x), radius_x.device),
    )
    for place in blocks_of(len(x), size=ROWS):
        side, slack = distances.side(torch.arange(place.start, place.stop, device=radius_x.device))
        for tile in blocks_of(len(y), size=COLUMNS):
            bounds = distances.lower(side, tile)
            about_x.add(*_pairs(distances, bounds, slack, place, tile, radius_x[place, None]))
            here, there = _pairs(distances, bounds, slack, place, tile, radius_y[tile])
            about_y.add(there, here)
    return about_x.balls(), about_y.balls()


def _pairs(
    distances: Distances,
    bounds: Float[Tensor, "r c"],
    slack: Float64[Tensor, " r"],
    place: slice,
    tile: slice,
    radius: Float64[Tensor, "..."],
) -> tuple[Tensor, Tensor]:
    """Find the pairs of queries and points that are nearer than a radius; return their indices."""
    square = (radius / distances.unit).square()
    # Bounds first; what the slack leaves undecided is computed exactly.
    rounding = 4 * torch.finfo(bounds.dtype).eps
    row, column = (bounds <= (square * (1 + rounding)).to(bounds.dtype)).nonzero(as_tuple=True)
    most = bounds[row, column].double() + slack[row] + distances.slack[tile][column]
    own, own_square = (part.expand(bounds.shape)[row, column] for part in (radius, square))
    inside = most < own_square * (1 - rounding)
    row, column = row + place.start, column + tile.start
    unsure = (~inside).nonzero().flatten()
    inside[unsure] = distances.exact(row[unsure], column[unsure]) < own[unsure]
    return row[inside], column[inside]


class _Tally:
    """Accumulates counts of pairs for `Balls`."""

    def __init__(self, balls: int, images: int, device: torch.device) -> None:
        self.held, self.images = torch.zeros(2, balls, dtype=torch.int64, device=device)
        self.around, self.centres = torch.zeros(2, images, dtype=torch.int64, device=device)

    def add(self, ball: Int64[Tensor, " p"], image: Int64[Tensor, " p"]) -> None:
        """Add pairs of a ball and an image in it."""
        self.held += ball.bincount(minlength=len(self.held))
        self.images.index_add_(0, ball, image)
        self.around += image.bincount(minlength=len(self.around))
        self.centres.index_add_(0, image, ball)

    def balls(self) -> Balls:
        """Return the counts."""
        # Where a ball has one image only, the sum of indices is its index; likewise for
        # images.
        return Balls(
            around=self.around,
            held=self.held,
            held_by_it_alone=self.centres[self.around == 1].bincount(minlength=len(self.held)),
            filled_by_it_alone=self.images[self.held == 1].bincount(minlength=len(self.around)),
        )
