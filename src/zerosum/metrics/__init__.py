"""Measures of how far generated pictures are from real ones; pure functions of features.

Each gives its value with a standard error (`Estimate`), computes in 64 bits whatever comes in, and
knows nothing of networks: what a number is called depends on the features (the Fréchet distance of
FID's Inception features is FID, of any others it is not).

- Are the pictures as a whole alike? `frechet_distance` (of `Moments`),
  `frechet_distance_of_features`, `frechet_infinity` (without the bias of few pictures),
  `kernel_distance` (unbiased), `sliced_wasserstein`, `patch_distances` (of pixels).
- Are they good, are they varied? `manifold_scores` (precision, recall, density, coverage),
  `inception_score`, `diversity_ratio`, `modes_covered`, `stacked_modes`.
- Are they new? `near_copies`.
- Can two domains be told apart by their features? `probe_domains`, `a_distance` (in 32 bits); is a
  classifier sure of its answers, and do they vary? `mutual_information`.
"""

from zerosum.metrics.diversity import diversity, diversity_ratio
from zerosum.metrics.estimate import Estimate
from zerosum.metrics.frechet import (
    frechet_bias,
    frechet_distance,
    frechet_distance_of_features,
    frechet_infinity,
)
from zerosum.metrics.inception_score import inception_score
from zerosum.metrics.information import mutual_information
from zerosum.metrics.kernel import kernel_distance
from zerosum.metrics.manifold import ManifoldScores, expected_coverage, manifold_scores
from zerosum.metrics.memorisation import NearCopies, near_copies
from zerosum.metrics.modes import ModeCoverage, modes_covered, stacked_modes
from zerosum.metrics.moments import Moments
from zerosum.metrics.neighbours import nearest
from zerosum.metrics.patches import laplacian_pyramid, patch_distances
from zerosum.metrics.path_length import mean_path_length
from zerosum.metrics.probing import a_distance, probe_domains
from zerosum.metrics.sliced_wasserstein import sliced_wasserstein

__all__ = [
    "Estimate",
    "ManifoldScores",
    "ModeCoverage",
    "Moments",
    "NearCopies",
    "a_distance",
    "diversity",
    "diversity_ratio",
    "expected_coverage",
    "frechet_bias",
    "frechet_distance",
    "frechet_distance_of_features",
    "frechet_infinity",
    "inception_score",
    "kernel_distance",
    "laplacian_pyramid",
    "manifold_scores",
    "mean_path_length",
    "modes_covered",
    "mutual_information",
    "near_copies",
    "nearest",
    "patch_distances",
    "probe_domains",
    "sliced_wasserstein",
    "stacked_modes",
]
