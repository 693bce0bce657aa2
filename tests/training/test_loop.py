import copy
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

from zerosum.config import RunConfig
from zerosum.errors import ConfigError, NonFiniteCostError
from zerosum.families.building import build_game
from zerosum.games import Game, Player, Round, Turn
from zerosum.games.parts.schedules import STEADY, Pace, Schedule
from zerosum.training.engine import Engine, choose_device, start_engine
from zerosum.training.loop import Hook, Loop, Record
from zerosum.training.pace import (
    decay_of,
    ema_half_life_at,
    set_pace,
    update_ema,
)
from zerosum.types import Batch

CPU = Engine(device=torch.device("cpu"))


class Ones:
    def size_at(self, position: int) -> int:
        return 8

    def at(self, position: int) -> Batch:
        return Batch(images=torch.ones(8, 1, 2, 2))


class Grey:
    def size_at(self, position: int) -> int:
        return 16

    def at(self, position: int) -> Batch:
        return Batch(images=torch.zeros(16, 1, 28, 28))


class Bilinear(Game[Batch]):
    """min over x, max over y of x·y: the smallest game."""

    def __init__(self) -> None:
        self.players = {name: _player(nn.Linear(1, 1, bias=False)) for name in ("x", "y")}
        for player in self.players.values():
            player.parameters[0].data.fill_(1.0)

    def turns(self, batch: Batch, now: Round) -> Iterator[Turn]:
        x, y = (self.players[name].parameters[0].squeeze() for name in ("x", "y"))
        yield Turn(player="x", cost=x * y, scores={"x": x.detach()})
        yield Turn(player="y", cost=-x * y)


def _player(network: nn.Module) -> Player:
    return Player(network=network, optimizer=torch.optim.SGD(network.parameters(), lr=0.1))


def _loop(game: Game[Any], **settings: Any) -> Loop[Any]:
    return Loop(game=game, batches=Ones(), engine=CPU, seed=0, **settings)


def _values(game: Game[Any]) -> tuple[float, ...]:
    return tuple(player.parameters[0].item() for player in game.players.values())


def test_players_move_in_turn_against_what_the_other_has_become() -> None:
    game = Bilinear()
    _loop(game).play_round()
    # x ← 1 − 0.1·1; then y ← 1 + 0.1·0.9: alternating, not simultaneous.
    assert _values(game) == pytest.approx((0.9, 1.09))


def test_a_turn_moves_one_player_only() -> None:
    class Watched(Bilinear):
        def turns(self, batch: Batch, now: Round) -> Iterator[Turn]:
            for turn in super().turns(batch, now):
                before = _values(self)
                yield turn
                moved = [old != new for old, new in zip(before, _values(self), strict=True)]
                assert moved == [turn.player == "x", turn.player == "y"]
                if turn.player == "x":
                    assert self.players["y"].parameters[0].grad is None

    _loop(Watched()).play_round()


def test_images_are_counted_and_the_run_ends_there() -> None:
    loop = _loop(Bilinear())
    loop.run(until=33)
    assert (loop.images_seen, loop.rounds) == (40, 5)


def test_stop_ends_after_the_round() -> None:
    class Stopper:
        def started(self, loop: Loop[Any]) -> None: ...

        def played(self, loop: Loop[Any], record: Record) -> None:
            if loop.rounds == 3:
                loop.stop()

        def stopped(self, loop: Loop[Any]) -> None: ...

    loop = _loop(Bilinear(), hooks=[Stopper()])
    loop.run(until=10_000)
    assert loop.rounds == 3


def test_the_callers_random_state_is_left_alone() -> None:
    loop = _loop(Bilinear())
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    loop.run(until=16)
    assert torch.equal(torch.rand(3), expected)


def test_a_non_finite_cost_stops_before_the_weights_change() -> None:
    class Broken(Bilinear):
        def turns(self, batch: Batch, now: Round) -> Iterator[Turn]:
            x, y = (self.players[name].parameters[0].squeeze() for name in ("x", "y"))
            yield Turn(player="x", cost=x * y)
            bad = x * y * (math.nan if now.number == 2 else 1.0)
            yield Turn(player="y", cost=bad, scores={"good": x, "penalty": bad})

    game = Broken()
    loop = _loop(game)
    with pytest.raises(NonFiniteCostError, match=r"the y's cost is nan in round 2 .*: penalty\."):
        loop.run(until=1000)
    assert all(math.isfinite(value) for value in _values(game))


