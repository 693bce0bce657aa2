"""A convolution as a matrix, its transpose, and why that is no inverse."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, Seed
from zerosum.lessons.figures import Animation, Cells, Frame
from zerosum.lessons.results import Results, Table
from zerosum.nn import (
    TensorflowConvTranspose2d,
    Window,
    convolution_matrix,
    overlaps,
    symmetric_window,
    windowed_conv2d,
    windowed_conv_transpose2d,
)
from zerosum.types import Progress

__all__ = ["LESSON", "TransposeControls", "stamps"]

_KERNELS, _STRIDES, _PADDINGS = (3, 4), (1, 2), (0, 1)


@dataclass(frozen=True, kw_only=True)
class TransposeControls(Controls):
    """A small convolution, and the picture that its transpose enlarges."""

    side: Annotated[int, Number(4, 6)] = 4
    """Height and width I of the picture that the convolution reads."""
    kernel: Annotated[int, Number(2, 4)] = 3
    """Height and width F of the filter."""
    stride: Annotated[int, Number(1, 3)] = 1
    """How far it moves, S."""
    padding: Annotated[int, Number(0, 1)] = 0
    """Zeros on each side, P."""
    inputs: Annotated[int, Number(2, 4)] = 3
    """Height and width of the picture that the transposed convolution enlarges, step by step."""
    seed: Seed = 0
    """Of the numbers of pictures and filter."""


def compute(controls: TransposeControls, progress: Progress) -> Results:
    """Write the convolution as a matrix, transpose it, and stamp a small picture."""
    window = symmetric_window(controls.kernel, stride=controls.stride, padding=controls.padding)
    filter_, picture, small = _drawn(controls)
    back = _there_and_back(window, filter_, picture)
    done = stamps(small, filter_, window)
    size = window.outputs(controls.side)
    progress(1, 1)
    return Results(
        answer=_answer(controls, back, size),
        numbers={
            **back,
            "side": controls.side,
            "pixels": controls.side**2,
            "size": size,
            "stamped": done[-1],
            "enlarged": _enlarged(small, filter_, window),
            "stuffed": _stuffed(small, filter_, window),
            "counts": _counts(window, controls.inputs),
            "counted": _enlarged(torch.ones_like(small), torch.ones_like(filter_), window),
            "sizes": {name: found for name, *_, found in _sizes()},
            "wrong": f"{back['wrong']:.0%}",
        },
        tables={"sizes": _sizes_table(controls, window), "ways": _facts(back)},
        figures={
            "stamping": _stamping(small, filter_, window, done),
            "matrix": Cells(
                title=f"C: {len(back['matrix'])} rows, one for each number of y, and "
                f"{controls.side**2} columns, one for each pixel of x",
                values=back["matrix"].numpy(),
            ),
            "back": _back_figure(back, controls.side),
            "overlaps": Cells(
                title="How many stamps meet at each place",
                values=_counts(window, controls.inputs).double().numpy(),
            ),
        },
    )


def _drawn(controls: TransposeControls) -> tuple[Tensor, Tensor, Tensor]:
    """A filter without zeros, a picture for the convolution, and one for its transpose."""
    random = np.random.default_rng(controls.seed)
    shapes = (controls.kernel, controls.side, controls.inputs)
    weights, picture, small = (random.integers(1, 4, (side, side)) for side in shapes)
    signs = random.choice([-1, 1, 1], weights.shape)
    filter_, *pictures = (torch.from_numpy(each).double() for each in (weights * signs, picture))
    return filter_, pictures[0], torch.from_numpy(small).double()


def _there_and_back(window: Window, filter_: Tensor, picture: Tensor) -> dict[str, Any]:
    """x, y = C x, and two ways back to the shape of x: by Cᵀ, and by least squares."""
    side = len(picture)
    matrix = convolution_matrix(filter_, (side, side), rows=window, columns=window)
    x = picture.flatten()
    y = matrix @ x
    restoring = window.restoring(side)
    images, weight = picture[None, None], filter_[None, None]
    forward = windowed_conv2d(images, weight, rows=window, columns=window)
    returned = matrix.T @ y
    inverse = torch.linalg.pinv(matrix)
    # What the last right singular vector stands for is changed least by C.
    unseen = torch.linalg.svd(matrix).Vh[-1]
    return {
        "matrix": matrix,
        "rank": int(torch.linalg.matrix_rank(matrix)),
        "x": x,
        "y": y,
        "forward": forward.flatten(),
        "returned": returned,
        "backward": windowed_conv_transpose2d(
            forward, weight, rows=restoring, columns=restoring
        ).flatten(),
        "solved": inverse @ y,
        "unseen": unseen,
        "wrong": _apart(returned, x),
    }


def _apart(found: Tensor, x: Tensor) -> float:
    """How far the nearest multiple of a picture is from x, in shares of the length of x."""
    factor = found @ x / found.square().sum().clamp(min=1e-30)
    return float((factor * found - x).norm() / x.norm())


def stamps(picture: Tensor, filter_: Tensor, window: Window) -> list[Tensor]:
    """The transposed convolution as it grows: each pixel adds its own multiple of the filter.

    Args:
        picture: Shape (n, n).
        filter_: Shape (k, k).
        window: How it moves, both downwards and to the right.

    Returns:
        The output after each pixel, row by row.

    Example:
        >>> one = Window(kernel=2, stride=2)
        >>> stamps(torch.tensor([[1.0, 5.0]]).T @ torch.ones(1, 2), torch.ones(2, 2), one)[-1]
        tensor([[1., 1., 1., 1.],
                [1., 1., 1., 1.],
                [5., 5., 5., 5.],
                [5., 5., 5., 5.]])
    """
    whole = (len(picture) - 1) * window.stride + window.reach
    written, states_ = torch.zeros(whole, whole, dtype=picture.dtype), []
    kept = slice(window.before, whole - window.after)
    for row, column in np.ndindex(*picture.shape):
        top, left = row * window.stride, column * window.stride
        below = written[top : top + window.kernel, left : left + window.kernel]
        below += picture[row, column] * filter_
        states_.append(written[kept, kept].clone())
    return states_


def _enlarged(picture: Tensor, filter_: Tensor, window: Window) -> Tensor:
    """The same by the library's layer."""
    images, weight = picture[None, None], filter_[None, None]
    return windowed_conv_transpose2d(images, weight, rows=window, columns=window)[0, 0]


