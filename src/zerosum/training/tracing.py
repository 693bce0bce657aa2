"""One round of a game, seen from inside: what the networks made, its gradients, what moved."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from zerosum.games.base import Player, Round, Turn
from zerosum.games.watching import Watched
from zerosum.training.loop import Loop

__all__ = ["Move", "Pass", "RoundTrace", "WeightStep", "trace_round"]


@dataclass(kw_only=True)
class Pass:
    """One computation of a player's network.

    Attributes:
        player: Whose network.
        part: Which of several networks of that player; empty where it has one.
        arguments: What it was given.
        output: What it made.
        gradients: By the number of the move: the gradient of that move's cost by the output,
            where the move depends on it.
        again: What the network makes of the same arguments after its own move, where it has moved
            because of this.

    Example:
        >>> made = Pass(player="generator", arguments=(torch.zeros(1),), output=torch.ones(1))
        >>> made.again is None
        True
    """

    player: str
    part: str = ""
    arguments: tuple[Any, ...]
    output: Tensor
    gradients: dict[int, Tensor] = field(default_factory=dict)
    again: Tensor | None = None


@dataclass(frozen=True, kw_only=True)
class WeightStep:
    """How a player's move changed one of its tensors of weights.

    Attributes:
        name: The tensor's, within the network.
        shape: Its shape.
        size: The root mean square of its numbers before the move.
        gradient: That of the gradient of the cost.
        change: That of the change.
        along: The sum of gradient times change: by how much the cost falls to first order.

    Example:
        >>> step = WeightStep(
        ...     name="0.weight", shape=(2, 2), size=0.1, gradient=1.0, change=0.01, along=-0.04
        ... )
        >>> round(step.change / step.size, 3)
        0.1
    """

    name: str
    shape: tuple[int, ...]
    size: float
    gradient: float
    change: float
    along: float


@dataclass(frozen=True, kw_only=True)
class Move:
    """A player's turn.

    Attributes:
        player: Who moved.
        cost: What it lowered, without what the player itself adds to it.
        scores: What the game records of the turn.
        weights: What changed, one for each tensor of weights, in the order of the network.
        others_stood_still: Whether no weight of another player changed meanwhile.

    Example:
        >>> Move(
        ...     player="generator", cost=0.7, scores={}, weights=(), others_stood_still=True
        ... ).player
        'generator'
    """

    player: str
    cost: float
    scores: Mapping[str, float]
    weights: tuple[WeightStep, ...]
    others_stood_still: bool


@dataclass(frozen=True, kw_only=True)
class RoundTrace:
    """What happened in a round.

    Attributes:
        batch: The real images, or what else the game was given.
        passes: Every computation of a network, in their order.
        moves: The moves, in their order.

    Example:
        >>> RoundTrace(batch=None, passes=(), moves=()).of("generator")
        []
    """

    batch: Any
    passes: tuple[Pass, ...]
    moves: tuple[Move, ...]

    def of(self, player: str) -> list[Pass]:
        """The computations of one player's network."""
        return [each for each in self.passes if each.player == player]


def trace_round(loop: Loop[Any]) -> RoundTrace:
    """Play one round, and note what happens in it; the weights end where they would otherwise.

    Args:
        loop: The round is its next one; it goes on as if it had played alone.

    Raises:
        NonFiniteCostError: As `Loop.play_round`.
    """
    recorder = _Recorder()
    game, batch = loop.game, loop.batches.at(loop.images_seen)
    loop.game = Watched(game, recorder.around)
    recorder.players = game.players
    try:
        with ExitStack() as stack:
            for name, player in game.players.items():
                for part, network in _parts(player.network).items():
                    stack.enter_context(_overheard(network, recorder.note(name, part)))
            loop.play_round()
    finally:
        loop.game = game
    return RoundTrace(batch=batch, passes=tuple(recorder.passes), moves=tuple(recorder.moves))


Note = Callable[[tuple[Any, ...], object], None]


class _Recorder:
    def __init__(self) -> None:
        self.players: Mapping[str, Player] = {}
        self.passes: list[Pass] = []
        self.moves: list[Move] = []

    def note(self, player: str, part: str) -> Note:
        """What to call with each computation of a network."""

        def note(arguments: tuple[Any, ...], output: object) -> None:
            if not isinstance(output, Tensor):
                return
            made = Pass(player=player, part=part, arguments=arguments, output=output.detach())
            self.passes.append(made)
            if output.requires_grad:
                hear: Callable[..., object] = output.register_hook
                hear(lambda gradient: self._note_gradient(made, gradient))

        return note

    def _note_gradient(self, made: Pass, gradient: Tensor) -> None:
        """Keep the gradient; a hook that returns nothing leaves it as it is.

        Penalties differentiate, too, while a turn is prepared: what the move itself sends back
        comes last, and stays.
        """
        made.gradients[len(self.moves)] = gradient.detach()

    @contextmanager
    def around(self, turn: Turn, now: Round) -> Iterator[None]:
        """Note a move: the weights before it and after it."""
        player = self.players[turn.player]
        for made in self.passes:
            made.gradients.pop(len(self.moves), None)
        named = [each for each in player.network.named_parameters() if each[1].requires_grad]
        before = [weight.detach().clone() for _, weight in named]
        others = [each for each in self.players.values() if each is not player]
        standing = [w for each in others for w in each.network.parameters()]
        stood = [weight.detach().clone() for weight in standing]
        yield
        steps = [_step(*each, was) for each, was in zip(named, before, strict=True)]
        self._repeat(turn.player, player.network)
        scores = {name: float(value.detach()) for name, value in turn.scores.items()}
        self.moves.append(
            Move(
                player=turn.player,
                cost=float(turn.cost.detach()),
                scores=scores,
                weights=tuple(steps),
                others_stood_still=all(map(torch.equal, standing, stood)),
            )
        )

    def _repeat(self, name: str, network: nn.Module) -> None:
        """Let a copy of the network compute again what this move came from."""
        moved = [
            each
            for each in self.passes
            if each.player == name and len(self.moves) in each.gradients
        ]
        if not moved:
            return
        copies = _parts(deepcopy(network))
        for copy in copies.values():
            copy.__dict__.pop("forward")
        with torch.random.fork_rng(), torch.no_grad():
            for each in moved:
                each.again = copies[each.part](*each.arguments)


def _parts(network: nn.Module) -> dict[str, nn.Module]:
    """The networks that are called: a container of several is not."""
    return dict(network.items()) if isinstance(network, nn.ModuleDict) else {"": network}


@contextmanager
def _overheard(network: nn.Module, note: Note) -> Iterator[None]:
    """Within the block, each computation of the network is noted, as a module or by `forward`."""
    forward = network.forward

    def noted(*arguments: Any, **named: Any) -> object:
        output = forward(*arguments, **named)
        note(arguments, output)
        return output

    network.forward = noted
    try:
        yield
    finally:
        del network.forward


def _step(name: str, weight: nn.Parameter, before: Tensor) -> WeightStep:
    gradient = torch.zeros_like(before) if weight.grad is None else weight.grad
    return WeightStep(
        name=name,
        shape=tuple(before.shape),
        size=_root_mean_square(before),
        gradient=_root_mean_square(gradient),
        change=_root_mean_square(weight.detach() - before),
        along=float((gradient * (weight.detach() - before)).sum()),
    )


def _root_mean_square(values: Tensor) -> float:
    return float(values.float().square().mean().sqrt())
