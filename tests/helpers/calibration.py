"""What the tests of the metrics share: points, and whether errors given are the true ones."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean, stdev

import torch
from torch import Tensor

from zerosum.metrics import Estimate


def points(count: int, width: int, seed: int, *, scale: float = 1.0, shift: float = 0.0) -> Tensor:
    """Gaussian points in 64 bits."""
    random = torch.Generator().manual_seed(seed)
    return torch.randn(count, width, generator=random, dtype=torch.float64) * scale + shift


def rotation(width: int, seed: int) -> Tensor:
    turned: Tensor = torch.linalg.qr(points(width, width, seed)).Q
    return turned


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Repeated measurements: their mean, standard deviation, and the error given over the latter.

    The ratio is itself known to 1 / √(2 rounds) at best.
    """

    mean: float
    deviation: float
    ratio: float
    of_mean: float


def calibrate(measure: Callable[[int], Estimate], *, rounds: int) -> Calibration:
    """Measure with the seeds 0, 1, ... and compare."""
    found = [measure(seed) for seed in range(rounds)]
    values = [estimate.value for estimate in found]
    deviation = stdev(values)
    given = fmean(estimate.error**2 for estimate in found) ** 0.5
    return Calibration(
        mean=fmean(values),
        deviation=deviation,
        ratio=given / deviation,
        of_mean=deviation / rounds**0.5,
    )
