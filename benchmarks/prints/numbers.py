"""Every metric of `zerosum.metrics` on features that are always the same."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from prints.uses import shown
from zerosum import metrics


def of_metrics() -> dict[str, list[str]]:
    """Each by its name; whatever is new says that nobody looks at it here."""
    known = _calls()
    missing = {name: ["not looked at"] for name in dir(metrics) if name not in known}
    return {**{name: shown(use()) for name, use in known.items()}, **missing}


def _calls() -> Mapping[str, Callable[[], Any]]:
    real, fake, third = (_features(seed, 70) for seed in range(3))
    fake = fake * 0.8 + 0.3
    shares = torch.softmax(_features(3, 80), dim=1)
    labels = _features(4, 90).argmax(1)
    pictures, others = (_images(seed) for seed in (5, 6))
    a, b = metrics.Moments.of(real), metrics.Moments.of(fake)
    probed = metrics.probe_domains(real, fake)
    return {
        "Estimate": lambda: metrics.Estimate(value=1.0, error=0.5),
        "ManifoldScores": lambda: metrics.manifold_scores(fake, real, neighbours=3),
        "ModeCoverage": lambda: metrics.modes_covered(labels[:30], modes=12),
        "Moments": lambda: [a, a.merge(b), a.covariance, a.rank, _saved(a)],
        "NearCopies": lambda: metrics.near_copies(fake, real),
        "a_distance": lambda: metrics.a_distance(probed),
        "diversity": lambda: metrics.diversity(fake),
        "diversity_ratio": lambda: metrics.diversity_ratio(fake, real),
        "expected_coverage": lambda: metrics.expected_coverage(real=70, fake=40, neighbours=3),
        "frechet_bias": lambda: metrics.frechet_bias(a, n=70, m=40),
        "frechet_distance": lambda: metrics.frechet_distance(a, b),
        "frechet_distance_of_features": lambda: metrics.frechet_distance_of_features(fake, real),
        "frechet_infinity": lambda: metrics.frechet_infinity(fake, real, seed=0),
        "inception_score": lambda: metrics.inception_score(shares),
        "kernel_distance": lambda: metrics.kernel_distance(fake, real, subset_size=40),
        "laplacian_pyramid": lambda: metrics.laplacian_pyramid(pictures),
        "manifold_scores": lambda: metrics.manifold_scores(real, fake),
        "mean_path_length": lambda: metrics.mean_path_length(real[:, 0].abs()),
        "modes_covered": lambda: metrics.modes_covered(labels, modes=8),
        "mutual_information": lambda: metrics.mutual_information(shares),
        "near_copies": lambda: metrics.near_copies(fake, real, held_out=third),
        "nearest": lambda: metrics.nearest(fake, real, count=3),
        "patch_distances": lambda: metrics.patch_distances(pictures, others, seed=0),
        "probe_domains": lambda: [probed, metrics.probe_domains(real, fake, hidden=0)],
        "sliced_wasserstein": lambda: metrics.sliced_wasserstein(fake, real, seed=0),
        "stacked_modes": lambda: metrics.stacked_modes(labels.view(-1, 3), classes=8),
    }


def _features(seed: int, count: int) -> Tensor:
    """Shape (count, 8), correlated."""
    drawn = np.random.default_rng(seed).standard_normal((count, 8), dtype=np.float32)
    return torch.from_numpy(np.cumsum(drawn, axis=1, dtype=np.float32))


def _images(seed: int) -> Tensor:
    """Shape (6, 3, 32, 32), in [-1, 1]."""
    drawn = np.random.default_rng(seed).random((6, 3, 32, 32), dtype=np.float32)
    return torch.from_numpy(drawn * 2 - 1)


def _saved(moments: metrics.Moments) -> metrics.Moments:
    moments.save(Path("moments.npz"))
    return metrics.Moments.load(Path("moments.npz"))
