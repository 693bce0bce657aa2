"""A game that is watched is played bit for bit as if it were not."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
import torch

from helpers.planar import RING, planar_loop
from zerosum.errors import NonFiniteCostError
from zerosum.evaluation.plane import PlanarObserver
from zerosum.games.base import Game, Round, Turn
from zerosum.games.watching import Watched
from zerosum.randomness import Randomness

SETTINGS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "random layers": {"game.generator.dropout": 0.3, "game.discriminator.dropout": 0.3},
    "layers that remember": {"game.discriminator.spectral_norm": True},
    "noise": {"game.instance_noise.deviation": 0.3},
    "compared": {"game.objective": "relativistic", "game.penalties.r1.weight": 0.1},
    "several turns": {"game.critic_turns": 2, "game.generator_turns": 3},
}


def _weights(game: Game[Any]) -> list[torch.Tensor]:
    return [
        weight.clone()
        for player in game.players.values()
        for weight in player.network.parameters()
    ]


@pytest.mark.parametrize("fields", SETTINGS.values(), ids=SETTINGS)
def test_to_look_at_every_move_changes_nothing(fields: dict[str, Any]) -> None:
    alone, game = planar_loop(fields)
    seen, watched = planar_loop(fields)
    observer = PlanarObserver(
        RING, latent="normal", latent_size=2, random=Randomness(seed=1), points=50, samples=20
    )
    looks = []

    @contextmanager
    def around(turn: Turn, now: Round) -> Iterator[None]:
        yield
        looks.append(observer.look(watched))

    seen.game = Watched(watched, around)
    for loop in (alone, seen):
        loop.run(until=96)
    assert len(looks) > 6
    assert all(map(torch.equal, _weights(game), _weights(watched)))


def test_every_move_happens_within_its_block() -> None:
    loop, game = planar_loop({"game.generator_turns": 2})
    seen = []

    @contextmanager
    def around(turn: Turn, now: Round) -> Iterator[None]:
        before = _weights(game)
        yield
        moved = [not torch.equal(*pair) for pair in zip(before, _weights(game), strict=True)]
        seen.append((now.number, turn.player, any(moved[:6]), any(moved[6:])))

    loop.game = Watched(game, around)
    loop.run(until=32)
    moves = ("discriminator", True, False), *[("generator", False, True)] * 2
    assert seen == [(number, *move) for number in range(2) for move in moves]


def test_a_cost_that_is_not_finite_stops_a_watched_game_before_the_move() -> None:
    loop, game = planar_loop()
    game.players["discriminator"].parameters[0].data.fill_(float("nan"))
    ended = []

    @contextmanager
    def around(turn: Turn, now: Round) -> Iterator[None]:
        yield
        ended.append(turn.player)

    loop.game = Watched(game, around)
    with pytest.raises(NonFiniteCostError, match="discriminator"):
        loop.run(until=32)
    assert not ended


def test_the_memory_of_a_watched_game_is_its_own() -> None:
    _, game = planar_loop(
        {"game.adaptive_augmentation.images": 100, "game.adaptive_augmentation.probability": 0.5}
    )
    watched = Watched(game, lambda turn, now: nullcontext())
    (name,) = watched.state_dict()
    changed = game.state_dict()[name] + 0.25
    watched.load_state_dict({name: changed})
    assert torch.equal(game.state_dict()[name], changed)
