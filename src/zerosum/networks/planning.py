"""Plans of generators: stacks of transposed convolutions from a latent vector to any size.

A stack begins with a layer that makes a small map of z, the base: a transposed convolution of a
picture of 1x1 by a kernel as large as the base. Each following layer makes maps at most so many
times as large. If the size is the base times a power of that, all layers are alike; otherwise some
layer has to grow less, such as 4 → 7 in 4 → 7 → 14 → 28.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from torch import nn

from zerosum.errors import ConfigError
from zerosum.networks.sizes import doubled_channels
from zerosum.nn.arithmetic import Window, windows_between
from zerosum.sizes import ImageShape

__all__ = ["PlannedLayer", "Stack", "plan_stacks"]

Size = tuple[int, int]
"""(rows, columns)."""

_KERNELS = (2, 3, 4, 5, 6)
_LARGEST_KERNEL = 8
_LARGEST_BASE, _SMALLEST_BASE = 16, 2
_MOST_LAYERS = 10


@dataclass(frozen=True, kw_only=True)
class PlannedLayer:
    """A transposed convolution of a plan.

    Attributes:
        before: (rows, columns) that go in.
        after: (rows, columns) that come out.
        inputs: Channels that go in.
        outputs: Channels that come out.
        rows: How the filter moves downwards.
        columns: How it moves to the right.
        is_last: Whether it makes the image: then it has a bias, and no normalisation behind it.

    Example:
        >>> stack = plan_stacks((1, 28, 28))[0]
        >>> print(stack.layers[1])
        nn.ConvTranspose2d(256, 128, kernel_size=4, bias=False),  # 4x4 -> 7x7
    """

    before: Size
    after: Size
    inputs: int
    outputs: int
    rows: Window
    columns: Window
    is_last: bool = False

    def __str__(self) -> str:
        """The layer as a line of code."""
        words = [str(self.inputs), str(self.outputs)]
        for name, pair, usual in (
            ("kernel_size", (self.rows.kernel, self.columns.kernel), None),
            ("stride", (self.rows.stride, self.columns.stride), (1, 1)),
            ("padding", (self.rows.before, self.columns.before), (0, 0)),
            ("output_padding", self.output_padding, (0, 0)),
        ):
            if pair != usual:
                words.append(f"{name}={pair[0] if pair[0] == pair[1] else pair}")
        words += [] if self.is_last else ["bias=False"]
        sizes = " -> ".join("x".join(map(str, size)) for size in (self.before, self.after))
        return f"nn.ConvTranspose2d({', '.join(words)}),  # {sizes}"

    @property
    def output_padding(self) -> Size:
        """Rows and columns that are added at the end."""
        return self.rows.before - self.rows.after, self.columns.before - self.columns.after

    @property
    def weights(self) -> int:
        """Numbers in its filters."""
        return self.inputs * self.outputs * self.rows.kernel * self.columns.kernel

    @property
    def parameters(self) -> int:
        """Its filters, and its bias or the scale and shift of the normalisation behind it."""
        return self.weights + (1 if self.is_last else 2) * self.outputs

    @property
    def multiplications(self) -> int:
        """For one image: each number that goes in, times each weight that it meets."""
        return self.weights * self.before[0] * self.before[1]

    @property
    def is_even(self) -> bool:
        """Whether all inner places are sums of equally many products."""
        return self.rows.is_even and self.columns.is_even

    @property
    def is_blocky(self) -> bool:
        """Whether it enlarges so that no place gets anything of two neighbours."""
        return all(
            each.kernel <= each.stride and each.stride > 1 for each in (self.rows, self.columns)
        )

    @property
    def products(self) -> tuple[int, int]:
        """The fewest and the most products of a place, for one channel, away from the border."""
        rows, columns = self.rows.cell, self.columns.cell
        return min(rows) * min(columns), max(rows) * max(columns)


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A generator as a plan.

    Attributes:
        latent_size: Numbers in a latent vector.
        layers: From the latent vector to the image.

    Example:
        >>> stack = plan_stacks((3, 32, 32))[0]
        >>> stack.path, stack.parameters, stack.multiplications
        ('4 → 8 → 16 → 32', 1068931, 17973248)
        >>> import torch
        >>> stack.build()(torch.zeros(2, 100)).shape
        torch.Size([2, 3, 32, 32])
    """

    latent_size: int
    layers: tuple[PlannedLayer, ...]

    @property
    def path(self) -> str:
        """The sizes from the base on; of squares one side."""
        sizes = [layer.after for layer in self.layers]
        is_square = all(rows == columns for rows, columns in sizes)
        return " → ".join(str(size[0]) if is_square else f"{size[0]}x{size[1]}" for size in sizes)

    @property
    def parameters(self) -> int:
        """Of all layers and their normalisations."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def multiplications(self) -> int:
        """Of all transposed convolutions, for one image."""
        return sum(layer.multiplications for layer in self.layers)

    @property
    def uneven(self) -> list[PlannedLayer]:
        """The layers that write more often to some inner places than to others."""
        return [layer for layer in self.layers if not layer.is_even]

    @property
    def blocky(self) -> list[PlannedLayer]:
        """The layers whose places get nothing of two neighbours."""
        return [layer for layer in self.layers if layer.is_blocky]

    @property
    def code(self) -> str:
        """The generator in PyTorch, with batch normalisation, ReLU and tanh as DCGAN has them."""
        lines = [
            "from torch import nn",
            "",
            "generator = nn.Sequential(",
            f"    nn.Unflatten(1, ({self.latent_size}, 1, 1)),",
        ]
        for layer in self.layers:
            lines.append(f"    {layer}")
            if not layer.is_last:
                lines.append(f"    nn.BatchNorm2d({layer.outputs}),")
                lines.append("    nn.ReLU(inplace=True),")
        return "\n".join([*lines, "    nn.Tanh(),", ")", ""])

    def build(self) -> nn.Sequential:
        """The generator that the code makes."""
        names: dict[str, Any] = {}
        exec(self.code, names)
        generator: nn.Sequential = names["generator"]
        return generator


def plan_stacks(
    image_shape: ImageShape,
    *,
    base: Size | None = (4, 4),
    latent_size: int = 100,
    base_channels: int = 64,
    max_channels: int = 512,
    growth: int = 2,
    kernels: Sequence[int] = _KERNELS,
) -> list[Stack]:
    """All stacks that make images of a shape, even ones first; of like ones the smallest first.

    Args:
        image_shape: (channels, height, width) of an image.
        base: (rows, columns) of the first map; None: any that the sizes lead down to.
        latent_size: Numbers in a latent vector.
        base_channels: Channels of the last hidden maps; doubled with each layer before.
        max_channels: The most channels that maps may have.
        growth: How many times as large a layer makes its maps, at most; its stride.
        kernels: Kernels of the layers that grow so much. Others take the nearest that fits.

    Raises:
        ConfigError: There is none.

    Example:
        >>> [stack.path for stack in plan_stacks((1, 28, 28), kernels=(4,))]
        ['4 → 7 → 14 → 28', '4 → 8 → 14 → 28', '4 → 8 → 16 → 28']
    """
    channels, height, width = image_shape
    found = [
        Stack(
            latent_size=latent_size,
            layers=_layers(
                sizes,
                windows,
                [
                    latent_size,
                    *doubled_channels(base_channels, len(sizes) - 1, max_channels=max_channels)[
                        ::-1
                    ],
                    channels,
                ],
            ),
        )
        for sizes in _paths((height, width), base, growth)
        for windows in _windows(sizes, kernels, growth)
    ]
    if not found:
        raise ConfigError(_refusal((height, width), base, growth))
    unique = {stack.code: stack for stack in found}.values()
    return sorted(unique, key=_rank)


def _rank(stack: Stack) -> tuple[int, int, int]:
    return len(stack.uneven), len(stack.blocky), stack.parameters


def _paths(goal: Size, base: Size | None, growth: int) -> Iterator[list[Size]]:
    """The sizes of maps, from the base to the goal, of all stacks: rows and columns alike."""
    for count in range(1, _MOST_LAYERS):
        for odd in range(1 if base is None else count):
            first = base or (_divided(goal[0], growth, count), _divided(goal[1], growth, count))
            rows, columns = (
                _path(*ends, growth, count, odd) for ends in zip(first, goal, strict=True)
            )
            if rows and columns and (base is not None or _is_base(*first)):
                sizes = list(zip(rows, columns, strict=True))
                # One side may stand still, where the other needs one layer more.
                if all(a != b for a, b in pairwise(sizes)):
                    yield sizes


def _divided(goal: int, growth: int, times: int) -> int:
    """The goal divided so often and rounded up, as convolutions with same padding divide."""
    return -(-goal // int(growth**times))


def _is_base(rows: int, columns: int) -> bool:
    return min(rows, columns) >= _SMALLEST_BASE and max(rows, columns) <= _LARGEST_BASE


def _path(first: int, goal: int, growth: int, count: int, odd: int) -> list[int] | None:
    """The sizes of one axis, if it can be done.

    Args:
        first: The first size.
        goal: The last.
        growth: How many times as large sizes become.
        count: How many steps there are.
        odd: The step that may grow less. Before it sizes are multiples of the first; behind it
            they are the goal divided again and again.
    """
    sizes = [first * growth**step for step in range(odd + 1)]
    sizes += [_divided(goal, growth, step) for step in range(count - 1 - odd, -1, -1)]
    grows = all(a <= b <= growth * a for a, b in pairwise(sizes))
    return sizes if grows else None


def _windows(
    sizes: Sequence[Size], kernels: Sequence[int], growth: int
) -> Iterator[list[tuple[Window, Window]]]:
    """How filters move in each step, for each kernel; the first makes the base of z."""
    for kernel in kernels:
        if kernel < growth:
            continue  # It would leave holes.
        windows = [(Window(kernel=sizes[0][0]), Window(kernel=sizes[0][1]))]
        for before, after in pairwise(sizes):
            rows = _step(before[0], after[0], kernel, growth)
            columns = _step(before[1], after[1], kernel, growth)
            if rows is not None and columns is not None:
                windows.append((rows, columns))
        if len(windows) == len(sizes):
            yield windows


@cache
def _step(before: int, after: int, kernel: int, growth: int) -> Window | None:
    """The window from one size to the next: even if there is one, of about the kernel."""
    is_odd = after < growth * before
    known = windows_between(
        before,
        after,
        transposed=True,
        kernels=range(growth, _LARGEST_KERNEL + 1) if is_odd else [kernel],
        strides=range(1, growth + 1) if is_odd else [growth],
    )
    # None: too much of what it writes would have to be cut off.
    return min(known, key=lambda each: _cost(each, kernel), default=None)


def _cost(window: Window, kernel: int) -> tuple[bool, int, int, int]:
    return (not window.is_even, abs(window.kernel - kernel), window.before, window.stride)


def _layers(
    sizes: Sequence[Size], windows: Sequence[tuple[Window, Window]], channels: Sequence[int]
) -> tuple[PlannedLayer, ...]:
    return tuple(
        PlannedLayer(
            before=before,
            after=after,
            inputs=inputs,
            outputs=outputs,
            rows=rows,
            columns=columns,
            is_last=after is sizes[-1],
        )
        for (before, after), (inputs, outputs), (rows, columns) in zip(
            pairwise([(1, 1), *sizes]), pairwise(channels), windows, strict=True
        )
    )


def _refusal(goal: Size, base: Size | None, growth: int) -> str:
    told = "x".join(map(str, goal))
    if base is None:
        return (
            f"no stack leads to {told}: from a first map of {_SMALLEST_BASE} to {_LARGEST_BASE} "
            f"rows and columns, each layer makes both sides at most {growth} times as large. "
            "Choose sides that are nearer to each other."
        )
    first = "x".join(map(str, base))
    return (
        f"no stack leads from {first} to {told}: each layer makes both sides larger, at most "
        f"{growth} times. Choose sides above {first} that are nearer to each other, or leave the "
        "first map open."
    )
