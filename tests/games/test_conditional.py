"""The game whose players know the class."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from helpers.settings import penalties, rules
from zerosum.config import change
from zerosum.errors import ConfigError
from zerosum.families.building import build_game
from zerosum.games import AdversarialGame, Classes, Player, Round
from zerosum.objectives import PENALTIES
from zerosum.randomness import Randomness
from zerosum.recipes import recipe
from zerosum.training.engine import Engine
from zerosum.types import Batch

PETS = Classes(names=("cat", "dog", "owl"), counts=(600, 300, 100))


class Told(nn.Module):
    """G(z, y): a picture of two pixels, both y."""

    latent_size = 2

    def __init__(self) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(1))

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return (
            (latents[:, 2:].argmax(1).float() + self.shift).view(-1, 1, 1, 1).expand(-1, 1, 1, 2)
        )


class Match(nn.Module):
    """D(x, y) = s_y times the first pixel of x; records its inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.gradients = nn.Parameter(torch.tensor([1.0, 2.0, 3.0]))
        self.requested: list[tuple[torch.Tensor, torch.Tensor]] = []

    def forward(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        first = images[:, 0, 0, 0]
        self.requested.append((first.detach(), labels))
        return self.gradients[labels] * first


def _game(objective: str, penalty: str) -> AdversarialGame:
    def player(network: nn.Module) -> Player:
        return Player(network=network, optimizer=torch.optim.SGD(network.parameters(), lr=0.1))

    return AdversarialGame(
        rules(objective=objective, penalties=penalties(penalty, weight=1.0)),
        generator=player(Told()),
        discriminator=player(Match()),
        classes=PETS,
    )


def test_generated_pictures_are_of_the_classes_of_the_real_ones() -> None:
    labels = torch.tensor([2, 0, 1, 1])
    batch = Batch(images=labels.float().view(-1, 1, 1, 1).expand(-1, 1, 1, 2), labels=labels)
    game = _game("relativistic", "r1")
    now = Round(number=0, images_seen=0, random=Randomness(seed=0))
    costs = [turn.cost.item() for turn in game.turns(batch, now)]
    discriminator = game.players["discriminator"].network
    assert isinstance(discriminator, Match)
    assert len(discriminator.requested) == 4  # both kinds at either turn; R1 asks for no more
    for images, classes in discriminator.requested:
        assert torch.equal(classes, labels)
        assert torch.equal(images, labels.float())  # real and generated ones
    # Each generated picture equals the real one it is paired with: log 2, and R1 of s_y².
    assert costs[0] == pytest.approx(0.6931 + (9 + 1 + 4 + 4) / 4, abs=1e-3)
    assert costs[1] == pytest.approx(0.6931, abs=1e-3)


@pytest.mark.parametrize("penalty", PENALTIES)
def test_penalties_use_the_gradient_of_the_class(penalty: str) -> None:
    labels = torch.tensor([2, 0, 1, 1])
    batch = Batch(images=torch.rand(4, 1, 1, 2), labels=labels)
    now = Round(number=0, images_seen=0, random=Randomness(seed=0))
    turn = next(_game("wasserstein", penalty).turns(batch, now))
    gradients = torch.tensor([3.0, 1.0, 2.0, 2.0])
    aim = 0.0 if penalty in ("r1", "r2") else 1.0
    assert turn.scores[penalty].item() == pytest.approx((gradients - aim).square().mean().item())


def test_classes_are_drawn_as_often_as_they_occur() -> None:
    game = _game("hinge", "r1")
    one_hot = game.fresh_latents(20_000, Randomness(seed=0))[:, 2:]
    assert torch.equal(one_hot.sum(dim=1), torch.ones(20_000))
    # Three standard errors of a share of 0.6 are 0.0104.
    torch.testing.assert_close(
        one_hot.mean(dim=0), torch.tensor([0.6, 0.3, 0.1]), atol=0.011, rtol=0
    )
    pictures = game.preview(6, Randomness(seed=0), torch.tensor([0, 1, 2, 0, 1, 2]))
    assert pictures[..., 0].flatten().tolist() == [0, 1, 2, 0, 1, 2]


def test_two_processes_draw_the_classes_that_one_would() -> None:
    whole = PETS.draw(8, Randomness(seed=3))
    parts = [PETS.draw(4, Randomness(seed=3, rank=rank, processes=2)) for rank in (0, 1)]
    assert torch.equal(whole, torch.cat(parts))


def test_a_class_without_pictures_is_never_drawn() -> None:
    some = Classes(names=("a", "b", "c", "d"), counts=(0, 5, 0, 0))
    assert set(some.draw(1_000, Randomness(seed=0)).tolist()) == {1}


@pytest.mark.parametrize("name", ["2", 2, "owl"])
def test_a_class_is_found_by_name_or_number(name: str | int) -> None:
    assert PETS.find(name) == 2


def test_a_name_counts_before_a_number() -> None:
    assert Classes(names=("1", "0"), counts=(1, 1)).find("1") == 0


@given(
    names=st.lists(st.integers(0, 30), min_size=1, max_size=9, unique=True),
    requested=st.integers(0, 30),
    width=st.integers(0, 3),
)
def test_a_number_is_a_name_and_no_position_where_names_are_numbers(
    names: list[int], requested: int, width: int
) -> None:
    classes = Classes(names=tuple(f"{it:0{width}d}" for it in names), counts=(1,) * len(names))
    for name in (requested, str(requested), f"{requested:0{width}d}"):
        if requested in names:
            assert classes.find(name) == names.index(requested)
        else:
            with pytest.raises(ConfigError, match=rf"unknown class '0*{requested}'"):
                classes.find(name)


@pytest.mark.parametrize("name", ["3", 3, -1, "-1", ""])
def test_an_unknown_class(name: str | int) -> None:
    with pytest.raises(ConfigError, match=r"unknown class .* Known: cat, dog, owl"):
        PETS.find(name)


def test_a_game_cannot_be_built_before_its_classes_are_known() -> None:
    config = change(recipe("dcgan-digits"), {"game.conditional": "projection"})
    engine = Engine(device=torch.device("cpu"))
    with pytest.raises(ConfigError, match="read from the labels"):
        build_game(config, engine)
