"""How long a run will take and how much memory, from a few rounds that change nothing."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from zerosum.config import RunConfig
from zerosum.errors import ConfigError
from zerosum.families.preparation import Prepared
from zerosum.jobs.assembling import assemble
from zerosum.jobs.disk import disk_of
from zerosum.networks.kinds import count_parameters
from zerosum.runs import Run
from zerosum.sizes import as_duration
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.training.memory import TensorMemory, free_memory

__all__ = ["Estimate", "estimate", "refuse_what_has_no_room", "takes_long"]

FEW = (2, 4)
"""Images in the rounds whose memory is measured."""
_CYCLE = 16
"""Rounds in which penalties that are paid now and then are usually paid once."""
_DRAWN = 16
"""Pictures in the sample grid that is drawn to see how large grids are."""
PATIENCE = 8.0
"""Seconds that may be spent on rounds to be timed."""
_OTHERS = 1.4
LIBRARIES = 250 * 10**6
"""On the CPU, what kernels and the allocator take beside the tensors themselves, as a factor, and
what libraries take when they are first used, in bytes. Measured for six recipes: 1.0 to 1.4 times,
2.7 times for DCGAN's 150 MB, and 245 MB."""
_LONG = 2 * 86_400.0
"""Seconds of training above which a run on a CPU is told of before it begins."""
_LOPSIDED = 20
"""Times as many weights as the other player has."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a run will take.

    Attributes:
        players: By name: the network's class, and how many parameters it has.
        seconds: The whole run.
        memory: Bytes, at most.
        free: Bytes that there are.
        disk: Bytes of the run folder, at most.
        batch_size: Images in the rounds that were timed: fewer than the run's, where those have
            no room.

    Example:
        >>> players = {"generator": ("G", 10_400_000), "discriminator": ("D", 214_000)}
        >>> room = {"memory": 10**9, "free": 10**10, "disk": 10**8}
        >>> costs = Estimate(players=players, seconds=7e5, **room, batch_size=8)
        >>> costs.duration, costs.lopsided
        ('8 d 2 h', ('generator', 'discriminator', 48))
    """

    players: Mapping[str, tuple[str, int]]
    seconds: float
    memory: int
    free: int
    disk: int
    batch_size: int

    @property
    def duration(self) -> str:
        """The whole run's time, as people say it."""
        return as_duration(self.seconds)

    @property
    def lopsided(self) -> tuple[str, str, int] | None:
        """The strongest player, the weakest, and how many times as many weights the first has."""
        by_size = sorted(self.players, key=lambda name: self.players[name][1])
        if len(by_size) < 2:
            return None
        weakest, strongest = by_size[0], by_size[-1]
        times = self.players[strongest][1] // max(1, self.players[weakest][1])
        return (strongest, weakest, times) if times >= _LOPSIDED else None


def estimate(
    config: RunConfig,
    engine: Engine,
    store: Prepared,
    aids: Any,
    *,
    between: Callable[[], None] = lambda: None,
) -> Estimate:
    """Play a few rounds of the run's end, and see what they take; nothing is written.

    At the end networks that grow are grown, and players that wait for others play: a run of such
    takes this time at most.

    Memory is measured with two small batches, of which it is a linear function, so that a run
    which has no room does not take the machine with it. Time is measured with the run's own batch
    if that has room, else with the larger one of those.

    Args:
        config: The run.
        engine: On what; of several processes one is enough.
        store: Its images.
        aids: What its game needs besides.
        between: Called between the rounds; what it raises ends them.

    Raises:
        ZerosumError: The run cannot be built.
    """
    with torch.random.fork_rng():  # The run that follows finds PyTorch's own as it was.
        return _estimate(config, engine, store, aids, between)


