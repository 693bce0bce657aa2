"""Sizes of convolutions in all directions, each answer checked by running the layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, get_args

import numpy as np
import torch

from zerosum.errors import ConfigError
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number
from zerosum.lessons.figures import Axis, Dots, Line, Listing, Plot
from zerosum.lessons.results import Results, Table
from zerosum.lessons.shapes_layers import (
    Kind,
    Padded,
    all_paddings,
    answer_of,
    expected_answer,
    kernel_of_5,
    met_often,
    outputs_of,
    ran_size,
)
from zerosum.nn import Window, symmetric_window, tensorflow_window, windows_between
from zerosum.nn.arithmetic import TensorflowPadding
from zerosum.types import Progress

__all__ = ["LESSON", "ShapesControls"]

_TENSORFLOW: Sequence[tuple[Kind, TensorflowPadding]] = (
    ("convolution", "valid"),
    ("convolution", "same"),
    ("transposed", "valid"),
    ("transposed", "same"),
)
_KERNELS, _STRIDES = range(1, 8), range(1, 5)
"""Filters and steps among which a way to a wanted size is looked for."""
_LISTED = 14
_CELL = """\
from zerosum.nn import TracedShape

def generator(z, output_channel_dim):
    x = z.dense(4 * 4 * 512).reshape(4, 4, 512)
    x = x.conv2d_transpose(256, 4, strides=1, padding={padding!r})
    print(x)

z = TracedShape((100,))
generator(z, 3)
"""


@dataclass(frozen=True, kw_only=True)
class ShapesControls(Controls):
    """A layer, along one axis: rows and columns are alike."""

    kind: Kind = "convolution"
    """Whether the convolution is transposed."""
    size: Annotated[int, Number(1, 256)] = 28
    """Rows, or columns, of what goes in, I."""
    kernel: Annotated[int, Number(1, 16)] = 4
    """Rows of a filter, F."""
    stride: Annotated[int, Number(1, 8)] = 2
    """How far it moves, S."""
    padding: Annotated[int, Number(0, 8)] = 1
    """Zeros on each side, P; of a transposed convolution: what is cut off on each side."""
    dilation: Annotated[int, Number(1, 4)] = 1
    """From one row of the filter to the next, D."""
    output_padding: Annotated[int, Number(0, 7)] = 0
    """Rows that a transposed convolution adds at the end, Q; below the larger of S and D."""
    wanted: Annotated[int, Number(1, 1024)] = 14
    """The size to which ways are looked for, from I."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.output_padding and self.kind == "convolution":
            raise ConfigError("output padding is of transposed convolutions: --kind transposed.")
        outputs_of(self.window, self.size, self.kind)

    @property
    def window(self) -> Window:
        """How the filter moves."""
        return symmetric_window(
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            output_padding=self.output_padding,
        )


def compute(controls: ShapesControls, progress: Progress) -> Results:
    """Ask for the size that comes out, and for all that lead to a wanted one."""
    window, kind, size = controls.window, controls.kind, controls.size
    outputs = outputs_of(window, size, kind)
    ways = windows_between(
        size,
        controls.wanted,
        transposed=kind == "transposed",
        kernels=_KERNELS,
        strides=_STRIDES,
        dilation=controls.dilation,
    )
    padded = _all_padded(controls)
    cells = {padding: _printed(padding) for padding in ("same", "valid")}
    before = _sizes_before(window, controls)
    progress(1, 1)
    return Results(
        answer=_answer(controls, outputs, ways, before),
        numbers={
            "size": size,
            "wanted": controls.wanted,
            "outputs": outputs,
            "ran": ran_size(window, size, kind),
            "ways": [(each.stride, each.kernel, each.before, _added(each)) for each in ways],
            "count": len(ways),
            "ways_ran": [ran_size(each, size, kind) for each in ways],
            "before": before,
            "told_before": ", ".join(map(str, before)) or "no size",
            "tensorflow": {(each.kind, each.padding): each.found for each in padded},
            "tensorflow_ran": {(each.kind, each.padding): each.ran() for each in padded},
            "pads": {
                (each.kind, each.padding): (each.window.before, each.window.after)
                for each in padded
            },
            "expressed": {(each.kind, each.padding): each.torch for each in padded},
            "kernel_of_5": kernel_of_5(),
            "cells": cells,
            "same_cell": cells["same"],
            "valid_cell": cells["valid"],
        },
        tables={
            "padded": _padded_table("TensorFlow's paddings of the layer as chosen", padded),
            "hard": _padded_table("Some that are often met", met_often()),
            "found": _ways_table(controls, ways),
        },
        figures={
            "sizes": _sizes_figure(controls, outputs),
            "cell": Listing(
                title="The notes' cell, by shapes alone", code=_CELL.format(padding="same")
            ),
        },
    )


