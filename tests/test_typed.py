"""The tests check what goes into the functions of zerosum, and what comes out of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest
import torch
from beartype import beartype
from jaxtyping import Float, TypeCheckError
from torch import Tensor

from helpers.typed import checked
from zerosum.objectives.classification import cross_entropy

check = partial(checked, typechecker=lambda function: function)
Rows = Float[Tensor, "n d"]
Row = Float[Tensor, " n"]


@check
def scaled(rows: Rows, by: Row) -> Rows:
    return rows * by[:, None]


@check
def flattened(rows: Rows) -> Rows:
    return rows.flatten()


@check
def with_fewer_rows(rows: Rows) -> Rows:
    return rows[1:]


@check
def added(one: Rows, other: Rows) -> Rows:
    narrow: Tensor = scaled(other[:, :1], torch.ones(len(other)))
    return one + narrow


@check
def counted(number: float) -> int:
    return number  # type: ignore[return-value]


@check
def mapped(function: Callable[[Row], Row], rows: "list[Row]") -> "Unknown":  # type: ignore[name-defined]
    return [function(row) for row in rows]


@check
@dataclass(frozen=True)
class Pair:
    rows: Rows
    labels: Row
    names: list[str] = field(default_factory=list)

    @property
    @check
    def size(self) -> int:
        return f"{len(self.rows)}"  # type: ignore[return-value]

    @classmethod
    @check
    def of(cls, number: int) -> "Pair":
        return cls(torch.ones(number, 2), torch.ones(number))


@check
class Sums:
    @check
    @staticmethod
    def sums(rows: Rows) -> Row:
        return rows.sum(dim=1)


def test_what_is_right_goes_through() -> None:
    rows = torch.ones(3, 2)
    assert scaled(rows, torch.full((3,), 2.0)).sum() == 12
    assert mapped(torch.exp, [torch.zeros(2)])[0].tolist() == [1, 1]
    assert counted(3) == 3
    assert Pair.of(3).labels.tolist() == [1, 1, 1]
    assert Sums.sums(rows).tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: scaled(torch.ones(3), torch.ones(3)),
        lambda: scaled(torch.ones(3, 2, dtype=torch.int64), torch.ones(3)),
        lambda: flattened(torch.ones(3, 2)),
        lambda: counted("3"),
        lambda: counted(1.5),
        lambda: mapped(torch.exp, [torch.zeros(2, 2)]),
        lambda: Pair(torch.ones(3, 2), torch.ones(3), [1]),  # type: ignore[list-item]
        lambda: Pair.of(3).size,
        lambda: Pair.of("3"),
        lambda: Sums.sums(torch.ones(3)),
    ],
)
def test_a_wrong_type_is_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(TypeCheckError):
        wrong()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: scaled(torch.ones(3, 2), torch.ones(2)),
        lambda: scaled(torch.ones(3, 2), by=torch.ones(1)),
        lambda: with_fewer_rows(torch.ones(3, 2)),
        lambda: Pair(torch.ones(3, 2), torch.ones(2)),
    ],
)
def test_sizes_of_one_letter_agree_within_a_call(wrong: Callable[[], object]) -> None:
    with pytest.raises(TypeCheckError):
        wrong()


def test_each_call_has_letters_of_its_own() -> None:
    assert added(torch.ones(3, 2), torch.ones(3, 2)).tolist() == [[2, 2]] * 3


def test_a_generator_is_checked_when_it_is_called() -> None:
    def generated(rows: Rows, by: Row) -> Iterator[Rows]:
        yield rows * by[:, None]

    each = checked(generated, typechecker=beartype)
    assert len(list(each(torch.ones(3, 2), torch.ones(3)))) == 1
    with pytest.raises(TypeCheckError):
        each(torch.ones(3, 2), torch.ones(2))


def test_zerosum_is_checked() -> None:
    with pytest.raises(TypeCheckError):
        cross_entropy(torch.ones(3, 2), torch.ones(3))
    with pytest.raises(TypeCheckError):
        cross_entropy(torch.ones(3, 2), torch.ones(2, dtype=torch.int64))
