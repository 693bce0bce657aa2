"""A round that is played any number of times in thought."""

from typing import Any

import pytest
import torch

from zerosum.config import change
from zerosum.errors import RunError
from zerosum.games.base import Turn
from zerosum.jobs.looking import loop_of_recipe
from zerosum.recipes import recipe
from zerosum.training.loop import Loop
from zerosum.training.standing import StandingRound

TINY = {
    "game.generator.base_channels": 4,
    "game.discriminator.base_channels": 4,
    "batch_size": 8,
    "device": "cpu",
}


def loop_of(fields: dict[str, Any] | None = None) -> Loop[Any]:
    return loop_of_recipe(change(recipe("dcgan-digits"), {**TINY, **(fields or {})}))


def costs(turns: dict[str, Turn]) -> dict[str, float]:
    return {name: turn.cost.item() for name, turn in turns.items()}


def test_the_turns_are_those_of_the_loop_before_anybody_moves() -> None:
    fields = {"game.generator_optimizer.historical_averaging": 0.1}
    standing = StandingRound(loop_of(fields))
    looked = costs(standing.turns())
    assert costs(standing.turns()) == looked
    played = loop_of(fields).play_round()
    assert played["discriminator"]["cost"].item() == looked["discriminator"]
    # In the loop G meets the D that has just moved.
    assert played["generator"]["cost"].item() != looked["generator"]


def test_a_later_round_has_another_batch() -> None:
    loop = loop_of()
    first, third = StandingRound(loop), StandingRound(loop, ahead=2)
    assert (third.number, third.images_seen) == (2, 16)
    assert first.cost("discriminator") != third.cost("discriminator")
    assert costs(first.turns()) == costs(StandingRound(loop_of()).turns())


def test_the_round_is_one_in_which_all_players_have_a_turn() -> None:
    standing = StandingRound(loop_of({"game.critic_turns": 3}))
    assert standing.number == 2
    assert list(standing.turns()) == ["discriminator", "generator"]
    with pytest.raises(RunError, match="in which all of discriminator, generator have a turn"):
        StandingRound(loop_of({"game.critic_turns": 1000}))


def test_a_cost_depends_on_the_weights_alone_and_can_be_differentiated_twice() -> None:
    loop = loop_of({"game.discriminator.spectral_norm": True})
    # PyTorch differentiates batch normalisation twice, and so not behind R1, which is not due.
    standing = StandingRound(loop, ahead=1)
    before = costs(standing.turns())
    for name, player in loop.game.players.items():
        weights = player.parameters
        gradients = torch.autograd.grad(
            standing.turn(name, twice=True).cost, weights, create_graph=True
        )
        square = torch.stack([each.square().sum() for each in gradients]).sum()
        again = torch.autograd.grad(square, weights, allow_unused=True)
        assert any(each is not None and bool(each.any()) for each in again)
        with torch.no_grad():
            weights[0].add_(0.1)
        assert standing.cost(name).item() != before[name]
        with torch.no_grad():
            weights[0].sub_(0.1)
    assert costs(standing.turns()) == pytest.approx(before, rel=1e-5)
