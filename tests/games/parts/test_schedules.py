"""Schedules: where they start, where they are half way, and that they stay where they end."""

import math

import pytest

from zerosum.config import PenaltyConfig
from zerosum.errors import UnknownNameError
from zerosum.games import WeightedPenalty
from zerosum.games.base import Round
from zerosum.games.parts.schedules import SHAPES, STEADY, Schedule, annealed, ramped
from zerosum.randomness import Randomness


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("start", "end"), [(4.0, 1.0), (0.9, 0.99), (0.0, 5e6)])
def test_start_and_end_and_one_way_between(shape: str, start: float, end: float) -> None:
    schedule = Schedule(start=start, end=end, until=1000, shape=shape)
    assert schedule.at(0) == start
    assert schedule.at(1000) == schedule.at(10**9) == end
    shares = [(schedule.at(images) - start) / (end - start) for images in range(0, 1001, 50)]
    assert shares == sorted(shares)
    assert schedule.at(999) == pytest.approx(end, abs=2e-3 * abs(end - start))


@pytest.mark.parametrize("shape", ["cosine", "linear"])
def test_the_symmetric_shapes_are_half_way_in_the_middle(shape: str) -> None:
    schedule = Schedule(start=4.0, end=1.0, until=1000, shape=shape)
    assert schedule.at(500) == pytest.approx(2.5)


def test_a_quarter_of_the_way() -> None:
    values = {
        shape: Schedule(start=0.0, end=1.0, until=1000, shape=shape).at(250) for shape in SHAPES
    }
    assert values == {
        "cosine": pytest.approx(0.5 - 0.5**1.5),
        "linear": 0.25,
        "saturating": pytest.approx(math.tanh(1.25) / math.tanh(5)),
        "annealing": pytest.approx((1 - 3.5**-0.75) / (1 - 11**-0.75)),
    }


@pytest.mark.parametrize(("part", "expected"), [(0.0, 0.0), (0.5, 0.98661), (1.0, 0.99991)])
def test_the_ramp_of_the_paper(part: float, expected: float) -> None:
    assert ramped(1.0, 1000).at(int(1000 * part)) == pytest.approx(expected, abs=5e-6)
    whole = 0.3 * (2 / (1 + math.exp(-10 * part)) - 1)
    assert ramped(0.3, 1000).at(int(1000 * part)) == pytest.approx(whole)
    assert ramped(0.0, 1000).at(int(1000 * part)) == 0.0


@pytest.mark.parametrize("part", [0.0, 0.02, 0.5, 1.0])
def test_the_annealing_of_the_paper(part: float) -> None:
    assert annealed(1000).at(int(1000 * part)) == pytest.approx((1 + 10 * part) ** -0.75)


def test_a_steady_factor_is_exactly_one() -> None:
    assert {STEADY.at(images) for images in (0, 1, 10**9)} == {1.0}


def test_an_unknown_shape_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'cosine'"):
        Schedule(start=0.0, end=1.0, until=10, shape="cosin").at(5)


def test_a_penaltys_weight_follows_its_schedule() -> None:
    factor = Schedule(start=10.0, end=1.0, until=100, shape="linear")
    lazy = WeightedPenalty(PenaltyConfig(weight=0.5, every=4), name="r1", factor=factor)
    weights = [
        lazy.weight_at(Round(number=0, images_seen=images, random=Randomness(seed=0)))
        for images in (0, 50, 100)
    ]
    assert weights == pytest.approx([20.0, 11.0, 2.0])
