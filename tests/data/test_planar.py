"""Samplers and densities of points in the plane agree with each other and with closed forms."""

import math

import pytest
import torch

from zerosum.data.planar import (
    Centres,
    Circle,
    Line,
    PlanarBatches,
    PlanarTarget,
    as_images,
    as_points,
    fitted,
    moons,
    square_of_centres,
)
from zerosum.errors import ConfigError, DataError
from zerosum.metrics.cells import cell_counts, cell_probabilities
from zerosum.randomness import Randomness

TARGETS: dict[str, PlanarTarget] = {
    "centres": Centres(centres=((-0.5, -0.2), (0.1, 0.6), (0.5, 0.0)), deviation=0.1),
    "line": Line(start=(-0.6, -0.4), end=(0.5, 0.6), deviation=0.08),
    "circle": Circle(radius=0.6, deviation=0.1),
}


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_a_density_integrates_to_1(target: PlanarTarget) -> None:
    steps = torch.linspace(-1.5, 1.5, 301)
    mass = target.density(torch.cartesian_prod(steps, steps)).sum() * 0.01**2
    assert float(mass) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_points_are_drawn_by_their_density(target: PlanarTarget) -> None:
    """Pearson's statistic of the cells that have enough points is within five deviations."""
    n = 40_000
    found = cell_counts(target.sample(n, Randomness(seed=0)), bins=10)
    expected = n * cell_probabilities(target.density, bins=10)
    enough = expected > 10
    statistic = ((found - expected).square() / expected)[enough].sum()
    freedom = int(enough.sum())
    assert abs(float(statistic) - freedom) < 5 * math.sqrt(2 * freedom)


@pytest.mark.parametrize("name", ["line", "circle"])
def test_a_density_is_that_of_many_centres_on_the_skeleton(name: str) -> None:
    target, steps = TARGETS[name], (torch.arange(4000) + 0.5)[:, None] / 4000
    angles = 2 * math.pi * steps
    places = {
        "line": steps * torch.tensor([1.1, 1.0]) - torch.tensor([0.6, 0.4]),
        "circle": 0.6 * torch.cat([angles.cos(), angles.sin()], dim=1),
    }[name]
    many = Centres(centres=tuple((x, y) for x, y in places.tolist()), deviation=target.deviation)
    points = torch.rand(50, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1
    torch.testing.assert_close(target.density(points), many.density(points), rtol=1e-4, atol=1e-8)


def test_a_density_far_from_everything_is_finite() -> None:
    """The Bessel function alone would overflow at r R / σ² = 700."""
    ring = Circle(radius=0.9, deviation=0.01)
    assert ring.density(torch.tensor([[0.9, 0.0], [0.0, 0.0]])).isfinite().all()


def test_a_square_of_centres_is_one() -> None:
    nine = square_of_centres(3, reach=0.6, deviation=0.05).centres
    assert len(set(nine)) == 9
    assert sorted({round(x, 6) for point in nine for x in point}) == [-0.6, 0.0, 0.6]


def test_points_are_fitted_in_their_proportions() -> None:
    points = torch.tensor([[100.0, 0.0], [300.0, 50.0], [200.0, 100.0]])
    result = fitted(points, reach=0.8)
    torch.testing.assert_close(result.amax(dim=0), torch.tensor([0.8, 0.4]))
    torch.testing.assert_close(result.amin(dim=0), torch.tensor([-0.8, -0.4]))


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([[1.0, 2.0], [1.0, 2.0]], "two different points or more, found 2 in one place"),
        ([[1.0, float("nan")], [0.0, 0.0]], "finite"),
    ],
)
def test_points_without_a_shape_are_refused(points: list[list[float]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        fitted(torch.tensor(points), reach=0.8)


def test_no_points_are_refused() -> None:
    with pytest.raises(DataError, match="two different points or more, found 0"):
        fitted(torch.empty(0, 2), reach=0.8)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ConfigError, match="one centre or more"):
        Centres(centres=(), deviation=0.1)
    with pytest.raises(ConfigError, match="two ends"):
        Line(start=(0.0, 0.0), end=(0.0, 0.0), deviation=0.1)
    for make in (Centres(centres=((0.0, 0.0),), deviation=0.1), *TARGETS.values()):
        with pytest.raises(ConfigError, match="deviation must be greater than 0"):
            type(make)(**{**vars(make), "deviation": 0.0})


def test_batches_follow_from_seed_and_position() -> None:
    ring = Circle(radius=0.7, deviation=0.02)

    def batch(seed: int, position: int) -> torch.Tensor:
        batches = PlanarBatches(target=ring, batch_size=8, random=Randomness(seed=seed))
        return batches.at(position).images

    assert torch.equal(batch(0, 8), batch(0, 8))
    assert not torch.equal(batch(0, 8), batch(0, 16))
    assert not torch.equal(batch(0, 8), batch(1, 8))


def test_points_survive_being_images() -> None:
    points = torch.randn(5, 2)
    assert torch.equal(as_points(as_images(points)), points)


def test_the_moons_are_half_circles_that_are_turned_into_each_other() -> None:
    upper, lower = (torch.tensor(moon.centres) for moon in moons(deviation=0.05))
    arc, middle = upper - torch.tensor([-0.25, -0.125]), torch.tensor([0.25, 0.125])
    assert torch.allclose(arc.norm(dim=1), torch.tensor(0.5))
    assert torch.allclose((middle - lower).norm(dim=1), torch.tensor(0.5))
    assert arc[:, 1].min() > -1e-6
    # Half a turn about (0, 0) makes each of the other.
    assert torch.allclose(upper, -lower, atol=1e-6)


def test_no_line_parts_the_moons_but_their_densities_do() -> None:
    both = moons(deviation=0.05)
    points = torch.cat([each.sample(500, Randomness(seed=seed)) for seed, each in enumerate(both)])
    signs = torch.tensor([1.0, -1.0]).repeat_interleave(500)
    rows = torch.cat([points, torch.ones(1000, 1)], dim=1)
    line = torch.linalg.lstsq(rows, signs[:, None]).solution[:, 0]
    assert 0.8 < (((rows @ line) > 0) == (signs > 0)).float().mean() < 0.95
    upper, lower = (each.density(points) for each in both)
    assert ((upper > lower) == (signs > 0)).float().mean() > 0.98
