"""Diagnostics of the players, from rounds played ahead without moving anyone."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from zerosum.games.base import Game, Round
from zerosum.training.loop import Loop

__all__ = ["player_diagnostics"]


def player_diagnostics(loop: Loop[Any], *, rounds: int = 8) -> dict[str, float]:
    """Each player's accuracy and the norm of its gradient, over the rounds that come next.

    The turns are played on the batches that the run will see next, so that nobody has learnt
    them yet, but nobody moves, and running statistics and the game's memory are put back: the run
    goes on as if nothing had been looked at. All follows from where the run is.

    Args:
        loop: The run, between two rounds.
        rounds: How many rounds to play ahead; at least as many as a round of all players takes.

    Returns:
        ``"PLAYER accuracy"``, where the game tells one, and ``"PLAYER gradient"``: means.

    Example:
        >>> from types import SimpleNamespace
        >>> from zerosum.games.base import Player, Turn
        >>> from zerosum.training.engine import Engine
        >>> class Square(Game[None]):
        ...     def __init__(self):
        ...         network = torch.nn.ParameterList([torch.tensor([3.0])])
        ...         optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        ...         self.players = {"x": Player(network=network, optimizer=optimizer)}
        ...     def turns(self, batch, now):
        ...         yield Turn(player="x", cost=self.players["x"].network[0].square().sum())
        >>> batches = SimpleNamespace(size_at=lambda position: 8, at=lambda position: None)
        >>> engine = Engine(device=torch.device("cpu"))
        >>> player_diagnostics(Loop(game=Square(), batches=batches, engine=engine, seed=0))
        {'x gradient': 6.0}
    """
    sums: dict[str, float] = defaultdict(float)
    counts: dict[str, int] = defaultdict(int)
    with _left_as_it_is(loop.game):
        images = loop.images_seen
        for ahead in range(rounds):
            # Layers draw what they would in that round, in a run that was resumed here too.
            loop.seed_layers(images)
            # Without the others: they do not look, and would be waited for in vain.
            now = Round(
                number=loop.rounds + ahead, images_seen=images, random=loop.random_at(images)
            )
            for turn in loop.turns(loop.batches.at(images), now):
                player = loop.game.players[turn.player]
                gradients = torch.autograd.grad(turn.cost, player.parameters, allow_unused=True)
                squares = [
                    gradient.square().sum() for gradient in gradients if gradient is not None
                ]
                values = {"gradient": torch.stack(squares).sum().sqrt()}
                if "accuracy" in turn.scores:
                    values["accuracy"] = turn.scores["accuracy"]
                for name, value in values.items():
                    sums[f"{turn.player} {name}"] += float(value)
                    counts[f"{turn.player} {name}"] += 1
            images += loop.batches.size_at(images)
    return {name: sums[name] / counts[name] for name in sorted(sums)}


@contextmanager
def _left_as_it_is(game: Game[Any]) -> Iterator[None]:
    """Put back what playing changes beside the weights: buffers and the game's memory."""
    buffers = [
        (buffer, buffer.clone())
        for player in game.players.values()
        for network in (player.network, player.ema)
        if network is not None
        for buffer in network.buffers()
    ]
    memory = {name: value.clone() for name, value in game.state_dict().items()}
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)
        game.load_state_dict(memory)
