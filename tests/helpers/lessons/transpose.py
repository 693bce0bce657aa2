from collections.abc import Callable
from dataclasses import replace
from typing import Any

from torch import Tensor

from helpers.lessons import Corruption
from zerosum.nn import Window

EXAMPLES = 25

Layer = Callable[..., Tensor]


def _turned(function: Layer) -> Layer:
    """With the filter turned by half a turn, as mathematicians convolve."""
    return lambda first, *rest, **named: function(first, rest[0].flip(-1, -2), **named)


def _turned_matrix(function: Layer) -> Layer:
    return lambda weight, *rest, **named: function(weight.T, *rest, **named)


def _by_columns(function: Layer) -> Layer:
    """The pixels below each other by columns, as MATLAB flattens."""

    def wrong(weight: Tensor, size: tuple[int, int], **named: Any) -> Tensor:
        matrix = function(weight, size, **named)
        return matrix.reshape(-1, *size).transpose(1, 2).flatten(1)

    return wrong


def _without_stride(function: Layer) -> Layer:
    def wrong(picture: Tensor, filter_: Tensor, window: Window) -> Any:
        return function(picture, filter_, replace(window, stride=1))

    return wrong


def _not_cut_off(function: Layer) -> Layer:
    return lambda picture, filter_, window: function(picture, filter_, replace(window, before=0))


CORRUPTIONS = [
    Corruption("zerosum.lessons.transpose.convolution_matrix", _turned_matrix),
    Corruption("zerosum.lessons.transpose.convolution_matrix", _by_columns),
    Corruption("zerosum.lessons.transpose.windowed_conv_transpose2d", _turned),
    Corruption("zerosum.lessons.transpose.stamps", _without_stride),
    Corruption("zerosum.lessons.transpose.stamps", _not_cut_off),
    Corruption("torch.linalg.pinv", lambda _: lambda matrix: matrix.T),
    Corruption(
        "zerosum.lessons.transpose.overlaps",
        lambda right: lambda window, inputs: right(replace(window, kernel=window.stride), inputs),
    ),
    Corruption(
        "zerosum.lessons.transpose.TensorflowConvTranspose2d",
        lambda right: lambda *args, padding, **named: right(*args, padding="valid", **named),
    ),
]
