"""Historical averaging: its formula, and the circles that it ends."""

import math
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from helpers.runs_in_processes import assert_same
from zerosum.config import OptimizerConfig, RunConfig, change
from zerosum.errors import ConfigError, NonFiniteCostError
from zerosum.families.building import build_game
from zerosum.families.players import build_player
from zerosum.games import Game, History, Player, Round, Turn
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.types import Batch, Scalar

CPU = Engine(device=torch.device("cpu"))


class Chase(Game[None]):
    """x lowers a value and y raises it, both from where they stood when the round began."""

    def __init__(self, value: Callable[[Tensor, Tensor], Tensor], *, averaging: float) -> None:
        self.value = value
        self.players = {}
        for name, start in (("x", 0.6), ("y", 0.8)):
            network = nn.ParameterList([torch.tensor(start, dtype=torch.float64)])
            history = History(network.parameters(), weight=averaging) if averaging else None
            optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
            self.players[name] = Player(network=network, optimizer=optimizer, history=history)

    def turns(self, batch: None, now: Round) -> Iterator[Turn]:
        x, y = (player.parameters[0] for player in self.players.values())
        x_stood, y_stood = x.detach().clone(), y.detach().clone()
        yield Turn(player="x", cost=self.value(x, y_stood))
        yield Turn(player="y", cost=-self.value(x_stood, y))


def product(x: Tensor, y: Tensor) -> Scalar:
    return x * y


def papers(x: Tensor, y: Tensor) -> Scalar:
    """(f(x) − 1)(y − 1) with f(x) = x below 0 and x² above."""
    return (torch.where(x < 0, x, x * x) - 1) * (y - 1)


def _loop(value: Callable[[Tensor, Tensor], Tensor], averaging: float) -> Loop[Any]:
    batches = SimpleNamespace(size_at=lambda position: 1, at=lambda position: None)
    game = Chase(value, averaging=averaging)
    return Loop(game=game, batches=batches, engine=CPU, seed=0)


def _places(loop: Loop[Any]) -> tuple[float, float]:
    x, y = (player.parameters[0].item() for player in loop.game.players.values())
    return x, y


def test_the_cost_is_the_papers_formula() -> None:
    weights = [nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(3))]
    history = History(weights, weight=0.25)
    inputs: list[list[Tensor]] = []
    torch.manual_seed(0)
    for _ in range(4):
        for each in weights:
            each.data.normal_()
        inputs.append([each.detach().clone() for each in weights])
        cost = history.term()
        means = [torch.stack(past).mean(dim=0) for past in zip(*inputs, strict=True)]
        away = [each - mean for each, mean in zip(weights, means, strict=True)]
        assert cost.item() == pytest.approx(
            0.25 * sum(each.square().sum().item() for each in away), abs=1e-6
        )
        gradients = torch.autograd.grad(cost, weights)
        for gradient, distance in zip(gradients, away, strict=True):
            torch.testing.assert_close(gradient, 2 * 0.25 * distance)


def test_without_it_a_product_spirals_out_by_the_known_factor() -> None:
    loop = _loop(product, 0.0)
    loop.run(until=200)
    assert math.hypot(*_places(loop)) == pytest.approx(math.sqrt(1 + 0.1**2) ** 200)


def test_with_it_a_product_comes_to_rest_at_its_equilibrium() -> None:
    loop = _loop(product, 0.1)
    x = y = mean_x = mean_y = 0.0
    x, y = 0.6, 0.8
    for turn in range(1, 401):  # The recursion by hand.
        mean_x, mean_y = mean_x + (x - mean_x) / turn, mean_y + (y - mean_y) / turn
        x, y = x - 0.1 * (y + 0.2 * (x - mean_x)), y + 0.1 * (x - 0.2 * (y - mean_y))
    loop.run(until=400)
    assert _places(loop) == pytest.approx((x, y), abs=1e-9)
    assert math.hypot(x, y) < 0.01


def test_the_papers_game_finds_its_equilibrium_where_descent_alone_explodes() -> None:
    loop = _loop(papers, 0.5)
    loop.run(until=1_000)
    assert _places(loop) == pytest.approx((1.0, 1.0), abs=0.01)
    with pytest.raises(NonFiniteCostError, match="cost is inf"):
        _loop(papers, 0.0).run(until=1_000)


def _tiny_loop(config: RunConfig) -> Loop[Any]:
    def at(position: int) -> Batch:
        generator = torch.Generator().manual_seed(position)
        return Batch(images=torch.rand(8, 1, 28, 28, generator=generator) * 2 - 1)

    batches = SimpleNamespace(size_at=lambda position: 8, at=at)
    return Loop(game=build_game(config, CPU), batches=batches, engine=CPU, seed=0)


def test_a_run_goes_on_from_its_checkpoint_bit_for_bit(tiny: RunConfig) -> None:
    field = "historical_averaging"
    weights = {"game.generator_optimizer": 0.1, "game.discriminator_optimizer": 0.3}
    config = change(tiny, {f"{name}.{field}": weight for name, weight in weights.items()})
    whole, first, second = (_tiny_loop(config) for _ in range(3))
    whole.run(until=48)
    first.run(until=24)
    second.load_state_dict(first.state_dict())
    second.run(until=48)
    assert_same(whole.state_dict(), second.state_dict())
    assert whole.state_dict()["players"]["generator"]["history"]["turns"] == 6


def test_it_is_off_by_default_and_then_leaves_nothing_in_the_checkpoint(tiny: RunConfig) -> None:
    assert OptimizerConfig().historical_averaging == 0
    loop = _tiny_loop(change(tiny, {"game.generator_optimizer.historical_averaging": 0.0}))
    records = loop.play_round()
    assert all("history" not in scores for scores in records.values())
    assert all("history" not in saved for saved in loop.state_dict()["players"].values())


def test_every_player_of_every_game_can_have_it() -> None:
    config = OptimizerConfig(method="sgd", historical_averaging=0.5)
    player = build_player(nn.Linear(2, 1), config, CPU)
    assert player.history is not None
    assert player.history.weight == 0.5


@pytest.mark.parametrize("weight", [-0.1, math.inf, math.nan])
def test_nonsense_is_refused(weight: float) -> None:
    with pytest.raises(ConfigError, match="historical_averaging must be a number from 0"):
        OptimizerConfig(historical_averaging=weight)