class Overflowing(Bilinear):
    """Its x is not a number from round 3 on, and so is all that follows from it."""

    def turns(self, batch: Batch, now: Round) -> Iterator[Turn]:
        x, y = (self.players[name].parameters[0].squeeze() for name in ("x", "y"))
        factor = math.nan if now.number == 3 else 1.0
        yield Turn(
            player="x", cost=factor * x * y, scores={"bad": factor * y, "good": torch.ones(())}
        )
        yield Turn(player="y", cost=-x * y)


AHEAD = Engine(device=torch.device("cpu"), check_every=4)
"""As on a GPU."""


def _ahead(game: Game[Any], *hooks: Hook) -> Loop[Any]:
    return Loop(game=game, batches=Ones(), engine=AHEAD, seed=0, hooks=hooks)


def test_a_device_that_works_ahead_is_looked_at_every_so_many_rounds() -> None:
    loop = _ahead(Overflowing())
    with pytest.raises(NonFiniteCostError, match=r"the x's cost is nan in round 3 .*: bad\."):
        loop.run(until=1000)
    assert loop.rounds == 4
    assert not loop.is_whole


class BadElsewhere(Engine):
    """As if another process had a cost that is not a number."""

    def mean(self, values: torch.Tensor) -> torch.Tensor:
        return values * torch.nan


def test_what_is_bad_in_another_process_is_bad_here() -> None:
    loop = _ahead(Bilinear())
    loop.engine = BadElsewhere(device=torch.device("cpu"), check_every=4)
    loop.play_round()
    with pytest.raises(NonFiniteCostError, match="x's cost is nan in round 0 in another process"):
        loop.require_finite()


