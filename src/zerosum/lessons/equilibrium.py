"""Finite games of two players: best replies, equilibria, and what is best for both."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from zerosum.equilibria.bimatrix import (
    Bimatrix,
    Cell,
    Equilibrium,
    Mix,
    best_replies,
    equilibria,
    is_degenerate,
    pareto_optima,
    pure_equilibria,
)
from zerosum.equilibria.named import NAMED_GAMES, NamedGame
from zerosum.errors import ConfigError
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Matrix, Number, matrix_of
from zerosum.lessons.equilibrium_figures import (
    against,
    gains_figure,
    marked_shares,
    mix_of,
    plane,
)
from zerosum.lessons.results import Results, Table
from zerosum.types import Progress

__all__ = ["LESSON", "EquilibriumControls"]

_Array = NDArray[np.float64]

_Game = Literal[
    "prisoners-dilemma",
    "matching-pennies",
    "battle-of-the-sexes",
    "stag-hunt",
    "chicken",
    "rock-paper-scissors",
    "own",
]


@dataclass(frozen=True, kw_only=True)
class EquilibriumControls(Controls):
    """A known game, or one of your own."""

    game: _Game = "prisoners-dilemma"
    """What is played; own: the game of ``rows`` and ``columns``, which no other game takes."""
    rows: Annotated[str, Matrix(most=4)] = ""
    """In the game own, what the player who chooses the row is paid in each cell."""
    columns: Annotated[str, Matrix(most=4)] = ""
    """In the game own, what the player who chooses the column is paid; none: what the other one
    loses, so that the game is zero-sum."""
    belief: Annotated[float, Number(0, 1)] = 0.5
    """How likely the row player thinks the first column; the others are equally likely."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.game != "own" and (self.rows or self.columns):
            raise ConfigError(
                f"rows and columns are those of the game own, and the game is {self.game}: choose "
                "the game own, or leave them out."
            )
        if self.game == "own":
            self._require_payoffs()

    def _require_payoffs(self) -> None:
        """Refuse a game of one's own that is none.

        Raises:
            ConfigError: There are no rows, or not as many columns.
        """
        if not self.rows:
            raise ConfigError(
                "the game own needs rows: what the player who chooses the row is paid in each "
                "cell, as in '1 -1; -1 1'."
            )
        rows, columns = matrix_of(self.rows), self._paid_to_columns()
        if rows.shape != columns.shape:
            raise ConfigError(
                "expected rows and columns of one shape, what each player is paid in each cell; "
                f"got {_size(rows)} and {_size(columns)}."
            )

    def _paid_to_columns(self) -> _Array:
        return matrix_of(self.columns) if self.columns else -matrix_of(self.rows)

    @property
    def played(self) -> NamedGame:
        """The game, with words for its moves."""
        if self.game != "own":
            return NAMED_GAMES[self.game]
        payoffs = Bimatrix.of(matrix_of(self.rows).tolist(), self._paid_to_columns().tolist())
        rows, columns = (
            tuple(f"{word} {number + 1}" for number in range(count))
            for word, count in zip(("row", "column"), payoffs.shape, strict=True)
        )
        return NamedGame(payoffs, rows, columns)


def _size(table: _Array) -> str:
    return f"{table.shape[0]} rows of {table.shape[1]}"


def compute(controls: EquilibriumControls, progress: Progress) -> Results:
    """Equilibria, optima, and what each player can gain."""
    named = controls.played
    game = named.payoffs
    found, optima, pure = equilibria(game), pareto_optima(game), pure_equilibria(game)
    belief = mix_of(controls.belief, game.shape[1])
    replies = best_replies(game, belief)
    progress(1, 1)
    return Results(
        answer=_answer(named, found, optima),
        numbers={
            "count": len(found),
            "degenerate": is_degenerate(game),
            "equilibria": [_plain(each) for each in found],
            "pure": pure,
            "optima": optima,
            "replies": replies,
            "replies_in_words": " or ".join(named.rows[each] for each in replies),
            "payoffs": _arrays(game),
            "marked": marked_shares(found),
            "sure": _securities(game),
            **_securities(NAMED_GAMES["matching-pennies"].payoffs),
        },
        tables={"cells": _cells(named, optima, pure), "found": _found(named, found)},
        figures={
            "plane": plane(game, found, optima),
            "against": against(named, controls.belief, found),
            "gains": gains_figure(game, found),
        },
    )


def _plain(each: Equilibrium) -> dict[str, list[float]]:
    return {
        "row": [float(share) for share in each.row],
        "column": [float(share) for share in each.column],
        "paid": [float(value) for value in each.paid],
    }


