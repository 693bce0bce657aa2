"""Training throughput of DCGAN at 32 pixels against PyTorch's official example.

    python benchmarks/train_step.py [--width 32 64] [--rounds 15] [--steps 8] [--processor-time]

Both sides train the networks of the course in fp32 (widths 32: discriminator 3-32-64-128 with a
linear head, generator 100-2048 with transposed convolutions 64-32-3), batches of 64, from 10,000
pictures. The plain side is a loop as https://github.com/pytorch/examples/tree/main/dcgan writes
it; zerosum's side is its own store, batches, networks, game and loop, nothing left out.

Each side lives in a process of its own, so that neither has the other's memory or threads, and the
processes take turns: ``--steps`` steps each, ``--rounds`` times, while the other sleeps. A step's
time is the median over all; the ratio is that of the medians. The plain side's two data workers
refill their queue (4 batches) while it sleeps, which is to its advantage.

On a machine that does other work as well, wall-clock times say little: ``--processor-time`` gives
each side one thread and counts the processor seconds of its process and its data workers.

Then the matrix products of both sides are counted (``torch.utils.flop_counter``) and given as a
share of what the machine computes at most, measured in the same turns; and zerosum's step is
profiled: what it spends its time on, and how near to the peak the convolutions are.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np
import psutil
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, multiprocessing, nn
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

import matmul_peak

BATCH = 64
COUNT = 10_000
LATENTS = 100
WANTED = 1.25

Step = Callable[[], object]


def pictures() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (COUNT, 32, 32, 3), np.uint8)


# --- The plain loop -----------------------------------------------------------------------------


class Pictures(torch.utils.data.Dataset[tuple[Tensor, int]]):
    """Pictures in memory, as torchvision's CIFAR10 has them, and the example's transforms."""

    def __init__(self) -> None:
        from torchvision import transforms

        self.pictures = pictures()
        self.transform = transforms.Compose(
            [
                transforms.Resize(32),
                transforms.ToTensor(),
                transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
            ]
        )

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image: Tensor = self.transform(Image.fromarray(self.pictures[index]))
        return image, 0


def plain_discriminator(width: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, width, 4, 2, 1, bias=False),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False),
        nn.BatchNorm2d(2 * width),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(2 * width, 4 * width, 4, 2, 1, bias=False),
        nn.BatchNorm2d(4 * width),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Flatten(),
        nn.Linear(4 * width * 16, 1),
        nn.Sigmoid(),
    )


def plain_generator(width: int) -> nn.Module:
    return nn.Sequential(
        nn.Linear(LATENTS, 4 * width * 16),
        nn.Unflatten(1, (4 * width, 4, 4)),
        nn.ConvTranspose2d(4 * width, 2 * width, 4, 2, 1, bias=False),
        nn.BatchNorm2d(2 * width),
        nn.ReLU(inplace=True),
        nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
        nn.ConvTranspose2d(width, 3, 4, 2, 1, bias=False),
        nn.Tanh(),
    )


def plain_step(width: int, _: Path) -> Step:
    """The body of the official example's loop, with its names."""
    net_d, net_g, criterion = plain_discriminator(width), plain_generator(width), nn.BCELoss()
    optimizer_d = torch.optim.Adam(net_d.parameters(), lr=0.0002, betas=(0.5, 0.999))
    optimizer_g = torch.optim.Adam(net_g.parameters(), lr=0.0002, betas=(0.5, 0.999))
    loader = torch.utils.data.DataLoader(Pictures(), BATCH, shuffle=True, num_workers=2)

    def stream() -> Iterator[Tensor]:
        while True:
            for images, _ in loader:
                if len(images) == BATCH:
                    yield images

    batches = stream()

    def step() -> object:
        real = next(batches)
        net_d.zero_grad()
        label = torch.full((BATCH,), 1.0)
        error_real = criterion(net_d(real).view(-1), label)
        error_real.backward()
        fake = net_g(torch.randn(BATCH, LATENTS))
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


