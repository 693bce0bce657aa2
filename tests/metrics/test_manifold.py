"""Precision, recall, density and coverage: by hand, of prdc, in expectation."""

import contextlib
import io
from statistics import fmean

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from helpers.calibration import points, rotation
from zerosum.errors import ConfigError
from zerosum.metrics import ManifoldScores, expected_coverage, manifold_scores

NAMES = ("precision", "recall", "density", "coverage")


def values(scores: ManifoldScores) -> list[float]:
    return [getattr(scores, name).value for name in NAMES]


def errors(scores: ManifoldScores) -> list[float]:
    return [getattr(scores, name).error for name in NAMES]


def by_prdc(real: Tensor, fake: Tensor, neighbours: int) -> list[float]:
    from prdc import compute_prdc

    with contextlib.redirect_stdout(io.StringIO()):
        found = compute_prdc(real.numpy(), fake.numpy(), neighbours)
    return [float(found[name]) for name in NAMES]


REAL = torch.tensor([0.0, 1.0, 2.0, 3.0])[:, None]
FAKE = torch.tensor([0.4, 1.6, 10.0, 11.0, 12.0])[:, None]


def test_by_hand() -> None:
    found = values(manifold_scores(REAL, FAKE, neighbours=1))
    assert found == pytest.approx([0.4, 0.75, 0.8, 0.75], rel=1e-15)
    assert found == pytest.approx(by_prdc(REAL, FAKE, 1))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("neighbours", [1, 3, 5])
@pytest.mark.parametrize(
    ("n", "m", "width", "scale", "shift"),
    [(100, 100, 2, 1.0, 0.0), (150, 90, 16, 0.8, 0.2), (60, 150, 200, 1.1, 0.0)],
)
def test_prdc_agrees(
    n: int, m: int, width: int, scale: float, shift: float, neighbours: int
) -> None:
    real, fake = points(n, width, 0), points(m, width, 1, scale=scale, shift=shift)
    found = values(manifold_scores(real, fake, neighbours=neighbours))
    assert found == pytest.approx(by_prdc(real, fake, neighbours), rel=1e-12)


def test_precision_and_recall_are_not_swapped() -> None:
    """A generator that makes little of what there is: precise, but without recall."""
    real, fake = points(200, 16, 0, scale=3), points(200, 16, 1, scale=0.1)
    found = manifold_scores(real, fake)
    assert found.precision.value > 0.8
    assert found.recall.value < 0.3


@pytest.mark.parametrize("neighbours", [1, 5])
def test_equal_sets(neighbours: int) -> None:
    x = points(80, 3, 0)
    assert values(manifold_scores(x, x, neighbours=neighbours)) == pytest.approx([1, 1, 1, 1])


def test_equal_sets_with_doubles() -> None:
    """Where radii are 0, too: a ball has its centre."""
    x = points(20, 3, 0).repeat(4, 1)
    assert values(manifold_scores(x, x, neighbours=3)) == pytest.approx([1, 1, 4 / 3, 1])


def test_all_pictures_are_one() -> None:
    x = torch.full((30, 3), 0.1)
    assert values(manifold_scores(x, x[:12])) == pytest.approx([1, 1, 30 / 5, 1])


def test_far_apart() -> None:
    found = manifold_scores(points(50, 3, 0), points(50, 3, 1, shift=100))
    assert values(found) == [0, 0, 0, 0]
    assert all(
        error > 0 for name, error in zip(NAMES, errors(found), strict=True) if name != "density"
    )


def test_a_collapsed_generator() -> None:
    real = points(100, 3, 0)
    found = manifold_scores(real, real[:1].repeat(50, 1))
    assert found.precision.value == 1
    assert found.recall.value == 0.01  # the balls of the fakes are mere points
    assert found.coverage.value < 0.2


@pytest.mark.parametrize(("n", "m", "neighbours"), [(300, 300, 5), (300, 150, 3), (200, 400, 1)])
def test_expectations_of_like_sets(n: int, m: int, neighbours: int) -> None:
    found = [
        manifold_scores(points(n, 8, 2 * seed), points(m, 8, 2 * seed + 1), neighbours=neighbours)
        for seed in range(40)
    ]
    density = fmean(scores.density.value for scores in found)
    coverage = fmean(scores.coverage.value for scores in found)
    assert density == pytest.approx(1, abs=0.04)
    expected = expected_coverage(real=n, fake=m, neighbours=neighbours)
    assert coverage == pytest.approx(expected, abs=0.015)


def test_expected_coverage_tends_to_its_limit() -> None:
    assert expected_coverage(real=10**7, fake=10**7, neighbours=3) == pytest.approx(1 - 2**-3)
    assert expected_coverage(real=1000, fake=1000, neighbours=5) == pytest.approx(0.969, abs=5e-5)


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 2**31), scale=st.sampled_from([1e-12, 0.25, 1e9]), width=st.integers(1, 6)
)
def test_rotation_scale_shift_and_order(seed: int, scale: float, width: int) -> None:
    real, fake = points(40, width, seed), points(30, width, seed + 1, shift=0.5)
    turn = rotation(width, seed + 2) * scale
    expected = manifold_scores(real, fake)
    found = manifold_scores((real.flip(0) + 2) @ turn, (fake.flip(0) + 2) @ turn)
    assert values(found) == pytest.approx(values(expected), rel=1e-12)
    assert errors(found) == pytest.approx(errors(expected), rel=1e-9)


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.5), (0.6, 0.3)])
def test_the_errors_are_about_right(scale: float, shift: float) -> None:
    found = [
        manifold_scores(
            points(200, 6, 2 * seed), points(200, 6, 2 * seed + 1, scale=scale, shift=shift)
        )
        for seed in range(60)
    ]
    every = torch.tensor([values(scores) for scores in found]).double()
    given = torch.tensor([errors(scores) for scores in found]).double()
    ratios = given.square().mean(dim=0).sqrt() / every.std(dim=0)
    for mean, ratio in zip(every.mean(dim=0).tolist(), ratios.tolist(), strict=True):
        assert 0.7 < ratio < (2 if mean < 0.97 else 4)


def test_too_few_pictures() -> None:
    with pytest.raises(ConfigError, match="1 to 3 neighbours among 4 pictures, found 5"):
        manifold_scores(REAL, FAKE)
