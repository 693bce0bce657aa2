"""Seconds and memory for precision, recall, density and coverage, against the package prdc.

    python benchmarks/manifold.py [--count 10000] [--width 64 2048] [--rounds 3]

prdc (https://github.com/clovaai/generative-evaluation-prdc) is what the authors of density and
coverage published; it knows no errors, zerosum's side gives them as well. Both get the same
features of two sets, in 32 bits. Each side runs in a process of its own, once per round, and takes
turns with the other; the ratio of each round is taken, and the median of these is printed. Memory
is the highest that the process had resident (ru_maxrss), less what it had when the features were
there and the libraries loaded.
"""

import argparse
import contextlib
import io
import resource
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from statistics import median

import torch
from torch import Tensor, multiprocessing

NEIGHBOURS = 5
NAMES = ("precision", "recall", "density", "coverage")
WANTED = {"time": 2.0, "memory": 10.0}

Scores = list[float]


def prdc_scores(real: Tensor, fake: Tensor) -> Scores:
    from prdc import compute_prdc

    with contextlib.redirect_stdout(io.StringIO()):
        found = compute_prdc(real.numpy(), fake.numpy(), NEIGHBOURS)
    return [float(found[name]) for name in NAMES]


def zerosum_scores(real: Tensor, fake: Tensor) -> Scores:
    from zerosum.metrics import manifold_scores

    found = manifold_scores(real, fake, neighbours=NEIGHBOURS)
    return [getattr(found, name).value for name in NAMES]


SIDES: dict[str, Callable[[Tensor, Tensor], Scores]] = {
    "prdc": prdc_scores,
    "zerosum": zerosum_scores,
}


def features(count: int, width: int) -> tuple[Tensor, Tensor]:
    """Two sets in about 30 of the directions, as a network's features are."""
    random = torch.Generator().manual_seed(0)
    mixing = torch.randn(30, width, generator=random)
    real, fake = (torch.randn(count, 30, generator=random) @ mixing for _ in range(2))
    noise = torch.randn(2, count, width, generator=random)
    return real + noise[0], 0.9 * fake + noise[1]


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def play(side: str, count: int, width: int, parent: Connection) -> None:
    real, fake = features(count, width)
    SIDES[side](real[:100], fake[:100])  # loads libraries
    before = megabytes()
    start = time.perf_counter()
    scores = SIDES[side](real, fake)
    parent.send((scores, time.perf_counter() - start, megabytes() - before, megabytes()))


def run(side: str, count: int, width: int) -> tuple[Scores, float, float, float]:
    context = multiprocessing.get_context("spawn")
    mine, other = context.Pipe()
    process = context.Process(target=play, args=(side, count, width, other))
    process.start()
    answer: tuple[Scores, float, float, float] = mine.recv()
    process.join()
    return answer


def compare(count: int, width: int, rounds: int) -> None:
    print(f"\n{count} real and fake pictures, {width} numbers each, k = {NEIGHBOURS}")
    times, memories = [], []
    for _ in range(rounds):
        found = {side: run(side, count, width) for side in SIDES}
        for side, (scores, seconds, more, peak) in found.items():
            shown = ", ".join(f"{value:.6f}" for value in scores)
            print(
                f"  {side:8} {seconds:6.2f} s, {more:6.0f} MB more, peak {peak:6.0f} MB: {shown}"
            )
        times.append(found["prdc"][1] / found["zerosum"][1])
        memories.append(found["prdc"][2] / found["zerosum"][2])
    print(f"  time ratio {median(times):.1f}x (wanted: at least {WANTED['time']:.0f}x)")
    print(f"  memory ratio {median(memories):.1f}x (wanted: at least {WANTED['memory']:.0f}x)")


def main() -> None:
    parser = argparse.ArgumentParser(description="Precision, recall, density, coverage: prdc.")
    parser.add_argument("--count", type=int, default=10_000, help="pictures in each set")
    parser.add_argument("--width", type=int, nargs="+", default=[64, 2048], help="numbers each")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side")
    arguments = parser.parse_args()
    for width in arguments.width:
        compare(arguments.count, width, arguments.rounds)


if __name__ == "__main__":
    main()