# --- zerosum ------------------------------------------------------------------------------------


def zerosum_step(width: int, folder: Path) -> Step:
    """One round of zerosum's own loop, of the recipe ``dcgan-svhn`` at this width."""
    from zerosum.allocator import keep_freed_memory
    from zerosum.config import AdversarialConfig, DcganDiscriminatorConfig, DcganGeneratorConfig
    from zerosum.data import Batches, StoreSettings, build_store, open_source
    from zerosum.families.building import build_game
    from zerosum.recipes import recipe
    from zerosum.training.engine import Engine
    from zerosum.training.loop import Loop

    keep_freed_memory()
    base = recipe("dcgan-svhn")
    assert isinstance(base.game, AdversarialConfig)
    assert isinstance(base.game.generator, DcganGeneratorConfig)
    assert isinstance(base.game.discriminator, DcganDiscriminatorConfig)
    generator = replace(base.game.generator, base_channels=width)
    discriminator = replace(base.game.discriminator, base_channels=width)
    game = replace(base.game, generator=generator, discriminator=discriminator)
    config = replace(base, batch_size=BATCH, game=game)
    source = open_source(str(folder / "pictures.npy"))
    settings = StoreSettings(size=(32, 32), channels=3)
    store = build_store(source, settings, cache=folder / "cache", workers=1)
    engine = Engine(device=torch.device("cpu"))
    batches = Batches(store, batch_size=BATCH, seed=0)
    return Loop(game=build_game(config, engine), batches=batches, engine=engine, seed=0).play_round


SIDES: dict[str, Callable[[int, Path], Step]] = {"plain": plain_step, "zerosum": zerosum_step}


# --- Turns --------------------------------------------------------------------------------------


def play(side: str, width: int, folder: Path, busy: bool, parent: Connection) -> None:
    """A side's process: steps on demand. A job is a number of steps, or the name of a question."""
    torch.manual_seed(0)
    if busy:
        torch.set_num_threads(1)
    times_of = processor_times if busy else wall_times
    step = SIDES[side](width, folder)
    for _ in range(4):
        step()
    parent.send("ready")
    while (job := parent.recv()) is not None:
        parent.send(ANSWERS[job](step) if isinstance(job, str) else times_of(step, job))


def wall_times(step: Step, count: int) -> list[float]:
    return [matmul_peak.seconds(step) for _ in range(count)]


def processor_times(step: Step, count: int) -> list[float]:
    """The mean of the steps: a data worker works ahead, so that single steps mean nothing."""
    before = processor_seconds()
    for _ in range(count):
        step()
    return [(processor_seconds() - before) / count]


def processor_seconds() -> float:
    """What this process and its children have used so far."""
    workers = [worker.cpu_times() for worker in psutil.Process().children()]
    elsewhere: float = sum(used.user + used.system for used in workers)
    return time.process_time() + elsewhere


def count_operations(step: Step) -> float:
    with FlopCounterMode(display=False) as counter:
        step()
    return float(counter.get_total_flops())


KINDS = {
    "convolution_backward": "convolutions, backward",
    "mkldnn_convolution": "convolutions, forward",
    "_convolution": "convolutions, forward",
    "batch_norm": "batch normalisation",
    "relu": "activations",
    "threshold": "activations",
    "tanh": "activations",
    "adam": "optimizer",
    "Adam": "optimizer",
    "mm": "linear layers",
    "copy_": "copies",
}


def profile_step(step: Step) -> dict[str, float]:
    """Seconds per step that each kind of operation takes."""
    count = 10
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        for _ in range(count):
            step()
    shares: dict[str, float] = {}
    for event in profiler.key_averages():
        kind = next((kind for name, kind in KINDS.items() if name in event.key), "all else")
        shares[kind] = shares.get(kind, 0.0) + event.self_cpu_time_total / 1e6 / count
    return shares