def _arrays(game: Bimatrix) -> tuple[_Array, _Array]:
    rows, columns = (np.array(each, dtype=np.float64) for each in (game.rows, game.columns))
    return rows, columns


def _securities(game: Bimatrix) -> dict[str, float]:
    """What the row player is sure of with one move: if it moves first, and if it moves last."""
    rows, _ = _arrays(game)
    return {"first": float(rows.min(axis=1).max()), "last": float(rows.max(axis=0).min())}


def _answer(named: NamedGame, found: Sequence[Equilibrium], optima: Sequence[Cell]) -> str:
    words = "; ".join(
        f"{_words(each.row, named.rows)} against {_words(each.column, named.columns)}"
        for each in found[:3]
    )
    infinite = " The game is degenerate: there may be infinitely many between these."
    cells = "; ".join(f"{named.rows[i]} / {named.columns[j]}" for i, j in optima[:4])
    return (
        f"The game has {_counted(found)}: {words}{'; ...' if len(found) > 3 else ''}."
        f"{infinite if is_degenerate(named.payoffs) else ''} Of its "
        f"{len(list(named.payoffs.cells))} cells {len(optima)} "
        f"{'is' if len(optima) == 1 else 'are'} Pareto optimal: {cells}"
        f"{'; ...' if len(optima) > 4 else ''}."
    )


def _counted(found: Sequence[Equilibrium]) -> str:
    pure = sum(each.is_pure for each in found)
    counts = [(pure, "pure"), (len(found) - pure, "mixed")]
    return " and ".join(
        f"{count} {kind} {'equilibrium' if count == 1 else 'equilibria'}"
        for count, kind in counts
        if count
    )


def _words(mix: Mix, moves: Sequence[str]) -> str:
    """The moves that are made, with their probabilities if there are several."""
    made = [(move, share) for move, share in zip(moves, mix, strict=True) if share]
    if len(made) == 1:
        return made[0][0]
    return ", ".join(f"{move} {share}" for move, share in made)


def _cells(named: NamedGame, optima: Sequence[Cell], pure: Sequence[Cell]) -> Table:
    game = named.payoffs

    def told(cell: Cell) -> str:
        first, second = (_number(value) for value in game.paid(cell))
        marks = [
            word
            for word, cells in (("equilibrium", pure), ("Pareto optimal", optima))
            if cell in cells
        ]
        return f"{first}, {second}" + (f" ({', '.join(marks)})" if marks else "")

    return Table(
        title="What the players are paid: the one of the rows, the one of the columns",
        columns=("", *named.columns),
        rows=[
            (move, *(told((i, j)) for j in range(game.shape[1])))
            for i, move in enumerate(named.rows)
        ],
    )


def _number(value: Fraction) -> str:
    return f"{float(value):g}".replace("-", "−")


def _found(named: NamedGame, found: Sequence[Equilibrium]) -> Table:
    return Table(
        title="Equilibria: who plays what with which probability",
        columns=("rows", "columns", "paid"),
        rows=[
            (
                _words(each.row, named.rows),
                _words(each.column, named.columns),
                ", ".join(str(value).replace("-", "−") for value in each.paid),
            )
            for each in found
        ],
    )


@states("At every equilibrium found neither player is paid more by any other move.")
def _nobody_gains(_: EquilibriumControls, results: Results) -> bool:
    first, second = results.numbers["payoffs"]
    scale = 1 + max(np.abs(first).max(), np.abs(second).max())
    return all(
        (first @ each["column"]).max() - each["paid"][0] <= 1e-9 * scale
        and (np.array(each["row"]) @ second).max() - each["paid"][1] <= 1e-9 * scale
        and np.isclose(np.array(each["row"]) @ first @ each["column"], each["paid"][0])
        and np.isclose(sum(each["row"]) + sum(each["column"]), 2)
        for each in results.numbers["equilibria"]
    )


@states(
    "Whoever mixes moves is paid the same by each of them: it is the other player's "
    "mix that makes them indifferent."
)
def _mixed_moves_pay_alike(_: EquilibriumControls, results: Results) -> bool | None:
    first, second = results.numbers["payoffs"]
    found = results.numbers["equilibria"]
    if all(max(each["row"]) == max(each["column"]) == 1 for each in found):
        return None
    return all(
        np.ptp((first @ each["column"])[np.array(each["row"]) > 0]) < 1e-9
        and np.ptp((np.array(each["row"]) @ second)[np.array(each["column"]) > 0]) < 1e-9
        for each in found
    )


