"""Finite games that textbooks tell, with their moves in words."""

from dataclasses import dataclass

from zerosum.equilibria.bimatrix import Bimatrix
from zerosum.registry import Table

__all__ = ["NAMED_GAMES", "NamedGame"]


@dataclass(frozen=True)
class NamedGame:
    """A finite game with words for its moves.

    Attributes:
        payoffs: The game.
        rows: What the player of the rows can do.
        columns: What the player of the columns can do.

    Example:
        >>> NAMED_GAMES["matching-pennies"].rows
        ('heads', 'tails')
    """

    payoffs: Bimatrix
    rows: tuple[str, ...]
    columns: tuple[str, ...]


def _symmetric(table: list[list[float]], *moves: str) -> NamedGame:
    """A game that looks the same to both players."""
    columns = [list(column) for column in zip(*table, strict=True)]
    return NamedGame(Bimatrix.of(table, columns), moves, moves)


def _zero_sum(table: list[list[float]], *moves: str) -> NamedGame:
    """A game in which one gains what the other loses."""
    lost = [[-paid for paid in row] for row in table]
    return NamedGame(Bimatrix.of(table, lost), moves, moves)


NAMED_GAMES: Table[NamedGame] = Table(
    "game",
    {
        "prisoners-dilemma": _symmetric([[-1, -3], [0, -2]], "stay silent", "betray"),
        "matching-pennies": _zero_sum([[1, -1], [-1, 1]], "heads", "tails"),
        "battle-of-the-sexes": NamedGame(
            Bimatrix.of([[2, 0], [0, 1]], [[1, 0], [0, 2]]),
            ("opera", "football"),
            ("opera", "football"),
        ),
        "stag-hunt": _symmetric([[4, 0], [3, 3]], "stag", "hare"),
        "chicken": _symmetric([[0, -1], [1, -10]], "swerve", "drive on"),
        "rock-paper-scissors": _zero_sum(
            [[0, -1, 1], [1, 0, -1], [-1, 1, 0]], "rock", "paper", "scissors"
        ),
    },
)
"""The games by name; a prisoner is paid minus the years in prison."""
