"""Distributions of points in the plane, whose densities are known exactly.

A point (x, y) is an image of two grey pixels beside each other, (n, 1, 1, 2): so every game, loss
and network here plays with points as it does with pictures, and the densities say what the best
discriminator is and how far the generator is from its aim.

All of them are one idea: a skeleton (some centres, a line, a circle) and Gaussian noise of
standard deviation σ around it. They lie within [-1, 1] but for tails beyond several σ.
"""

import math
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from zerosum.checks import require, require_positive
from zerosum.errors import DataError
from zerosum.randomness import Randomness
from zerosum.types import Batch, Images, PlanarPoints

__all__ = [
    "Centres",
    "Circle",
    "Line",
    "PlanarBatches",
    "PlanarTarget",
    "as_images",
    "as_points",
    "fitted",
    "moons",
    "square_of_centres",
]


_CENTRES_OF_MOON = 50


@runtime_checkable
class PlanarTarget(Protocol):
    """A distribution of points in the plane."""

    @property
    def deviation(self) -> float:
        """The standard deviation σ of the noise."""

    def sample(self, n: int, random: Randomness) -> PlanarPoints:
        """Draw n points."""
        ...

    def density(self, points: PlanarPoints) -> Float64[Tensor, " n"]:
        """The density at each point, per unit of area."""
        ...


@dataclass(frozen=True, kw_only=True)
class Centres:
    """A mixture of equal Gaussians, one around each centre.

    p(x) = 1/k Σᵢ N(x; cᵢ, σ² I)

    Args:
        centres: The cᵢ, any number k of (x, y).
        deviation: σ.

    Raises:
        ConfigError: There is no centre, or σ is not above 0.

    Example:
        >>> two = Centres(centres=((-0.5, 0.0), (0.5, 0.0)), deviation=0.1)
        >>> two.sample(3, Randomness(seed=0)).shape
        torch.Size([3, 2])
        >>> round(float(two.density(torch.tensor([[0.5, 0.0]]))), 4)  # 1 / (2 · 2π σ²)
        7.9577
    """

    centres: tuple[tuple[float, float], ...]
    deviation: float

    def __post_init__(self) -> None:
        require(len(self.centres) > 0, "expected one centre or more, got none.")
        require_positive("deviation", self.deviation)

    def sample(self, n: int, random: Randomness) -> PlanarPoints:
        """Draw n points: for each a centre, and noise around it."""
        chosen = random.integers(n, low=0, high=len(self.centres))
        centres = torch.tensor(self.centres, device=random.device)
        return centres[chosen] + self.deviation * random.normal(n, 2)

    def density(self, points: PlanarPoints) -> Float64[Tensor, " n"]:
        """The mean of the Gaussians' densities."""
        centres = torch.tensor(self.centres, dtype=torch.float64, device=points.device)
        squares = (points.double()[:, None] - centres).square().sum(dim=2)
        return _gaussian(squares, self.deviation).mean(dim=1)


@dataclass(frozen=True, kw_only=True)
class Line:
    """Points spread evenly along a segment, and noise around it.

    With t the coordinate along the segment of length L and d the distance from its line,
    p(x) = N(d; 0, σ²) · (Φ((L − t)/σ) − Φ(−t/σ)) / L, Φ the standard normal's distribution
    function.

    Args:
        start: (x, y) of one end.
        end: (x, y) of the other end.
        deviation: σ.

    Raises:
        ConfigError: The ends are one point, or σ is not above 0.

    Example:
        >>> line = Line(start=(-0.5, 0.0), end=(0.5, 0.0), deviation=0.01)
        >>> line.sample(1000, Randomness(seed=0)).std(dim=0) < torch.tensor([0.31, 0.02])
        tensor([True, True])
        >>> round(float(line.density(torch.zeros(1, 2))), 4)  # 1 / (√(2π) σ)
        39.8942
    """

    start: tuple[float, float]
    end: tuple[float, float]
    deviation: float

    def __post_init__(self) -> None:
        require(self.start != self.end, f"expected two ends of a line, got {self.start} twice.")
        require_positive("deviation", self.deviation)

    def sample(self, n: int, random: Randomness) -> PlanarPoints:
        """Draw n points: for each a place on the segment, and noise around it."""
        start, end = torch.tensor((self.start, self.end), device=random.device)
        places: Tensor = start + random.uniform(n, 1) * (end - start)
        return places + self.deviation * random.normal(n, 2)

    def density(self, points: PlanarPoints) -> Float64[Tensor, " n"]:
        """The product of the densities across the segment and along it."""
        ends = (self.start, self.end)
        start, end = torch.tensor(ends, dtype=torch.float64, device=points.device)
        length = (end - start).norm()
        forward = (end - start) / length
        x, y = (points.double() - start).unbind(dim=1)
        along = x * forward[0] + y * forward[1]
        across = x * forward[1] - y * forward[0]
        within = _share_below(length - along, self.deviation) - _share_below(
            -along, self.deviation
        )
        # N(d; 0, σ²) is √(2π) σ times the density in the plane.
        noise = (
            _gaussian(across.square(), self.deviation) * math.sqrt(2 * math.pi) * self.deviation
        )
        density: Tensor = noise * within / length
        return density