def _stuffed(picture: Tensor, filter_: Tensor, window: Window) -> Tensor:
    """The same by a convolution: S − 1 zeros between pixels, F − 1 around, the filter turned."""
    n, stride = len(picture), window.stride
    spread = torch.zeros((n - 1) * stride + 1, (n - 1) * stride + 1, dtype=picture.dtype)
    spread[::stride, ::stride] = picture
    sides = (window.kernel - 1 - window.before, window.kernel - 1 - window.after)
    padded = functional.pad(spread, sides * 2)
    return functional.conv2d(padded[None, None], filter_.flip(0, 1)[None, None])[0, 0]


def _counts(window: Window, inputs: int) -> Tensor:
    line = torch.tensor(overlaps(window, inputs))
    return line[:, None] * line


def _sizes() -> list[tuple[str, int, int, int, str, int]]:
    """Known cases: what it is, inputs, kernel, stride, padding, and the layer's outputs."""

    def torch_size(inputs: int, kernel: int, stride: int, padding: int, added: int = 0) -> int:
        layer = torch.nn.ConvTranspose2d(1, 1, kernel, stride, padding, added)
        return int(layer(torch.zeros(1, 1, inputs, inputs)).shape[-1])

    def tensorflow_size(inputs: int, kernel: int, stride: int, padding: Any) -> int:
        layer = TensorflowConvTranspose2d(1, 1, kernel, stride=stride, padding=padding)
        return int(layer(torch.zeros(1, 1, inputs, inputs)).shape[-1])

    return [
        *(
            (f"TensorFlow, {padding}", 4, 4, 1, padding, tensorflow_size(4, 4, 1, padding))
            for padding in ("valid", "same")
        ),
        ("from z to 4x4", 1, 4, 1, "0", torch_size(1, 4, 1, 0)),
        ("DCGAN's doubling", 4, 4, 2, "1", torch_size(4, 4, 2, 1)),
        ("kernel 5 as published", 4, 5, 2, "2, output padding 1", torch_size(4, 5, 2, 2, 1)),
        ("from 7 to 14", 7, 5, 2, "2, output padding 1", torch_size(7, 5, 2, 2, 1)),
    ]


