"""One training step of StyleGAN2 in zerosum and in lucidrains' ``stylegan2-pytorch``.

    pip install --target SITE --no-deps stylegan2-pytorch==1.9.0 einops kornia kornia_rs
    PYTHONPATH=SITE python benchmarks/stylegan2_step.py [--sides 32 64] [--threads 1] [--compile]

The other side's networks are that package's own classes. The package will not be imported without
CUDA and draws in a logger, a command line and a quantiser; here it is told that there is CUDA, and
the three, of which a step uses nothing, are empty modules. Its training step, which is written for
CUDA alone, is restated below as ``Trainer.train`` has it at its defaults, without augmentation,
data loader and files. Both sides have the same channels at every size, those of its
``network_capacity`` (16: at 32 px 32 in the generator and 64 in the discriminator, at most 512),
latents and styles of 512 numbers, a mapping of eight layers. Their blocks have more convolutions,
so the parameters, which are counted and shown, are more: with ``--wider 1.3`` ours are made so
much wider that they have as many. Both sides are given the same random pictures, from memory;
zerosum plays in its own loop and keeps an averaged generator besides.

Three kinds of steps: ``plain`` (both players move), ``penalty`` (the discriminator's lazy penalty
besides: theirs on real and generated pictures, ours R1), ``path`` (the path length penalty
besides). From these follows what a step costs on the average if each side pays its penalties as
often as it does by default: theirs every 4th and 32nd step, ours every 16th and 4th; and if theirs
paid as often as ours.

Each side lives in a process of its own, and the processes take turns: ``--steps`` steps each,
``--rounds`` times, while the other sleeps; a step's time is the median over all. The peak memory
is that of the process, less what it held before its networks were built. With ``--compile`` there
is a third side, zerosum with ``torch.compile``; ``--precision bf16`` is for zerosum alone. By
``--processor-time`` the processor seconds of the process count instead, which other work on the
machine disturbs less.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from statistics import median
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, multiprocessing, nn

from zerosum.networks.kinds import count_parameters
from zerosum.types import Batch

WANTED = 1.5
KINDS = ("plain", "penalty", "path")
EVERY = {"lucidrains": {"penalty": 4, "path": 32}, "zerosum": {"penalty": 16, "path": 4}}

Step = Callable[[str], object]


def random_images(batch: int, side: int) -> Tensor:
    return torch.rand(batch, 3, side, side) * 2 - 1


# --- lucidrains ----------------------------------------------------------------------------------


def lucidrains() -> Any:
    """Their module, imported without CUDA and without what its steps do not use."""
    for name in ("aim", "fire", "vector_quantize_pytorch"):
        empty: Any = ModuleType(name)
        empty.VectorQuantize = None
        sys.modules.setdefault(name, empty)
    with patch("torch.cuda.is_available", lambda: True):
        return import_module("stylegan2_pytorch.stylegan2_pytorch")


def lucidrains_step(options: argparse.Namespace, side: int) -> tuple[Step, list[int]]:
    """The body of ``Trainer.train``."""
    batch, capacity = options.batch, options.capacity
    theirs = lucidrains()
    mapping = theirs.StyleVectorizer(512, 8, lr_mul=0.1)
    generator = theirs.Generator(side, 512, capacity)
    discriminator = theirs.Discriminator(side, capacity)
    players = nn.ModuleList([mapping, generator, discriminator])
    for module in players.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="leaky_relu")
    generator_optimizer = torch.optim.Adam(
        [*generator.parameters(), *mapping.parameters()], lr=2e-4, betas=(0.5, 0.9)
    )
    discriminator_optimizer = torch.optim.Adam(
        discriminator.parameters(), lr=4e-4, betas=(0.5, 0.9)
    )
    images = random_images(batch, side)
    layers = generator.num_layers

    def styles() -> Tensor:
        crossover = int(torch.randint(layers, ())) if torch.rand(()) < 0.9 else 0
        parts = [
            (crossover, torch.randn(batch, 512)),
            (layers - crossover, torch.randn(batch, 512)),
        ]
        # As there, also a style that no layer gets is mapped.
        drawn = [mapping(z)[:, None].expand(-1, count, -1) for count, z in parts]
        return torch.cat(drawn if crossover else drawn[1:], dim=1)

    def draw(w: Tensor) -> Tensor:
        made: Tensor = generator(w, torch.rand(batch, side, side, 1))
        return made

    def step(kind: str) -> object:
        pays = kind == "penalty"
        discriminator_optimizer.zero_grad()
        generated = draw(styles()).clone().detach().requires_grad_(pays)
        fake, _ = discriminator(generated)
        real_images = images.clone().requires_grad_(pays)
        real, _ = discriminator(real_images)
        cost = theirs.hinge_loss(fake, real)
        if pays:
            cost = cost + theirs.gradient_penalty(real_images, real)
            cost = cost + theirs.gradient_penalty(generated, fake)
        cost.backward()
        discriminator_optimizer.step()
        generator_optimizer.zero_grad()
        w = styles()
        made = draw(w)
        g_cost = theirs.gen_hinge_loss(discriminator(made)[0], None)
        if kind == "path":
            lengths = theirs.calc_pl_lengths(w, made)
            g_cost = g_cost + (lengths - 1.0).square().mean()
        g_cost.backward()
        generator_optimizer.step()
        return cost.item(), g_cost.item()

    counts = [count_parameters(mapping) + count_parameters(generator)]
    return step, [*counts, count_parameters(discriminator)]


# --- zerosum -------------------------------------------------------------------------------------


def zerosum_step(
    options: argparse.Namespace, side: int, *, compiled: bool = False
) -> tuple[Step, list[int]]:
    """One round of zerosum's own loop, of the recipe ``stylegan2-256`` but for its size."""
    from zerosum.allocator import keep_freed_memory
    from zerosum.config import change
    from zerosum.families.building import build_game
    from zerosum.recipes import recipe
    from zerosum.training.engine import Engine
    from zerosum.training.loop import Loop

    keep_freed_memory()
    batch, width = options.batch, options.capacity * options.wider
    fields = {
        "batch_size": batch,
        "pictures.size": (side, side),
        "game.generator.base_channels": round(2 * width),
        "game.generator.max_channels": round(512 * options.wider),
        "game.discriminator.base_channels": round(4 * width),
        "game.discriminator.max_channels": round(512 * options.wider),
        "game.penalties.r1.every": 2,
        "game.path_length.every": 3,
    }
    engine = Engine(device=torch.device("cpu"), compile=compiled, precision=options.precision)
    images = Batch(images=random_images(batch, side).to(memory_format=torch.channels_last))
    batches = SimpleNamespace(size_at=lambda position: batch, at=lambda position: images)
    game = build_game(change(recipe("stylegan2-256"), fields), engine)
    loop = Loop(game=game, batches=batches, engine=engine, seed=0)
    # With "every" 2 and 3 the number of the round says what is paid in it.
    numbers = {"plain": 1, "penalty": 2, "path": 3}

    def step(kind: str) -> object:
        loop.rounds = numbers[kind]
        return loop.play_round()

    players = (game.players[name] for name in ("generator", "discriminator"))
    return step, [count_parameters(player.network) for player in players]


