"""The order of augmentations; the rule of ADA in closed form, and what it does to a run."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from helpers.runs_in_processes import assert_same
from helpers.settings import adversarial, rules
from zerosum.augment.diffaugment import cutout
from zerosum.augment.nonleaking import augment_with_probability
from zerosum.config import (
    AdaptiveAugmentationConfig,
    BurnInConfig,
    InstanceNoiseConfig,
    RunConfig,
)
from zerosum.families.building import build_game
from zerosum.games import (
    AdaptiveAugmentation,
    AdversarialGame,
    AugmentationPipeline,
    Player,
    Round,
    Turn,
)
from zerosum.games.parts.augmentation import overfitting
from zerosum.objectives import OBJECTIVES, make_objective
from zerosum.randomness import Randomness
from zerosum.training.diagnostics import player_diagnostics
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.types import Batch

STEADY = BurnInConfig()


class Stubborn(nn.Module):
    """D(x) = b, whatever x is."""

    def __init__(self, logit: float) -> None:
        super().__init__()
        self.logit = nn.Parameter(torch.tensor(logit))

    def forward(self, images: Tensor) -> Tensor:
        return self.logit + 0 * images.flatten(1).sum(dim=1)


class Grey(nn.Module):
    """G(z) = b."""

    latent_size = 1

    def __init__(self) -> None:
        super().__init__()
        self.shade = nn.Parameter(torch.zeros(()))

    def forward(self, latents: Tensor) -> Tensor:
        return self.shade.expand(len(latents), 1, 8, 8)


def _player(network: nn.Module) -> Player:
    return Player(network=network, optimizer=torch.optim.SGD(network.parameters(), lr=0.1))


def _played(
    logit: float, rounds: int, burn_in: BurnInConfig = STEADY, **fields: Any
) -> list[float]:
    """The probability before each of the rounds."""
    ada = AdaptiveAugmentationConfig(**fields)
    game = AdversarialGame(
        rules(adaptive_augmentation=ada, burn_in=burn_in),
        generator=_player(Grey()),
        discriminator=_player(Stubborn(logit)),
    )
    return [_round(game, number)[0].scores["augmentation"].item() for number in range(rounds)]


def _round(game: AdversarialGame, number: int) -> list[Turn]:
    now = Round(number=number, images_seen=8 * number, random=Randomness(seed=0).at(8 * number))
    return list(game.turns(Batch(images=torch.zeros(8, 1, 8, 8)), now))


def test_a_discriminator_that_is_always_right_raises_the_probability_step_by_step() -> None:
    result = _played(5.0, 13, images=320, every=4)
    # 8 pictures in each of 4 rounds: 32 / 320.
    assert result == pytest.approx([0.0] * 4 + [0.1] * 4 + [0.2] * 4 + [0.3])


def test_it_rises_no_higher_than_one() -> None:
    assert _played(5.0, 6, images=16, every=1) == pytest.approx([0.0, 0.5, 1.0, 1.0, 1.0, 1.0])


@pytest.mark.parametrize("logit", [0.0, -3.0])
def test_an_undecided_or_fooled_discriminator_lets_it_fall_to_zero(logit: float) -> None:
    result = _played(logit, 6, images=80, every=1, probability=0.25)
    assert result == pytest.approx([0.25, 0.15, 0.05, 0.0, 0.0, 0.0])


def test_at_the_target_it_stays() -> None:
    assert _played(5.0, 4, images=80, every=1, probability=0.3, target=1.0) == pytest.approx(
        [0.3] * 4
    )


def test_a_fixed_probability_is_constant() -> None:
    assert _played(5.0, 6, images=0, probability=0.3, every=1) == pytest.approx([0.3] * 6)


def test_the_mean_of_the_rounds_decides_not_the_last_one() -> None:
    for values, expected in (((1.0, 1.0, 0.0), 0.6), ((1.0, 0.0, 0.0), 0.4), ((0, 0, 1.0), 0.4)):
        ada = AdaptiveAugmentation(
            AdaptiveAugmentationConfig(probability=0.5, images=240, every=3)
        )
        for number, value in enumerate(values):
            now = Round(number=number, images_seen=0, random=Randomness(seed=0))
            ada.follow(torch.tensor(float(value)), 8, now)
        assert ada.probability == pytest.approx(expected)


def test_the_overfitting_of_other_processes_counts_as_much() -> None:
    def beside(result: Tensor) -> Tensor:
        return torch.cat([result, torch.tensor([0.0, 0.0])])

    now = Round(number=0, images_seen=0, random=Randomness(seed=0), gather=beside)
    ada = AdaptiveAugmentation(AdaptiveAugmentationConfig(probability=0.5, images=240, every=1))
    ada.follow(torch.tensor(1.0), 8, now)  # The mean is 1/3, of 24 pictures.
    assert ada.probability == pytest.approx(0.4)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_overfitting_goes_from_certainly_wrong_to_certainly_right(name: str) -> None:
    objective = make_objective(name)
    fake = torch.full((4,), objective.undecided)
    for ahead, expected in ((5.0, 1.0), (0.0, 0.0), (-5.0, -1.0)):
        assert overfitting(objective, fake + ahead, fake).item() == expected
    if objective.is_relative:
        assert overfitting(objective, fake + 9, fake + 9).item() == 0.0
        return
    mixed = torch.tensor([1.0, 1.0, 1.0, -1.0]) + objective.undecided
    assert overfitting(objective, mixed, fake + 9).item() == 0.5  # Generated ones do not count.


def test_pairs_are_easier_than_signs_by_what_is_said() -> None:
    # m so that the signs of m + N(0, 1) have the mean 0.6, and of two such logits the pair.
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(2, 200_000, generator=generator)
    real, fake = noise[0] + 0.8416, noise[1] - 0.8416
    signs = overfitting(make_objective("hinge"), real, fake).item()
    pairs = overfitting(make_objective("relativistic"), real, fake).item()
    assert signs == pytest.approx(0.6, abs=0.01)
    assert pairs == pytest.approx(0.77, abs=0.01)


def test_the_pipeline_is_ada_then_diffaugment_then_noise() -> None:
    settings = rules(
        adaptive_augmentation=AdaptiveAugmentationConfig(probability=1.0),
        augmentation=("cutout",),
        instance_noise=InstanceNoiseConfig(deviation=0.5, until=100),
    )
    images = torch.rand(4, 1, 8, 8)
    now = Round(number=0, images_seen=50, random=Randomness(seed=0).at(50))
    random = Randomness(seed=0).at(50)
    expected = cutout(augment_with_probability(images, 1.0, random), random)
    expected = expected + 0.25 * random.normal(4, 1, 8, 8)
    assert torch.equal(AugmentationPipeline(settings).augment(images, now), expected)


# --- In a run ------------------------------------------------------------------------------------


class Noise:
    """Real pictures are noise, which follows from the position."""

    def size_at(self, position: int) -> int:
        return 16

    def at(self, position: int) -> Batch:
        generator = torch.Generator().manual_seed(position)
        return Batch(images=torch.rand(16, 1, 28, 28, generator=generator) * 2 - 1)


FAST = AdaptiveAugmentationConfig(images=200, every=3, target=-0.9)


def _loop(config: RunConfig, settings: AdaptiveAugmentationConfig) -> Loop[Batch]:
    config = replace(config, game=replace(adversarial(config), adaptive_augmentation=settings))
    engine = Engine(device=torch.device("cpu"))
    game = build_game(config, engine)
    return Loop(game=game, batches=Noise(), engine=engine, seed=0)


def test_a_run_without_it_is_the_same_bit_for_bit(tiny: RunConfig) -> None:
    without, idle = (_loop(tiny, AdaptiveAugmentationConfig(target=t)) for t in (0.6, 0.1))
    assert without.game.state_dict() == {}
    # Its probability is always 0: the numbers of a run without it, bit for bit.
    never = _loop(tiny, AdaptiveAugmentationConfig(images=10**9, target=1.0))
    for loop in (without, idle, never):
        loop.run(until=64)
    assert_same(without.state_dict(), idle.state_dict())
    assert_same(without.state_dict()["players"], never.state_dict()["players"])
    assert never.game.state_dict()["adaptive"][0] == 0


def test_it_resumes_in_the_middle_of_a_stretch(tiny: RunConfig) -> None:
    whole, first, second = (_loop(tiny, FAST) for _ in range(3))
    whole.run(until=160)
    first.run(until=64)  # The fourth round: one of the second stretch.
    state = deepcopy(first.state_dict())
    assert state["game"]["adaptive"].count_nonzero() == 2  # Something to forget.
    second.load_state_dict(state)
    second.run(until=160)
    assert_same(whole.state_dict(), second.state_dict())
    assert whole.game.state_dict()["adaptive"][0] > 0


def test_looking_ahead_leaves_it_as_it_was(tiny: RunConfig) -> None:
    loop = _loop(tiny, FAST)
    loop.run(until=64)
    before = deepcopy(loop.state_dict())
    player_diagnostics(loop)
    assert_same(before, loop.state_dict())


def test_a_probability_may_have_a_schedule() -> None:
    burn_in = BurnInConfig(images=32, shape="linear", augmentation=0.0)
    result = _played(0.0, 6, burn_in, probability=0.5, images=0)
    assert result == pytest.approx([0, 0.125, 0.25, 0.375, 0.5, 0.5])
    ada = AdaptiveAugmentation(
        AdaptiveAugmentationConfig(probability=1.0), factor=burn_in.schedule(0.0)
    )
    pictures = torch.rand(8, 1, 8, 8)
    before, after = (
        Round(number=0, images_seen=images, random=Randomness(seed=0)) for images in (0, 32)
    )
    assert ada.augment(pictures, before) is pictures
    assert not torch.equal(ada.augment(pictures, after), pictures)


def test_generated_images_are_changed_too_and_gradients_reach_the_generator(
    tiny: RunConfig,
) -> None:
    loop = _loop(tiny, AdaptiveAugmentationConfig(probability=1.0))
    game = loop.game
    assert isinstance(game, AdversarialGame)
    received: list[Tensor] = []
    game.players["discriminator"].network.register_forward_pre_hook(
        lambda module, inputs: received.append(inputs[0].detach())
    )
    now = Round(number=1, images_seen=16, random=loop.random_at(16))
    turns = game.turns(Noise().at(16), now)
    next(turns)
    cost = next(turns).cost
    assert len(received) == 3  # Real, generated; generated again, changed otherwise.
    assert not torch.allclose(received[1], received[2])
    gradients = torch.autograd.grad(cost, game.players["generator"].parameters)
    assert all(gradient.abs().max() > 0 for gradient in gradients)
