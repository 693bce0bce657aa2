"""The fully visible belief network: the probabilities of all images sum to 1, and are kept to."""

import itertools
from math import log
from typing import Any

import pytest
import torch

from zerosum.data import scale
from zerosum.errors import ConfigError
from zerosum.games import Player, Round
from zerosum.games.autoregressive import AutoregressiveGame, quantise
from zerosum.games.autoregressive_settings import AutoregressiveConfig
from zerosum.networks.made_settings import MadeConfig
from zerosum.randomness import Randomness
from zerosum.types import Batch

SHAPE = (1, 2, 2)


def _game(levels: int, shape: Any = SHAPE, **network: Any) -> AutoregressiveGame:
    """One whose numbers depend on each other a good deal."""
    torch.manual_seed(1)
    settings = AutoregressiveConfig(
        levels=levels, components=2, network=MadeConfig(widths=(12, 12), **network)
    )
    outputs = 1 if levels == 2 else 6
    made = settings.network.build(shape, outputs=outputs)
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.7)
    optimizer = torch.optim.SGD(made.parameters(), lr=0.1)
    return AutoregressiveGame(settings, model=Player(network=made, optimizer=optimizer))


def _all_images(levels: int, numbers: int = 4) -> torch.Tensor:
    values = [2 * k / (levels - 1) - 1 for k in range(levels)]
    return torch.tensor(list(itertools.product(values, repeat=numbers))).view(-1, *SHAPE)


@pytest.mark.parametrize("levels", [2, 3])
def test_the_probabilities_of_all_images_sum_to_one(levels: int) -> None:
    game, images = _game(levels), _all_images(levels)
    assert len(images) == levels**4
    total = game.log_likelihood(images).double().exp().sum()
    assert float(total) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("levels", [2, 3])
def test_images_are_drawn_as_often_as_they_are_probable(levels: int) -> None:
    game, images, count = _game(levels), _all_images(levels), 40_000
    drawn = game.draw(Randomness(seed=0).uniform(count, *SHAPE))
    which = (drawn.flatten(1)[:, None] == images.flatten(1)).all(dim=2).float()
    assert bool((which.sum(dim=1) == 1).all())
    expected = game.log_likelihood(images).double().exp() * count
    counts, is_rare = which.sum(dim=0).double(), expected < 5
    counts = torch.cat([counts[~is_rare], counts[is_rare].sum().unsqueeze(0)])
    expected = torch.cat([expected[~is_rare], expected[is_rare].sum().unsqueeze(0)])
    chi_square = float(((counts - expected) ** 2 / expected.clamp(min=1e-9)).sum())
    degrees = len(counts) - 1
    assert degrees >= 10
    assert chi_square < degrees + 4 * (2 * degrees) ** 0.5  # Four standard deviations.


def test_a_wrong_order_would_be_noticed_by_the_draws() -> None:
    """The numbers do depend on each other, so that the test above can fail."""
    game, images = _game(2), _all_images(2)
    probable = game.log_likelihood(images).exp()
    mirrored = game.log_likelihood(images.flip(3)).exp()
    assert float((probable - mirrored).abs().max()) > 0.02


def test_the_cost_is_the_mean_of_the_negative_log_likelihood_and_its_bits() -> None:
    game, images = _game(3), _all_images(3)[:32]
    now = Round(number=0, images_seen=0, random=Randomness(seed=0))
    (turn,) = game.turns(Batch(images=images), now)
    nats = -game.log_likelihood(images).mean()
    torch.testing.assert_close(turn.cost.detach(), nats)
    torch.testing.assert_close(turn.scores["bits per dimension"], nats / (4 * log(2)))


def test_images_are_drawn_anew_each_round_and_the_same_in_the_same_round() -> None:
    game, grey = _game(2), torch.zeros(16, *SHAPE)
    costs = [
        next(
            iter(
                game.turns(
                    Batch(images=grey), Round(number=0, images_seen=position, random=random)
                )
            )
        )
        for random, position in ((Randomness(seed=0).at(p), p) for p in (0, 64, 0))
    ]
    first, second, again = (float(turn.cost.detach()) for turn in costs)
    assert first == again
    assert first != second


