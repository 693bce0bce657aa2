"""Precision, recall, density and coverage: whether fakes are realistic, and cover all that is."""

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
    """How two sets of features lie among each other.

    Attributes:
        precision: Share of the generated pictures in a ball of a real one: are they realistic?
        recall: Share of the real pictures in a ball of a generated one: are all kinds made?
        density: Balls of real pictures that a generated one lies in, over k: as precision, but
            outliers among the real pictures count less. May be above 1.
        coverage: Share of the real pictures whose ball has a generated one.
    """

    precision: Estimate
    recall: Estimate
    density: Estimate
    coverage: Estimate


def manifold_scores(
    real: Features, fake: Float[Tensor, "m _"], *, neighbours: int = 5
) -> ManifoldScores:
    """Measure precision, recall, density and coverage.

    The ball of a picture reaches to its k-th nearest neighbour in its own set. It is open, as in
    the second paper (the first has it closed, which differs only where distances tie), but has
    its centre: so two equal sets have precision, recall and coverage 1, even where many pictures
    are equal and balls have the radius 0. Density is then 1 if no distances tie, and n / k if all
    pictures are one.

    Errors have two parts, added as squares: that of a share counted among independent pictures
    (`share`), and a jackknife over the pictures that the balls are about or, for coverage, that
    fill the balls: how the score would change if one were left out and no radius changed. They
    are not as good as other metrics' errors, for it is not known how radii depend on each other:
    of Gaussians in 2 to 64 dimensions they were 0.7 to 1.8 times the true ones, and more only
    above 0.97, where they are too large.

    Args:
        real: Features of n real pictures, shape (n, d).
        fake: Features of m generated pictures, shape (m, d).
        neighbours: k; 3 is usual for precision and recall, 5 for density and coverage.

    Raises:
        ConfigError: If a set has no more than k pictures.
        DataError: If a set is empty or has numbers that are not finite, or if they differ in d.

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
    """Coverage to expect if both sets come from one distribution.

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
    """Share of hits, of which each of m other pictures is the only cause of some."""
    counted = share(hits)
    return Estimate(
        value=counted.value, error=math.hypot(counted.error, _jackknife(lost_without, len(hits)))
    )


def _jackknife(lost_without: Int64[Tensor, " m"], count: int) -> float:
    changes = lost_without.double() / count
    return math.sqrt(float(changes.var(correction=0)) * (len(changes) - 1))


def _density(balls: Balls, neighbours: int) -> Estimate:
    """Mean over pairs of "in the ball", times n / k, as a two-sample statistic."""
    n, m = len(balls.held), len(balls.around)
    of_fakes = balls.around.double() / neighbours
    of_balls = balls.held.double() * n / (m * neighbours)
    variance = of_fakes.var() / m + of_balls.var() / n
    return Estimate(value=of_fakes.mean().item(), error=math.sqrt(variance))
