r"""Kinds of networks beside each other: the same pictures, the same processor time, like sizes.

    python benchmarks/equal_time.py --data digits [--seconds 360] [--out equal-time]
    python benchmarks/equal_time.py --data faces.zip --seconds 600 --features efficientnet-lite0
    python benchmarks/equal_time.py --data stacked-digits --only dcgan r3gan \
        --metrics stacked-modes

Every run is a process of its own with one thread. It is interrupted, as by Ctrl-C, when it has
used so many processor seconds, so that other work on the machine changes little, and nothing is
evaluated before. Written are the runs, ``table.md``, and ``grids.png`` with 64 pictures of each
(seed 0, none chosen), in the order of the table. What is there already is kept, so one kind of
network after the other may be run, and the table made of all.
"""

import argparse
import os
import signal
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path
from time import process_time
from typing import Any

import torch

import zerosum
from zerosum.allocator import keep_freed_memory
from zerosum.config import RunConfig, change
from zerosum.jobs import train_run
from zerosum.media.images import save_png, tile, to_images
from zerosum.networks.kinds import count_parameters
from zerosum.recipes import recipe
from zerosum.runs import Run

Fields = Mapping[str, Any]

_PUBLISHED = (
    "dcgan-mnist",
    {
        "batch_size": 64,
        "game.latent": "normal",
        "game.ema_half_life": None,
        "game.generator.base_channels": 32,
        "game.discriminator.base_channels": 32,
        "game.generator_optimizer.weight_decay": 0.0,
        "game.discriminator_optimizer.weight_decay": 0.0,
    },
)

SMALL: Mapping[str, tuple[str, Fields]] = {
    "dcgan-published": _PUBLISHED,
    "dcgan": ("dcgan-digits", {}),
    "wgan-gp": (
        "wgan-gp-mnist",
        {
            "batch_size": 32,
            "game.ema_half_life": 2_000,
            "game.generator_optimizer.learning_rate": 1e-3,
            "game.discriminator_optimizer.learning_rate": 1e-3,
        },
    ),
    "progan": ("progan-digits", {}),
    "stylegan": ("stylegan-digits", {}),
    "stylegan2": ("stylegan2-digits", {}),
    "r3gan": ("r3gan-digits", {}),
}
"""For grey pictures of digits: the recipe, and fields that are changed; batches and steps of
dcgan-digits for WGAN-GP, whose published ones take hours to show anything. DCGAN as published has
neither the R1 penalty nor the averaged generator nor the fast steps of dcgan-digits; but its
batches are half of the paper's, its latents normal, and its channels few, as dcgan-digits' are."""

FACES: Mapping[str, tuple[str, Fields]] = {
    "dcgan-published": _PUBLISHED,
    "dcgan": ("dcgan-digits", {"game.ema_half_life": 5_000}),
    "wgan-gp": (
        SMALL["wgan-gp"][0],
        {**SMALL["wgan-gp"][1], "game.ema_half_life": 5_000},
    ),
    "progan": ("progan-faces32", {}),
    "stylegan": ("stylegan-faces32", {}),
    "stylegan2": ("stylegan2-faces32", {}),
    "r3gan": ("r3gan-faces32", {"game.burn_in.images": 100_000}),
}
"""For colour pictures: faces of 32 pixels, or stacked digits of 28; a burn-in that ends within
twenty minutes."""


def make(name: str, data: str, *, colour: bool, seed: int, precision: str) -> RunConfig:
    """The configuration of one kind of network for the pictures that all get."""
    recipe_name, fields = (FACES if colour else SMALL)[name]
    digits = "digits" in data
    pictures = {
        "pictures.size": [28, 28] if digits else [32, 32],
        "pictures.channels": 3 if colour else 1,
        "pictures.flip": not digits,
    }
    whole = {"data": data, "images": 10**9, "evaluate_every": 0, "seed": seed}
    return change(recipe(recipe_name), {**fields, **pictures, **whole, "precision": precision})


def train(config: RunConfig, out: Path, seconds: float) -> None:
    """Train in this process until it has used so many processor seconds."""
    keep_freed_memory()
    signal.signal(signal.SIGPROF, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.setitimer(signal.ITIMER_PROF, max(0.1, seconds - process_time()))
    train_run(config, out=out, quiet=True)


def beside(runs: Mapping[str, Path], file: Path) -> None:
    """64 pictures of each run in a block, the blocks in a row, a white bar between."""
    blocks = [tile(zerosum.load(run, kind=zerosum.Generator).sample(64)) for run in runs.values()]
    bar = torch.ones(1, blocks[0].shape[1], blocks[0].shape[2], 8)
    row = [part for block in blocks for part in (block, bar)][:-1]
    save_png(to_images(torch.cat(row, dim=3))[0], file)


def table(runs: Mapping[str, Path], seconds: float, options: argparse.Namespace) -> str:
    """Markdown: what each run is, how long it was trained, and how good its pictures are."""
    lines: list[str] = []
    for name, path in runs.items():
        found = zerosum.evaluate(
            path, features=options.features, metrics=options.metrics, quiet=True
        )
        if not lines:
            heads = ["", "parameters G / D", "images seen", "images/s", *found.scores]
            lines += [f"| {' | '.join(heads)} |", f"|---{'|---:' * (len(heads) - 1)}|"]
        model = zerosum.load(path)
        players = model.game.players
        sizes = " / ".join(
            f"{count_parameters(players[role].network):,}"
            for role in ("generator", "discriminator")
        )
        scores = [
            f"{each.estimate.value:.4g} ± {each.estimate.error:.2g}"
            for each in found.scores.values()
        ]
        rate = f"{model.images_seen / seconds:.0f}"
        lines.append(f"| {' | '.join([name, sizes, f'{model.images_seen:,}', rate, *scores])} |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Train what is not there yet, and write the table and the grids."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--seconds", type=float, default=360.0)
    parser.add_argument("--only", nargs="+", default=list(SMALL), choices=list(SMALL))
    parser.add_argument("--features", default="auto")
    parser.add_argument("--metrics", default="frechet,kid")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16", "auto"])
    parser.add_argument("--out", type=Path, default=Path("equal-time"))
    parser.add_argument(
        "--train-only", action="store_true", help="leave table and grids for later"
    )
    options = parser.parse_args(arguments)
    os.environ["OMP_NUM_THREADS"] = "1"  # for the processes to come
    runs = {name: options.out / name for name in options.only}
    for name, path in runs.items():
        if not path.exists():
            config = make(
                name,
                options.data,
                colour=options.data != "digits",
                seed=options.seed,
                precision=options.precision,
            )
            worker = get_context("spawn").Process(
                target=train, args=(config, path, options.seconds)
            )
            worker.start()
            worker.join()
            assert Run(path).checkpoint_path.exists(), f"{name} was not trained: see above"
    if not options.train_only:
        (options.out / "table.md").write_text(table(runs, options.seconds, options))
        print((options.out / "table.md").read_text())
        beside(runs, options.out / "grids.png")


if __name__ == "__main__":
    main()
