"""Seconds until a digit generator is as good as the plain loop's after ten minutes.

    python benchmarks/time_to_quality.py [--seconds 600] [--tries all] [--seeds 1]

The plain side trains zerosum's own DCGAN networks of width 32 on the 5,000 embedded digits as
https://github.com/pytorch/examples/tree/main/dcgan writes it: batches of 64, Adam at 2e-4, binary
cross-entropy, no average. Its data lie in memory as one tensor, which is faster than its loader.

The other side is ``zerosum train dcgan-digits`` as shipped, and the tries that led there: each
changes a few fields of the recipe, and none has more parameters than the plain side.

Every side runs in a process of its own with one thread, and counts the processor seconds that
training takes (not those of evaluation), so that other work on the machine changes little. Plain
side and tries run at the same time, two at once. The score is FD-digits: the Fréchet distance of
10,000 generated pictures to the 5,000 digits in the features of the network ``digits``.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from zerosum.config import RunConfig, change
from zerosum.config.build import build_game
from zerosum.data import Batches, Store, unscale
from zerosum.evaluation.seeing import kept_on_disk, see, see_store
from zerosum.features import load_features
from zerosum.jobs.preparation import prepare_store
from zerosum.metrics import frechet_distance_of_features
from zerosum.nn import count_parameters
from zerosum.randomness import Randomness
from zerosum.recipes import recipe
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop

WANTED = 2.0
COUNT = 10_000
FIRST_LOOK, LOOKS_PER_DOUBLING = 5.0, 3

OFF: Mapping[str, Any] = {
    "game.penalties.r1.weight": 0.0,
    "game.average_half_life": None,
    "game.generator_optimizer.learning_rate": 2e-4,
    "game.discriminator_optimizer.learning_rate": 2e-4,
    "batch_size": 64,
}
"""The recipe without what it adds to the published settings."""

FAST: Mapping[str, Any] = {
    "game.generator_optimizer.learning_rate": 1e-3,
    "game.discriminator_optimizer.learning_rate": 1e-3,
}

TRIES: Mapping[str, Mapping[str, Any]] = {
    "as shipped": {},
    "published settings": OFF,
    "published + average": {**OFF, "game.average_half_life": 2_000},
    "published + R1": {**OFF, "game.penalties.r1.weight": 0.5},
    "published + Adam 1e-3": {**OFF, **FAST},
    "published + batch 32": {**OFF, "batch_size": 32},
    "shipped, width 16": {"game.generator.width": 16, "game.discriminator.width": 16},
    "shipped, width 24": {"game.generator.width": 24, "game.discriminator.width": 24},
    "shipped, batch 16": {"batch_size": 16},
    "shipped without R1": {"game.penalties.r1.weight": 0.0},
    "shipped without average": {"game.average_half_life": None},
    "shipped, relativistic": {"game.objective": "relativistic"},
    "shipped, hinge": {"game.objective": "hinge"},
    "shipped, half-life 10,000": {"game.average_half_life": 10_000},
}
"""Fields of dcgan-digits that each try changes."""


def plain_config() -> RunConfig:
    return change(recipe("dcgan-digits"), OFF)


class Judge:
    """FD-digits of whatever draws pictures."""

    def __init__(self, store: Store, cache: Path) -> None:
        self.network = load_features("digits", cache=cache)
        self.real = see_store(store, self.network, count=len(store), seed=0, cache=cache)

    def __call__(self, draw: Callable[[Tensor], Tensor], latent_size: int) -> float:
        """Judge a generator, given as the function that draws."""
        random = Randomness(seed=1, stream="judge")
        batches = (
            unscale(draw(random.at(start).normal(100, latent_size)))
            for start in range(0, COUNT, 100)
        )
        with kept_on_disk(batches, COUNT) as pictures:
            features = see(pictures, self.network).features
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


def play(side: str, seconds: float, seed: int, cache: str) -> list[tuple[float, float]]:
    """Train one side; (processor seconds of training, FD-digits) at each look."""
    os.environ["ZEROSUM_CACHE"] = cache
    torch.set_num_threads(1)
    plain = side == "plain loop"
    config = plain_config() if plain else change(recipe("dcgan-digits"), TRIES[side])
    config = change(config, {"seed": seed, "device": "cpu"})
    engine = Engine(device=torch.device("cpu"))
    store = prepare_store(config, quiet=True)
    judge = Judge(store, Path(cache))
    game: Any = build_game(config, engine)
    check_size(game)
    if plain:
        torch.manual_seed(seed)
        step = plain_step(store, game, seed)
    else:
        batches = Batches(store, batch_size=config.batch_size, seed=seed)
        loop = Loop(game=game, batches=batches, engine=engine, seed=seed)
        step = loop.play_round
    found: list[tuple[float, float]] = []
    spent = 0.0
    for look in looks(seconds):
        start = time.process_time()
        while spent + time.process_time() - start < look:
            step()
        spent += time.process_time() - start
        found.append((spent, judge(game.draw, game.latent_size)))
    return found


def check_size(game: Any) -> None:
    """No side may have more parameters than the plain one."""
    reference = build_game(plain_config(), Engine(device=torch.device("cpu")))
    for name, player in game.players.items():
        allowed = count_parameters(reference.players[name].network)
        assert count_parameters(player.network) <= allowed, name


def time_to(found: list[tuple[float, float]], wanted: float) -> float | None:
    """Seconds at the first look at which the score is at least as good, or None."""
    return next((seconds for seconds, value in found if value <= wanted), None)


def main() -> None:
    parser = argparse.ArgumentParser(description="Seconds to the plain loop's quality.")
    parser.add_argument("--seconds", type=float, default=600.0, help="of the plain loop")
    parser.add_argument("--try-seconds", type=float, default=300.0, help="of each try")
    parser.add_argument("--tries", nargs="*", default=list(TRIES), help="names of tries")
    parser.add_argument("--seeds", type=int, default=1, help="seeds, from 0, of every side")
    parser.add_argument("--out", type=Path, help="JSON file for all that was found")
    arguments = parser.parse_args()
    jobs = [
        (side, arguments.seconds if side == "plain loop" else arguments.try_seconds, seed)
        for side in ["plain loop", *arguments.tries]
        for seed in range(arguments.seeds)
    ]
    with tempfile.TemporaryDirectory() as cache:
        context = get_context("spawn")
        with ProcessPoolExecutor(max_workers=2, mp_context=context) as pool:
            futures = [
                pool.submit(play, side, seconds, seed, cache) for side, seconds, seed in jobs
            ]
            curves = {
                (side, seed): future.result()
                for (side, _, seed), future in zip(jobs, futures, strict=True)
            }
    for seed in range(arguments.seeds):
        plain = curves["plain loop", seed]
        wanted = plain[-1][1]
        best = min(value for _, value in plain)
        print(
            f"seed {seed}: plain loop after {plain[-1][0]:.0f} s: FD-digits {wanted:.2f} "
            f"(at its best {best:.2f})"
        )
        for side in arguments.tries:
            found = curves[side, seed]
            seconds = time_to(found, wanted)
            sooner = "not reached" if seconds is None else f"{plain[-1][0] / seconds:5.1f}x sooner"
            at = "" if seconds is None else f" after {seconds:.0f} s"
            print(f"  {side:<28} {sooner}{at}; best {min(v for _, v in found):.2f}")
    if arguments.out is not None:
        lines = [
            {"side": side, "seed": seed, "curve": curve} for (side, seed), curve in curves.items()
        ]
        arguments.out.write_text(json.dumps(lines, indent=1))
    print(f"wanted: at least {WANTED:.0f}x")


if __name__ == "__main__":
    main()