@dataclass(frozen=True, kw_only=True)
class Circle:
    """Points spread evenly on a circle around (0, 0), and noise around it.

    With r the distance from (0, 0), R the radius and I₀ the modified Bessel function,
    p(x) = exp(−(r² + R²) / 2σ²) · I₀(r R / σ²) / (2π σ²).

    Args:
        radius: R.
        deviation: σ.

    Raises:
        ConfigError: R or σ is not above 0.

    Example:
        >>> ring = Circle(radius=0.7, deviation=0.02)
        >>> radii = ring.sample(1000, Randomness(seed=0)).norm(dim=1)
        >>> round(float(radii.mean()), 2), round(float(radii.std()), 2)
        (0.7, 0.02)
    """

    radius: float
    deviation: float

    def __post_init__(self) -> None:
        require_positive("radius", self.radius)
        require_positive("deviation", self.deviation)

    def sample(self, n: int, random: Randomness) -> PlanarPoints:
        """Draw n points: for each a place on the circle, and noise around it."""
        angles = 2 * math.pi * random.uniform(n, 1)
        places = self.radius * torch.cat([angles.cos(), angles.sin()], dim=1)
        return places + self.deviation * random.normal(n, 2)

    def density(self, points: PlanarPoints) -> Float64[Tensor, " n"]:
        """The mean of Gaussians around all points of the circle."""
        radii, variance = points.double().norm(dim=1), self.deviation**2
        # i0e(t) = exp(-t) I₀(t) does not overflow; its factor completes the square.
        bessel: Tensor = torch.special.i0e(radii * self.radius / variance)
        return _gaussian((radii - self.radius).square(), self.deviation) * bessel


def square_of_centres(side: int, *, reach: float, deviation: float) -> Centres:
    """Place side x side centres in a square grid.

    Args:
        side: Centres in a row.
        reach: The largest coordinate of a centre.
        deviation: σ.

    Example:
        >>> square_of_centres(2, reach=0.5, deviation=0.1).centres
        ((-0.5, -0.5), (-0.5, 0.5), (0.5, -0.5), (0.5, 0.5))
    """
    steps = torch.linspace(-reach, reach, side).tolist()
    return Centres(centres=tuple((x, y) for x in steps for y in steps), deviation=deviation)


def moons(*, deviation: float) -> tuple[Centres, Centres]:
    """Make two half circles that reach into each other, one for each of two classes.

    No straight line parts them. Their centres lie within 0.75 of (0, 0) in both directions, 50 on
    each.

    Args:
        deviation: σ.

    Example:
        >>> upper, lower = moons(deviation=0.05)
        >>> [round(number, 2) for number in (*upper.centres[0], *lower.centres[0])]
        [0.25, -0.12, -0.25, 0.12]
    """
    angles = torch.linspace(0, math.pi, _CENTRES_OF_MOON)
    arc = torch.stack([angles.cos(), angles.sin()], dim=1)
    middle, scale = torch.tensor([0.5, 0.25]), 0.5
    both = (scale * (arc - middle), scale * (torch.tensor([1.0, 0.5]) - arc - middle))
    upper, lower = (
        Centres(centres=tuple((x, y) for x, y in each.tolist()), deviation=deviation)
        for each in both
    )
    return upper, lower


def fitted(points: PlanarPoints, *, reach: float) -> PlanarPoints:
    """Shift and scale points so that they fill a square around (0, 0), in their proportions.

    Args:
        points: Shape (n, 2), in any unit.
        reach: Half the side of the square.

    Raises:
        DataError: There are fewer than two different points, or numbers that are not finite.

    Example:
        >>> fitted(torch.tensor([[0.0, 10.0], [4.0, 12.0]]), reach=0.8).tolist()
        [[-0.8..., -0.4...], [0.8..., 0.4...]]
    """
    if not bool(points.isfinite().all()):
        raise DataError("expected points with finite numbers, found NaN or infinity.")
    if bool((points == points[:1]).all()):
        raise DataError(
            f"expected two different points or more, found {len(points)} in one place: "
            "a single point has no shape to be learnt."
        )
    low, high = points.amin(dim=0), points.amax(dim=0)
    return (points - (low + high) / 2) * (2 * reach / (high - low).max())


def as_images(points: PlanarPoints) -> Images:
    """Points (n, 2) as images (n, 1, 1, 2)."""
    return points[:, None, None]


def as_points(images: Float[Tensor, "n 1 1 2"]) -> PlanarPoints:
    """Images (n, 1, 1, 2) as points (n, 2)."""
    return images.flatten(1)


@dataclass(frozen=True, kw_only=True)
class PlanarBatches:
    """An endless stream of fresh points, as images, for a loop.

    What is drawn follows from the seed and the position alone, as in a run.

    Args:
        target: What is drawn from.
        batch_size: Points in a batch.
        random: The source of the numbers.

    Example:
        >>> ring = Circle(radius=0.7, deviation=0.02)
        >>> batches = PlanarBatches(target=ring, batch_size=64, random=Randomness(seed=0))
        >>> batches.size_at(0), batches.at(0).images.shape
        (64, torch.Size([64, 1, 1, 2]))
        >>> torch.equal(batches.at(64).images, batches.at(64).images)
        True
    """

    target: PlanarTarget
    batch_size: int
    random: Randomness

    def size_at(self, position: int) -> int:
        """The number of points in the batch at this position."""
        return self.batch_size

    def at(self, position: int) -> Batch:
        """The batch that begins at this position."""
        points = self.target.sample(self.batch_size, self.random.at(position))
        return Batch(images=as_images(points))


def _gaussian(squares: Float64[Tensor, "..."], deviation: float) -> Float64[Tensor, "..."]:
    """The density of N(0, σ² I) in the plane at points of that squared distance."""
    variance = deviation**2
    return (-squares / (2 * variance)).exp() / (2 * math.pi * variance)


def _share_below(values: Float64[Tensor, " n"], deviation: float) -> Float64[Tensor, " n"]:
    """The probability that N(0, σ²) is less than each value."""
    shares: Tensor = torch.special.ndtr(values / deviation)
    return shares
