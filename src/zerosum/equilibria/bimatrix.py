"""Games of two players with finitely many moves: best replies, equilibria, Pareto optima.

Payoffs and mixes are fractions, so that a tie is a tie. Each function looks from the side of the
player who chooses the row; for the other one, it is called with `Bimatrix.swapped`.

The equilibria are found by trying all pairs of supports, in exact arithmetic: for the few moves of
a game that a person looks at, that is a page of code, and no solver is needed. Those at hand, as
nashpy, compute with floats, where it depends on a tolerance whether a game is degenerate.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np
from jaxtyping import Float64

from zerosum.errors import ConfigError

__all__ = [
    "Bimatrix",
    "Cell",
    "Equilibrium",
    "Mix",
    "best_replies",
    "equilibria",
    "expected_payoff",
    "gains",
    "is_degenerate",
    "pareto_optima",
    "pure_equilibria",
]

Payoffs = tuple[tuple[Fraction, ...], ...]
"""One tuple for each row."""

Cell = tuple[int, int]
"""A row and a column."""

Mix = tuple[Fraction, ...]
"""A probability for each of a player's moves."""


@dataclass(frozen=True)
class Bimatrix:
    """A game of a player who chooses a row and one who chooses a column, at the same time.

    Attributes:
        rows: What the player of the rows is paid in each cell, m rows of n numbers.
        columns: What the player of the columns is paid there.

    Example:
        >>> game = Bimatrix.of([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
        >>> game.shape, game.is_zero_sum
        ((2, 2), True)
    """

    rows: Payoffs
    columns: Payoffs

    @classmethod
    def of(
        cls,
        rows: Sequence[Sequence[float | Fraction]],
        columns: Sequence[Sequence[float | Fraction]],
    ) -> "Bimatrix":
        """Make a game of numbers; a float is taken as it is written, 0.1 as 1/10.

        Raises:
            ConfigError: The numbers make no two tables of one shape, or one is not finite.

        Example:
            >>> Bimatrix.of([[0.1]], [[2]]).rows
            ((Fraction(1, 10),),)
        """
        game = cls(_table(rows), _table(columns))
        widths = {len(row) for row in (*game.rows, *game.columns)}
        if len(game.rows) != len(game.columns) or len(widths) != 1 or 0 in widths:
            raise ConfigError(
                "expected the payoffs of two players in tables of one shape, found rows of "
                f"{_widths(rows)} and of {_widths(columns)} numbers; give each player a number "
                "for each cell."
            )
        return game

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and columns."""
        return len(self.rows), len(self.rows[0])

    @property
    def cells(self) -> Iterator[Cell]:
        """All cells, row by row."""
        rows, columns = self.shape
        return ((row, column) for row in range(rows) for column in range(columns))

    @property
    def swapped(self) -> "Bimatrix":
        """The same game with the players' names exchanged: its rows are the columns of this."""
        return Bimatrix(_transposed(self.columns), _transposed(self.rows))

    @property
    def is_zero_sum(self) -> bool:
        """Whether one player is paid in each cell what the other one loses."""
        return all(self.rows[i][j] + self.columns[i][j] == 0 for i, j in self.cells)

    def paid(self, cell: Cell) -> tuple[Fraction, Fraction]:
        """What both are paid in a cell, the player of the rows first."""
        row, column = cell
        return self.rows[row][column], self.columns[row][column]


@dataclass(frozen=True, kw_only=True)
class Equilibrium:
    """A mix for each player, neither of whom is paid more by another one of their own.

    Attributes:
        row: The probabilities of the rows.
        column: The probabilities of the columns.
        paid: What both expect, the player of the rows first.
    """

    row: Mix
    column: Mix
    paid: tuple[Fraction, Fraction]

    @property
    def is_pure(self) -> bool:
        """Whether each player has one move.

        Example:
            >>> (found,) = equilibria(Bimatrix.of([[2, 0], [3, 1]], [[2, 3], [0, 1]]))
            >>> found.is_pure
            True
        """
        return len(_support(self.row)) == len(_support(self.column)) == 1


