"""Batches per second from a folder of JPEGs, after the first pass, against torchvision.

    python benchmarks/folder_throughput.py [--folder FOLDER] [--count 10000] [--rounds 5]

Both sides give shuffled batches of 64 pictures, 64x64 pixels, floats in [-1, 1]. torchvision's
side is the usual one: ImageFolder, DataLoader with two workers, Resize, CenterCrop, ToTensor,
Normalize. The sides take turns in one run, so that a busy machine slows both down alike; the ratio
of each round is taken, and the median of these is printed.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from PIL import Image

from zerosum.data import Batches, StoreSettings, build_store, open_source

SIDE = 64
BATCH = 64
WANTED = 20.0


def make_folder(folder: Path, count: int) -> None:
    """JPEGs of CelebA's size, smooth with some noise, so that they are of the usual 5 to 15 kB."""
    random = np.random.default_rng(0)
    for index in range(count):
        place = folder / f"class{index % 10}"
        place.mkdir(exist_ok=True)
        coarse = Image.fromarray(random.integers(0, 256, (14, 11, 3), np.uint8))
        smooth = np.asarray(coarse.resize((178, 218), Image.Resampling.BICUBIC), np.int16)
        noisy = smooth + random.integers(-8, 9, (218, 178, 1), np.int16)
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(place / f"{index}.jpg")


def torchvision_loader(folder: Path) -> Any:
    from torchvision import transforms
    from torchvision.datasets import ImageFolder

    steps = [
        transforms.Resize(SIDE),
        transforms.CenterCrop(SIDE),
        transforms.ToTensor(),
        transforms.Normalize((0.5,) * 3, (0.5,) * 3),
    ]
    data = ImageFolder(str(folder), transforms.Compose(steps))
    return torch.utils.data.DataLoader(
        data, batch_size=BATCH, shuffle=True, num_workers=2, persistent_workers=True
    )


def rate_of_torchvision(loader: Any, batches: int) -> float:
    """Batches per second, after those that the workers had prepared while nobody looked."""
    stream = iter(loader)
    for _ in range(4):
        next(stream)
    start = time.perf_counter()
    for _ in range(batches):
        next(stream)
    elapsed = time.perf_counter() - start
    del stream
    time.sleep(1.0)  # the workers finish what they have begun, so as not to slow the other side
    return batches / elapsed


def rate_of_zerosum(stream: Batches, batches: int, first: int) -> float:
    start = time.perf_counter()
    for number in range(first, first + batches):
        stream.at(number * BATCH)
    return batches / (time.perf_counter() - start)


def timed(what: str, act: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    result = act()
    print(f"{what}: {time.perf_counter() - start:.1f} s")
    return result


def compare(folder: Path, cache: Path, rounds: int, batches: int) -> float:
    settings = StoreSettings(size=(SIDE, SIDE), channels=3)
    source = timed("listing", lambda: open_source(str(folder)))
    store = timed("first pass (store)", lambda: build_store(source, settings, cache=cache))
    stream, loader = Batches(store, batch_size=BATCH, seed=0), torchvision_loader(folder)
    ratios = []
    for number in range(rounds):
        theirs = rate_of_torchvision(loader, batches)
        ours = rate_of_zerosum(stream, 10 * batches, number * 10 * batches)
        ratios.append(ours / theirs)
        print(f"torchvision {theirs:8.1f}, zerosum {ours:8.1f} batches/s: {ratios[-1]:6.1f}x")
    return median(ratios)


def main() -> None:
    parser = argparse.ArgumentParser(description="Batches per second from a folder of JPEGs.")
    parser.add_argument("--folder", type=Path, help="a folder of classes; made up if not given")
    parser.add_argument("--count", type=int, default=10_000, help="pictures to make up")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each side")
    parser.add_argument("--batches", type=int, default=40, help="torchvision's batches per turn")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary, "pictures")
        if arguments.folder is None:
            folder.mkdir()
            timed("making the pictures", lambda: make_folder(folder, arguments.count))
        ratio = compare(folder, Path(temporary, "cache"), arguments.rounds, arguments.batches)
    print(f"ratio {ratio:.1f}x (wanted: at least {WANTED:.0f}x)")


if __name__ == "__main__":
    main()
