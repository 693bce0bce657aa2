"""What is seen of a game of points, against players whose answers can be worked out by hand."""

import math
from typing import Any

import pytest
import torch
from torch import nn

from helpers.settings import rules
from zerosum.data.planar import Centres
from zerosum.evaluation.plane import (
    PlanarLook,
    PlanarObserver,
    centres_reached,
    cost_of_best,
    downhill,
    latent_lattice,
    opinions,
)
from zerosum.games import AdversarialGame, Player
from zerosum.metrics import jensen_shannon
from zerosum.randomness import Randomness

SLOPE = torch.tensor([3.0, -1.0])
OFFSET = 0.5


class Slope(nn.Module):
    """D(x) = w · x + b."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = nn.Parameter(SLOPE.clone())

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.flatten(1) @ self.slope + OFFSET


class Scaled(nn.Module):
    """G(z) = a z."""

    latent_size = 2

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(factor))

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return (self.factor * latents)[:, None, None]


def _game(factor: float = 0.2, **settings: Any) -> AdversarialGame:
    def player(network: nn.Module) -> Player:
        return Player(network=network, optimizer=torch.optim.SGD(network.parameters(), lr=0.1))

    return AdversarialGame(
        rules(**settings), generator=player(Scaled(factor)), discriminator=player(Slope())
    )


POINTS = torch.tensor([[0.5, 0.5], [-0.5, 0.1], [0.0, 0.0]])
LOGITS = POINTS @ SLOPE + OFFSET
REAL = torch.tensor([[0.2, 0.2], [0.4, 0.0], [0.1, -0.3]])
OF_REAL = REAL @ SLOPE + OFFSET


@pytest.mark.parametrize(
    ("objective", "pull"),
    [
        ("minimax", LOGITS.sigmoid()),
        ("non-saturating", (-LOGITS).sigmoid()),
        ("least-squares", 2 * (1 - LOGITS)),
        ("hinge", torch.ones(3)),
        ("wasserstein", torch.ones(3)),
        ("relativistic", (OF_REAL - LOGITS).sigmoid()),
    ],
)
def test_samples_are_pulled_along_the_slope_of_d(objective: str, pull: torch.Tensor) -> None:
    """−∂cost/∂x is w, times minus the derivative of the sample's cost by its logit."""
    found = downhill(_game(objective=objective), POINTS, REAL)
    torch.testing.assert_close(found, pull[:, None] * SLOPE)


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        ("minimax", LOGITS.sigmoid()),
        ("non-saturating", LOGITS.sigmoid()),
        ("least-squares", LOGITS.clamp(0, 1)),
        ("hinge", (LOGITS.clamp(-1, 1) + 1) / 2),
        ("relativistic", (LOGITS - OF_REAL.mean() / 2 - LOGITS.mean() / 2).sigmoid()),
    ],
)
def test_opinions_are_read_as_the_objective_reads_logits(
    objective: str, expected: torch.Tensor
) -> None:
    found = opinions(_game(objective=objective), LOGITS, real=REAL, made=POINTS)
    torch.testing.assert_close(found, expected)


def test_a_critics_opinions_reach_to_0_or_1_and_are_undecided_between_the_means() -> None:
    middle = (OF_REAL.mean() + LOGITS.mean()) / 2
    found = opinions(_game(objective="wasserstein"), LOGITS, real=REAL, made=POINTS)
    assert float((found - 0.5).abs().max()) == 0.5
    assert torch.equal(found > 0.5, middle < LOGITS)


def test_a_critic_without_an_opinion_is_undecided() -> None:
    game = _game(objective="wasserstein")
    game.players["discriminator"].parameters[0].data.zero_()
    logits = torch.full((3,), OFFSET)
    assert opinions(game, logits, real=REAL, made=POINTS).tolist() == [0.5] * 3


def _look(factor: float, centre: float = 0.0) -> tuple[PlanarObserver, PlanarLook]:
    target = Centres(centres=((centre, centre),), deviation=0.2)
    random = Randomness(seed=0)
    observer = PlanarObserver(target, latent="normal", latent_size=2, random=random)
    return observer, observer.look(_game(factor))


def test_a_perfect_generator_is_as_near_as_the_targets_own_points() -> None:
    observer, look = _look(0.2)
    assert look.distance.value == pytest.approx(observer.floor, rel=0.3)
    assert look.divergence < 0.1


def test_a_generator_elsewhere_is_log_2_away() -> None:
    _, look = _look(0.001, centre=0.6)
    assert look.distance.value == pytest.approx(math.log(2), abs=0.01)
    assert 2 < look.divergence < math.inf


def test_the_map_of_opinions_has_x_in_its_rows() -> None:
    _, look = _look(0.2)
    assert bool((look.opinions.diff(dim=0) > 0).all())  # D rises with x
    assert bool((look.opinions.diff(dim=1) < 0).all())  # and falls with y.
    assert look.opinions.shape == (24, 24)
    torch.testing.assert_close(look.opinions, look.logits.sigmoid())


@pytest.mark.parametrize("latent", ["normal", "uniform"])
def test_every_place_of_a_lattice_stands_for_the_same_share(latent: str) -> None:
    lattice = latent_lattice(latent, 1).flatten()
    random = Randomness(seed=0)
    drawn = random.normal(100_000) if latent == "normal" else random.uniform(100_000) * 2 - 1
    below = torch.stack([(drawn < each).float().mean() for each in lattice])
    torch.testing.assert_close(below, (torch.arange(150) + 0.5) / 150, atol=0.006, rtol=0.0)
    square = latent_lattice(latent, 2)
    assert square.shape == (169, 2)
    assert square[0, 0] == square[1, 0] < square[13, 0]
    assert square[0, 1] < square[1, 1]


def test_centres_are_reached_by_points_that_are_near_enough() -> None:
    corners = Centres(centres=((-0.5, -0.5), (0.5, 0.5)), deviation=0.1)
    near, far = [0.5, 0.79], [0.5, 0.81]
    assert centres_reached(torch.tensor([near, far]), corners) == (1, 0.5)
    reached, share = centres_reached(corners.sample(20_000, Randomness(seed=0)), corners)
    assert reached == 2
    assert share == pytest.approx(1 - math.exp(-4.5), abs=0.004)


def test_the_best_discriminator_pays_log_4_minus_twice_the_divergence() -> None:
    p = torch.tensor([0.2, 0.5, 0.3, 0.0], dtype=torch.float64)
    for shares in ([0.2, 0.5, 0.3, 0.0], [0.6, 0.0, 0.1, 0.3], [0.0, 0.0, 0.0, 1.0]):
        q = torch.tensor(shares, dtype=torch.float64)
        expected = math.log(4) - 2 * jensen_shannon(p, q).value
        assert cost_of_best(p, q) == pytest.approx(expected, abs=1e-12)
