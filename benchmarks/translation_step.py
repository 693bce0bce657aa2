"""Training throughput and memory of CycleGAN at 128 pixels against the course's plain loop.

    python benchmarks/translation_step.py [--batch 16] [--rounds 5] [--steps 1]

Both sides train the course's networks in fp32: translators of 8,402,176 weights (three halvings,
six residual blocks, three doublings), discriminators of 2,765,568, least-squares and cycle costs,
Adam. The plain side's step is written as the course does it: it makes new translations for each
discriminator, without detaching them, and again for the translators, and every backward pass
computes the gradients of everything. zerosum's side is its own recipe ``cyclegan-course`` with its
game and loop; both sides are given the same random pictures, from memory.

Each side lives in a process of its own, and the processes take turns: ``--steps`` steps each,
``--rounds`` times, while the other sleeps. A step's time is the median over all. The peak memory
is that of the process, less what it held before its networks were built. By ``--processor-time``
the processor seconds of the process count instead, which other work on the machine disturbs less.
"""

import argparse
import resource
import time
from collections.abc import Callable
from itertools import chain
from multiprocessing.connection import Connection
from statistics import median
from types import SimpleNamespace

import torch
from torch import Tensor, multiprocessing, nn

from zerosum.types import DomainBatch

SIDE = 128
WANTED = 1.5

Step = Callable[[], object]


def pictures(batch: int) -> Tensor:
    return torch.rand(batch, 3, SIDE, SIDE) * 2 - 1


# --- The plain loop -----------------------------------------------------------------------------


def down(inputs: int, outputs: int) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs)]


class Block(nn.Module):
    """The course's residual block."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.one = nn.Sequential(
            nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        )
        self.two = nn.Sequential(
            nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Add the correction."""
        out: Tensor = x + self.two(torch.relu(self.one(x)))
        return out


def up(inputs: int, outputs: int) -> nn.Module:
    return nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False)


def plain_generator() -> nn.Module:
    halvings = chain.from_iterable(
        (*down(a, b), nn.ReLU()) for a, b in ((3, 64), (64, 128), (128, 256))
    )
    doublings = chain.from_iterable(
        (up(a, b), nn.BatchNorm2d(b), nn.ReLU()) for a, b in ((256, 128), (128, 64))
    )
    blocks = (Block(256) for _ in range(6))
    return nn.Sequential(*halvings, *blocks, *doublings, up(64, 3), nn.Tanh())


def plain_discriminator() -> nn.Module:
    hidden = chain.from_iterable(
        (*down(a, b), nn.LeakyReLU(0.2)) for a, b in ((64, 128), (128, 256), (256, 512))
    )
    first = nn.Conv2d(3, 64, 4, 2, 1, bias=False)
    return nn.Sequential(first, nn.LeakyReLU(0.2), *hidden, nn.Conv2d(512, 1, 4, 1, 1, bias=False))


def plain_step(batch: int) -> Step:
    """The body of the course's loop, with its names."""
    g_x_to_y, g_y_to_x = plain_generator(), plain_generator()
    d_x, d_y = plain_discriminator(), plain_discriminator()
    rate, betas = 0.0002, (0.5, 0.999)
    both = [*g_x_to_y.parameters(), *g_y_to_x.parameters()]
    g_optimizer = torch.optim.Adam(both, rate, betas)
    d_x_optimizer = torch.optim.Adam(d_x.parameters(), rate, betas)
    d_y_optimizer = torch.optim.Adam(d_y.parameters(), rate, betas)
    images_x, images_y = pictures(batch), pictures(batch)

    def real_loss(out: Tensor) -> Tensor:
        return torch.mean((out - 1) ** 2)

    def fake_loss(out: Tensor) -> Tensor:
        return torch.mean(out**2)

    def cycle_loss(real: Tensor, reconstructed: Tensor) -> Tensor:
        return 10 * torch.mean(torch.abs(real - reconstructed))

    def step() -> object:
        d_x_optimizer.zero_grad()
        d_x_loss = real_loss(d_x(images_x)) + fake_loss(d_x(g_y_to_x(images_y)))
        d_x_loss.backward()  # type: ignore[no-untyped-call]
        d_x_optimizer.step()
        d_y_optimizer.zero_grad()
        d_y_loss = real_loss(d_y(images_y)) + fake_loss(d_y(g_x_to_y(images_x)))
        d_y_loss.backward()  # type: ignore[no-untyped-call]
        d_y_optimizer.step()
        g_optimizer.zero_grad()
        fake_x = g_y_to_x(images_y)
        loss = real_loss(d_x(fake_x)) + cycle_loss(images_y, g_x_to_y(fake_x))
        fake_y = g_x_to_y(images_x)
        loss = loss + real_loss(d_y(fake_y)) + cycle_loss(images_x, g_y_to_x(fake_y))
        loss.backward()  # type: ignore[no-untyped-call]
        g_optimizer.step()
        return d_x_loss.item(), d_y_loss.item(), loss.item()

    return step