@states(
    "The pure equilibria are the cells in which each is paid at least what another move of "
    "their own would pay, and they are among all equilibria."
)
def _pure_ones_are_mutual_best_replies(_: EquilibriumControls, results: Results) -> bool:
    first, second = results.numbers["payoffs"]
    stable = (first == first.max(axis=0)) & (second == second.max(axis=1, keepdims=True))
    expected = {(int(i), int(j)) for i, j in np.argwhere(stable)}
    among = {
        (each["row"].index(1), each["column"].index(1))
        for each in results.numbers["equilibria"]
        if max(each["row"]) == max(each["column"]) == 1
    }
    return set(results.numbers["pure"]) == expected == among


@states("There is an equilibrium; and unless the game is degenerate, an odd number of them.")
def _their_number_is_odd(_: EquilibriumControls, results: Results) -> bool:
    count = results.numbers["count"]
    return bool(count > 0 and (results.numbers["degenerate"] or count % 2 == 1))


@states(
    "A cell is Pareto optimal exactly if no other cell pays one player more and the other no less."
)
def _optima_are_not_dominated(_: EquilibriumControls, results: Results) -> bool:
    first, second = (table.ravel() for table in results.numbers["payoffs"])
    width = results.numbers["payoffs"][0].shape[1]
    expected = {
        divmod(cell, width)
        for cell in range(len(first))
        if not (
            (first >= first[cell])
            & (second >= second[cell])
            & ((first > first[cell]) | (second > second[cell]))
        ).any()
    }
    return set(results.numbers["optima"]) == expected


@states(
    "Where one gains what the other loses, all equilibria pay the same, between what the row "
    "player is sure of moving first and moving last; where these differ, no cell is an "
    "equilibrium, and else one is."
)
def _a_zero_sum_game_has_a_value(_: EquilibriumControls, results: Results) -> bool | None:
    numbers = results.numbers
    first, second = numbers["payoffs"]
    if np.abs(first + second).max() > 0:
        return None
    values = [each["paid"][0] for each in numbers["equilibria"]]
    low, high = numbers["sure"]["first"], numbers["sure"]["last"]
    between = low - 1e-9 <= values[0] <= high + 1e-9 and np.ptp(values) < 1e-9
    return bool(between and (low == high) == bool(numbers["pure"]))


@states("Where an equilibrium is marked among the lines, at least two of them cross at the top.")
def _lines_cross_where_it_is_marked(_: EquilibriumControls, results: Results) -> bool | None:
    first, _second = results.numbers["payoffs"]
    others = first.shape[1] - 1
    if not results.numbers["marked"]:
        return None
    paid = [
        np.sort(first @ [share, *[(1 - share) / max(others, 1)] * others])
        for share in results.numbers["marked"]
    ]
    return all(each[-1] - each[-2] < 1e-9 * (1 + np.abs(first).max()) for each in paid)


@states("In the prisoner's dilemma the one equilibrium is the only cell that is not optimal.")
def _the_dilemma(controls: EquilibriumControls, results: Results) -> bool | None:
    if controls.game != "prisoners-dilemma":
        return None
    left = {(0, 0), (0, 1), (1, 0), (1, 1)} - set(results.numbers["optima"])
    return bool(results.numbers["count"] == 1 and left == set(results.numbers["pure"]) == {(1, 1)})


@states("The best replies to the belief are the rows that pay most against it, and no others.")
def _the_best_replies_pay_most(controls: EquilibriumControls, results: Results) -> bool:
    rows = [list(map(_exact, row)) for row in results.numbers["payoffs"][0].tolist()]
    # The first column times one weight, all others times another.
    weights = _exact(controls.belief) * (len(rows[0]) - 1), 1 - _exact(controls.belief)
    paid = [weights[0] * first + weights[1] * sum(others) for first, *others in rows]
    if len(rows[0]) == 1:
        paid = [row[0] for row in rows]
    return list(results.numbers["replies"]) == [
        number for number, value in enumerate(paid) if value == max(paid)
    ]


def _exact(value: float) -> Fraction:
    """The number as it is written: sums of floats would make and break ties."""
    return Fraction(str(value))


LESSON = Lesson(
    controls=EquilibriumControls,
    compute=compute,
    claims=[
        _nobody_gains,
        _mixed_moves_pay_alike,
        _pure_ones_are_mutual_best_replies,
        _their_number_is_odd,
        _optima_are_not_dominated,
        _the_dilemma,
        _a_zero_sum_game_has_a_value,
        _lines_cross_where_it_is_marked,
        _the_best_replies_pay_most,
    ],
    held={"game": get_args(_Game)},
)
