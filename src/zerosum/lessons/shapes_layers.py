"""Layers of PyTorch for one axis, run to see what they give."""

import warnings
from typing import Any, Literal

import torch
from torch import Tensor, nn

from zerosum.nn import (
    TensorflowConv2d,
    TensorflowConvTranspose2d,
    Window,
    tensorflow_window,
    torch_padding,
)
from zerosum.nn.arithmetic import TensorflowPadding

__all__ = [
    "Kind",
    "Padded",
    "all_paddings",
    "answer_of",
    "expected_answer",
    "kernel_of_5",
    "met_often",
    "outputs_of",
    "ran_size",
]

Kind = Literal["convolution", "transposed"]


def outputs_of(window: Window, size: int, kind: Kind) -> int:
    """The size that comes out, by the formula.

    Raises:
        ConfigError: The filter does not fit, or nothing is left.

    Example:
        >>> outputs_of(Window(kernel=4, stride=2), 4, "transposed")
        10
    """
    return window.outputs(size) if kind == "convolution" else window.transposed_outputs(size)


@torch.no_grad()
def ran_size(window: Window, size: int, kind: Kind) -> int | None:
    """The size that PyTorch's layer gives; None: it refuses.

    Args:
        window: How the filter moves; before and after differ by the output padding.
        size: Of what goes in.
        kind: Which layer.

    Example:
        >>> ran_size(Window(kernel=4, stride=2, before=1, after=1), 4, "transposed")
        8
    """
    told: dict[str, Any] = {"padding": window.before}
    if kind == "transposed":
        told["output_padding"] = window.before - window.after
    made: Any = nn.Conv1d if kind == "convolution" else nn.ConvTranspose1d
    told |= {"stride": window.stride, "dilation": window.dilation}
    try:
        layer = made(1, 1, window.kernel, **told)
        found: Tensor = layer(torch.zeros(1, 1, size))
    except RuntimeError:
        return None
    return found.shape[-1]


class Padded:
    """What one of TensorFlow's paddings means for an axis.

    Args:
        kind: Which layer.
        padding: TensorFlow's name of the padding.
        size: Of what goes in.
        moves: Kernel, stride and dilation.

    Attributes:
        window: How the filter moves.
        fits: Whether the filter fits.
        found: The size that comes out; None: the filter does not fit.
        torch: What PyTorch's layer must be told; None: it cannot do it alone.
    """

    def __init__(
        self, kind: Kind, padding: TensorflowPadding, size: int, moves: dict[str, int]
    ) -> None:
        self.kind, self.padding, self.size = kind, padding, size
        transposed = kind == "transposed"
        window = tensorflow_window(padding, size, **moves, transposed=transposed)
        self.fits = transposed or size + window.pads >= window.reach
        self.window = window
        self.found = outputs_of(window, size, kind) if self.fits else None
        self.torch = torch_padding(window, size, transposed=transposed) if self.fits else None

    @torch.no_grad()
    def ran(self) -> int | None:
        """The size that our layer of that padding gives; None: the filter does not fit."""
        if not self.fits:
            return None
        made = TensorflowConv2d if self.kind == "convolution" else TensorflowConvTranspose2d
        layer = made(
            1,
            1,
            self.window.kernel,
            stride=self.window.stride,
            dilation=self.window.dilation,
            padding=self.padding,
        )
        # As wide as a filter reaches: one axis is enough.
        return int(layer(torch.zeros(1, 1, self.size, self.window.reach)).shape[2])

    def row(self) -> tuple[Any, ...]:
        """Layer, padding, size, zeros on both sides, and what PyTorch's layer must be told."""
        if not self.fits:
            return self.kind, self.padding, "does not fit", "–", "–"
        told = "no: pad in front of it" if self.kind == "convolution" else "no: crop behind it"
        if self.torch is not None:
            told = ", ".join(f"{name}={value!r}" for name, value in self.torch.items())
        pads = f"{self.window.before} and {self.window.after}"
        return self.kind, self.padding, self.found, pads, told


def expected_answer(window: Window, size: int, kind: Kind) -> Tensor:
    """What a filter makes of distinct numbers that were padded, or are cut off, by hand.

    Example:
        >>> expected_answer(Window(kernel=2, after=1), 3, "convolution")
        tensor([[[17., 26.,  3.]]], dtype=torch.float64)
    """
    sides = (window.before, window.after)
    if kind == "convolution":
        return _answer(window, nn.functional.pad(_numbers(size), sides), kind)
    return nn.functional.pad(_answer(window, _numbers(size), kind), tuple(-each for each in sides))


def answer_of(window: Window, size: int, kind: Kind, told: dict[str, Any]) -> Tensor | None:
    """What PyTorch's layer makes of the same numbers, if it is told this; None: it refuses.

    Example:
        >>> answer_of(Window(kernel=2, after=1), 3, "convolution", {"padding": "same"})
        tensor([[[17., 26.,  3.]]], dtype=torch.float64)
    """
    with warnings.catch_warnings():
        # It warns where the zeros on both sides are not as many, as it then must copy.
        warnings.simplefilter("ignore", UserWarning)
        try:
            return _answer(window, _numbers(size), kind, **told)
        except RuntimeError:
            return None


def all_paddings(window: Window, kind: Kind) -> list[dict[str, int]]:
    """What PyTorch's layer could be told, with padding below the reach.

    Example:
        >>> all_paddings(Window(kernel=2), "transposed")
        [{'padding': 0, 'output_padding': 0}, {'padding': 1, 'output_padding': 0}]
    """
    sides = range(window.reach)
    if kind == "convolution":
        return [{"padding": side} for side in sides]
    more = range(max(window.stride, window.dilation))
    return [{"padding": side, "output_padding": added} for side in sides for added in more]


def met_often() -> list[Padded]:
    """Layers that are often met, some of which PyTorch cannot express.

    Example:
        >>> [each.torch is None for each in met_often()]
        [True, False, True, True, False]
    """
    return [
        Padded("convolution", "same", 28, {"kernel": 3, "stride": 2}),
        Padded("convolution", "same", 28, {"kernel": 4, "stride": 1}),
        Padded("transposed", "same", 4, {"kernel": 4, "stride": 1}),
        Padded("transposed", "same", 7, {"kernel": 5, "stride": 2}),
        Padded("transposed", "same", 7, {"kernel": 4, "stride": 2}),
    ]


def kernel_of_5() -> tuple[Tensor, Tensor]:
    """What TensorFlow's ``same`` of kernel 5 gives, and what is taken for it in PyTorch.

    Example:
        >>> [len(each) for each in kernel_of_5()]
        [14, 14]
    """
    padded = Padded("transposed", "same", 7, {"kernel": 5, "stride": 2})
    layer = padded.window, padded.size, padded.kind
    taken = answer_of(*layer, {"padding": 2, "output_padding": 1})
    assert taken is not None
    return expected_answer(*layer).flatten(), taken.flatten()


def _numbers(count: int) -> Tensor:
    return torch.arange(1.0, count + 1, dtype=torch.float64).view(1, 1, -1)


def _answer(window: Window, numbers: Tensor, kind: Kind, **told: Any) -> Tensor:
    weight = _numbers(window.kernel) ** 3
    function: Any = nn.functional.conv1d
    if kind == "transposed":
        function = nn.functional.conv_transpose1d
    found: Tensor = function(
        numbers, weight, stride=window.stride, dilation=window.dilation, **told
    )
    return found
