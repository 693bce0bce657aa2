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
    gains,
    is_degenerate,
    pareto_optima,
    pure_equilibria,
)
from zerosum.equilibria.named import NAMED_GAMES, NamedGame
from zerosum.errors import ConfigError
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Matrix, Number, matrix_of
from zerosum.lessons.figures import Axis, Dots, HeatMap, Line, Plot, Rule
from zerosum.lessons.results import Results, Table
from zerosum.types import Progress

__all__ = ["DILEMMA", "LESSON", "EquilibriumControls"]

DILEMMA = ("-1 -3; 0 -2", "-1 0; -3 -2")
"""What both are paid in the prisoner's dilemma: minus the years in prison."""
_SHARES = np.linspace(0, 1, 41)

_Array = NDArray[np.float64]

_Game = Literal[
    "given",
    "matching-pennies",
    "battle-of-the-sexes",
    "stag-hunt",
    "chicken",
    "rock-paper-scissors",
]


@dataclass(frozen=True, kw_only=True)
class EquilibriumControls(Controls):
    """A game: one of your own, or a known one."""

    game: _Game = "given"
    """What is played; given: the game of ``rows`` and ``columns``."""
    rows: Annotated[str, Matrix(most=4)] = DILEMMA[0]
    """In the given game, what the player who chooses the row is paid in each cell; the default is
    the prisoner's dilemma."""
    columns: Annotated[str, Matrix(most=4)] = DILEMMA[1]
    """In the given game, what the player who chooses the column is paid."""
    belief: Annotated[float, Number(0, 1)] = 0.5
    """How likely the row player thinks the first column; the others are equally likely."""

    def __post_init__(self) -> None:
        super().__post_init__()
        rows, columns = matrix_of(self.rows), matrix_of(self.columns)
        if rows.shape != columns.shape:
            raise ConfigError(
                "expected rows and columns of one shape, what each player is paid in each cell; "
                f"got {_size(rows)} and {_size(columns)}."
            )

    @property
    def played(self) -> NamedGame:
        """The game, with words for its moves."""
        if self.game != "given":
            return NAMED_GAMES[self.game]
        if (self.rows, self.columns) == DILEMMA:
            return NAMED_GAMES["prisoners-dilemma"]
        payoffs = Bimatrix.of(matrix_of(self.rows).tolist(), matrix_of(self.columns).tolist())
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
    belief = _mix(controls.belief, game.shape[1])
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
            **_securities(game),
        },
        tables={"cells": _cells(named, optima, pure), "found": _found(named, found)},
        figures={
            "plane": _plane(game, found, optima),
            "against": _against(named, controls.belief, found),
            "gains": _gains_figure(game, found),
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


def _mix(first: float, count: int) -> Mix:
    """The first move with that probability, the others alike."""
    share = Fraction(str(first)) if count > 1 else Fraction(1)
    return (share, *((1 - share) / (count - 1) for _ in range(count - 1)))


def _securities(game: Bimatrix) -> dict[str, float]:
    """What the row player is sure of with one move: if it moves first, and if it moves last."""
    rows, _ = _arrays(game)
    return {"first": float(rows.min(axis=1).max()), "last": float(rows.max(axis=0).min())}


def _answer(named: NamedGame, found: Sequence[Equilibrium], optima: Sequence[Cell]) -> str:
    kinds = [each.is_pure for each in found]
    counts = f"{sum(kinds)} pure and {len(kinds) - sum(kinds)} mixed"
    words = "; ".join(
        f"{_words(each.row, named.rows)} against {_words(each.column, named.columns)}"
        for each in found[:3]
    )
    infinite = " The game is degenerate: there may be infinitely many between these."
    cells = "; ".join(f"{named.rows[i]} / {named.columns[j]}" for i, j in optima[:4])
    return (
        f"The game has {counts} equilibria: {words}{'; ...' if len(found) > 3 else ''}."
        f"{infinite if is_degenerate(named.payoffs) else ''} Pareto optimal are "
        f"{len(optima)} of its {len(list(named.payoffs.cells))} cells: {cells}"
        f"{'; ...' if len(optima) > 4 else ''}."
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


def _plane(game: Bimatrix, found: Sequence[Equilibrium], optima: Sequence[Cell]) -> Plot:
    cells = np.array([game.paid(cell) for cell in game.cells], dtype=np.float64)
    best = np.array([game.paid(cell) for cell in optima], dtype=np.float64)
    equal = np.array([each.paid for each in found], dtype=np.float64).reshape(-1, 2)
    return Plot(
        title="What both are paid: to the right and upwards is better",
        x=Axis(label="the player of the rows"),
        y=Axis(label="the player of the columns"),
        marks=[
            Dots(name="Pareto optimal cell", x=best[:, 0], y=best[:, 1], size=13, colour=2),
            Dots(name="cell", x=cells[:, 0], y=cells[:, 1], size=8, colour=6),
            Dots(name="equilibrium", x=equal[:, 0], y=equal[:, 1], size=5, colour=1),
        ],
    )


def _against(named: NamedGame, belief: float, found: Sequence[Equilibrium]) -> Plot:
    """What each row pays against a mix of columns: they cross where the player is indifferent."""
    rows, _ = _arrays(named.payoffs)
    mixes = np.array([_mix(share, rows.shape[1]) for share in _SHARES], dtype=np.float64)
    shares = sorted({float(each.column[0]) for each in found if not each.is_pure})
    return Plot(
        title="What each row pays against a mix of columns",
        x=Axis(label=f"probability of the first column, {named.columns[0]}", limits=(0, 1)),
        y=Axis(label="paid to the player of the rows"),
        marks=[
            *(
                Line(name=move, x=_SHARES, y=mixes @ row)
                for move, row in zip(named.rows, rows, strict=True)
            ),
            Rule(name="belief", at=belief, axis="x"),
            *(Rule(name="Nash", at=share, axis="x") for share in shares[:1]),
        ],
    )


def _gains_figure(game: Bimatrix, found: Sequence[Equilibrium]) -> Plot:
    rows, columns = (
        np.array([_mix(share, count) for share in _SHARES], dtype=np.float64)
        for count in game.shape
    )
    values = gains(game, rows, columns)
    step = _SHARES[1] / 2
    shown = [
        (float(each.row[0]), float(each.column[0]))
        for each in found
        if _is_even(each.row) and _is_even(each.column)
    ]
    edges = (-step, 1 + step)
    places = np.array(shown, dtype=np.float64).reshape(-1, 2)
    return Plot(
        title="How much a player can gain by another move: nothing at an equilibrium",
        x=Axis(label="probability of the first row", limits=(-0.05, 1.05)),
        y=Axis(label="probability of the first column", limits=(-0.05, 1.05)),
        marks=[
            HeatMap(
                name="gain", values=values, x=edges, y=edges, limits=(0, max(values.max(), 1e-9))
            ),
            Dots(name="equilibrium", x=places[:, 0], y=places[:, 1], size=9, colour=6),
        ],
        equal=True,
    )


def _is_even(mix: Mix) -> bool:
    """Whether all moves but the first are equally likely, so that the figure shows it."""
    return len(set(mix[1:])) <= 1


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
    "player is sure of moving first and moving last."
)
def _a_zero_sum_game_has_a_value(_: EquilibriumControls, results: Results) -> bool | None:
    numbers = results.numbers
    first, second = numbers["payoffs"]
    if np.abs(first + second).max() > 0:
        return None
    values = [each["paid"][0] for each in numbers["equilibria"]]
    between = numbers["first"] - 1e-9 <= values[0] <= numbers["last"] + 1e-9
    return bool(between and np.ptp(values) < 1e-9)


@states("In the prisoner's dilemma the one equilibrium is the only cell that is not optimal.")
def _the_dilemma(controls: EquilibriumControls, results: Results) -> bool | None:
    if controls.game != "given" or (controls.rows, controls.columns) != DILEMMA:
        return None
    left = {(0, 0), (0, 1), (1, 0), (1, 1)} - set(results.numbers["optima"])
    return bool(results.numbers["count"] == 1 and left == set(results.numbers["pure"]) == {(1, 1)})


@states("The best replies to the belief are the rows that pay most against it.")
def _the_best_replies_pay_most(controls: EquilibriumControls, results: Results) -> bool:
    first, _ = results.numbers["payoffs"]
    others = first.shape[1] - 1
    rest = (1 - controls.belief) / max(others, 1)
    mix = np.array([controls.belief if others else 1.0, *[rest] * others])
    paid = first @ mix
    best = set(np.flatnonzero(paid >= paid.max() - 1e-9 * (1 + np.abs(paid).max())).tolist())
    # Exact fractions tell apart what floats do not.
    return {int(paid.argmax())} <= best and set(results.numbers["replies"]) <= best


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
        _the_best_replies_pay_most,
    ],
    held={"game": get_args(_Game)},
)