def _all_padded(controls: ShapesControls) -> list[Padded]:
    moves = {name: getattr(controls, name) for name in ("kernel", "stride", "dilation")}
    return [Padded(*each, controls.size, moves) for each in _TENSORFLOW]


def _added(window: Window) -> int:
    """The output padding."""
    return window.before - window.after


def _sizes_before(window: Window, controls: ShapesControls) -> list[int]:
    """From which sizes the layer makes the wanted one."""
    if controls.kind == "transposed":
        found = window.transposed_inputs(controls.wanted)
        return [] if found is None or found < 1 else [found]
    return [each for each in window.inputs(controls.wanted) if each > 0]


def _printed(padding: str) -> str:
    """What the notes' cell prints."""
    lines: list[str] = []
    exec(_CELL.format(padding=padding), {"print": lambda each: lines.append(str(each))})
    return "\n".join(lines)


def _answer(
    controls: ShapesControls, outputs: int, ways: Sequence[Window], before: Sequence[int]
) -> str:
    what = "convolution" if controls.kind == "convolution" else "transposed convolution"
    numbers = f"F={controls.kernel}, S={controls.stride}, P={controls.padding}"
    numbers += f", D={controls.dilation}" if controls.dilation > 1 else ""
    numbers += f", Q={controls.output_padding}" if controls.output_padding else ""
    told = " or ".join(map(str, before)) or "no size"
    return (
        f"A {what} with {numbers} makes {outputs} of {controls.size}. It makes "
        f"{controls.wanted} of {told}. From {controls.size} to {controls.wanted} lead "
        f"{len(ways) or 'no'} choices of F up to {_KERNELS[-1]} and S up to {_STRIDES[-1]}."
    )


def _padded_table(title: str, padded: Sequence[Padded]) -> Table:
    return Table(
        title=title,
        columns=("I", "F", "S", "layer", "padding", "size", "before and behind", "in PyTorch"),
        rows=[(each.size, each.window.kernel, each.window.stride, *each.row()) for each in padded],
    )


def _ways_table(controls: ShapesControls, ways: Sequence[Window]) -> Table:
    listed = ways[:_LISTED]
    rows = [
        (w.kernel, w.stride, w.before, _added(w), ran_size(w, controls.size, controls.kind))
        for w in listed
    ]
    more = f"; the first {len(listed)} of {len(ways)}" if len(ways) > len(listed) else ""
    return Table(
        title=f"Ways from {controls.size} to {controls.wanted}{more}",
        columns=("F", "S", "P", "Q", "size that the layer gives"),
        rows=rows or [("none", "", "", "", "")],
    )


def _sizes_figure(controls: ShapesControls, outputs: int) -> Plot:
    sizes = np.arange(1, max(12, min(controls.size + 4, 40)) + 1)
    chosen = [_or_none(controls.window, int(n), controls.kind) for n in sizes]
    here = [Dots(name="here", x=[controls.size], y=[outputs], size=10, colour=4)]
    return Plot(
        title="The size that comes out, by the size that goes in",
        x=Axis(label="I"),
        y=Axis(label="O"),
        marks=[
            *(here if controls.size <= sizes[-1] else []),
            Dots(name="as chosen", x=sizes, y=chosen, size=6, colour=0),
            *(
                Line(
                    name=f"TensorFlow's {padding}",
                    x=sizes,
                    y=[_tensorflow_size(controls, padding, int(n)) for n in sizes],
                    dashed=padding == "same",
                    colour=1 + index,
                )
                for index, padding in enumerate(get_args(TensorflowPadding))
            ),
        ],
    )


def _or_none(window: Window, size: int, kind: Kind) -> float:
    try:
        return float(outputs_of(window, size, kind))
    except ConfigError:
        return float("nan")


def _tensorflow_size(controls: ShapesControls, padding: TensorflowPadding, size: int) -> float:
    window = tensorflow_window(
        padding,
        size,
        kernel=controls.kernel,
        stride=controls.stride,
        dilation=controls.dilation,
        transposed=controls.kind == "transposed",
    )
    return _or_none(window, size, controls.kind)


@states(
    "A convolution makes ⌊(I + 2P − D(F − 1) − 1)/S⌋ + 1 rows, a transposed one (I − 1)S − 2P + "
    "D(F − 1) + 1 + Q; PyTorch's layers agree."
)
def _the_size(controls: ShapesControls, results: Results) -> bool:
    c, reach = controls, controls.dilation * (controls.kernel - 1) + 1
    expected = (c.size + 2 * c.padding - reach) // c.stride + 1
    if c.kind == "transposed":
        expected = (c.size - 1) * c.stride - 2 * c.padding + reach + c.output_padding
    return bool(results.numbers["outputs"] == results.numbers["ran"] == expected)


