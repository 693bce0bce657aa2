"""Drift in closed form, and what it does not depend on."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from zerosum.errors import DataError
from zerosum.metrics import drift


def features(seed: int, count: int = 50, units: int = 4) -> torch.Tensor:
    random = torch.Generator().manual_seed(seed)
    return torch.randn(count, units, generator=random, dtype=torch.float64) * 3 + 7


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 99), shift=st.floats(-5, 5), factor=st.floats(0.1, 10))
def test_shifts_and_factors_give_what_the_formula_says(
    seed: int, shift: float, factor: float
) -> None:
    before = features(seed)
    scale = before.var(dim=0).mean().sqrt()
    moved = drift(before, before + shift * scale)
    assert moved.mean == pytest.approx(abs(shift), abs=1e-9)
    assert moved.deviation == pytest.approx(0, abs=1e-9)
    centre = before.mean(dim=0)
    stretched = drift(before, centre + factor * (before - centre))
    assert stretched.mean == pytest.approx(0, abs=1e-9)
    assert stretched.deviation == pytest.approx(abs(factor - 1), abs=1e-9)


def test_one_unit_of_many_counts_as_one() -> None:
    before = features(0)
    scale = before.var(dim=0).mean().sqrt()
    after = before.clone()
    after[:, 1] += scale
    assert drift(before, after).mean == pytest.approx(0.5)


def test_it_depends_on_neither_units_nor_the_order_of_images() -> None:
    before, after = features(0), features(1)
    found = drift(before, after)
    again = drift(before[torch.arange(49, -1, -1)] * 10, after * 10)
    assert again.mean == pytest.approx(found.mean)
    assert again.deviation == pytest.approx(found.deviation)
    assert found.mean > 0
    assert found.deviation > 0


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (torch.zeros(3, 2), torch.ones(3, 2), "stand still"),
        (torch.rand(3, 2), torch.rand(3, 4), "one network"),
        (torch.rand(1, 2), torch.rand(3, 2), "2 or more"),
        (torch.rand(3, 2), torch.full((3, 2), float("nan")), "finite"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    before: torch.Tensor, after: torch.Tensor, words: str
) -> None:
    with pytest.raises(DataError, match=words):
        drift(before, after)
