"""Precision, recall, density and coverage: realism of fakes, and how they cover the data."""

import math
from dataclasses import dataclass

from jaxtyping import Bool, Float, Int64
from torch import Tensor

from zerosum.metrics.checks import check_same_width
from zerosum.metrics.estimate import Estimate
from zerosum.metrics.neighbours import Balls, mutual_balls, radii
from zerosum.metrics.shares import share
from zerosum.types import Features

__all__ = ["ManifoldScores", "expected_coverage", "manifold_scores"]


@dataclass(frozen=True, kw_only=True)
class ManifoldScores:
    """The overlap of two sets of features.

    Attributes:
        precision: Share of the generated images in a ball of a real one: are they realistic?
        recall: Share of the real images in a ball of a generated one: are they diverse?
        density: Mean number of balls of real images with a generated one, over k: like
            precision, but less sensitive to outliers among the real images. May be above 1.
        coverage: Share of the real images whose ball contains a generated one.
    """

    precision: Estimate
    recall: Estimate
    density: Estimate
    coverage: Estimate


def manifold_scores(
    real: Features, fake: Float[Tensor, "m _"], *, neighbours: int = 5
) -> ManifoldScores:
    """Compute precision, recall, density and coverage.

    The ball of an image extends to its k-th nearest neighbour in its own set. It is open, as in
    the second paper (closed in the first, which differs only where distances tie), but contains
    its centre: so two equal sets have precision, recall and coverage 1, even where many images
    are equal and balls have the radius 0. Their density is 1 if no distances tie, and n / k if all
    images are equal.

    Errors have two parts, added as squares: that of a share of independent images (`share`), and
    a jackknife over the centres of the balls or, for coverage, over the images within: the
    change of the score if one were left out and radii were kept. They are less accurate than other
    metrics' errors, because the dependence of radii is unknown: for Gaussians in 2 to 64
    dimensions they were 0.7 to 1.8 times the true ones, and more only above 0.97, where they are
    too large.

    Args:
        real: Features of n real images, shape (n, d).
        fake: Features of m generated images, shape (m, d).
        neighbours: k; 3 is usual for precision and recall, 5 for density and coverage.

    Raises:
        ConfigError: A set has no more than k images.
        DataError: A set is empty or has numbers that are not finite; or the sets differ in d.

    Paper:
        Kynkäänniemi et al. 2019, section 2, https://arxiv.org/abs/1904.06991 (precision, recall);
        Naeem et al. 2020, section 3, https://arxiv.org/abs/2002.09797 (density, coverage)

    Example:
        >>> import torch
        >>> real = torch.tensor([[0.0], [1.0], [2.0], [3.0]])
        >>> fake = torch.tensor([[0.4], [1.6], [10.0], [11.0], [12.0]])
        >>> scores = manifold_scores(real, fake, neighbours=1)
        >>> scores.precision.value, scores.recall.value
        (0.4, 0.75)
        >>> scores.density.value, scores.coverage.value
        (0.8, 0.75)
    """
    check_same_width(real, fake)
    about_real, about_fake = mutual_balls(
        real, radii(real, neighbours), fake, radii(fake, neighbours)
    )
    return ManifoldScores(
        precision=_share(about_real.around > 0, about_real.held_by_it_alone),
        recall=_share(about_fake.around > 0, about_fake.held_by_it_alone),
        density=_density(about_real, neighbours),
        coverage=_share(about_real.held > 0, about_real.filled_by_it_alone),
    )


def expected_coverage(*, real: int, fake: int, neighbours: int = 5) -> float:
    """Compute the expected coverage of two sets of one distribution.

    1 − Π_{i=1..k} (n − i) / (n + m − i), which tends to 1 − 2^−k for equally many.

    Paper:
        Naeem et al. 2020, lemma 2, https://arxiv.org/abs/2002.09797

    Example:
        >>> round(expected_coverage(real=1000, fake=1000), 4)
        0.969
    """
    missed = ((real - i) / (real + fake - i) for i in range(1, neighbours + 1))
    return 1 - math.prod(missed)


def _share(hits: Bool[Tensor, " n"], lost_without: Int64[Tensor, " m"]) -> Estimate:
    """Compute the share of hits; ``lost_without`` are hits that one other image alone causes."""
    counted = share(hits)
    return Estimate(
        value=counted.value, error=math.hypot(counted.error, _jackknife(lost_without, len(hits)))
    )


def _jackknife(lost_without: Int64[Tensor, " m"], count: int) -> float:
    changes = lost_without.double() / count
    return math.sqrt(float(changes.var(correction=0)) * (len(changes) - 1))


def _density(balls: Balls, neighbours: int) -> Estimate:
    """Compute the mean over pairs of "in the ball", times n / k, as a two-sample statistic."""
    n, m = len(balls.held), len(balls.around)
    of_fakes = balls.around.double() / neighbours
    of_balls = balls.held.double() * n / (m * neighbours)
    variance = of_fakes.var() / m + of_balls.var() / n
    return Estimate(value=of_fakes.mean().item(), error=math.sqrt(variance))
