"""Rates of groups and their gaps: by hand, by a definition in plain Python, and by fairlearn."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from zerosum.errors import DataError
from zerosum.metrics import Estimate, equalised_odds_gap, group_rates, parity_gap
from zerosum.metrics.shares import share

PEOPLE = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.integers(0, 3)), min_size=1, max_size=60
)


def test_rates_and_gaps_by_hand() -> None:
    said = torch.tensor([1, 1, 0, 0, 1, 1, 1, 0, 1, 0]).bool()
    true = torch.tensor([1, 1, 1, 0, 0, 1, 1, 1, 0, 0]).bool()
    groups = torch.tensor([0, 0, 0, 0, 0, 5, 5, 5, 5, 5])
    first, second = group_rates(said, true, groups)
    assert (first.group, first.count, second.group, second.count) == (0, 5, 5, 5)
    assert first.true_positive == second.true_positive == share(torch.tensor([True, True, False]))
    assert first.false_positive.value == second.false_positive.value == 0.5
    assert first.right.value == second.right.value == 0.6
    assert equalised_odds_gap([first, second]).value == 0.0
    assert parity_gap([first, second]).value == 0.0


def test_gaps_are_those_of_fairlearn() -> None:
    """`equalized_odds_difference` and `demographic_parity_difference` of fairlearn 0.15."""
    random = torch.Generator().manual_seed(7)
    groups = torch.randint(3, (60,), generator=random)
    true, said = (torch.rand(60, generator=random) < 0.5 for _ in range(2))
    rates = group_rates(said, true, groups)
    assert equalised_odds_gap(rates).value == pytest.approx(0.2666666666666666)
    assert parity_gap(rates).value == pytest.approx(0.20802005012531333)


@given(PEOPLE)
def test_gaps_by_their_definitions(people: list[tuple[bool, bool, int]]) -> None:
    groups = sorted({group for _, _, group in people})
    parts = {
        (group, true): [said for said, really, mine in people if (mine, really) == (group, true)]
        for group in groups
        for true in (True, False)
    }
    args = (torch.tensor([each[place] for each in people]) for place in range(3))
    if not all(parts.values()):
        with pytest.raises(DataError, match="the true answer is never"):
            group_rates(*args)
        return
    rates = group_rates(*args)
    shares = {key: sum(each) / len(each) for key, each in parts.items()}
    odds = [
        max(shares[group, true] for group in groups) - min(shares[group, true] for group in groups)
        for true in (True, False)
    ]
    assert equalised_odds_gap(rates).value == pytest.approx(max(odds))
    said = [
        sum(each) / len(each)
        for each in ([said for said, _, mine in people if mine == group] for group in groups)
    ]
    assert parity_gap(rates).value == pytest.approx(max(said) - min(said))
    assert 0 <= equalised_odds_gap(rates).value <= 1


def test_the_error_is_that_of_a_difference() -> None:
    """Of groups that are treated alike the gap of two is half-normal about its error."""
    random = torch.Generator().manual_seed(0)
    found = []
    for _ in range(400):
        said = torch.rand(400, generator=random) < 0.3
        true = torch.arange(400) % 4 < 2
        found.append(parity_gap(group_rates(said, true, torch.arange(400) % 2)))
    squares = torch.tensor([each.value**2 for each in found]).mean().sqrt()
    errors = torch.tensor([each.error for each in found]).mean()
    assert float(squares) == pytest.approx(float(errors), rel=0.12)


def test_without_gaps_of_odds_parity_is_the_difference_of_base_rates_times_what_is_known() -> None:
    true = torch.tensor([1, 1, 1, 0] * 5 + [1, 0, 0, 0] * 15).bool()
    groups = torch.tensor([0] * 20 + [1] * 60)
    said = torch.zeros(80, dtype=torch.bool)
    for group in (0, 1):
        for really, rate in ((True, 0.8), (False, 0.2)):
            (mine,) = torch.where((groups == group) & (true == really))
            said[mine[: round(rate * len(mine))]] = True
    rates = group_rates(said, true, groups)
    assert equalised_odds_gap(rates).value == pytest.approx(0.0)
    assert parity_gap(rates).value == pytest.approx((0.75 - 0.25) * (0.8 - 0.2))


def test_one_group_has_no_gap_and_nobody_no_rates() -> None:
    yes = torch.tensor([True, False])
    (rates,) = group_rates(yes, yes, torch.zeros(2, dtype=torch.int64))
    assert parity_gap([rates]) == equalised_odds_gap([rates]) == Estimate(value=0.0, error=0.0)
    with pytest.raises(DataError, match="one or more groups"):
        group_rates(yes[:0], yes[:0], torch.zeros(0, dtype=torch.int64))
