"""The most that this machine computes in fp32: what a share of the peak is a share of.

    python benchmarks/matmul_peak.py

Two measurements, because PyTorch's libraries differ. ``torch.mm`` of square matrices goes to BLAS
(MKL), which on AMD processors does not use the widest vectors; the same product as a convolution
of kernel 1 goes to oneDNN, which does. Both are printed, and shares are given of both.
"""

import time
from collections.abc import Callable
from statistics import median

import torch
from torch.nn import functional

SIDE = 1024


def products() -> dict[str, Callable[[], object]]:
    """The same product, 2 · SIDE³ operations, by either library."""
    left, right = torch.rand(SIDE, SIDE), torch.rand(SIDE, SIDE)
    image = left.view(4, SIDE // 4, 1, SIDE).permute(0, 3, 1, 2)
    filters = right.t().reshape(SIDE, SIDE, 1, 1).contiguous(memory_format=torch.channels_last)
    return {
        "matrix product (BLAS)": lambda: torch.mm(left, right),
        "1x1 convolution (oneDNN)": lambda: functional.conv2d(image, filters),
    }


def seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def rate(times: list[float]) -> float:
    """Operations per second at the median time of a product."""
    return 2 * SIDE**3 / median(times)


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in products()}
    for _ in range(40):
        for name, product in products().items():
            times[name].append(seconds(product))
    for name, measured in times.items():
        print(f"{name:26} {rate(measured[4:]) / 1e9:6.0f} Gflop/s")


if __name__ == "__main__":
    main()
