"""A round in which nobody moves: the players' costs as functions of their weights."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import torch

from zerosum.errors import RunError
from zerosum.games.base import Round, Turn
from zerosum.nn.bilinear import TwiceDifferentiable
from zerosum.training.loop import Loop
from zerosum.types import Scalar

__all__ = ["StandingRound"]

_MOST = 64
"""Rounds within which every player has a turn."""


class StandingRound:
    """A coming round of a run, whose turns are computed any number of times and never made.

    Batch, random numbers, running statistics and the game's memory are the same each time, so a
    cost depends on the weights alone. Costs can be differentiated twice.

    Args:
        loop: The run, between two rounds; what a game remembers besides its weights may change.
        ahead: How many rounds to pass over. The round is the next one then in which all players
            have a turn.

    Attributes:
        number: The number of the round.
        images_seen: Images seen before it.

    Raises:
        RunError: There is no such round within the next 64.

    Example:
        >>> from zerosum.jobs.looking import loop_of_recipe
        >>> from zerosum.recipes import recipe
        >>> standing = StandingRound(loop_of_recipe(recipe("dcgan-digits")))
        >>> one, other = standing.cost("generator"), standing.cost("generator")
        >>> torch.equal(one, other), list(standing.turns())
        (True, ['discriminator', 'generator'])
    """

    def __init__(self, loop: Loop[Any], *, ahead: int = 0) -> None:
        self.loop = loop
        self.number, self.images_seen = loop.rounds, loop.images_seen
        networks = [player.network for player in loop.game.players.values()]
        buffers = [buffer for network in networks for buffer in network.buffers()]
        self._buffers = [(buffer, buffer.clone()) for buffer in buffers]
        self._memory = {name: value.clone() for name, value in loop.game.state_dict().items()}
        for _ in range(ahead):
            self._pass_over()
        for _ in range(_MOST):
            if self.turns().keys() == loop.game.players.keys():
                return
            self._pass_over()
        raise RunError(
            f"expected a round in which all of {', '.join(loop.game.players)} have a turn; "
            f"there is none within {_MOST}."
        )

    def _pass_over(self) -> None:
        self.images_seen += self.loop.batches.size_at(self.images_seen)
        self.number += 1

    def turns(self) -> dict[str, Turn]:
        """The turns by player, with what each player itself adds to its cost."""
        return {turn.player: turn for turn in self._turns()}

    def turn(self, player: str, *, twice: bool = False) -> Turn:
        """One player's turn.

        Args:
            player: Whose.
            twice: Whether its gradient will be differentiated in turn, which this makes faster.
        """
        with TwiceDifferentiable() if twice else nullcontext():
            return next(turn for turn in self._turns() if turn.player == player)

    def cost(self, player: str) -> Scalar:
        """What a player lowers, part of a graph."""
        return self.turn(player).cost

    def _turns(self) -> Iterator[Turn]:
        self._put_back()
        with torch.random.fork_rng():
            # Layers draw what they would in that round, in a run that was resumed there.
            self.loop.seed_layers(self.images_seen)
            now = Round(
                number=self.number,
                images_seen=self.images_seen,
                random=self.loop.random_at(self.images_seen),
            )
            for turn in self.loop.turns(self.loop.batches.at(self.images_seen), now):
                yield self.loop.game.players[turn.player].regularise(turn)

    def _put_back(self) -> None:
        with torch.no_grad():
            for buffer, before in self._buffers:
                buffer.copy_(before)
        self.loop.game.load_state_dict(self._memory)