def best_replies(game: Bimatrix, column: Mix) -> tuple[int, ...]:
    """Find the rows that pay most against a mix of columns.

    Example:
        >>> pennies = Bimatrix.of([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
        >>> best_replies(pennies, (Fraction(3, 4), Fraction(1, 4)))
        (0,)
        >>> best_replies(pennies, (Fraction(1, 2), Fraction(1, 2)))
        (0, 1)
    """
    expected = [_dot(row, column) for row in game.rows]
    return tuple(i for i, value in enumerate(expected) if value == max(expected))


def expected_payoff(game: Bimatrix, row: Mix, column: Mix) -> Fraction:
    """Compute what the player of the rows expects if both mix their moves.

    Example:
        >>> half = (Fraction(1, 2), Fraction(1, 2))
        >>> expected_payoff(Bimatrix.of([[3, 0], [0, 1]], [[0, 0], [0, 0]]), half, half)
        Fraction(1, 1)
    """
    return _dot(row, tuple(_dot(payoffs, column) for payoffs in game.rows))


def pure_equilibria(game: Bimatrix) -> tuple[Cell, ...]:
    """Find the cells in which each move is a best reply to the other.

    Paper:
        Nash 1950, https://doi.org/10.1073/pnas.36.1.48

    Example:
        >>> pure_equilibria(Bimatrix.of([[2, 0], [0, 1]], [[1, 0], [0, 2]]))
        ((0, 0), (1, 1))
    """
    rows, columns = game.shape
    to_columns = [best_replies(game, _pure(j, columns)) for j in range(columns)]
    to_rows = [best_replies(game.swapped, _pure(i, rows)) for i in range(rows)]
    return tuple((i, j) for i, j in game.cells if i in to_columns[j] and j in to_rows[i])


def pareto_optima(game: Bimatrix) -> tuple[Cell, ...]:
    """Find the cells than which no other is better for one player and as good for the other.

    Cells are compared with cells only; a lottery over cells may still be better for both.

    Example:
        >>> pareto_optima(Bimatrix.of([[2, 0], [3, 1]], [[2, 3], [0, 1]]))
        ((0, 0), (0, 1), (1, 0))
    """

    def is_better(other: Cell, than: Cell) -> bool:
        pairs = list(zip(game.paid(other), game.paid(than), strict=True))
        return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)

    return tuple(
        cell for cell in game.cells if not any(is_better(other, cell) for other in game.cells)
    )


def gains(
    game: Bimatrix, rows: Float64[np.ndarray, "r m"], columns: Float64[np.ndarray, "c n"]
) -> Float64[np.ndarray, "c r"]:
    """Compute how much more the player with the better alternative would be paid for it.

    It is 0 at an equilibrium, and there alone.

    Args:
        game: The game, of m rows and n columns.
        rows: Mixes of the rows, shape (r, m).
        columns: Mixes of the columns, shape (c, n).

    Returns:
        For each pair of mixes, shape (c, r).

    Example:
        >>> pennies = Bimatrix.of([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
        >>> gains(pennies, np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([[0.5, 0.5]])).tolist()
        [[0.0, 1.0]]
    """
    first, second = (np.array(each, dtype=np.float64) for each in (game.rows, game.columns))
    best_rows = (first @ columns.T).max(axis=0)[:, None]
    best_columns = (rows @ second).max(axis=1)[None]
    of_rows, of_columns = (columns @ (rows @ table).T for table in (first, second))
    more: Float64[np.ndarray, "c r"] = np.maximum(best_rows - of_rows, best_columns - of_columns)
    return more


def equilibria(game: Bimatrix) -> tuple[Equilibrium, ...]:
    """Find all extreme Nash equilibria, pure ones first.

    If no mix of k moves has more than k best replies, these are all equilibria. In a degenerate
    game there may be infinitely many; then each is a pair of averages of mixes found here, but not
    every such pair is an equilibrium.

    Paper:
        Mangasarian 1964, https://doi.org/10.1137/0112064; von Stengel 2007, chapter 3,
        https://www.maths.lse.ac.uk/personal/stengel/TEXTE/agt-stengel.pdf

    Example:
        >>> for found in equilibria(Bimatrix.of([[2, 0], [0, 1]], [[1, 0], [0, 2]])):
        ...     print(*found.row, "|", *found.column, "|", *found.paid)
        1 0 | 1 0 | 2 1
        0 1 | 0 1 | 1 2
        2/3 1/3 | 1/3 2/3 | 2/3 2/3
    """
    found, corners_of_columns = [], _corners(game.swapped)
    for row, to_row in _corners(game).items():
        for column, to_column in corners_of_columns.items():
            if _support(row) <= to_column and _support(column) <= to_row:
                paid = (
                    expected_payoff(game, row, column),
                    expected_payoff(game.swapped, column, row),
                )
                found.append(Equilibrium(row=row, column=column, paid=paid))
    return tuple(sorted(found, key=lambda each: not each.is_pure))


