"""Schedules: where they start, where they are half way, and that they stay where they end."""

import pytest

from zerosum.errors import UnknownNameError
from zerosum.games.adversarial import WeightedPenalty
from zerosum.games.base import Round
from zerosum.games.schedules import SHAPES, STEADY, Schedule
from zerosum.objectives import r1
from zerosum.randomness import Randomness


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("start", "end"), [(4.0, 1.0), (0.9, 0.99), (0.0, 5e6)])
def test_start_middle_and_end(shape: str, start: float, end: float) -> None:
    schedule = Schedule(start=start, end=end, until=1000, shape=shape)
    assert schedule.at(0) == start
    assert schedule.at(500) == pytest.approx((start + end) / 2)
    assert schedule.at(1000) == schedule.at(10**9) == end


def test_a_quarter_of_the_way() -> None:
    values = {
        shape: Schedule(start=0.0, end=1.0, until=1000, shape=shape).at(250) for shape in SHAPES
    }
    assert values == {"cosine": pytest.approx(0.5 - 0.5**1.5), "linear": 0.25}


def test_a_steady_factor_is_exactly_one() -> None:
    assert {STEADY.at(images) for images in (0, 1, 10**9)} == {1.0}


def test_an_unknown_shape_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'cosine'"):
        Schedule(start=0.0, end=1.0, until=10, shape="cosin").at(5)


def test_a_penaltys_weight_follows_its_schedule() -> None:
    factor = Schedule(start=10.0, end=1.0, until=100, shape="linear")
    lazy = WeightedPenalty(name="r1", penalty=r1, weight=0.5, every=4, factor=factor)
    weights = [
        lazy.weight_at(Round(number=0, images=images, random=Randomness(seed=0)))
        for images in (0, 50, 100)
    ]
    assert weights == pytest.approx([20.0, 11.0, 2.0])
