"""A game that is played as it is, while somebody looks on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

from torch import Tensor

from zerosum.games.base import BatchT, Game, Round, Turn

__all__ = ["Watched"]


class Watched(Game[BatchT]):
    """Another game, with a block around each move of it.

    The loop plays it as it would the other: the block begins when the turn is known and nobody
    has moved yet, and ends when the player has moved. What it does must change nothing.

    Args:
        game: What is played.
        around: From a turn and its round to the block.

    Example:
        >>> from contextlib import contextmanager
        >>> from types import SimpleNamespace
        >>> import torch
        >>> from zerosum.games import Player
        >>> from zerosum.training.engine import Engine
        >>> from zerosum.training.loop import Loop
        >>> class Square(Game[None]):
        ...     def __init__(self):
        ...         self.x = torch.nn.ParameterList([torch.tensor([3.0])])
        ...         optimizer = torch.optim.SGD(self.x.parameters(), lr=0.1)
        ...         self.players = {"x": Player(network=self.x, optimizer=optimizer)}
        ...     def turns(self, batch, now):
        ...         yield Turn(player="x", cost=self.x[0].square().sum())
        >>> game = Square()
        >>> @contextmanager
        ... def printed(turn, now):
        ...     before = game.x[0].item()
        ...     yield
        ...     print(f"{turn.player} in round {now.number}: {before:.1f}, {game.x[0].item():.1f}")
        >>> batches = SimpleNamespace(size_at=lambda position: 8, at=lambda position: None)
        >>> engine = Engine(device=torch.device("cpu"))
        >>> Loop(game=Watched(game, printed), batches=batches, engine=engine, seed=0).run(until=16)
        x in round 0: 3.0, 2.4
        x in round 1: 2.4, 1.9
    """

    def __init__(
        self,
        game: Game[BatchT],
        around: Callable[[Turn, Round], AbstractContextManager[object]],
    ) -> None:
        self.game = game
        self.around = around
        self.players = game.players
        self.roles = game.roles

    def turns(self, batch: BatchT, now: Round) -> Iterator[Turn]:
        """The turns of the other game, each within its block."""
        for turn in self.game.turns(batch, now):
            with self.around(turn, now):
                yield turn

    def state_dict(self) -> dict[str, Tensor]:
        """The state of the other game."""
        return self.game.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Load the state of the other game."""
        self.game.load_state_dict(state)
