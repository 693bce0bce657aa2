"""Seconds until a digit generator is as good as the plain loop's after ten minutes.

    python benchmarks/time_to_quality.py [--seconds 600] [--seeds 3] [--tries "as shipped" ...]
                                         [--at-once 2] [--out FILE.json]

The plain side trains zerosum's own DCGAN networks of width 32 on the 5,000 embedded digits as
https://github.com/pytorch/examples/tree/main/dcgan writes it: batches of 64, Adam at 2e-4, binary
cross-entropy, no average. Its data lie in memory as one tensor, which is faster than its loader.

The other side is ``zerosum train dcgan-digits`` as shipped, and the tries that led there: each
changes a few fields of the recipe, and none has more parameters than the plain side.

Every side runs in a process of its own with one thread. What is counted is processor seconds of
training, not the clock's: other work on the machine, which takes the processor away for most of
the time, changes little. The score is FD-digits: the Fréchet distance of 10,000 generated pictures
to the 5,000 digits in the features of the network ``digits``.

A factor is the plain loop's time over the time after which a try is as good as the plain loop at
its end. Between two looks the score is taken to move evenly with the logarithm of time. Every seed
of a try is held against every seed of the plain loop; told are the median and the extremes.
"""

import argparse
import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from zerosum.config import RunConfig, change
from zerosum.data import Batches, Store, unscale
from zerosum.evaluation.extraction import extract, extract_from_store, kept_on_disk
from zerosum.families.building import build_game
from zerosum.families.preparation import prepare_store
from zerosum.features import load_features
from zerosum.metrics import frechet_distance_of_features
from zerosum.networks.kinds import count_parameters
from zerosum.randomness import Randomness
from zerosum.recipes import recipe
from zerosum.training.engine import Engine, choose_precision
from zerosum.training.loop import Loop

WANTED = 10.0
COUNT = 10_000
FIRST_LOOK, LOOKS_PER_DOUBLING = 15.0, 2
PLAIN = "plain loop"
BETAS = tuple(f"game.{player}_optimizer.betas" for player in ("generator", "discriminator"))


class Look(NamedTuple):
    """How good a side is at a time.

    Attributes:
        seconds: Processor seconds of training.
        images: Real images seen.
        score: FD-digits.
    """

    seconds: float
    images: int
    score: float


Curve = Sequence[Look]

OFF: Mapping[str, Any] = {
    "game.penalties.r1.weight": 0.0,
    "game.ema_half_life": None,
    "game.generator_optimizer.learning_rate": 2e-4,
    "game.discriminator_optimizer.learning_rate": 2e-4,
    "batch_size": 64,
    **dict.fromkeys(BETAS, (0.5, 0.999)),
}
"""The recipe without what it adds to the published settings."""

FAST: Mapping[str, Any] = {
    "game.generator_optimizer.learning_rate": 1e-3,
    "game.discriminator_optimizer.learning_rate": 1e-3,
}

TRIES: Mapping[str, Mapping[str, Any]] = {
    "as shipped": {},
    "shipped, precision auto": {"precision": "auto"},
    "shipped, β₂ 0.999": dict.fromkeys(BETAS, (0.5, 0.999)),
    "published settings": OFF,
    "published + average": {**OFF, "game.ema_half_life": 2_000},
    "published + R1": {**OFF, "game.penalties.r1.weight": 0.5},
    "published + Adam 1e-3": {**OFF, **FAST},
    "published + batch 32": {**OFF, "batch_size": 32},
    "shipped, width 16": {
        "game.generator.base_channels": 16,
        "game.discriminator.base_channels": 16,
    },
    "shipped, width 24": {
        "game.generator.base_channels": 24,
        "game.discriminator.base_channels": 24,
    },
    "shipped, batch 16": {"batch_size": 16},
    "shipped without R1": {"game.penalties.r1.weight": 0.0},
    "shipped without average": {"game.ema_half_life": None},
    "shipped, relativistic": {"game.objective": "relativistic"},
    "shipped, hinge": {"game.objective": "hinge"},
    "shipped, half-life 10,000": {"game.ema_half_life": 10_000},
}
"""Fields of dcgan-digits that each try changes."""


def plain_config() -> RunConfig:
    return change(recipe("dcgan-digits"), OFF)


class Judge:
    """FD-digits of whatever draws pictures."""

    def __init__(self, store: Store, cache: Path) -> None:
        self.network = load_features("digits", cache=cache)
        self.real = extract_from_store(store, self.network, count=len(store), seed=0, cache=cache)

    def __call__(self, draw: Callable[[Tensor], Tensor], latent_size: int) -> float:
        """Judge a generator, given as the function that draws."""
        random = Randomness(seed=1, stream="judge")
        batches = (
            unscale(draw(random.at(start).normal(100, latent_size)))
            for start in range(0, COUNT, 100)
        )
        with kept_on_disk(batches, COUNT) as pictures:
            features = extract(pictures, self.network).features
        return frechet_distance_of_features(self.real.features, features).value


def looks(seconds: float) -> Iterator[float]:
    """Times at which to judge, three for each doubling."""
    look = FIRST_LOOK
    while look < seconds:
        yield look
        look *= 2 ** (1 / LOOKS_PER_DOUBLING)
    yield seconds


