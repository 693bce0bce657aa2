"""Finite games in pictures: what is paid, what each row is worth, and what there is to gain."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from zerosum.equilibria.bimatrix import Bimatrix, Cell, Equilibrium, Mix, gains
from zerosum.equilibria.named import NamedGame
from zerosum.lessons.figures import Axis, Dots, HeatMap, Line, Plot, Rule

__all__ = ["against", "gains_figure", "marked_shares", "mix_of", "plane"]

_SHARES = np.linspace(0, 1, 41)


def mix_of(first: float, count: int) -> Mix:
    """Give the first move that probability, and the others equal ones.

    Example:
        >>> print(*mix_of(0.5, 3))
        1/2 1/4 1/4
    """
    share = Fraction(str(first)) if count > 1 else Fraction(1)
    return (share, *((1 - share) / (count - 1) for _ in range(count - 1)))


def marked_shares(found: Sequence[Equilibrium]) -> list[float]:
    """Find the shares of the first column at which `against` marks an equilibrium.

    These are equilibria at which rows are mixed, so that their lines cross, and at which all
    columns but the first are equally likely, as they are in the figure.

    Example:
        >>> half = (Fraction(1, 2), Fraction(1, 2))
        >>> marked_shares([Equilibrium(row=half, column=half, paid=(Fraction(0), Fraction(0)))])
        [0.5]
    """
    return sorted(
        {
            float(each.column[0])
            for each in found
            if sum(map(bool, each.row)) > 1 and _is_even(each.column)
        }
    )


def plane(game: Bimatrix, found: Sequence[Equilibrium], optima: Sequence[Cell]) -> Plot:
    """Draw the cells by what they pay both players.

    Example:
        >>> plane(Bimatrix.of([[1]], [[2]]), [], [(0, 0)]).marks[1].name
        'cell'
    """
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


def against(named: NamedGame, belief: float, found: Sequence[Equilibrium]) -> Plot:
    """Draw what each row is worth against a mix of columns: a player is indifferent at crossings.

    Example:
        >>> game = NamedGame(Bimatrix.of([[1, 0]], [[2, 0]]), ("go",), ("left", "right"))
        >>> [mark.name for mark in against(game, 0.5, []).marks]
        ['go', 'belief']
    """
    rows = np.array(named.payoffs.rows, dtype=np.float64)
    mixes = np.array([mix_of(share, rows.shape[1]) for share in _SHARES], dtype=np.float64)
    return Plot(
        title="What the row player is paid for each row, against a mix of columns",
        x=Axis(label=f"probability of the first column, {named.columns[0]}", limits=(0, 1)),
        y=Axis(label="paid to the player of the rows"),
        marks=[
            *(
                Line(name=move, x=_SHARES, y=mixes @ row)
                for move, row in zip(named.rows, rows, strict=True)
            ),
            Rule(name="belief", at=belief, axis="x"),
            *(Rule(name="equilibrium", at=share, axis="x") for share in marked_shares(found)),
        ],
    )


def gains_figure(game: Bimatrix, found: Sequence[Equilibrium]) -> Plot:
    """Draw how much a player can gain, for mixes in which all moves but the first are alike.

    Example:
        >>> gains_figure(Bimatrix.of([[1, 0]], [[2, 0]]), []).marks[0].values.shape
        (41, 41)
    """
    rows, columns = (
        np.array([mix_of(share, count) for share in _SHARES], dtype=np.float64)
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
    """Whether all moves but the first are equally likely, so that the figures show it."""
    return len(set(mix[1:])) <= 1