def _sizes_table(controls: TransposeControls, window: Window) -> Table:
    here = window.transposed_outputs(controls.inputs)
    rows = [*_sizes()]
    rows.append(
        ("here", controls.inputs, controls.kernel, controls.stride, str(controls.padding), here)
    )
    return Table(
        title="What some transposed convolutions make of a size",
        columns=("", "I", "F", "S", "padding", "size that comes out"),
        rows=rows,
    )


def _facts(back: dict[str, Any]) -> Table:
    matrix, x, y = back["matrix"], back["x"], back["y"]
    ways = {
        "Cᵀy, the transposed convolution": back["returned"],
        "C⁺y, least squares": back["solved"],
    }
    return Table(
        title=f"There and back; C has rank {back['rank']}",
        columns=("", "how far from x, by the best factor", "how far C of it is from y, likewise"),
        rows=[
            (name, *(f"{_apart(*pair):.1%}" for pair in ((each, x), (matrix @ each, y))))
            for name, each in ways.items()
        ],
    )


def _answer(controls: TransposeControls, back: dict[str, Any], size: int) -> str:
    side, rows = controls.side, size * size
    undone = (
        "C has fewer rows than columns, so nothing can undo it"
        if rows < side * side
        else f"C has rank {back['rank']} of {side * side}"
    )
    return (
        f"The convolution from {side}x{side} to {size}x{size} is a matrix C of {rows}x{side**2}. "
        f"Its transpose brings {size}x{size} back to {side}x{side}: the shape, but not the "
        f"values, which are off by {back['wrong']:.0%} even at the best scale. {undone}."
    )


def _stamping(small: Tensor, filter_: Tensor, window: Window, done: Sequence[Tensor]) -> Animation:
    limit = float(torch.stack(list(done)).abs().max())
    frames = []
    for index, output in enumerate(done):
        row, column = divmod(index, len(small))
        here = np.zeros(small.shape, bool)
        here[row, column] = True
        one = torch.zeros_like(small)
        one[row, column] = 1
        stamp = _enlarged(one, torch.ones_like(filter_), window).numpy() > 0
        value = f"{small[row, column]:g}"
        frames.append(
            Frame(
                caption=f"Pixel ({row + 1}, {column + 1}) is {value}: {value} times the filter "
                f"is added, from row {row * window.stride - window.before + 1} and column "
                f"{column * window.stride - window.before + 1} on.",
                panels=[
                    Cells(title="what goes in", values=small.numpy(), outlined=here),
                    Cells(title="filter", values=filter_.numpy()),
                    Cells(
                        title="what comes out",
                        values=output.numpy(),
                        outlined=stamp,
                        limit=limit,
                    ),
                ],
            )
        )
    return Animation(title="Each pixel stamps the filter", frames=frames)


def _back_figure(back: dict[str, Any], side: int) -> Animation:
    names = {
        "x": "x",
        "y": "y = C x",
        "returned": "Cᵀ y, the transposed convolution",
        "solved": "C⁺ y, the shortest picture that gives y",
    }
    panels = []
    for key, title in names.items():
        rows = side if key != "y" else int(len(back["y"]) ** 0.5)
        panels.append(Cells(title=title, values=back[key].reshape(rows, -1).numpy()))
    return Animation(title="There and back", frames=[Frame(caption="", panels=panels)])


def _same(found: Tensor, expected: Tensor) -> bool:
    return found.shape == expected.shape and torch.allclose(found, expected, atol=1e-6)


