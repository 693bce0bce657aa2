from dataclasses import replace
from operator import itemgetter

from hypothesis import strategies as st

from helpers.lessons import Corruption
from zerosum.equilibria.bimatrix import Payoffs
from zerosum.lessons.equilibrium import DILEMMA

EXAMPLES = 40


def _text(rows: list[list[int]]) -> str:
    return "; ".join(" ".join(map(str, row)) for row in rows)


def _table(shape: tuple[int, int, int]) -> st.SearchStrategy[str]:
    rows, columns, size = shape
    row = st.lists(st.integers(-size, size), min_size=columns, max_size=columns)
    return st.lists(row, min_size=rows, max_size=rows).map(_text)


_any = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 5)).flatmap(
    lambda shape: st.tuples(_table(shape), _table(shape))
)
_payoffs = st.shared(st.one_of(_any, _any, st.just(DILEMMA)), key="payoffs")

CHEAP = {
    "game": st.one_of(
        st.just("given"),
        st.sampled_from(("matching-pennies", "chicken", "stag-hunt", "rock-paper-scissors")),
    ),
    "rows": _payoffs.map(itemgetter(0)),
    "columns": _payoffs.map(itemgetter(1)),
}


def _by_own_payoffs(function):  # type: ignore[no-untyped-def]
    """A mix that makes oneself indifferent."""
    return lambda game, *sets: function(replace(game, columns=game.rows), *sets)


def _negated(table: Payoffs) -> Payoffs:
    return tuple(tuple(-paid for paid in row) for row in table)


def _least(function):  # type: ignore[no-untyped-def]
    return lambda game, column: function(replace(game, rows=_negated(game.rows)), column)


def _without_the_last(function):  # type: ignore[no-untyped-def]
    return lambda game: function(game)[: max(1, len(function(game)) - 1)]


def _not_swapped(function):  # type: ignore[no-untyped-def]
    """The cells of the other player's table, not transposed."""
    return lambda game: tuple((j, i) for i, j in function(game))


def _of_one_player(function):  # type: ignore[no-untyped-def]
    return lambda game: function(replace(game, columns=game.rows))


CORRUPTIONS = [
    Corruption("zerosum.equilibria.bimatrix._equalising", _by_own_payoffs),
    Corruption("zerosum.equilibria.bimatrix.best_replies", _least),
    Corruption("zerosum.lessons.equilibrium.best_replies", _least),
    Corruption("zerosum.lessons.equilibrium.equilibria", _without_the_last),
    Corruption("zerosum.lessons.equilibrium.pure_equilibria", _not_swapped),
    Corruption("zerosum.lessons.equilibrium.pareto_optima", _of_one_player),
    Corruption("zerosum.equilibria.bimatrix._transposed", lambda _: lambda table: table[::-1]),
]