ANSWERS: dict[str, Callable[[Step], object]] = {
    "operations": count_operations,
    "profile": profile_step,
}


class Opponent:
    """A side's process as the referee sees it."""

    def __init__(self, side: str, width: int, folder: Path, *, busy: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process = context.Process(target=play, args=(side, width, folder, busy, other))
        self.process.start()
        self.connection.recv()

    def ask(self, job: int | str) -> Any:
        """The answer to a question by name, or the times of so many steps."""
        self.connection.send(job)
        return self.connection.recv()

    def leave(self) -> None:
        """End the process."""
        self.connection.send(None)
        self.process.join()


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What one width gave; times in seconds per step, operations per step."""

    times: dict[str, list[float]]
    operations: dict[str, float]
    peaks: dict[str, list[float]]
    profile: dict[str, float]

    @property
    def ratio(self) -> float:
        """How many times as fast zerosum is."""
        return median(self.times["plain"]) / median(self.times["zerosum"])


def measure(width: int, folder: Path, rounds: int, steps: int, *, busy: bool) -> Measurement:
    sides = {side: Opponent(side, width, folder, busy=busy) for side in SIDES}
    times: dict[str, list[float]] = {side: [] for side in SIDES}
    products = matmul_peak.products()
    peaks: dict[str, list[float]] = {name: [] for name in products}
    for _ in range(rounds):
        for side, opponent in sides.items():
            time.sleep(0.2)  # for the data workers to fill their queue and fall silent
            times[side] += opponent.ask(steps)
        for name, product in products.items():
            peaks[name] += (processor_times if busy else wall_times)(product, 3)
    operations = {side: opponent.ask("operations") for side, opponent in sides.items()}
    shares = sides["zerosum"].ask("profile")
    for opponent in sides.values():
        opponent.leave()
    return Measurement(times=times, operations=operations, peaks=peaks, profile=shares)


def report(width: int, found: Measurement) -> None:
    print(f"\nwidth {width}, batch {BATCH}, threads: {torch.get_num_threads()}")
    for name, times in found.peaks.items():
        print(f"  peak by {name}: {matmul_peak.rate(times) / 1e9:.0f} Gflop/s")
    print("  side      ms/step  (quartiles)    images/s   Gflop/step   share of the peaks")
    for side, times in found.times.items():
        middle, (low, _, high) = median(times), quantiles(times)
        speed = found.operations[side] / middle
        shares = ", ".join(
            f"{speed / matmul_peak.rate(peak):.0%}" for peak in found.peaks.values()
        )
        print(
            f"  {side:9} {middle * 1e3:7.1f}  ({low * 1e3:.0f} to {high * 1e3:.0f})"
            f"  {BATCH / middle:10.0f}  {found.operations[side] / 1e9:11.2f}   {shares}"
        )
    print(f"  ratio {found.ratio:.2f}x (wanted: at least {WANTED}x)")
    total = sum(found.profile.values())
    print("  zerosum's step by kind of operation:")
    for kind, spent in sorted(found.profile.items(), key=lambda item: -item[1]):
        print(f"    {kind:24} {spent * 1e3:7.1f} ms  {spent / total:4.0%}")


def main() -> None:
    parser = argparse.ArgumentParser(description="DCGAN against PyTorch's official example.")
    parser.add_argument("--width", type=int, nargs="+", default=[32, 64], help="channels")
    parser.add_argument("--rounds", type=int, default=15, help="turns of each side")
    parser.add_argument("--steps", type=int, default=8, help="training steps in a turn")
    parser.add_argument("--processor-time", action="store_true", help="for a busy machine")
    arguments = parser.parse_args()
    busy = arguments.processor_time
    if busy:
        torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        np.save(folder / "pictures.npy", pictures())
        for width in arguments.width:
            report(width, measure(width, folder, arguments.rounds, arguments.steps, busy=busy))


if __name__ == "__main__":
    main()
