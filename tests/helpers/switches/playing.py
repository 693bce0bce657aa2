"""A tiny game that is played for a few rounds, while somebody notes all that happens in it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from zerosum.config import RunConfig
from zerosum.data import scale
from zerosum.families import family_of
from zerosum.families.building import build_game
from zerosum.games.base import Game, Player, Round, Turn
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop, Record
from zerosum.types import Batch, DomainBatch, Images, SemiSupervisedBatch

CPU = Engine(device=torch.device("cpu"))
ROUNDS = 3
NOTED = ("forward", "features", "with_maps")
"""The methods by which games ask networks."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a network was asked, what it said, and the gradients that came back to it."""

    player: str
    part: str
    method: str
    asked: tuple[Tensor, ...]
    answers: tuple[Tensor, ...]
    gradients: list[Tensor]

    @property
    def said(self) -> Tensor:
        """The first of its answers, or the only one."""
        return self.answers[0]


@dataclass(kw_only=True)
class Move:
    """One turn: its cost before and all weights around it."""

    round: int
    images: int
    player: str
    batch: Any
    cost: Tensor
    scores: Mapping[str, Tensor]
    calls: list[Call]
    before: list[Tensor]
    after: list[Tensor] = field(default_factory=list)
    gradients: list[Tensor | None] = field(default_factory=list)
    pace: Mapping[str, Any] = field(default_factory=dict)


class Played:
    """A game after its rounds, and what was noted meanwhile."""

    def __init__(self, config: RunConfig, batches: Any, rounds: int = ROUNDS) -> None:
        self.config, aids = family_of(config).aids(config, CPU.device)
        self.game: Game[Any] = build_game(self.config, CPU, aids=aids)
        self.first = {name: _copies(each) for name, each in self.game.players.items()}
        self.moves: list[Move] = []
        self._calls: list[Call] = []
        self._turns = self.game.turns
        for name, player in self.game.players.items():
            for part, module in _parts(player.network):
                for method in NOTED:
                    self._note_calls(name, part, module, method)
        self.game.turns = self._noted_turns  # type: ignore[method-assign]
        loop = Loop(game=self.game, batches=batches, engine=CPU, seed=0)
        self.records: list[Record] = [loop.play_round() for _ in range(rounds)]

    @property
    def settings(self) -> Any:
        """The settings of the game."""
        return self.config.game

    @property
    def weights(self) -> list[Tensor]:
        """All that training has made: of the players and of their averages."""
        networks = [
            network
            for player in self.game.players.values()
            for network in (player.network, player.ema)
            if network is not None
        ]
        return [weight for network in networks for weight in network.parameters()]

    def moves_of(self, player: str) -> list[Move]:
        """A player's moves."""
        return [move for move in self.moves if move.player == player]

    def calls_of(self, player: str, *, number: int | None = None, part: str = "") -> list[Call]:
        """What a player's network was asked, in one round or in all."""
        return [
            call
            for move in self.moves
            for call in move.calls
            if (call.player, call.part) == (player, part) and number in (None, move.round)
        ]

    def as_it_began(self, player: str) -> nn.Module:
        """A player's network before its first move."""
        _, aids = family_of(self.config).aids(self.config, CPU.device)
        return build_game(self.config, CPU, aids=aids).players[player].network

    def _note_calls(self, player: str, part: str, module: nn.Module, method: str) -> None:
        asked = getattr(module, method, None)
        if asked is None:
            return

        def noted(*arguments: Any) -> Any:
            said = asked(*arguments)
            answers, gradients = _tensors(said), list[Tensor]()
            if answers[0].requires_grad:
                answers[0].register_hook(lambda each: gradients.append(each.detach().clone()))  # type: ignore[no-untyped-call]
            self._calls.append(
                Call(
                    player=player,
                    part=part,
                    method=method,
                    asked=tuple(each.detach().clone() for each in _tensors(arguments)),
                    answers=tuple(each.detach().clone() for each in answers),
                    gradients=gradients,
                )
            )
            return said

        setattr(module, method, noted)

    def _noted_turns(self, batch: Any, now: Round) -> Iterator[Turn]:
        turns = self._turns(batch, now)
        while True:
            self._calls = []
            turn = next(turns, None)
            if turn is None:
                return
            player = self.game.players[turn.player]
            move = Move(
                round=now.number,
                images=now.images_seen,
                player=turn.player,
                batch=batch,
                cost=turn.cost.detach().clone(),
                scores={name: value.detach().clone() for name, value in turn.scores.items()},
                calls=self._calls,
                before=_copies(player),
            )
            self.moves.append(move)
            yield turn
            move.after = _copies(player)
            move.gradients = [
                None if weight.grad is None else weight.grad.clone()
                for weight in player.parameters
            ]
            group = player.optimizer.param_groups[0]
            move.pace = {
                name: group[name] for name in ("lr", "betas", "momentum") if name in group
            }


class Noise:
    """Pictures of noise in the 256 levels that real ones have, as a family's games take them."""

    def __init__(self, config: RunConfig) -> None:
        self.config = config

    def size_at(self, position: int) -> int:
        return self.config.batch_size

    def at(self, position: int) -> Any:
        return MADE[self.config.family](self, position)

    def images(self, stream: int, position: int) -> Images:
        generator = torch.Generator().manual_seed(1000 * stream + position)
        shape = (self.config.batch_size, *self.config.pictures.shape)
        return scale(torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator))

    def batch(self, position: int) -> Batch:
        labels = torch.arange(self.config.batch_size) % 2
        return Batch(images=self.images(0, position), labels=labels)

    def few_labels(self, position: int) -> SemiSupervisedBatch:
        return SemiSupervisedBatch(images=self.images(1, position), labelled=self.batch(position))

    def domains(self, position: int) -> DomainBatch:
        a, b, smoothed = (self.images(stream, position) for stream in range(3))
        labels = self.batch(position).labels
        return DomainBatch(a=a, b=b, smoothed=smoothed, labels_a=labels)


MADE: Mapping[str, Callable[[Noise, int], Any]] = {
    "generation": Noise.batch,
    "autoregressive": Noise.batch,
    "classification": Noise.batch,
    "perturbation": Noise.batch,
    "semi_supervised": Noise.few_labels,
    "adaptation": Noise.domains,
    "translation": Noise.domains,
}


@cache
def play(config: RunConfig) -> Played:
    """Play with noise."""
    return Played(config, Noise(config))


@cache
def play_with_data(config: RunConfig) -> Played:
    """Play with the pictures that the run names, as its family draws them."""
    family = family_of(config)
    data = family.open(config, quiet=True)
    config = family.complete(config, data)
    return Played(config, family.batches(config, data, CPU))


def _parts(network: nn.Module) -> list[tuple[str, nn.Module]]:
    """The networks that a player moves, and the head that a game may ask by itself."""
    if isinstance(network, nn.ModuleDict):
        return list(network.items())
    head = getattr(network, "head", None)
    return [("", network), *([("head", head)] if isinstance(head, nn.Module) else [])]


def _tensors(values: Any) -> list[Tensor]:
    """The tensors of whatever is nested."""
    if isinstance(values, Tensor):
        return [values]
    return [each for value in values for each in _tensors(value)]


def _copies(player: Player) -> list[Tensor]:
    return [weight.detach().clone() for weight in player.parameters]
