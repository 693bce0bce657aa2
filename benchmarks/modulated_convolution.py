"""The three forms of StyleGAN2's modulated convolution, forward and backward.

    python benchmarks/modulated_convolution.py [--rounds 15] [--threads 1] [--device cpu]

The forms (``zerosum.nn.modulation.FORMS``) give the same values; what differs is the time. They
take turns, so that whatever else the machine does meets all of them, and the median over the
rounds is printed: milliseconds of the forward pass and of both passes, and the factor over the
fastest. On the CPU the processor's time is counted, which does not depend on other programs.
"""

import argparse
import time
from statistics import median

import torch

from zerosum.nn.modulation import FORMS, ModulatedConv2d

SHAPES = [(32, 64, 64, 7), (32, 64, 64, 14), (32, 32, 32, 28), (8, 512, 512, 8), (8, 128, 128, 64)]
"""(pictures, channels in, channels out, side of the maps that come in)."""


def clock(device: torch.device) -> float:
    """Seconds, once all that was asked for is done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        return time.perf_counter()
    return time.process_time()


def measure(
    layer: ModulatedConv2d, shape: tuple[int, int, int, int], device: torch.device
) -> tuple[float, float]:
    """Seconds of the forward pass, and of both."""
    n, inputs, _, side = shape
    maps = torch.randn(n, inputs, side, side, device=device)
    maps = maps.to(memory_format=torch.channels_last).requires_grad_()
    style = torch.rand(n, inputs, device=device, requires_grad=True)
    begin = clock(device)
    out = layer(maps, style)
    slope = torch.ones_like(out)
    between = clock(device)
    out.backward(slope)
    return between - begin, clock(device) - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    for shape in SHAPES:
        for double in (False, True):
            layers = {
                name: ModulatedConv2d(shape[1], shape[2], 3, upsampling=double, form=name)
                .to(device)
                .to(memory_format=torch.channels_last)
                for name in FORMS
            }
            times: dict[str, list[tuple[float, float]]] = {name: [] for name in FORMS}
            for _ in range(options.rounds + 1):
                for name, layer in layers.items():
                    times[name].append(measure(layer, shape, device))
            report(shape, double, times)


def report(
    shape: tuple[int, int, int, int], double: bool, times: dict[str, list[tuple[float, float]]]
) -> None:
    """One line: the medians without the first round."""
    both = {name: median(total for _, total in each[1:]) for name, each in times.items()}
    ahead = {name: median(first for first, _ in each[1:]) for name, each in times.items()}
    best = min(both.values())
    n, inputs, outputs, side = shape
    parts = [
        f"{name} {1e3 * ahead[name]:7.1f} {1e3 * both[name]:7.1f} ms ({both[name] / best:.1f}x)"
        for name in times
    ]
    title = f"{n} x {inputs} -> {outputs}, {side} px{', doubling' if double else ''}"
    print(f"{title:34} {'   '.join(parts)}", flush=True)


if __name__ == "__main__":
    main()
