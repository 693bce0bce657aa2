"""What joins a player's cost, and what is recorded beside it."""

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from helpers.settings import penalties, rules
from zerosum.config import FeatureMatchingConfig
from zerosum.games import AdversarialGame, Pair, Player, Regulariser, Round
from zerosum.games.parts.regularisers import make_regularisers, regularise
from zerosum.randomness import Randomness

NOW = Round(number=0, images_seen=0, random=Randomness(seed=0))
PAIR = Pair(real=torch.zeros(2, 1, 1, 1), fake=torch.ones(2, 1, 1, 1))


class Brightness(Regulariser):
    """A term, and a score that is none."""

    name = "brightness"
    every = 3

    def term(self, game: Any, pair: Pair, now: Round) -> dict[str, Tensor]:
        return {"brightness": 2 * pair.fake.mean(), "contrast": torch.tensor(100.0)}


class Counter(Brightness):
    """It remembers how often it was computed."""

    def __init__(self) -> None:
        self.count = torch.zeros(())

    def state_dict(self) -> dict[str, Tensor]:
        return {"count": self.count}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        self.count = state["count"]


def _game() -> AdversarialGame:
    networks = nn.Linear(2, 1), nn.Linear(1, 1)
    players = [
        Player(network=network, optimizer=torch.optim.SGD(network.parameters(), lr=0.1))
        for network in networks
    ]
    return AdversarialGame(rules(), generator=players[0], discriminator=players[1])


@pytest.mark.parametrize(("loss", "expected"), [(torch.tensor(5.0), 7.0), (None, 2.0)])
def test_the_cost_is_the_loss_and_the_terms_and_no_other_score(
    loss: Tensor | None, expected: float
) -> None:
    cost, scores = regularise(loss, [Brightness()], _game(), PAIR, NOW)
    assert cost.item() == expected
    assert {name: score.item() for name, score in scores.items()} == {
        "brightness": 2.0,
        "contrast": 100.0,
    }


def test_a_term_is_due_every_so_many_turns() -> None:
    assert [turn for turn in range(8) if Brightness().is_due(turn)] == [0, 3, 6]


def test_each_player_has_those_that_weigh_something() -> None:
    settings = rules(
        penalties=penalties("r1", "dragan", weight=1.0),
        feature_matching=FeatureMatchingConfig(weight=1.0),
    )
    names = {
        player: sorted(each.name for each in result)
        for player, result in make_regularisers(settings).items()
    }
    assert names == {"discriminator": ["dragan", "r1"], "generator": ["matching"]}
    assert make_regularisers(rules()) == {"discriminator": (), "generator": ()}


def test_the_game_saves_what_its_regularisers_remember() -> None:
    game, other = _game(), _game()
    for each in (game, other):
        each.regularisers["generator"] = (Counter(), Brightness())
    assert game.state_dict() == {"count": torch.zeros(())}
    other.load_state_dict({"count": torch.tensor(7.0)})
    assert other.state_dict()["count"] == 7
