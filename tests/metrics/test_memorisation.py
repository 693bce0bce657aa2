"""Planted copies are found, and honest pictures are left in peace."""

import pytest
import torch

from helpers.calibration import calibrate, points
from zerosum.errors import ConfigError
from zerosum.metrics import near_copies

TRAIN = points(1000, 8, 0)


@pytest.mark.parametrize("held_out", [None, points(1000, 8, 3)])
@pytest.mark.parametrize("copies", [0, 50, 300])
def test_planted_copies(held_out: torch.Tensor | None, copies: int) -> None:
    """What is honest adds about one in a hundred of its own number."""
    fakes = torch.cat([TRAIN[:copies], points(1000 - copies, 8, 1)])
    found = near_copies(fakes, TRAIN, held_out=held_out)
    honest = 0.01 * (1000 - copies)
    assert 1000 * found.share.value == pytest.approx(copies + honest, abs=12)
    assert set(range(copies)) <= set(found.fakes.tolist())
    assert len(found.fakes) == round(1000 * found.share.value)


def test_originals_are_named_nearest_first() -> None:
    fakes = points(200, 8, 1)
    fakes[50], fakes[120] = TRAIN[777], TRAIN[42] + 1e-6
    found = near_copies(fakes, TRAIN)
    assert found.fakes[:2].tolist() == [50, 120]
    assert found.originals[:2].tolist() == [777, 42]
    distances = torch.linalg.vector_norm(fakes[found.fakes] - TRAIN[found.originals], dim=1)
    assert torch.equal(distances, distances.sort().values)
    assert (distances <= found.threshold).all()


@pytest.mark.parametrize("expected", [0.01, 0.1, 0.5])
def test_honest_pictures_fall_below_as_often_as_real_ones(expected: float) -> None:
    found = calibrate(
        lambda seed: (
            near_copies(
                points(300, 4, 3 * seed),
                points(300, 4, 3 * seed + 1),
                held_out=points(300, 4, 3 * seed + 2),
                expected=expected,
            ).share
        ),
        rounds=60,
    )
    assert found.mean == pytest.approx(expected, abs=0.004 + 4 * found.of_mean)


def test_slightly_changed_copies() -> None:
    """A little noise does not hide a copy, much does."""
    noise = points(1000, 8, 1)
    assert near_copies(TRAIN + 0.01 * noise, TRAIN).share.value > 0.99
    assert near_copies(TRAIN + 3 * noise, TRAIN).share.value < 0.05


def test_doubled_training_pictures_leave_exact_copies_only() -> None:
    train = TRAIN[:500].repeat(2, 1)
    fakes = torch.cat([TRAIN[:100], TRAIN[:100] + 1e-6, points(100, 8, 1)])
    found = near_copies(fakes, train)
    assert found.threshold == 0
    assert sorted(found.fakes.tolist()) == list(range(100))


def test_no_copies_is_no_proof() -> None:
    found = near_copies(TRAIN[:100] + 100, TRAIN).share
    assert found.value == 0
    assert 0.005 < found.error < 0.03


def test_scale_does_not_matter() -> None:
    fakes = torch.cat([TRAIN[:30], points(300, 8, 1)])
    expected, found = near_copies(fakes, TRAIN), near_copies(fakes * 1024, TRAIN * 1024)
    assert found.share == expected.share
    assert found.threshold == 1024 * expected.threshold


@pytest.mark.parametrize("expected", [0.0, 1.0, -0.1])
def test_the_quantile(expected: float) -> None:
    with pytest.raises(ConfigError, match="quantile between 0 and 1"):
        near_copies(TRAIN, TRAIN, expected=expected)


def test_a_single_training_picture_has_no_usual_distance() -> None:
    with pytest.raises(ConfigError, match="1 to 0 neighbours among 1 pictures"):
        near_copies(TRAIN, TRAIN[:1])
    assert near_copies(TRAIN, TRAIN[:1], held_out=points(9, 8, 1)).threshold > 0