def plain_step(store: Store, game: Any, seed: int) -> Callable[[], object]:
    """The body of the official example's loop, with its names."""
    net_d = nn.Sequential(game.players["discriminator"].network, nn.Sigmoid())
    net_g = game.players["generator"].network
    criterion = nn.BCELoss()
    optimizer_d = torch.optim.Adam(net_d.parameters(), lr=0.0002, betas=(0.5, 0.999))
    optimizer_g = torch.optim.Adam(net_g.parameters(), lr=0.0002, betas=(0.5, 0.999))
    data = torch.from_numpy(store.images.copy()).permute(0, 3, 1, 2).float() / 127.5 - 1.0
    generator = torch.Generator().manual_seed(seed)

    def step() -> object:
        real = data[torch.randint(len(data), (64,), generator=generator)]
        net_d.zero_grad()
        label = torch.full((64,), 1.0)
        error_real = criterion(net_d(real).view(-1), label)
        error_real.backward()
        fake = net_g(torch.randn(64, net_g.latent_size, generator=generator))
        label.fill_(0.0)
        error_fake = criterion(net_d(fake.detach()).view(-1), label)
        error_fake.backward()
        optimizer_d.step()
        net_g.zero_grad()
        label.fill_(1.0)
        error_g = criterion(net_d(fake).view(-1), label)
        error_g.backward()
        optimizer_g.step()
        return error_real.item() + error_fake.item(), error_g.item()

    return step


def play(side: str, seconds: float, seed: int, cache: str) -> Curve:
    """Train one side, and judge it at each look."""
    os.environ["ZEROSUM_CACHE"] = cache
    torch.set_num_threads(1)
    plain = side == PLAIN
    config = plain_config() if plain else change(recipe("dcgan-digits"), TRIES[side])
    config = change(config, {"seed": seed, "device": "cpu"})
    device = torch.device("cpu")
    engine = Engine(device=device, precision=choose_precision(config.precision, device))
    store = prepare_store(config, quiet=True)
    judge = Judge(store, Path(cache))
    game: Any = build_game(config, engine)
    check_size(game)
    if plain:
        torch.manual_seed(seed)
        step = plain_step(store, game, seed)
    else:
        batches = Batches(store, batch_size=config.batch_size, seed=seed)
        step = Loop(game=game, batches=batches, engine=engine, seed=seed).play_round
    found: list[Look] = []
    spent, images = 0.0, 0
    for look in looks(seconds):
        start = time.process_time()
        while spent + time.process_time() - start < look:
            step()
            images += config.batch_size
        spent += time.process_time() - start
        found.append(Look(spent, images, judge(game.draw, game.latent_size)))
    return found


def check_size(game: Any) -> None:
    """No side may have more parameters than the plain one."""
    reference = build_game(plain_config(), Engine(device=torch.device("cpu")))
    for name, player in game.players.items():
        allowed = count_parameters(reference.players[name].network)
        assert count_parameters(player.network) <= allowed, name


def time_to(curve: Curve, wanted: float) -> float | None:
    """Seconds until the score is as good as wanted, or None where it never is."""
    for before, after in zip([None, *curve], curve, strict=False):
        if after.score > wanted:
            continue
        if before is None:
            return after.seconds
        share = (before.score - wanted) / (before.score - after.score)
        ends = math.log(before.seconds), math.log(after.seconds)
        return math.exp(ends[0] + share * (ends[1] - ends[0]))
    return None


def factors(plain: Sequence[Curve], tried: Sequence[Curve]) -> list[float]:
    """How many times sooner each seed of a try is as good as each of the plain loop at its end.

    A try that is never as good counts as 0 times.
    """
    found: list[float] = []
    for reference in plain:
        end = reference[-1]
        for curve in tried:
            seconds = time_to(curve, end.score)
            found.append(0.0 if seconds is None else end.seconds / seconds)
    return sorted(found)


def show(side: str, curves: Sequence[Curve]) -> None:
    """Print how good each seed of a side is at its end."""
    ends = ", ".join(f"{curve[-1].score:.2f}" for curve in curves)
    images = ", ".join(f"{curve[-1].images:,}" for curve in curves)
    print(f"{side}: FD-digits {ends} after {curves[0][-1].seconds:.0f} s ({images} images)")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=600.0, help="of the plain loop")
    parser.add_argument("--try-seconds", type=float, default=200.0, help="of each try")
    parser.add_argument("--tries", nargs="*", default=list(TRIES), choices=list(TRIES))
    parser.add_argument("--seeds", type=int, default=3, help="seeds, from 0, of every side")
    parser.add_argument("--at-once", type=int, default=2, help="processes side by side")
    parser.add_argument("--out", type=Path, help="JSON file for all that was found")
    options = parser.parse_args()
    jobs = [
        (side, options.seconds if side == PLAIN else options.try_seconds, seed)
        for side in [PLAIN, *options.tries]
        for seed in range(options.seeds)
    ]
    curves: dict[str, list[Curve]] = {side: [] for side, *_ in jobs}
    with tempfile.TemporaryDirectory() as cache:
        context = get_context("spawn")
        with ProcessPoolExecutor(max_workers=options.at_once, mp_context=context) as pool:
            found = pool.map(play, *zip(*jobs, strict=True), repeat(cache))
            for (side, *_), curve in zip(jobs, found, strict=True):
                curves[side].append(curve)
    for side, seeds in curves.items():
        show(side, seeds)
        if side != PLAIN:
            sooner = factors(curves[PLAIN], seeds)
            print(f"    {median(sooner):.1f}x sooner ({sooner[0]:.1f} to {sooner[-1]:.1f})")
    if options.out is not None:
        options.out.write_text(json.dumps(curves, indent=1) + "\n")
    print(f"wanted: at least {WANTED:.0f}x, as shipped")


if __name__ == "__main__":
    main()