# --- zerosum ------------------------------------------------------------------------------------


def zerosum_step(batch: int) -> Step:
    """One round of zerosum's own loop, of the recipe ``cyclegan-course``."""
    from zerosum.allocator import keep_freed_memory
    from zerosum.config import change
    from zerosum.families.building import build_game
    from zerosum.recipes import recipe
    from zerosum.training.engine import Engine
    from zerosum.training.loop import Loop

    keep_freed_memory()
    config = change(recipe("cyclegan-course"), {"batch_size": batch})
    engine = Engine(device=torch.device("cpu"))
    a, b = (
        pictures(batch).to(memory_format=torch.channels_last) for _ in "ab"
    )  # As they come from the store.
    batches = SimpleNamespace(
        size_at=lambda position: batch, at=lambda position: DomainBatch(a=a, b=b)
    )
    return Loop(game=build_game(config, engine), batches=batches, engine=engine, seed=0).play_round


SIDES: dict[str, Callable[[int], Step]] = {"plain": plain_step, "zerosum": zerosum_step}


# --- Turns --------------------------------------------------------------------------------------


def peak() -> float:
    """The most memory that this process has had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def play(side: str, batch: int, parent: Connection) -> None:
    """A side's process: steps on demand; at the end its memory."""
    import zerosum.families.building
    import zerosum.recipes  # noqa: F401 - so that both sides hold the same before they begin

    torch.manual_seed(0)
    before = peak()
    step = SIDES[side](batch)
    step()
    parent.send("ready")
    while (count := parent.recv()) is not None:
        parent.send([seconds(step) for _ in range(count)])
    parent.send(peak() - before)


def seconds(step: Step) -> tuple[float, float]:
    """Wall-clock and processor seconds of one step."""
    wall, processor = time.perf_counter(), time.process_time()
    step()
    return time.perf_counter() - wall, time.process_time() - processor


def main() -> None:
    parser = argparse.ArgumentParser(description="CycleGAN's step against the course's.")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=1)
    parser.add_argument("--processor-time", action="store_true")
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    ends, processes = {}, []
    for side in SIDES:
        ends[side], other = context.Pipe()
        processes.append(context.Process(target=play, args=(side, arguments.batch, other)))
        processes[-1].start()
        ends[side].recv()
    times: dict[str, list[float]] = {side: [] for side in SIDES}
    for _ in range(arguments.rounds):
        for side, end in ends.items():
            end.send(arguments.steps)
            times[side] += [both[arguments.processor_time] for both in end.recv()]
    memory = {}
    for side, end in ends.items():
        end.send(None)
        memory[side] = end.recv()
        middle = median(times[side])
        print(
            f"{side:9}{middle * 1e3:8.0f} ms/step  {arguments.batch / middle:6.2f} images/s of "
            f"each domain  {memory[side]:7.0f} MB"
        )
    for process in processes:
        process.join()
    ratio = median(times["plain"]) / median(times["zerosum"])
    print(f"ratio {ratio:.2f}x (wanted: at least {WANTED}x)")
    print(f"memory {memory['plain'] / memory['zerosum']:.2f}x less")


if __name__ == "__main__":
    main()