@states(
    "C times the picture, its pixels in one column, is what the layer computes; C has a row for "
    "each number that comes out and a column for each pixel."
)
def _it_is_a_matrix(controls: TransposeControls, results: Results) -> bool:
    numbers = results.numbers
    free = controls.side + 2 * controls.padding - controls.kernel
    outputs = (free // controls.stride + 1) ** 2
    shape = tuple(numbers["matrix"].shape) == (outputs, controls.side**2)
    return shape and _same(numbers["y"], numbers["forward"])


@states("The transposed convolution by the same filter is the transposed matrix.")
def _the_layer_is_the_transpose(_: TransposeControls, results: Results) -> bool:
    return _same(results.numbers["returned"], results.numbers["backward"])


@states("Cᵀ is not the inverse of C: CᵀC is never the identity, though it keeps the shape.")
def _no_inverse(_: TransposeControls, results: Results) -> bool:
    matrix, x = results.numbers["matrix"], results.numbers["x"]
    identity = torch.eye(len(x), dtype=x.dtype)
    returned = results.numbers["returned"]
    return returned.shape == x.shape and not torch.allclose(matrix.T @ matrix, identity)


@states(
    "Where C has fewer rows than columns, there are pictures of which it sees nothing: added to "
    "x, they leave y as it is, so y cannot tell what x was."
)
def _some_pictures_are_not_seen(_: TransposeControls, results: Results) -> bool | None:
    numbers = results.numbers
    rows, columns = numbers["matrix"].shape
    if rows >= columns:
        return None
    other = numbers["x"] + numbers["unseen"]
    differs = float((other - numbers["x"]).norm()) > 0.99
    return differs and _same(numbers["matrix"] @ other, numbers["y"])


@states(
    "Least squares gives a picture of the same y that is no longer than x; it is x where the rank "
    "of C is the number of pixels."
)
def _least_squares(_: TransposeControls, results: Results) -> bool:
    numbers = results.numbers
    x, solved = numbers["x"], numbers["solved"]
    alike = _same(numbers["matrix"] @ solved, numbers["y"]) and solved.norm() <= x.norm() + 1e-6
    return bool(alike and (numbers["rank"] < len(x) or _same(solved, x)))


@states("The stamps, added up, are what the layer computes, and neighbours are S places apart.")
def _stamps_are_the_layer(controls: TransposeControls, results: Results) -> bool:
    size = (controls.inputs - 1) * controls.stride + controls.kernel - 2 * controls.padding
    found = results.numbers["stamped"]
    return found.shape == (size, size) and _same(found, results.numbers["enlarged"])


@states(
    "It is also a convolution of stride 1: with S − 1 zeros between the pixels, F − 1 − P around "
    "them, and the filter turned by half a turn."
)
def _stuffed_with_zeros(_: TransposeControls, results: Results) -> bool:
    return _same(results.numbers["stuffed"], results.numbers["enlarged"])


@states("At each place so many stamps meet as a layer of ones makes of a picture of ones.")
def _stamps_meet(_: TransposeControls, results: Results) -> bool:
    return _same(results.numbers["counts"].double(), results.numbers["counted"])


@states(
    "Of 4x4, kernel 4 and stride 1 make 7x7 (valid) or 4x4 (same); 4x4 is doubled by kernel 4, "
    "stride 2, padding 1, and 7x7 by kernel 5, stride 2, padding 2, output padding 1."
)
def _known_sizes(_: TransposeControls, results: Results) -> bool:
    return list(results.numbers["sizes"].values()) == [7, 4, 4, 8, 8, 14]


LESSON = Lesson(
    controls=TransposeControls,
    compute=compute,
    claims=[
        _stamps_are_the_layer,
        _it_is_a_matrix,
        _the_layer_is_the_transpose,
        _no_inverse,
        _some_pictures_are_not_seen,
        _least_squares,
        _stuffed_with_zeros,
        _known_sizes,
        _stamps_meet,
    ],
    held={"kernel": _KERNELS, "stride": _STRIDES, "padding": _PADDINGS},
)