@states(
    "TensorFlow's same makes ⌈I/S⌉ rows and transposed I S; valid ⌈(I − r + 1)/S⌉ and I S + max(r "
    "− S, 0), with r = D(F − 1) + 1."
)
def _tensorflow(controls: ShapesControls, results: Results) -> bool:
    size, stride = controls.size, controls.stride
    reach = controls.dilation * (controls.kernel - 1) + 1
    expected = {
        ("convolution", "valid"): None if size < reach else -(-(size - reach + 1) // stride),
        ("convolution", "same"): -(-size // stride),
        ("transposed", "valid"): size * stride + max(reach - stride, 0),
        ("transposed", "same"): size * stride,
    }
    numbers = results.numbers
    return bool(numbers["tensorflow"] == numbers["tensorflow_ran"] == expected)


@states(
    "Every way from I to the wanted size that is listed does lead there, and no other filter of "
    "up to 7, step of up to 4, padding below its reach and output padding below the step does."
)
def _all_ways(controls: ShapesControls, results: Results) -> bool:
    found, ran = results.numbers["ways"], results.numbers["ways_ran"]
    expected = []
    for stride in _STRIDES:
        for kernel in _KERNELS:
            for padding in range(controls.dilation * (kernel - 1) + 1):
                for added in range(stride if controls.kind == "transposed" else 1):
                    window = Window(
                        kernel=kernel,
                        stride=stride,
                        before=padding,
                        after=padding - added,
                        dilation=controls.dilation,
                    )
                    if ran_size(window, controls.size, controls.kind) == controls.wanted:
                        expected.append((stride, kernel, padding, added))
    return set(ran) <= {controls.wanted} and found == expected


@states("The sizes that become the wanted one do, and their neighbours do not.")
def _sizes_that_lead_there(controls: ShapesControls, results: Results) -> bool:
    before, window = results.numbers["before"], controls.window
    stride = controls.stride
    guess = (
        controls.wanted * stride if controls.kind == "convolution" else controls.wanted // stride
    )
    around = {each + step for each in before or [guess] for step in (-1, 0, 1)}
    tried = sorted(each for each in around if each > 0)
    lead = [each for each in tried if ran_size(window, each, controls.kind) == controls.wanted]
    return bool(before == lead)


@states(
    "With F = 5, S = 2, P = 2, Q = 1 PyTorch gives the size of TensorFlow's same, and the numbers "
    "one row further up."
)
def _kernels_of_5_are_moved(_: ShapesControls, results: Results) -> bool:
    same, taken = results.numbers["kernel_of_5"]
    alike = same.shape == taken.shape
    return alike and torch.equal(same[1:], taken[:-1]) and not torch.equal(same, taken)


@states(
    "Where same needs an odd number of zeros, the odd one is behind, and transposed one row more "
    "is cut off behind than before."
)
def _the_odd_one_is_behind(controls: ShapesControls, results: Results) -> bool:
    stride, reach = controls.stride, controls.dilation * (controls.kernel - 1) + 1
    total = max(reach - (controls.size % stride or stride), 0)
    cut = max(reach - stride, 0)
    pads = results.numbers["pads"]
    behind = reach - stride - cut // 2  # Below 0 where zeros follow.
    return bool(
        pads["convolution", "same"] == (total // 2, total - total // 2)
        and pads["transposed", "same"] == (cut // 2, behind)
        and pads["convolution", "valid"] == (0, 0)
    )


@states(
    "What PyTorch's layer is said to express it does, to the last number; where it is said to be "
    "unable, no padding that it takes gives TensorFlow's numbers, if these are not all 0."
)
def _what_pytorch_can(controls: ShapesControls, results: Results) -> bool:
    for padded in _all_padded(controls):
        told = results.numbers["expressed"][padded.kind, padded.padding]
        if not padded.fits:
            continue
        layer = padded.window, padded.size, padded.kind
        meant = expected_answer(*layer)
        if not meant.any():
            continue
        tried = [told] if told else all_paddings(padded.window, padded.kind)
        answers = [answer_of(*layer, each) for each in tried]
        same = [each is not None and torch.equal(each, meant) for each in answers]
        if any(same) != (told is not None):
            return False
    return True


@states(
    "The notes' cell prints (?, 4, 4, 256), because its transposed convolution of kernel 4 and "
    "stride 1 has same padding; with valid it prints (?, 7, 7, 256)."
)
def _the_cell(_: ShapesControls, results: Results) -> bool:
    cells = {"same": "(?, 4, 4, 256)", "valid": "(?, 7, 7, 256)"}
    return bool(results.numbers["cells"] == cells)


LESSON = Lesson(
    controls=ShapesControls,
    compute=compute,
    claims=[
        _the_size,
        _sizes_that_lead_there,
        _all_ways,
        _tensorflow,
        _the_odd_one_is_behind,
        _kernels_of_5_are_moved,
        _what_pytorch_can,
        _the_cell,
    ],
    held={"kind": get_args(Kind), "kernel": (3, 4, 5), "stride": (1, 2)},
)