def _estimate(
    config: RunConfig, engine: Engine, store: Prepared, aids: Any, between: Callable[[], None]
) -> Estimate:
    # Alone: how many rounds there is time for differs between processes.
    alone = replace(engine, rank=0, processes=1, patient=None)

    def build(batch: int) -> Loop[Any]:
        # Without evaluators, for which a network would look at thousands of real images.
        small = replace(
            config,
            batch_size=batch,
            sample_count=drawn,
            evaluate_every=0,
            on_collapse="warn",
        )
        loop = assemble(small, Run(Path("estimate")), alone, store, aids, {}, quiet=True)
        loop.images_seen = max(0, config.total_images - batch)
        between()
        return loop

    free, drawn = free_memory(engine.device), min(_DRAWN, config.sample_count)
    whole = config.batch_size // engine.processes
    few, more = (min(size, whole) for size in FEW)
    needed = [_memory(loop := build(size), engine.device) for size in (few, more)]
    slope = (needed[1] - needed[0]) / max(1, more - few)
    memory = max(*needed, round(needed[0] + slope * (whole - few)))
    batch = more
    if memory < free / 2:
        batch, loop = whole, build(whole)
    players = loop.game.players
    per_image = _seconds_per_round(loop, between) / batch / engine.processes
    return Estimate(
        players={
            name: (type(player.network).__name__, count_parameters(player.network))
            for name, player in players.items()
        },
        seconds=per_image * config.total_images,
        memory=memory,
        free=free,
        disk=disk_of(config, loop, drawn=drawn),
        batch_size=batch,
    )


def refuse_what_has_no_room(config: RunConfig, costs: Estimate) -> None:
    """Refuse a run that the machine has no memory for, before it takes all of it.

    Raises:
        ConfigError: It has none; the message says how much would do.
    """
    if costs.memory > costs.free:
        needed, free = (f"{number / 1e9:.1f} GB" for number in (costs.memory, costs.free))
        raise ConfigError(
            f"a round of {config.batch_size} images of {config.recipe} needs about {needed} of "
            f"memory, and {free} are free. Use a GPU, or smaller rounds (--batch-size), pictures "
            "(--pictures.size) or networks (--game.generator.base-channels)."
        )


def takes_long(config: RunConfig, costs: Estimate) -> str:
    """What to tell of a run that takes days on a CPU before it begins; "" if it does not."""
    if costs.seconds < _LONG:
        return ""
    return (
        f"{config.total_images:,} images of {config.recipe} take about {costs.duration} on this "
        "processor: it is made for a GPU. For a start, see fewer images (--images), or take a "
        "recipe for small pictures: zerosum recipes."
    )


def _memory(loop: Loop[Any], device: torch.device) -> int:
    """Bytes that a run holds and takes until all players have moved and paid all penalties."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        _let_all_move(loop)
        return int(torch.cuda.max_memory_allocated(device))
    with TensorMemory() as memory:
        _let_all_move(loop)
    made: int = memory.most
    return round(_OTHERS * (made + _held(loop))) + LIBRARIES


def _let_all_move(loop: Loop[Any]) -> None:
    """Penalties are due in the first round, but a generator may move in every fifth only."""
    waiting = set(loop.game.players)
    while waiting and loop.rounds < _CYCLE:
        waiting -= loop.play_round().keys()


def _held(loop: Loop[Any]) -> int:
    """Bytes of networks and averages; what optimizers hold, a first round makes."""
    sizes: list[int] = [
        each.nbytes
        for player in loop.game.players.values()
        for network in (player.network, player.ema)
        if network is not None
        for each in (*network.parameters(), *network.buffers())
    ]
    return sum(sizes)


def _seconds_per_round(loop: Loop[Any], between: Callable[[], None]) -> float:
    """The mean over a cycle: of its first round, which pays all penalties, and of the others."""
    first = _timed(loop)
    others: list[float] = []
    while len(others) < _CYCLE - 1 and first + sum(others) < PATIENCE:
        between()
        others.append(_timed(loop))
    if not others:
        return first
    return (first + (_CYCLE - 1) * sum(others) / len(others)) / _CYCLE


def _timed(loop: Loop[Any]) -> float:
    start = time.perf_counter()
    loop.play_round()
    loop.require_finite()  # The device may still be at it.
    return time.perf_counter() - start
