"""Centres of clusters: as SciPy finds them, and never worse from step to step."""

import numpy as np
import pytest
import torch
from scipy.cluster.vq import kmeans2
from torch import Tensor

from zerosum.errors import ConfigError, DataError
from zerosum.metrics import cluster_centres


def drawn(n: int, d: int, seed: int = 0) -> Tensor:
    return torch.rand(n, d, generator=torch.Generator().manual_seed(seed))


def cost(points: Tensor, centres: Tensor) -> float:
    return torch.cdist(points.double(), centres).min(dim=1).values.square().sum().item()


def test_scipy_finds_the_same_from_the_same_beginning() -> None:
    points = drawn(200, 3)
    begun = cluster_centres(points, 7, seed=1, steps=0)
    theirs, _ = kmeans2(points.double().numpy(), begun.numpy(), iter=10, minit="matrix")
    assert np.allclose(cluster_centres(points, 7, seed=1, steps=10).numpy(), theirs)


def test_no_step_makes_it_worse() -> None:
    points = drawn(200, 3)
    costs = [cost(points, cluster_centres(points, 5, seed=2, steps=each)) for each in range(12)]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < costs[0]


def test_the_first_centres_are_points_and_follow_from_the_seed() -> None:
    points = drawn(30, 2)
    one, same, other = (cluster_centres(points, 4, seed=seed, steps=0) for seed in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert all((points.double() == each).all(dim=1).any() for each in one)


def test_a_centre_that_nobody_is_nearest_to_stays() -> None:
    """Of two equal points one takes all."""
    points = torch.tensor([[1.0], [1.0], [5.0]])
    assert cluster_centres(points, 3, seed=0).flatten().sort().values.tolist() == [1.0, 1.0, 5.0]


@pytest.mark.parametrize("count", [0, 4])
def test_too_few_points_are_refused(count: int) -> None:
    with pytest.raises(ConfigError, match="expected 1 to 3 centres"):
        cluster_centres(drawn(3, 2), count, seed=0)


def test_numbers_that_are_not_finite_are_refused() -> None:
    with pytest.raises(DataError, match="finite"):
        cluster_centres(drawn(3, 2) / 0, 1, seed=0)