def test_progress_is_told_of_every_number() -> None:
    told: list[tuple[int, int]] = []
    _game(2).draw(torch.rand(3, *SHAPE), progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_binarisation_is_right_on_average_and_leaves_black_and_white() -> None:
    bytes_ = torch.arange(256, dtype=torch.uint8).view(256, 1, 1, 1).expand(-1, 1, 20, 20)
    images = scale(bytes_)
    made = quantise(images, Randomness(seed=0).uniform(256, 1, 20, 20), levels=2)
    assert sorted(set(made.flatten().tolist())) == [-1.0, 1.0]
    assert bool((made[0] == -1).all())
    assert bool((made[255] == 1).all())
    white = (made.flatten(1).mean(dim=1) + 1) / 2
    grey = torch.arange(256) / 255
    assert float(((white - grey) / (grey * (1 - grey) / 400 + 1e-9).sqrt()).abs().max()) < 5


@pytest.mark.parametrize("uniform", [0.0, 1 - 2**-24])
@pytest.mark.parametrize("levels", [2, 3, 256])
def test_what_is_at_a_level_stays_there_whatever_is_drawn(levels: int, uniform: float) -> None:
    step = 255 / (levels - 1)
    at_levels = torch.tensor([round(k * step) for k in range(levels) if (k * step).is_integer()])
    images = scale(at_levels.to(torch.uint8).view(-1, 1, 1, 1))
    made = quantise(images, torch.full(images.shape, uniform), levels=levels)
    torch.testing.assert_close(made, images)


@pytest.mark.parametrize(
    "fields", [{"levels": 1}, {"levels": 257}, {"components": 0}, {"held_out": 1.0}]
)
def test_nonsense_is_refused(fields: Any) -> None:
    with pytest.raises(ConfigError, match=next(iter(fields))):
        AutoregressiveConfig(**fields)


def test_what_is_completed_is_as_probable_as_given_the_first_rows() -> None:
    game, count = _game(2), 20_000
    first = torch.tensor([[1.0, -1.0]])
    whole = _all_images(2)
    fitting = whole[(whole[:, 0, 0] == first).all(dim=1)]
    expected = game.log_likelihood(fitting).double().softmax(dim=0)
    given = torch.cat([first, first * 0]).expand(count, *SHAPE)
    drawn = game.complete(given, Randomness(seed=0).uniform(count, *SHAPE), rows=1)
    which = (drawn.flatten(1)[:, None] == fitting.flatten(1)).all(dim=2).double()
    assert bool((which.sum(dim=1) == 1).all())
    error = (expected * (1 - expected) / count).sqrt()
    assert bool(((which.mean(dim=0) - expected).abs() < 4 * error + 1e-9).all())


@pytest.mark.parametrize("levels", [2, 3])
def test_of_no_row_all_is_drawn_and_of_all_rows_nothing(levels: int) -> None:
    game, images = _game(levels), _all_images(levels)
    uniform = Randomness(seed=0).uniform(len(images), *SHAPE)
    assert torch.equal(game.complete(images, uniform, rows=0), game.draw(uniform))
    assert torch.allclose(game.complete(images, uniform, rows=2), images, atol=1e-6)


def test_rows_of_colours_are_whole() -> None:
    shape = (3, 2, 2)
    game = _game(2, shape)
    images, uniform = (Randomness(seed=seed).uniform(5, *shape) for seed in (0, 1))
    images = (images > 0.5).float() * 2 - 1
    drawn = game.complete(images, uniform, rows=1)
    assert torch.equal(drawn[:, :, 0], images[:, :, 0])
    assert not torch.equal(drawn[:, :, 1], images[:, :, 1])