@pytest.mark.parametrize(("device", "ahead"), [("cpu", False), ("meta", True)])
def test_all_devices_but_the_cpu_work_ahead(
    device: str, ahead: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerosum.training.engine.choose_device", torch.device)
    with start_engine(device=device) as engine:
        assert engine.works_ahead == ahead


def test_nobody_looks_in_between() -> None:
    loop = _ahead(Overflowing())
    loop.engine = replace(AHEAD, check_every=1000)
    for _ in range(10):
        loop.play_round()
    with pytest.raises(NonFiniteCostError, match=r"the x's cost is nan in round 3 .*: bad\."):
        loop.require_finite()
    with pytest.raises(NonFiniteCostError, match="round 3"):  # Not only once.
        loop.state_dict()


def test_a_run_that_goes_back_forgets_the_bad_cost() -> None:
    loop = _ahead(Overflowing())
    before = copy.deepcopy(loop.state_dict())
    with pytest.raises(NonFiniteCostError):
        loop.run(until=1000)
    loop.load_state_dict(before)
    loop.require_finite()
    loop.run(until=24)
    assert loop.is_whole


def test_what_fails_because_of_a_bad_cost_is_not_what_is_named() -> None:
    class Picky(Overflowing):
        def turns(self, batch: Batch, now: Round) -> Iterator[Turn]:
            if now.number == 5:
                raise ZeroDivisionError
            yield from super().turns(batch, now)

    loop = _ahead(Picky())
    loop.engine = replace(AHEAD, check_every=1000)
    with pytest.raises(NonFiniteCostError, match="round 3"):
        loop.run(until=1000)


def test_learning_rate_falls_linearly() -> None:
    factors = [Pace(decay=(100, 300)).factor(images) for images in (0, 100, 200, 300, 400)]
    assert factors == [1.0, 1.0, 0.5, 0.0, 0.0]
    game = Bilinear()
    game.players["x"].pace = Pace(decay=(0, 16))
    loop = _loop(game)
    loop.run(until=16)
    assert game.players["x"].optimizer.param_groups[0]["lr"] == pytest.approx(0.05)
    assert game.players["y"].optimizer.param_groups[0]["lr"] == 0.1


def test_schedules_set_rate_and_betas_before_each_move() -> None:
    weight = nn.Parameter(torch.zeros(()))
    player = Player(
        network=nn.ParameterList([weight]),
        optimizer=torch.optim.Adam([weight], lr=0.1, betas=(0.5, 0.99)),
        pace=Pace(
            decay=(0, 400),
            rate=Schedule(start=4.0, end=1.0, until=200, shape="linear"),
            beta2=Schedule(start=0.9, end=0.99, until=200, shape="linear"),
        ),
    )
    (group,) = player.optimizer.param_groups
    for images, rate, beta2 in ((0, 4.0, 0.9), (100, 2.5 * 0.75, 0.945), (200, 0.5, 0.99)):
        set_pace(player, images, factor=1.0)
        assert group["lr"] == pytest.approx(0.1 * rate)
        assert group["betas"] == (0.5, pytest.approx(beta2))


def test_a_schedule_sets_the_momentum_of_descent() -> None:
    weight = nn.Parameter(torch.zeros(()))
    player = Player(
        network=nn.ParameterList([weight]),
        optimizer=torch.optim.SGD([weight], lr=0.1, momentum=0.7),
        pace=Pace(momentum=Schedule(start=0.5, end=0.7, until=200, shape="linear"), halving=100),
    )
    (group,) = player.optimizer.param_groups
    for images, rate, momentum in ((0, 0.1, 0.5), (100, 0.05, 0.6), (300, 0.0125, 0.7)):
        set_pace(player, images, factor=1.0)
        assert group["lr"] == pytest.approx(rate)
        assert group["momentum"] == pytest.approx(momentum)


def test_without_schedules_an_optimizer_stays_as_it_was_made() -> None:
    player = Bilinear().players["x"]
    before = dict(player.optimizer.param_groups[0])
    set_pace(player, 10**6, factor=1.0)
    assert player.optimizer.param_groups[0] == before


def test_an_averages_half_life_follows_its_schedule() -> None:
    def averaged(memory: Schedule | None) -> float:
        game = Bilinear()
        player = game.players["x"]
        player.ema = nn.Linear(1, 1, bias=False)
        player.ema.weight.data.fill_(100.0)
        player.ema_half_life, player.ema_factor = 0.4, memory
        _loop(game).run(until=16)
        return player.ema.weight.item() - player.parameters[0].item()

    # 0.05 · 8 images: the half-life of the second round, of which 0.5 ** (8 / 0.4) is kept.
    short, gone = averaged(None), averaged(Schedule(start=0.0, end=1.0, until=10**9))
    assert abs(short) > 1e-8
    assert gone == 0.0


def test_only_without_a_schedule_of_its_own_is_a_half_life_short_at_first() -> None:
    assert ema_half_life_at(1000, 2000) == 100
    assert ema_half_life_at(1000, 10**6) == ema_half_life_at(1000, 0, STEADY) == 1000
    halfway = Schedule(start=0.0, end=1.0, until=4000)
    assert ema_half_life_at(1000, 2000, halfway) == pytest.approx(500)


def test_average_has_the_half_life_it_says() -> None:
    average, network = nn.Linear(1, 1), nn.Linear(1, 1)
    average.weight.data.fill_(1.0)
    network.weight.data.fill_(0.0)
    for _ in range(10):
        update_ema(average, network, decay_of(1000, step=100))
    assert average.weight.item() == pytest.approx(0.5)


def test_average_forgets_the_untrained_network() -> None:
    assert decay_of(ema_half_life_at(10_000, 2_000), step=100) == pytest.approx(0.5)


def test_average_follows_running_statistics_and_copies_counts() -> None:
    average, network = nn.BatchNorm2d(2), nn.BatchNorm2d(2)
    network(torch.randn(8, 2, 4, 4) + 10)
    update_ema(average, network, 0.5)
    assert torch.allclose(average.running_mean, network.running_mean / 2)  # type: ignore
    assert average.num_batches_tracked == 1


def test_first_weights_do_not_depend_on_the_callers_state(tiny: RunConfig) -> None:
    def weights(config: RunConfig) -> torch.Tensor:
        torch.rand(1)
        return build_game(config, CPU).players["generator"].parameters[0]

    assert torch.equal(weights(tiny), weights(tiny))
    assert not torch.equal(weights(tiny), weights(replace(tiny, seed=1)))


def test_bf16_computes_costs_in_full_precision(tiny: RunConfig) -> None:
    engine = Engine(device=torch.device("cpu"), precision="bf16")
    game = build_game(tiny, engine)

    loop = Loop(game=game, batches=Grey(), engine=engine, seed=0)
    record = loop.play_round()
    assert record["discriminator"]["cost"].dtype == torch.float32
    assert record["discriminator"]["r1"].dtype == torch.float32
    assert game.players["generator"].parameters[0].dtype == torch.float32


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"device 'gpu' cannot be used here.*--device auto"):
        choose_device("gpu")


def test_batch_of_one_with_batch_norm_is_refused(tiny: RunConfig) -> None:
    with pytest.raises(ConfigError, match=r"batch normalisation.*at least 2.*got 1"):
        build_game(replace(tiny, batch_size=1), CPU)
    build_game(replace(tiny, batch_size=2), CPU)
