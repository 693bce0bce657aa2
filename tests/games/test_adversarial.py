"""What the theory says of one round, on players whose costs can be worked out by hand."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from helpers.settings import penalties, rules
from zerosum.config import InstanceNoiseConfig
from zerosum.games import AdversarialGame, InstanceNoise, Player, Round, Turn
from zerosum.games.parts.regularisers import Pair, Regulariser
from zerosum.objectives import PENALTIES
from zerosum.randomness import Randomness
from zerosum.types import Batch


class Shift(nn.Module):
    """G(z) = z + b, a picture of one pixel per number."""

    latent_size = 4

    def __init__(self) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(1))

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return (latents + self.shift).reshape(len(latents), 1, 2, 2)


class Linear(nn.Module):
    """D(x) = w · x."""

    def __init__(self, weight: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((4,), weight))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.flatten(1) @ self.weight


class Lazy(Regulariser):
    """A term that is due in every second turn."""

    name = "lazy"
    every = 2

    def term(self, game: Any, pair: Pair, now: Round) -> dict[str, torch.Tensor]:
        return {"lazy": pair.fake.sum()}


_R1 = penalties("r1", weight=0.5, every=4)


def _player(network: nn.Module) -> Player:
    return Player(network=network, optimizer=torch.optim.SGD(network.parameters(), lr=0.1))


def _game(weight: float = 0.0, **settings: Any) -> AdversarialGame:
    return AdversarialGame(
        rules(**settings), generator=_player(Shift()), discriminator=_player(Linear(weight))
    )


def _round(number: int = 0, images: int = 0) -> Round:
    return Round(number=number, images_seen=images, random=Randomness(seed=0).at(images))


_ONES = Batch(images=torch.ones(8, 1, 2, 2))


def _play(game: AdversarialGame, now: Round) -> list[Turn]:
    return list(game.turns(_ONES, now))


def test_the_loss_of_an_undecided_discriminator_is_log_4() -> None:
    discriminator, generator = _play(_game(), _round())
    assert discriminator.cost.item() == pytest.approx(math.log(4))
    assert generator.cost.item() == pytest.approx(math.log(2))
    assert discriminator.scores["accuracy"].item() == 0.5
    assert generator.scores["accuracy"].item() == 0.5


def test_the_value_of_the_game_is_free_of_smoothing_and_penalties() -> None:
    undecided = _play(_game(real_label=0.9), _round())[0]
    assert undecided.scores["value"].item() == pytest.approx(-math.log(4))
    plain = _play(_game(weight=0.3), _round())[0]
    assert plain.scores["value"].item() == pytest.approx(-plain.cost.item())
    paying = _play(_game(weight=0.3, real_label=0.9, penalties=_R1), _round())[0]
    assert paying.scores["value"] == plain.scores["value"]
    assert paying.cost > plain.cost + 0.01
    assert "value" not in _play(_game(objective="hinge"), _round())[0].scores


def test_accuracy_is_a_matter_of_order_for_every_objective() -> None:
    for name in ("non-saturating", "least-squares", "wasserstein"):
        discriminator, generator = _play(_game(weight=-1.0, objective=name), _round())
        assert discriminator.scores["accuracy"].item() < 0.5 < generator.scores["accuracy"].item()


def test_a_better_discriminator_has_a_lower_loss_and_a_fooled_one_a_higher() -> None:
    right = _play(_game(weight=1.0), _round())[0].cost
    wrong = _play(_game(weight=-1.0), _round())[0].cost
    assert right < math.log(4) < wrong


def test_the_discriminators_turn_leaves_no_path_to_the_generator() -> None:
    game = _game(weight=1.0)
    turn = _play(game, _round())[0]
    turn.cost.backward()  # type: ignore[no-untyped-call]
    assert game.players["generator"].network.shift.grad is None
    assert game.players["discriminator"].network.weight.grad is not None


def test_the_generator_meets_the_discriminator_that_has_just_moved() -> None:
    game = _game()
    turns = game.turns(Batch(images=torch.ones(8, 1, 2, 2)), _round())
    next(turns)
    game.players["discriminator"].parameters[0].data.fill_(5.0)
    cost = next(turns).cost.item()
    assert cost != pytest.approx(math.log(2))


def test_critic_turns() -> None:
    game = _game(critic_turns=3)
    players = [[turn.player for turn in _play(game, _round(number))] for number in range(6)]
    alone, both = ["discriminator"], ["discriminator", "generator"]
    assert players == [alone, alone, both, alone, alone, both]


def test_the_generator_may_move_several_times_against_one_discriminator() -> None:
    game, drawn = _game(critic_turns=2, generator_turns=3, penalties=_R1), []
    game.players["generator"].network.register_forward_hook(
        lambda _, given, __: drawn.append(given[0])
    )
    players = [turn.player for number in range(4) for turn in _play(game, _round(number))]
    once = ["discriminator", "discriminator", *["generator"] * 3]
    assert players == once * 2
    assert not torch.equal(drawn[-1], drawn[-2])


def test_a_lazy_term_counts_the_generators_own_turns() -> None:
    """Due in every second of them, whether in one round or in several."""
    for turns in (1, 2, 3):
        game = _game(generator_turns=turns)
        game.regularisers = {**game.regularisers, "generator": (Lazy(),)}
        moves = [turn for number in range(6) for turn in _play(game, _round(number))]
        paid = ["lazy" in turn.scores for turn in moves if turn.player == "generator"]
        assert paid == [number % 2 == 0 for number in range(6 * turns)]


def test_the_generator_may_draw_more_at_its_turn_than_there_are_real_pictures() -> None:
    """D is given as many generated images as real ones."""
    game, sizes = _game(critic_turns=2, generator_batch=3), []
    critic = game.players["discriminator"].network
    critic.register_forward_hook(lambda _, given, __: sizes.append(len(given[0])))
    _play(game, _round(0))
    _play(game, _round(1))
    assert sizes == [8, 8, 8, 8, 24]


def test_each_of_more_generated_pictures_is_paired_with_a_real_one() -> None:
    """Log 2 where all logits are equal, whatever their number."""
    generator = _play(_game(objective="relativistic", generator_batch=3), _round())[1]
    assert generator.cost.item() == pytest.approx(math.log(2))


def test_real_pictures_fill_the_gaps_between_their_levels() -> None:
    """The published program: 2 (k / 256 − ½), and noise from 0 to 1/128."""
    shown_images: list[torch.Tensor] = []
    game = _game(dequantise=True)
    critic = game.players["discriminator"].network
    critic.register_forward_hook(lambda _, given, __: shown_images.append(given[0]))
    levels = torch.tensor([0.0, 1.0, 128.0, 255.0]).view(1, 1, 2, 2).expand(4000, 1, 2, 2)
    batch = Batch(images=levels / 127.5 - 1)
    list(game.turns(batch, _round()))
    extra = shown_images[0] - 2 * (levels / 256 - 0.5)
    assert extra.min() >= -1e-6
    assert extra.max() <= 1 / 128 + 1e-6
    for result, uniform in ((extra.mean(dim=0), 0.5), (extra.std(dim=0), 12**-0.5)):
        target = torch.full((1, 2, 2), uniform / 128)
        torch.testing.assert_close(result, target, atol=2e-4, rtol=0.0)


def test_a_lazy_penalty_is_added_seldom_and_weighs_more() -> None:
    game = _game(weight=3.0, penalties=_R1)
    scores = [_play(game, _round(number))[0].scores for number in range(5)]
    assert ["r1" in score for score in scores] == [True, False, False, False, True]
    # ‖w‖² = 4 · 9, times γ/2 = 0.5, times every = 4.
    assert scores[0]["r1"].item() == pytest.approx(72.0)


def test_the_cost_is_the_sum_of_its_terms() -> None:
    turn = _play(_game(weight=0.7, penalties=penalties(*PENALTIES, weight=2.0)), _round())[0]
    terms = sum(turn.scores[name].item() for name in ("adversarial", *PENALTIES))
    assert turn.cost.item() == pytest.approx(terms)


def test_penalised_passes_go_past_the_compiler() -> None:
    game = _game(weight=3.0, penalties=_R1)
    calls: list[int] = []
    network = game.players["discriminator"].network
    network.register_forward_pre_hook(lambda module, inputs: calls.append(1))
    assert "r1" in _play(game, _round())[0].scores
    # Called for fake images in D's turn and in G's, not for real ones: R1 needs their gradient.
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("names", "passes"), [(["r1"], 2), (["r1", "r2"], 2), (["gradient"], 3), (["r2", "dragan"], 3)]
)
def test_a_penalty_that_uses_the_logits_of_the_loss_needs_no_pass_of_its_own(
    names: list[str], passes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    forward = Linear.forward

    def counted(network: Linear, images: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        return forward(network, images)

    monkeypatch.setattr(Linear, "forward", counted)
    turn = next(_game(0.7, penalties=penalties(*names, weight=2.0)).turns(_ONES, _round()))
    assert len(calls) == passes
    assert set(names) < set(turn.scores)


@pytest.mark.parametrize(("name", "halved"), [("r1", True), ("r2", True), ("gradient", False)])
def test_zero_centred_penalties_have_the_precision_of_the_loss(
    name: str, halved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    precisions: list[torch.dtype] = []
    forward = Linear.forward

    def received(network: Linear, images: torch.Tensor) -> torch.Tensor:
        precisions.append(forward(network, images).dtype)
        return forward(network, images)

    monkeypatch.setattr(Linear, "forward", received)
    game = _game(0.7, penalties=penalties(name, weight=2.0))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        turn = next(game.turns(_ONES, _round()))
    half, full = torch.bfloat16, torch.float32
    assert precisions == [half, half] + ([] if halved else [full])
    assert turn.scores[name].dtype == full


def test_one_graph_has_the_gradient_of_separate_ones() -> None:
    game = _game(0.7, penalties=penalties("r1", weight=2.0, every=4), objective="relativistic")
    network = game.players["discriminator"].network
    turn = next(game.turns(_ONES, _round()))
    fake = game.generate(8, Randomness(seed=0).at(0)).detach()
    apart = game.objective.discriminator(network(_ONES.images), network(fake)).mean()
    penalty = 8.0 * PENALTIES["r1"](network, _ONES.images, fake, Randomness(seed=0)).mean()
    weights = game.players["discriminator"].parameters
    expected = torch.autograd.grad(apart + penalty, weights)
    torch.testing.assert_close(torch.autograd.grad(turn.cost, weights), expected)


def test_instance_noise_fades() -> None:
    noise = InstanceNoise(InstanceNoiseConfig(deviation=0.4, until=1000))
    assert [noise.at(images) for images in (0, 500, 1000, 5000)] == [0.4, 0.2, 0.0, 0.0]


def test_instance_noise_reaches_the_discriminator_only_while_it_lasts() -> None:
    game = _game(weight=1.0, instance_noise=InstanceNoiseConfig(deviation=1.0, until=100))
    images = torch.zeros(64, 1, 2, 2)
    assert game.augment(images, _round(images=0)).std().item() == pytest.approx(1.0, abs=0.2)
    assert torch.equal(game.augment(images, _round(images=100)), images)


@pytest.mark.parametrize(
    ("latent", "check"),
    [
        ("uniform", lambda z: bool(z.abs().max() <= 1) and 0.5 < z.std().item() < 0.65),
        ("normal", lambda z: bool(z.abs().max() > 1) and 0.9 < z.std().item() < 1.1),
    ],
)
def test_latents(latent: str, check: Callable[[torch.Tensor], bool]) -> None:
    game = _game(latent=latent)
    assert check(game.generate(512, Randomness(seed=0)))


def test_the_loss_of_a_relativistic_generator_depends_on_real_images() -> None:
    game = _game(weight=1.0, objective="relativistic")
    batch = [Batch(images=torch.full((8, 1, 2, 2), value)) for value in (0.0, 1.0)]
    costs = [list(game.turns(each, _round()))[1].cost.item() for each in batch]
    assert costs[0] < costs[1]


def test_preview_uses_the_average_in_evaluation_mode() -> None:
    game = _game()
    average = Shift()
    average.shift.data.fill_(100.0)
    game.players["generator"].ema = average
    assert game.preview(3, Randomness(seed=0)).mean().item() > 50
    assert average.training
