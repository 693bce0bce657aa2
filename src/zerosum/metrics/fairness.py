"""How unlike a classifier treats groups of people, or of anything else.

Of predictions that say yes or no, each group has rates: how often yes is said, how often where it
is true, and how often where it is not. A gap is the greatest rate of a group less the least.
With a base rate b, a group's yes are b · (true positives) + (1 − b) · (false positives): where
base rates differ and the other two gaps are 0, the first is the difference of the base rates times
that of true and false positives. So no gap at all means a classifier that knows nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from zerosum.errors import DataError
from zerosum.metrics.estimate import Estimate
from zerosum.metrics.shares import share

__all__ = ["GroupRates", "equalised_odds_gap", "group_rates", "parity_gap"]

Answers = Bool[Tensor, " n"]


@dataclass(frozen=True, kw_only=True)
class GroupRates:
    """What a classifier says of one group.

    Attributes:
        group: The group's number.
        count: How many belong to it.
        positive: Share of them of whom it says yes.
        true_positive: Share of yes, of those where yes is true.
        false_positive: Share of yes, of those where no is true.
        right: Share of right answers.

    Example:
        >>> yes = torch.tensor([True, True, False, False])
        >>> (rates,) = group_rates(yes, yes, torch.zeros(4, dtype=torch.int64))
        >>> rates.positive.value, rates.true_positive.value, rates.false_positive.value
        (0.5, 1.0, 0.0)
    """

    group: int
    count: int
    positive: Estimate
    true_positive: Estimate
    false_positive: Estimate
    right: Estimate


def group_rates(said: Answers, true: Answers, groups: Int[Tensor, " n"]) -> list[GroupRates]:
    """Compute the rates of each group, in the order of the groups' numbers.

    Where there are more than two classes, choose one as yes, or look at each in turn.

    Args:
        said: Where the classifier says yes, shape (n,).
        true: Where yes is true, shape (n,).
        groups: The number of each one's group, shape (n,).

    Raises:
        DataError: Nobody is there, or there is a group without a true yes or without a true no.

    Paper:
        Hardt, Price and Srebro 2016, definitions 2.1 and 2.2, https://arxiv.org/abs/1610.02413

    Example:
        >>> said = torch.tensor([True, False, True, True])
        >>> true = torch.tensor([True, False, True, False])
        >>> rates = group_rates(said, true, torch.tensor([0, 0, 1, 1]))
        >>> [each.false_positive.value for each in rates]
        [0.0, 1.0]
        >>> print(equalised_odds_gap(rates))
        1.00 ± 0.31
    """
    said, true = said.bool(), true.bool()
    if not len(groups):
        raise DataError("expected answers of one or more groups, got none.")
    return [_rates(said, true, groups == group, group) for group in torch.unique(groups).tolist()]


def parity_gap(rates: Sequence[GroupRates]) -> Estimate:
    """Compute the demographic-parity gap: of how often yes is said, the greatest less the least.

    The error is that of a difference of two shares. Of several groups the greatest and the least
    are chosen after the fact, so that a gap of a few errors is no proof.

    Args:
        rates: Of all groups.

    Example:
        >>> yes = torch.tensor([True, True, True, False])
        >>> true = torch.tensor([True, False, True, False])
        >>> parity_gap(group_rates(yes, true, torch.tensor([0, 0, 1, 1]))).value
        0.5
    """
    return _gap(rates, lambda each: each.positive)


def equalised_odds_gap(rates: Sequence[GroupRates]) -> Estimate:
    """Compute the equalised-odds gap: the greater of the gaps of true and of false positives.

    Its error is as in `parity_gap`.

    Args:
        rates: Of all groups.

    Paper:
        Hardt, Price and Srebro 2016, definition 2.1, https://arxiv.org/abs/1610.02413

    Example:
        >>> yes = torch.tensor([True, True, True, False])
        >>> true = torch.tensor([True, False, True, False])
        >>> equalised_odds_gap(group_rates(yes, true, torch.tensor([0, 0, 1, 1]))).value
        1.0
    """
    gaps = [_gap(rates, lambda each: each.true_positive)]
    gaps.append(_gap(rates, lambda each: each.false_positive))
    return max(gaps, key=lambda gap: gap.value)


def _rates(said: Answers, true: Answers, mine: Answers, group: int) -> GroupRates:
    said, true = said[mine], true[mine]
    if bool(true.all()) or not bool(true.any()):
        kind = "no" if bool(true.all()) else "yes"
        raise DataError(
            f"in group {group} of {len(true):,} the true answer is never {kind}, so nobody knows "
            "how often it is found; take more examples, or join groups."
        )
    return GroupRates(
        group=group,
        count=len(true),
        positive=share(said),
        true_positive=share(said[true]),
        false_positive=share(said[~true]),
        right=share(said == true),
    )


def _gap(rates: Sequence[GroupRates], of: Callable[[GroupRates], Estimate]) -> Estimate:
    found = sorted((of(each) for each in rates), key=lambda estimate: estimate.value)
    if len(found) == 1:
        return Estimate(value=0.0, error=0.0)
    least, greatest = found[0], found[-1]
    error = (least.error**2 + greatest.error**2) ** 0.5
    return Estimate(value=greatest.value - least.value, error=error)
