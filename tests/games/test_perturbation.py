"""The game against a classifier, against closed forms of linear victims."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from helpers.victims import linear, two_classes
from zerosum.attacks import PixelClassifier, attack_images
from zerosum.config import DcganDiscriminatorConfig, PerturbationConfig, ResnetTranslatorConfig
from zerosum.games import PerturbationGame, Player, Round
from zerosum.games.perturbation import to_pixels
from zerosum.networks import Perturber
from zerosum.randomness import Randomness
from zerosum.types import Batch

SHAPE = (1, 4, 4)
NOW = Round(number=0, images_seen=0, random=Randomness(seed=0))


class Draws(nn.Module):
    """A translator that draws what it has learnt by heart."""

    def __init__(self, start: Tensor) -> None:
        super().__init__()
        self.drawn = nn.Parameter(start.view(1, *SHAPE).clone())

    def forward(self, images: Tensor) -> Tensor:
        return torch.tanh(self.drawn).expand_as(images)


def player(network: nn.Module, rate: float = 0.1) -> Player:
    return Player(network=network, optimizer=torch.optim.Adam(network.parameters(), lr=rate))


def game_of(victim: PixelClassifier, start: Tensor, **fields: Any) -> PerturbationGame:
    network = Perturber(Draws(start), image_shape=SHAPE)
    settings = PerturbationConfig(**{"confidence": 0.0, **fields})
    return PerturbationGame(settings, generator=player(network), victim=victim)


def greys(count: int = 8, *, seed: int = 1) -> Tensor:
    """Pictures in [-1, 1] with room for a change on all sides."""
    stream = torch.Generator().manual_seed(seed)
    return torch.rand(count, *SHAPE, generator=stream) - 0.5


def play(game: PerturbationGame, images: Tensor, rounds: int) -> dict[str, float]:
    scores: dict[str, float] = {}
    for _ in range(rounds):
        for turn in game.turns(Batch(images=images), NOW):
            side = game.players[turn.player]
            side.optimizer.zero_grad()
            turn.cost.backward(inputs=side.parameters)  # type: ignore[no-untyped-call]
            side.optimizer.step()
            scores = {name: value.item() for name, value in turn.scores.items()}
    return scores


@pytest.mark.parametrize("confidence", [0.0, 0.7])
def test_what_does_not_mislead_costs_what_is_missing(confidence: float) -> None:
    victim, w = two_classes()
    images = greys()
    start = torch.atanh(-0.5 * w.sign())
    game = game_of(victim, start, confidence=confidence)
    (turn,) = game.turns(Batch(images=images), NOW)
    # The logits are ±½ w·(x − ½); class 1 is left where w·(x − ½) falls below 0.
    before = to_pixels(images).flatten(1).sub(0.5) @ w
    after = before - 0.05 * w.abs().sum()
    lead = torch.where(before > 0, -after, after)
    torch.testing.assert_close(turn.cost, (confidence - lead).clamp_min(0).mean())
    assert turn.scores["fooled"].item() == pytest.approx((lead > 0).float().mean().item())
    assert turn.scores["size"].item() == pytest.approx(0.05 * 4)


@pytest.mark.parametrize("target", [None, 2])
def test_cross_entropy_is_of_the_goal(target: int | None) -> None:
    stream = torch.Generator().manual_seed(3)
    victim = linear(torch.randn(3, 16, generator=stream))
    images = greys()
    game = game_of(victim, torch.zeros(16), misleading="cross-entropy", targeted=target)
    (turn,) = game.turns(Batch(images=images), NOW)
    p = victim(to_pixels(images)).softmax(dim=1)
    goal = p[:, 2] if target == 2 else 1 - p.amax(dim=1)
    torch.testing.assert_close(turn.cost, -goal.log().mean())


def test_the_best_change_of_one_class_is_the_sign_of_its_weights() -> None:
    victim, w = two_classes()
    images = greys(64)
    images = images[victim(to_pixels(images)).argmax(dim=1) == 1]
    stream = torch.Generator().manual_seed(2)
    # A cap that is out of reach, or pictures that are misled already would steer nothing.
    game = game_of(victim, 0.1 * torch.randn(16, generator=stream), confidence=100.0)
    play(game, images, 60)
    changes, _ = game.preview(images[:1])
    assert torch.equal(changes.flatten().sign(), -w.sign())
    assert changes.abs().min() > 0.9


def test_a_network_learns_and_the_victim_is_frozen() -> None:
    torch.manual_seed(0)
    inner = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5), nn.Flatten(), nn.Linear(144, 3)
    )
    victim = PixelClassifier(network=inner)
    before = {name: value.clone() for name, value in inner.state_dict().items()}
    shape = (1, 8, 8)
    network = Perturber(
        ResnetTranslatorConfig(base_channels=4, blocks=1).build(shape), image_shape=shape
    )
    critic = DcganDiscriminatorConfig(base_channels=4, norm="instance").build(shape)
    game = PerturbationGame(
        PerturbationConfig(objective="non-saturating", epsilon=1.0),
        generator=player(network, 0.01),
        discriminator=player(critic, 0.01),
        victim=victim,
    )
    images = torch.rand(16, *shape) * 2 - 1
    (first,) = (turn for turn in game.turns(Batch(images=images), NOW) if turn.player[0] == "g")
    assert set(first.scores) == {"misleading", "adversarial", "fooled", "size"}
    scores = play(game, images, 60)
    assert scores["misleading"] < 0.5 * first.scores["misleading"].item()
    assert scores["fooled"] > 0.8
    assert all(torch.equal(before[name], value) for name, value in inner.state_dict().items())
    assert not any(module.training for module in inner.modules())
    assert all(weight.grad is None and not weight.requires_grad for weight in inner.parameters())


def test_only_what_is_left_after_cutting_has_a_size() -> None:
    victim, _ = two_classes()
    black = torch.full((4, *SHAPE), -1.0)
    darker, brighter = torch.full((16,), -9.0), torch.full((16,), 9.0)
    for start, length in ((darker, 0.0), (brighter, 0.4)):
        game = game_of(victim, start, size_weight=2.0, size=0.1)
        (turn,) = game.turns(Batch(images=black), NOW)
        assert turn.scores["size"].item() == pytest.approx(length, abs=1e-5)
        expected = 2 * max(length - 0.1, 0.0)
        assert turn.scores["too large"].item() == pytest.approx(expected, abs=1e-5)
        assert turn.cost.item() == pytest.approx(
            turn.scores["misleading"].item() + expected, abs=1e-5
        )


def test_pictures_that_are_named_so_anyhow_are_no_success() -> None:
    weight = torch.zeros(2, 16)
    victim = linear(weight, torch.tensor([0.0, 1.0]))  # Predicts 1, whatever its input.
    for target, share in ((1, 0.0), (0, 0.0), (None, 0.0)):
        game = game_of(victim, torch.zeros(16), targeted=target)
        (turn,) = game.turns(Batch(images=greys()), NOW)
        assert turn.scores["fooled"].item() == share
    half = linear(torch.stack([torch.zeros(16), torch.ones(16)]), torch.tensor([0.0, -8.0]))
    images = torch.cat([torch.full((3, *SHAPE), 0.02), torch.full((5, *SHAPE), -0.02)])
    game = game_of(half, torch.full((16,), 9.0), targeted=1)
    (turn,) = game.turns(Batch(images=images), NOW)
    assert turn.scores["fooled"].item() == 1.0  # The five that were not named 1 before.


@pytest.mark.parametrize("universal", [True, False])
def test_one_change_for_all_or_one_for_each(universal: bool) -> None:
    torch.manual_seed(0)
    shape = (3, 8, 12)
    translator = ResnetTranslatorConfig(base_channels=4, blocks=1).build(shape)
    network = Perturber(translator, image_shape=shape, universal=universal)
    images = torch.rand(3, *shape) * 2 - 1
    changes = network(images)
    assert changes.shape == images.shape
    assert changes.abs().max() <= 1
    assert torch.equal(changes[0], changes[1]) == universal
    assert ("pattern" in network.state_dict()) == universal
    other = Perturber(translator, image_shape=shape, universal=universal)
    other.load_state_dict(network.state_dict())
    assert torch.equal(other(images), changes)


def test_the_preview_is_the_attack() -> None:
    victim, w = two_classes()
    images = greys() * 2  # Some of it is cut.
    game = game_of(victim, torch.atanh(-0.9 * w.sign()))
    changes, changed = game.preview(images)
    assert changes.abs().max() <= 1 + 1e-5
    clean = to_pixels(images)
    labels = victim(clean).argmax(dim=1)
    outcome = attack_images(game.attack, victim, clean, labels, epsilon=game.settings.epsilon)
    torch.testing.assert_close(to_pixels(changed), outcome.images)
    torch.testing.assert_close(clean + game.settings.epsilon * changes, outcome.images)