CONTESTANTS: dict[str, Callable[[argparse.Namespace, int], tuple[Step, list[int]]]] = {
    "lucidrains": lucidrains_step,
    "zerosum": zerosum_step,
    "compiled": partial(zerosum_step, compiled=True),
}


# --- Turns ---------------------------------------------------------------------------------------


def peak() -> float:
    """The most memory that this process has had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def play(name: str, options: argparse.Namespace, side: int, parent: Connection) -> None:
    """A side's process: steps on demand, a step not counted before each new kind; its memory."""
    import zerosum.families.building
    import zerosum.recipes  # noqa: F401 - so that both sides hold the same before they begin

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    if name == "lucidrains":
        lucidrains()
    before = peak()
    step, parameters = CONTESTANTS[name](options, side)
    parent.send(parameters)
    known = set()
    while (kind := parent.recv()) is not None:
        if kind not in known:
            step(kind)
            known.add(kind)
        times = [seconds(step, kind) for _ in range(options.steps)]
        parent.send(([both[options.processor_time] for both in times], peak() - before))


def seconds(step: Step, kind: str) -> tuple[float, float]:
    """Wall-clock and processor seconds of one step."""
    wall, processor = time.perf_counter(), time.process_time()
    step(kind)
    return time.perf_counter() - wall, time.process_time() - processor


def measure(options: argparse.Namespace, side: int, kinds: tuple[str, ...]) -> None:
    """All contestants at one size."""
    context = multiprocessing.get_context("spawn")
    names = [name for name in CONTESTANTS if name != "compiled" or options.compile]
    ends, processes, times, memory = {}, [], {}, {}
    for name in names:
        ends[name], other = context.Pipe()
        processes.append(context.Process(target=play, args=(name, options, side, other)))
        processes[-1].start()
        generator, discriminator = ends[name].recv()
        print(f"{name:11}{generator:12,} weights in G{discriminator:12,} in D")
    for kind in kinds:
        drawn: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(options.rounds):
            for name, end in ends.items():
                end.send(kind)
                found, memory[kind, name] = end.recv()
                drawn[name] += found
        for name in names:
            times[kind, name] = median(drawn[name])
            ratio = times[kind, "lucidrains"] / times[kind, name]
            rate, held = options.batch / times[kind, name], memory[kind, name]
            print(
                f"  {kind:8}{name:11}{rate:8.2f} images/s{held:7.0f} MB{ratio:7.2f}x", flush=True
            )
    for end in ends.values():
        end.send(None)
    for process in processes:
        process.join()
    if kinds == KINDS:
        report_means(times, names)


def report_means(times: dict[tuple[str, str], float], names: list[str]) -> None:
    """What a step costs on the average, penalties included."""

    def mean(name: str, every: dict[str, int]) -> float:
        plain = times["plain", name]
        return plain + sum((times[kind, name] - plain) / every[kind] for kind in every)

    for title, every in (
        ("by default", EVERY["lucidrains"]),
        ("as often as ours", EVERY["zerosum"]),
    ):
        theirs = mean("lucidrains", every)
        for name in names[1:]:
            ratio = theirs / mean(name, EVERY["zerosum"])
            print(f"  penalties {title}: {name} {ratio:.2f}x (wanted: at least {WANTED}x)")


def main() -> None:
    parser = argparse.ArgumentParser(description="StyleGAN2's step against lucidrains'.")
    parser.add_argument("--sides", type=int, nargs="+", default=[32, 64])
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--capacity", type=int, default=16)
    parser.add_argument("--wider", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32", help="zerosum's")
    parser.add_argument("--processor-time", action="store_true")
    options = parser.parse_args()
    for side in options.sides:
        print(f"{side} px, batches of {options.batch}, {options.threads} thread(s)")
        measure(options, side, tuple(options.kinds))


if __name__ == "__main__":
    main()
