"""Divergences on a grid against closed forms and other implementations."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from zerosum.data.planar import Centres
from zerosum.errors import DataError
from zerosum.metrics.cells import (
    cell_counts,
    cell_probabilities,
    jensen_shannon,
    kullback_leibler,
)
from zerosum.randomness import Randomness

POSITIVE = st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4)


def _shares(values: list[float]) -> torch.Tensor:
    masses = torch.tensor(values, dtype=torch.float64)
    return masses / masses.sum()


def _gaussian(x: float, deviation: float) -> Centres:
    return Centres(centres=((x, 0.0),), deviation=deviation)


@settings(max_examples=25, deadline=None)
@given(POSITIVE, POSITIVE)
def test_both_divergences_are_those_of_scipy(first: list[float], second: list[float]) -> None:
    p, q = _shares(first), _shares(second)
    assert kullback_leibler(p, q) == pytest.approx(float(entropy(p, q)), abs=1e-12)
    found = jensen_shannon(p, q).value
    assert found == pytest.approx(float(jensenshannon(p, q)) ** 2, abs=1e-12)
    assert found == pytest.approx(jensen_shannon(q, p).value, abs=1e-12)
    assert 0 <= found + 1e-12 <= math.log(2) + 1e-9


def test_gaussians_have_the_divergence_of_the_closed_form() -> None:
    """KL = 2 log(τ/σ) + (σ² + d²/2) / τ² − 1 in the plane, d apart, with deviations σ and τ."""
    p, q = (
        cell_probabilities(target.density, bins=100)
        for target in (_gaussian(-0.05, 0.1), _gaussian(0.1, 0.15))
    )
    closed = 2 * math.log(0.15 / 0.1) + (0.1**2 + 0.15**2 / 2) / 0.15**2 - 1
    assert kullback_leibler(p, q) == pytest.approx(closed, rel=0.01)


def test_what_is_disjoint_is_log_2_apart_wherever_it_is() -> None:
    for x in (0.2, 0.8):
        p, q = (cell_probabilities(_gaussian(each, 0.01).density, bins=8) for each in (-x, x))
        assert jensen_shannon(p, q).value == pytest.approx(math.log(2))
        assert kullback_leibler(p, q) > 50


def test_what_has_no_share_is_infinitely_far_away_in_one_direction() -> None:
    p, q = _shares([1.0, 1.0]), _shares([1.0, 0.0])
    assert kullback_leibler(p, q) == math.inf
    assert kullback_leibler(q, p) == pytest.approx(math.log(2))


def test_coarser_cells_never_tell_more() -> None:
    targets = _gaussian(-0.1, 0.2), _gaussian(0.2, 0.1)
    for measure in (kullback_leibler, lambda p, q: jensen_shannon(p, q).value):
        found = [
            measure(*(cell_probabilities(each.density, bins=bins) for each in targets))
            for bins in (1, 4, 16, 32, 64)
        ]
        assert found == sorted(found)
        assert found[0] == pytest.approx(0.0, abs=1e-12)


def test_the_error_of_an_estimate_is_that_of_estimates_from_other_points() -> None:
    aim, made = _gaussian(-0.1, 0.2), _gaussian(0.2, 0.2)
    p, n = cell_probabilities(aim.density, bins=4), 2000

    counts = [
        cell_counts(made.sample(n, Randomness(seed=seed)), bins=4).double() for seed in range(60)
    ]
    found = [jensen_shannon(p, each / n, samples=n) for each in counts]
    values = torch.tensor([each.value for each in found])
    assert float(values.std()) == pytest.approx(found[0].error, rel=0.3)
    exact = jensen_shannon(p, cell_probabilities(made.density, bins=4)).value
    assert float(values.mean()) == pytest.approx(exact, abs=0.002)


def test_points_are_counted_where_they_are() -> None:
    points = torch.tensor([[-0.9, 0.9], [0.9, -0.9], [0.9, -0.8], [-1.0, -1.0], [1.0, 1.0]])
    counts = cell_counts(points, bins=4).view(4, 4)
    assert {tuple(place): int(counts[tuple(place)]) for place in counts.nonzero().tolist()} == {
        (0, 3): 1,
        (3, 0): 2,
        (0, 0): 1,
        (3, 3): 1,
    }


@pytest.mark.parametrize(
    ("p", "q", "message"),
    [
        ([1.0], [0.5, 0.5], "same cells, found 1 and 2"),
        ([2.0, 2.0], [0.5, 0.5], "sum of 4.0"),
        ([1.5, -0.5], [0.5, 0.5], "from 0"),
    ],
)
def test_what_is_no_distribution_is_refused(p: list[float], q: list[float], message: str) -> None:
    with pytest.raises(DataError, match=message):
        jensen_shannon(*(torch.tensor(each, dtype=torch.float64) for each in (p, q)))


def test_points_and_densities_without_sense_are_refused() -> None:
    with pytest.raises(DataError, match="finite"):
        cell_counts(torch.tensor([[math.inf, 0.0]]), bins=2)
    with pytest.raises(DataError, match="density above 0"):
        cell_probabilities(lambda points: torch.zeros(len(points)).double(), bins=2)


def test_what_lies_outside_is_in_the_nearest_cell_of_both() -> None:
    target = Centres(centres=((0.9, -0.95),), deviation=0.3)
    found = cell_counts(target.sample(100_000, Randomness(seed=0)), bins=8).double() / 100_000
    expected = cell_probabilities(target.density, bins=8)
    torch.testing.assert_close(found, expected, atol=0.005, rtol=0.0)
    assert expected[7 * 8] > 0.3


@pytest.mark.parametrize("bins", [1, 3, 8])
def test_an_even_density_is_even_in_cells_of_any_number(bins: int) -> None:
    def square(points: torch.Tensor) -> torch.Tensor:
        return (points.abs() < 1).all(dim=1).double()

    expected = torch.full((bins * bins,), 1 / bins**2, dtype=torch.float64)
    torch.testing.assert_close(cell_probabilities(square, bins=bins), expected)
