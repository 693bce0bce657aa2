"""Seconds for a Fréchet distance of 2,048 numbers per picture, against scipy's matrix root.

    python benchmarks/frechet_distance.py [--width 2048] [--rounds 3]

The other side is what pytorch-fid computes, and most programs that print an FID: scipy's sqrtm of
the product of the covariances, the real part of its trace. Two tasks: (a) moments are given, of
5,000 pictures; (b) features of 1,000 pictures are given, fewer than numbers per picture; scipy's
side takes means and covariances of them first, zerosum's side gives the standard error as well.
The sides take turns in one run, so that a busy machine slows both down alike; the ratio of each
round is taken, and the median of these is printed, also that of processor seconds, which say more
on a machine that does other work as well.
"""

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import linalg
from torch import Tensor

from zerosum.metrics import Moments, frechet_distance, frechet_distance_of_features

WANTED = {"moments": 8.0, "features": 30.0}
TOLERANCE = 1e-6

Side = Callable[[], float]
Statistics = tuple[NDArray[np.float64], NDArray[np.float64]]


def features(count: int, width: int, *, seed: int) -> Tensor:
    """Positive, skewed and correlated numbers with a falling spectrum, as a network's are."""
    random = torch.Generator().manual_seed(0)
    mixing = (
        torch.randn(width, width, generator=random) / torch.arange(1, width + 1)[:, None] ** 0.5
    )
    random = torch.Generator().manual_seed(seed)
    drawn = torch.randn(count, width, generator=random) * (1 + 0.1 * seed)
    return (drawn @ mixing / 4 - 1).exp()


def scipy_statistics(points: Tensor) -> Statistics:
    numbers = points.numpy().astype(np.float64)
    return numbers.mean(axis=0), np.cov(numbers, rowvar=False)


def scipy_distance(first: Statistics, second: Statistics) -> float:
    (mean, covariance), (other_mean, other_covariance) = first, second
    root = linalg.sqrtm(covariance @ other_covariance)
    shift = mean - other_mean
    traces = np.trace(covariance) + np.trace(other_covariance) - 2 * np.trace(root.real)
    return float(shift @ shift + traces)


def of_moments(width: int) -> tuple[Side, Side]:
    sets = [features(5000, width, seed=seed) for seed in (1, 2)]
    theirs, ours = [scipy_statistics(x) for x in sets], [Moments.of(x) for x in sets]
    return lambda: scipy_distance(*theirs), lambda: frechet_distance(*ours)


def of_features(width: int) -> tuple[Side, Side]:
    x, y = (features(1000, width, seed=seed) for seed in (1, 2))
    return (
        lambda: scipy_distance(scipy_statistics(x), scipy_statistics(y)),
        lambda: frechet_distance_of_features(x, y).value,
    )


def timed(side: Side) -> tuple[float, float, float]:
    start, busy = time.perf_counter(), time.process_time()
    value = side()
    return value, time.perf_counter() - start, time.process_time() - busy


def compare(name: str, theirs: Side, ours: Side, rounds: int) -> None:
    print(f"\n{name}, {torch.get_num_threads()} threads")
    ours()  # the first call loads libraries
    ratios, of_processor = [], []
    for _ in range(rounds):
        expected, their_time, their_busy = timed(theirs)
        found, our_time, our_busy = timed(ours)
        difference = abs(found / expected - 1)
        ratios.append(their_time / our_time)
        of_processor.append(their_busy / our_busy)
        print(
            f"  scipy {their_time:6.2f} s, zerosum {our_time:6.2f} s: {ratios[-1]:5.1f}x;"
            f"  {found:.8f}, relative difference {difference:.1e} (wanted: {TOLERANCE:.0e})"
        )
    print(f"  processor time ratio {median(of_processor):.1f}x")
    print(f"  ratio {median(ratios):.1f}x (wanted: at least {WANTED[name]:.0f}x)")


def main() -> None:
    parser = argparse.ArgumentParser(description="The Fréchet distance against scipy's sqrtm.")
    parser.add_argument("--width", type=int, default=2048, help="numbers per picture")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side")
    arguments = parser.parse_args()
    compare("moments", *of_moments(arguments.width), arguments.rounds)
    compare("features", *of_features(arguments.width), arguments.rounds)


if __name__ == "__main__":
    main()
