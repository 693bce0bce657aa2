"""Feature matching as a part of any generator's cost."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from helpers.settings import rules
from zerosum.config import FeatureMatchingConfig, change
from zerosum.errors import ConfigError
from zerosum.families.building import build_game
from zerosum.games import AdversarialGame, FeatureMatching, Player, Round, Turn
from zerosum.randomness import Randomness
from zerosum.recipes import recipe
from zerosum.training.engine import Engine
from zerosum.types import Batch

NOW = Round(number=0, images_seen=0, random=Randomness(seed=0))


class Drawer(nn.Module):
    """G(z) = one learnt picture, whatever z is."""

    latent_size = 1

    def __init__(self, picture: Tensor) -> None:
        super().__init__()
        self.image = nn.Parameter(picture)

    def forward(self, latents: Tensor) -> Tensor:
        return self.image.expand(len(latents), -1, -1, -1)


class Critic(nn.Module):
    """f(x) = A x, D(x) = 0 · f(x)."""

    def __init__(self) -> None:
        super().__init__()
        self.matrix = nn.Parameter(torch.tensor([[1.0, 0.0], [0.0, 2.0]]))

    def features(self, images: Tensor) -> Tensor:
        return images.flatten(1) @ self.matrix.T

    def forward(self, images: Tensor) -> Tensor:
        return 0 * self.features(images).sum(dim=1)


def _play(**settings: Any) -> tuple[AdversarialGame, list[Turn]]:
    players = [
        Player(network=network, optimizer=torch.optim.SGD(network.parameters(), lr=0.1))
        for network in (Drawer(torch.zeros(1, 1, 1, 2)), Critic())
    ]
    matching = rules(feature_matching=FeatureMatchingConfig(**settings))
    game = AdversarialGame(matching, generator=players[0], discriminator=players[1])
    # The mean of the features of these is (1, 6).
    images = torch.tensor([[0.0, 2.0], [2.0, 4.0]]).view(2, 1, 1, 2)
    return game, list(game.turns(Batch(images=images), NOW))


@pytest.mark.parametrize(("distance", "apart"), [("squared", 18.5), ("absolute", 3.5)])
def test_the_distance_of_the_means_joins_the_cost(distance: str, apart: float) -> None:
    _, (_, plain) = _play()
    _, (_, joined) = _play(distance=distance, weight=0.5)
    _, (_, alone) = _play(distance=distance, weight=0.5, alone=True)
    assert joined.scores["matching"].item() == pytest.approx(0.5 * apart)
    assert joined.cost.item() == pytest.approx(plain.cost.item() + 0.5 * apart)
    assert alone.cost.item() == pytest.approx(0.5 * apart)
    assert "matching" not in plain.scores


def test_the_gradient_goes_through_the_generated_pictures_to_the_generator_alone() -> None:
    game, (_, turn) = _play(weight=1.0, alone=True)
    turn.cost.backward(inputs=game.players["generator"].parameters)  # type: ignore[no-untyped-call]
    # d/dx of mean((A x − m)²) at x = 0 is −Aᵀ m.
    gradient = game.players["generator"].parameters[0].grad
    assert gradient is not None
    assert gradient.flatten().tolist() == [-1.0, -12.0]
    assert game.players["discriminator"].parameters[0].grad is None


def test_equal_means_cost_nothing() -> None:
    fake = torch.tensor([[1.0, 3.0], [1.0, 3.0]]).view(2, 1, 1, 2)
    real = torch.tensor([[0.0, 2.0], [2.0, 4.0]]).view(2, 1, 1, 2)
    matching = FeatureMatching(FeatureMatchingConfig(weight=1.0))
    assert matching.loss(Critic(), fake, real).item() == 0.0
    assert matching.loss(Critic(), fake + 1, real).item() > 0.0


def test_real_images_are_augmented_as_generated_ones_are() -> None:
    """Both augmented: cut out to nothing but grey, all means are the same."""

    class Blind(AdversarialGame):
        def augment(self, images: Tensor, now: Round) -> Tensor:
            return 0 * images

    game, _ = _play(weight=1.0, alone=True)
    game.__class__ = Blind
    batch = Batch(images=torch.rand(4, 1, 1, 2))
    assert list(game.turns(batch, NOW))[1].cost.item() == 0.0


def test_it_is_off_by_default_and_joins_a_conditional_relativistic_game() -> None:
    engine = Engine(device=torch.device("cpu"))
    small = {"game.generator.base_channels": 4, "game.discriminator.base_channels": 4}
    base = change(recipe("r3gan-digits"), small)
    game = build_game(base, engine)
    assert isinstance(game, AdversarialGame)
    assert game.regularisers["generator"] == ()
    classes = [{"name": name, "pictures": 1} for name in "abc"]
    fields = {"game.conditional": "projection", "game.classes": classes}
    requested = build_game(change(base, {**fields, "game.feature_matching.weight": 2.0}), engine)
    batch = Batch(images=torch.rand(4, 1, 28, 28), labels=torch.tensor([0, 1, 2, 0]))
    turn = list(requested.turns(batch, NOW))[1]
    assert turn.scores["matching"].item() > 0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"weight": -1.0}, "feature_matching.weight must be a number from 0"),
        ({"weight": float("nan")}, "feature_matching.weight must be a number from 0"),
        ({"alone": True}, "set feature_matching.weight too"),
    ],
)
def test_nonsense_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        FeatureMatchingConfig(**fields)
