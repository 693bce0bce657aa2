"""Seconds and memory for precision, recall, density and coverage, against the package prdc.

    python benchmarks/manifold.py [--count 10000] [--width 64 2048] [--rounds 3]

prdc (https://github.com/clovaai/generative-evaluation-prdc) is what the authors of density and
coverage published; it knows no errors, zerosum's side gives them as well. Both get the same
features of two sets, in 32 bits. Each side runs in a process of its own, once per round, and takes
turns with the other; the ratio of each round is taken, and the median of these is printed. Memory
is the highest that the process had resident (ru_maxrss), less what it had when the features were
read and the libraries loaded. On a machine that does other work as well, the processor seconds of
the processes, printed in brackets, say more than the wall clock.
"""

import argparse
import contextlib
import io
import resource
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, multiprocessing

NEIGHBOURS = 5
NAMES = ("precision", "recall", "density", "coverage")
WANTED = {"time": 2.0, "memory": 10.0}

Scores = list[float]


class Answer(NamedTuple):
    """What a side found, and the wall-clock and processor seconds and megabytes it took."""

    scores: Scores
    seconds: float
    busy: float
    more: float
    peak: float


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


def save_features(file: Path, count: int, width: int) -> None:
    np.save(file, torch.stack(features(count, width)).numpy())


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def play(side: str, file: Path, parent: Connection) -> None:
    real, fake = torch.from_numpy(np.load(file))
    SIDES[side](real[:100], fake[:100])  # loads libraries
    before, start, busy = megabytes(), time.perf_counter(), time.process_time()
    scores = SIDES[side](real, fake)
    elapsed, busy = time.perf_counter() - start, time.process_time() - busy
    parent.send(Answer(scores, elapsed, busy, megabytes() - before, megabytes()))


def run(side: str, file: Path) -> Answer:
    context = multiprocessing.get_context("spawn")
    mine, other = context.Pipe()
    process = context.Process(target=play, args=(side, file, other))
    process.start()
    answer: Answer = mine.recv()
    process.join()
    return answer


def compare(file: Path, rounds: int) -> None:
    ratios: dict[str, list[float]] = {"time": [], "memory": [], "processor": []}
    for _ in range(rounds):
        found = {side: run(side, file) for side in SIDES}
        for side, answer in found.items():
            shown = ", ".join(f"{value:.6f}" for value in answer.scores)
            print(
                f"  {side:8}{answer.seconds:6.2f} s ({answer.busy:6.2f} s), {answer.more:5.0f} MB "
                f"more, peak {answer.peak:5.0f} MB: {shown}"
            )
        theirs, ours = found["prdc"], found["zerosum"]
        ratios["time"].append(theirs.seconds / ours.seconds)
        ratios["processor"].append(theirs.busy / ours.busy)
        ratios["memory"].append(theirs.more / ours.more)
    print(f"  time ratio {median(ratios['time']):.1f}x (wanted: at least {WANTED['time']:.0f}x)")
    print(f"  processor time ratio {median(ratios['processor']):.1f}x")
    wanted = WANTED["memory"]
    print(f"  memory ratio {median(ratios['memory']):.1f}x (wanted: at least {wanted:.0f}x)")


def main() -> None:
    parser = argparse.ArgumentParser(description="Precision, recall, density, coverage: prdc.")
    parser.add_argument("--count", type=int, default=10_000, help="pictures in each set")
    parser.add_argument("--width", type=int, nargs="+", default=[64, 2048], help="numbers each")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side")
    arguments = parser.parse_args()
    for width in arguments.width:
        print(f"\n{arguments.count} real, as many fake pictures, {width} numbers, k={NEIGHBOURS}")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "features.npy")
            # In a process of its own: what the parent has had counts as its children's.
            maker = multiprocessing.get_context("spawn").Process(
                target=save_features, args=(file, arguments.count, width)
            )
            maker.start()
            maker.join()
            compare(file, arguments.rounds)


if __name__ == "__main__":
    main()