def is_degenerate(game: Bimatrix) -> bool:
    """Whether some mix of k moves, of either player, has more than k best replies.

    Paper:
        von Stengel 2007, chapter 3, as above

    Example:
        >>> is_degenerate(Bimatrix.of([[1, 1]], [[0, 0]]))
        True
    """
    return any(
        len(replies) > len(_support(mix))
        for side in (game, game.swapped)
        for mix, replies in _corners(side).items()
    )


def _corners(game: Bimatrix) -> dict[Mix, set[int]]:
    """The corners of the regions of mixes of rows that have the same best replies; and these.

    At a corner k rows are mixed so that k columns pay the other player the same, and none more.
    """
    rows, columns = game.shape
    found: dict[Mix, set[int]] = {}
    for size in range(1, min(rows, columns) + 1):
        for support in combinations(range(rows), size):
            for replies in combinations(range(columns), size):
                mix = _equalising(game, support, replies)
                if mix is not None and mix not in found:
                    best = set(best_replies(game.swapped, mix))
                    if best.issuperset(replies):
                        found[mix] = best
    return found


def _equalising(game: Bimatrix, support: Sequence[int], replies: Sequence[int]) -> Mix | None:
    """The one mix of the support against which all replies pay the same, if there is one."""
    one, zero = Fraction(1), Fraction(0)
    # Unknown are the probabilities and the payoff v: Σ p(i) paid(i, j) − v = 0, and Σ p(i) = 1.
    equations = [[*(game.columns[i][j] for i in support), -one, zero] for j in replies]
    solution = _solve([*equations, [*(one for _ in support), zero, one]])
    if solution is None or min(solution[:-1]) < 0:
        return None
    known = dict(zip(support, solution[:-1], strict=True))
    return tuple(known.get(i, zero) for i in range(len(game.rows)))


def _solve(equations: list[list[Fraction]]) -> list[Fraction] | None:
    """The solution of as many linear equations as unknowns, unless there is not just one.

    The last number of each equation is its right side.
    """
    count = len(equations)
    for column in range(count):
        pivot = next((row for row in range(column, count) if equations[row][column]), None)
        if pivot is None:
            return None
        equations[column], equations[pivot] = equations[pivot], equations[column]
        scale = equations[column][column]
        equations[column] = [value / scale for value in equations[column]]
        for row in range(count):
            factor = equations[row][column]
            if row != column and factor:
                pairs = zip(equations[row], equations[column], strict=True)
                equations[row] = [value - factor * other for value, other in pairs]
    return [equation[-1] for equation in equations]


def _table(numbers: Sequence[Sequence[float | Fraction]]) -> Payoffs:
    try:
        return tuple(tuple(Fraction(str(number)) for number in row) for row in numbers)
    except ValueError as error:
        raise ConfigError(
            f"expected payoffs that are finite numbers; {error}. Correct that one."
        ) from error


def _widths(numbers: Sequence[Sequence[float | Fraction]]) -> str:
    return ", ".join(str(len(row)) for row in numbers) or "no"


def _transposed(payoffs: Payoffs) -> Payoffs:
    return tuple(zip(*payoffs, strict=True))


def _pure(move: int, count: int) -> Mix:
    return tuple(Fraction(int(i == move)) for i in range(count))


def _support(mix: Mix) -> set[int]:
    return {i for i, share in enumerate(mix) if share}


def _dot(one: Sequence[Fraction], other: Sequence[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(one, other, strict=True)), Fraction(0))
