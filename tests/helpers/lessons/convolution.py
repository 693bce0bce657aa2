from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from torch import Tensor

from helpers.lessons import Corruption
from zerosum.nn import Window

EXAMPLES = 8
CHEAP = {
    "picture": None,
    "network": None,
    "run": None,
    "side": st.integers(32, 56),
}


def _turned_round(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The mathematicians' convolution."""
    return lambda images, weight, **moves: function(images, weight.flip(-1, -2), **moves)


def _mean_of_channels(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda *args, **moves: function(*args, **moves) / 3


def _one_more(function: Callable[..., Window]) -> Callable[..., Any]:
    """Without the 1 at the end of the formula: a size too many is asked for."""

    class Wrong(Window):
        def inputs(self, outputs: int) -> range:
            return super().inputs(outputs + 1)

    return lambda *args, **named: Wrong(**vars(function(*args, **named)))


def _with_one_side_padded(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda i, o, **named: function(i + 2, o, **named)


def _not_centred(function: Callable[[int], Tensor]) -> Callable[[int], Tensor]:
    return lambda kernel: function(kernel) + 0.01


CORRUPTIONS = [
    Corruption("zerosum.lessons.convolution.conv2d", _turned_round),
    Corruption("zerosum.lessons.convolution.channel_parts", _mean_of_channels),
    Corruption("zerosum.lessons.convolution.symmetric_window", _one_more),
    Corruption("zerosum.lessons.convolution.windows_between", _with_one_side_padded),
    Corruption("zerosum.lessons.convolution.colour_filters", _not_centred),
    Corruption(
        "zerosum.lessons.convolution.pad",
        lambda right: lambda x, sides: right(x, (*sides[:2], 0, 0)),
    ),
]
