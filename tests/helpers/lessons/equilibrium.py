from dataclasses import replace
from operator import itemgetter

from hypothesis import strategies as st

from helpers.lessons import Corruption
from zerosum.equilibria.bimatrix import Payoffs

EXAMPLES = 40


def _text(rows: list[list[int]]) -> str:
    return "; ".join(" ".join(map(str, row)) for row in rows)


def _table(shape: tuple[int, int, int]) -> st.SearchStrategy[str]:
    rows, columns, size = shape
    row = st.lists(st.integers(-size, size), min_size=columns, max_size=columns)
    return st.lists(row, min_size=rows, max_size=rows).map(_text)


_own = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 5)).flatmap(
    lambda shape: st.tuples(st.just("own"), _table(shape), st.one_of(st.just(""), _table(shape)))
)
_uneven = ("own", "0 2 -1; -3 0 1; 1 -1 0", "")
"""Its one equilibrium mixes the second and the third column unevenly."""
_named = st.sampled_from(
    ("prisoners-dilemma", "matching-pennies", "battle-of-the-sexes", "rock-paper-scissors")
)
_played = st.shared(
    st.one_of(_own, _named.map(lambda name: (name, "", "")), st.just(_uneven)), key="played"
)

CHEAP = {
    "game": _played.map(itemgetter(0)),
    "rows": _played.map(itemgetter(1)),
    "columns": _played.map(itemgetter(2)),
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


def _last_first(function):  # type: ignore[no-untyped-def]
    """Maximin for minimax."""
    return lambda game: dict(zip(("last", "first"), function(game).values(), strict=True))


def _none(_):  # type: ignore[no-untyped-def]
    return lambda *_: ()


def _always(_):  # type: ignore[no-untyped-def]
    return lambda *_: True


CORRUPTIONS = [
    Corruption("zerosum.equilibria.bimatrix._equalising", _by_own_payoffs),
    Corruption("zerosum.equilibria.bimatrix.best_replies", _least),
    Corruption("zerosum.lessons.equilibrium.best_replies", _least),
    Corruption("zerosum.lessons.equilibrium.best_replies", _none),
    Corruption("zerosum.lessons.equilibrium_figures._is_even", _always),
    Corruption("zerosum.lessons.equilibrium._securities", _last_first),
    Corruption("zerosum.lessons.equilibrium.equilibria", _without_the_last),
    Corruption("zerosum.lessons.equilibrium.pure_equilibria", _not_swapped),
    Corruption("zerosum.lessons.equilibrium.pareto_optima", _of_one_player),
    Corruption("zerosum.equilibria.bimatrix._transposed", lambda _: lambda table: table[::-1]),
]
