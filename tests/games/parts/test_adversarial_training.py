"""Adversarial training: what it shows the classifier, and what it leaves alone."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from helpers.runs_in_processes import assert_same, weights
from helpers.victims import two_classes
from zerosum import jobs
from zerosum.augment.diffaugment import AUGMENTATIONS
from zerosum.config import AdversarialTrainingConfig, ClassificationConfig, RunConfig, change
from zerosum.config.commands.attack import AttackConfig
from zerosum.errors import ConfigError
from zerosum.families.building import build_game
from zerosum.games import AdversarialTraining, ClassificationGame, Player, Round
from zerosum.jobs.attack import attack
from zerosum.randomness import Randomness
from zerosum.recipes import recipe
from zerosum.training.engine import Engine
from zerosum.types import Batch


def training(*, epsilon: float = 0.1, steps: int = 1, share: float = 1.0) -> AdversarialTraining:
    return AdversarialTraining(
        AdversarialTrainingConfig(epsilon=epsilon, steps=steps, share=share)
    )


def at(images: int, *, rank: int = 0, processes: int = 1) -> Round:
    random = Randomness(seed=0, rank=rank, processes=processes).at(images)
    return Round(number=images // 8, images_seen=images, random=random)


def pictures(count: int = 8) -> tuple[Tensor, Tensor]:
    stream = torch.Generator().manual_seed(1)
    images = torch.rand(count, 1, 8, 8, generator=stream) * 2 - 1
    return images, torch.arange(count) % 3


def network(dropout: float = 0.5) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Flatten(),
        nn.Linear(144, 3),
    )


@pytest.mark.parametrize("steps", [1, 7])
@pytest.mark.parametrize("epsilon", [0.03, 0.5])
def test_attacked_pictures_are_in_their_ball_and_the_others_are_clean(
    steps: int, epsilon: float
) -> None:
    images, labels = pictures()
    attacked = training(epsilon=epsilon, steps=steps, share=0.5)
    inputs = attacked(network(), images, labels, at(0))
    assert torch.equal(inputs[4:], images[4:])
    sizes = (inputs - images)[:4].abs().flatten(1).amax(dim=1)
    assert sizes.max() <= 2 * epsilon + 1e-6
    assert sizes.min() > 0.5 * epsilon
    assert inputs.abs().max() <= 1


def test_a_linear_classifier_is_given_the_worst_case() -> None:
    victim, w = two_classes()
    stream = torch.Generator().manual_seed(1)
    grey = 0.2 * torch.rand(8, 1, 4, 4, generator=stream) - 0.1
    labels = torch.arange(8) % 2
    # The network is given [-1, 1]; the victim takes [0, 1], and w is the same up to a factor.
    inner = victim.network
    for steps in (1, 7):
        inputs = training(steps=steps)(inner, grey, labels, at(0))
        sign = torch.where(labels == 1, -1.0, 1.0)[:, None] * w.sign()
        if steps == 7:
            torch.testing.assert_close((inputs - grey).flatten(1), 0.2 * sign)
        # One step of 1.25 ε from anywhere gets at least ε/4 to the right side.
        assert bool((((inputs - grey).flatten(1) * sign) >= 0.05 - 1e-6).all())


def test_the_network_notices_nothing() -> None:
    images, labels = pictures()
    attacked = network().train()
    attacked[1].eval()
    for weight in attacked.parameters():
        weight.grad = torch.ones_like(weight)
    before = {name: value.clone() for name, value in attacked.state_dict().items()}
    torch.manual_seed(5)
    inputs = training(steps=3)(attacked, images, labels, at(0))
    drawn = torch.rand(3)
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(3))  # Dropout was not asked.
    assert not inputs.requires_grad
    assert [layer.training for layer in attacked] == [True, False, True, True, True, True]
    assert all(weight.requires_grad for weight in attacked.parameters())
    assert all(torch.equal(before[name], value) for name, value in attacked.state_dict().items())
    for weight in attacked.parameters():
        assert weight.grad is not None
        assert bool((weight.grad == 1).all())


def test_random_starts_follow_from_the_position_and_not_from_the_process() -> None:
    images, labels = pictures()
    attacked, frozen = training(), network().eval()
    whole = attacked(frozen, images, labels, at(64))
    assert torch.equal(whole, attacked(frozen, images, labels, at(64)))
    assert not torch.equal(whole, attacked(frozen, images, labels, at(128)))
    parts = [
        attacked(frozen, images[4 * n : 4 * n + 4], labels[4 * n : 4 * n + 4], now)
        for n, now in enumerate(at(64, rank=rank, processes=2) for rank in range(2))
    ]
    torch.testing.assert_close(torch.cat(parts), whole)


def test_the_game_learns_from_what_was_attacked() -> None:
    images, labels = pictures()
    costs = []
    for epsilon in (0.0, 0.1, 0.3):
        inner = network(dropout=0.0)
        player = Player(network=inner, optimizer=torch.optim.SGD(inner.parameters(), lr=0.1))
        harder = AdversarialTrainingConfig(epsilon=epsilon, steps=5)
        game = ClassificationGame(
            ClassificationConfig(adversarial_training=harder), classifier=player
        )
        (turn,) = game.turns(Batch(images=images, labels=labels), at(0))
        costs.append(turn.cost.item())
    assert costs == sorted(costs)
    assert costs[2] > 1.2 * costs[0]


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_augmented_pictures_are_attacked_as_pictures_can_be(name: Any) -> None:
    images, labels = pictures()
    inner = network()
    player = Player(network=inner, optimizer=torch.optim.SGD(inner.parameters(), lr=0.1))
    harder = AdversarialTrainingConfig(epsilon=0.1)
    settings = ClassificationConfig(augmentation=(name,), adversarial_training=harder)
    game = ClassificationGame(settings, classifier=player)
    assert game.augment(images, labels, at(0)).abs().max() <= 1


def small(**fields: Any) -> RunConfig:
    quick = {
        "game.network.base_channels": 8,
        "game.augmentation": (),
        "game.optimizer.decay": None,
        "images": 256,
        "evaluate_every": 0,
        "device": "cpu",
    }
    return change(recipe("classifier"), quick | fields)


def train(config: RunConfig, path: Path) -> Path:
    return jobs.train_run(config, out=path, quiet=True).run.path


def test_off_is_as_it_was_and_on_resumes(tmp_path: Path) -> None:
    on = {"game.adversarial_training.epsilon": 0.1, "game.adversarial_training.steps": 2}
    off = {"game.adversarial_training.steps": 7, "game.adversarial_training.share": 0.3}
    runs = {}
    for name, fields in (("plain", {}), ("off", off), ("on", on)):
        path = train(small(**fields), tmp_path / name)
        runs[name] = weights(jobs.resume_run(path, images=512, quiet=True).run)
    assert_same(runs["plain"], runs["off"])
    with pytest.raises(AssertionError):
        assert_same(runs["plain"], runs["on"])
    whole = train(small(images=512, **on), tmp_path / "whole")
    assert_same(runs["on"], weights(jobs.resume_run(whole, quiet=True).run))


def test_settings() -> None:
    config = small(**{"game.classes": ["a", "b"]})
    assert isinstance(config.game, ClassificationConfig)
    engine = Engine(device=torch.device("cpu"))
    game = build_game(config, engine)
    assert isinstance(game, ClassificationGame)
    assert game.adversarial_training is None
    fields = {"epsilon": 0.1, "steps": 7, "share": 0.5}
    named = {f"game.adversarial_training.{name}": value for name, value in fields.items()}
    game = build_game(change(config, named), engine)
    assert isinstance(game, ClassificationGame)
    assert game.adversarial_training == training(steps=7, share=0.5)
    for name, value in (("epsilon", 8.0), ("steps", 0), ("share", 1.5)):
        with pytest.raises(ConfigError, match=f"adversarial_training.{name}"):
            change(config, {f"game.adversarial_training.{name}": value})


def test_robust_accuracy_rises(tmp_path: Path) -> None:
    left = []
    for epsilon in (0.0, 0.1):
        fields = {"game.adversarial_training.epsilon": epsilon, "images": 6_400}
        path = train(small(**fields), tmp_path / str(epsilon))
        options = AttackConfig(attacks=("pgd",), epsilon=0.1, count=50, device="cpu")
        result = attack(str(path), "digits", options, quiet=True)
        assert result.right >= 40
        left.append(result.robust("pgd"))
    assert left[1] > left[0] + 0.2
