"""Convolutions with any padding, TensorFlow's among them, and convolutions as matrices.

PyTorch's layers put as many zeros before an axis as behind it. What they cannot do themselves is
done around them: zeros are put in front of a convolution, and what a transposed one writes too
much is cut off. The same numbers serve both ways, since either is the other's transpose.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from zerosum.nn.arithmetic import TensorflowPadding, Window, tensorflow_window

__all__ = [
    "TensorflowConv2d",
    "TensorflowConvTranspose2d",
    "convolution_matrix",
    "windowed_conv2d",
    "windowed_conv_transpose2d",
]

Maps = Float[Tensor, "n inputs h w"]
Results = Float[Tensor, "n outputs _ _"]


def windowed_conv2d(
    maps: Maps,
    weight: Float[Tensor, "outputs inputs k l"],
    bias: Float[Tensor, " outputs"] | None = None,
    *,
    rows: Window,
    columns: Window,
) -> Results:
    """Convolve, with any padding on each of the four sides.

    Args:
        maps: Shape (n, inputs, h, w).
        weight: Filters.
        bias: One number for each output channel.
        rows: How filters move downwards; its kernel is k.
        columns: How they move to the right; its kernel is l.

    Example:
        >>> one = Window(kernel=2, after=1)
        >>> x, w = torch.eye(2)[None, None], torch.ones(1, 1, 2, 2)
        >>> windowed_conv2d(x, w, rows=one, columns=one)
        tensor([[[[2., 1.],
                  [1., 1.]]]])
    """
    padded = functional.pad(maps, (columns.before, columns.after, rows.before, rows.after))
    stride, dilation = (rows.stride, columns.stride), (rows.dilation, columns.dilation)
    return functional.conv2d(padded, weight, bias, stride, dilation=dilation)


def windowed_conv_transpose2d(
    maps: Maps,
    weight: Float[Tensor, "inputs outputs k l"],
    bias: Float[Tensor, " outputs"] | None = None,
    *,
    rows: Window,
    columns: Window,
) -> Results:
    """Convolve transposed, and cut off any padding on each of the four sides.

    Args:
        maps: Shape (n, inputs, h, w).
        weight: Filters.
        bias: One number for each output channel.
        rows: How filters move downwards; its kernel is k.
        columns: How they move to the right; its kernel is l.

    Example:
        >>> one = Window(kernel=2, after=1)
        >>> x, w = torch.eye(2)[None, None], torch.ones(1, 1, 2, 2)
        >>> windowed_conv_transpose2d(x, w, rows=one, columns=one)
        tensor([[[[1., 1.],
                  [1., 2.]]]])
    """
    stride, dilation = (rows.stride, columns.stride), (rows.dilation, columns.dilation)
    written = functional.conv_transpose2d(maps, weight, None, stride, dilation=dilation)
    added = functional.pad(written, (0, max(-columns.after, 0), 0, max(-rows.after, 0)))
    height, width = (
        slice(window.before, window.before + window.transposed_outputs(size))
        for window, size in zip((rows, columns), maps.shape[2:], strict=True)
    )
    result = added[..., height, width]
    # Places behind what was written have the bias, too.
    return result if bias is None else result + bias.view(-1, 1, 1)


class TensorflowConv2d(nn.Conv2d):
    """A convolution that pads as TensorFlow does, at any stride.

    Args:
        inputs: Channels of the input (n, inputs, h, w).
        outputs: Channels of the output.
        kernel: Rows and columns of a filter.
        stride: How far it moves.
        dilation: From one of its places to the next.
        padding: ``same``: (n, outputs, ⌈h/s⌉, ⌈w/s⌉); ``valid``: no padding.
        bias: Whether there is a bias per channel.

    Example:
        >>> layer = TensorflowConv2d(3, 8, 5, stride=2, padding="same")
        >>> layer(torch.zeros(2, 3, 28, 27)).shape
        torch.Size([2, 8, 14, 14])
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        stride: int = 1,
        dilation: int = 1,
        padding: TensorflowPadding = "same",
        bias: bool = True,
    ) -> None:
        super().__init__(inputs, outputs, kernel, stride, dilation=dilation, bias=bias)
        self.tensorflow_padding = padding

    def forward(self, input: Maps) -> Results:  # noqa: A002 - PyTorch's own word
        """Convolve the maps."""
        rows, columns = _windows(self, input)
        return windowed_conv2d(input, self.weight, self.bias, rows=rows, columns=columns)


class TensorflowConvTranspose2d(nn.ConvTranspose2d):
    """A transposed convolution that cuts off what TensorFlow does.

    Args:
        inputs: Channels of the input (n, inputs, h, w).
        outputs: Channels of the output.
        kernel: Rows and columns of a filter.
        stride: How far it moves.
        dilation: From one of its places to the next.
        padding: ``same``: (n, outputs, h s, w s); ``valid``: nothing is cut off.
        bias: Whether there is a bias per channel.

    Example:
        >>> x = torch.zeros(2, 512, 4, 4)
        >>> TensorflowConvTranspose2d(512, 256, 4, padding="same")(x).shape
        torch.Size([2, 256, 4, 4])
        >>> TensorflowConvTranspose2d(512, 256, 4, padding="valid")(x).shape
        torch.Size([2, 256, 7, 7])
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        stride: int = 1,
        dilation: int = 1,
        padding: TensorflowPadding = "same",
        bias: bool = True,
    ) -> None:
        super().__init__(inputs, outputs, kernel, stride, dilation=dilation, bias=bias)
        self.tensorflow_padding = padding

    def forward(self, input: Maps, output_size: list[int] | None = None) -> Results:  # noqa: A002
        """Convolve the maps transposed."""
        assert output_size is None, "the padding says the size"
        rows, columns = _windows(self, input)
        return windowed_conv_transpose2d(input, self.weight, self.bias, rows=rows, columns=columns)


def _windows(layer: TensorflowConv2d | TensorflowConvTranspose2d, maps: Tensor) -> list[Window]:
    """How its filters move downwards and to the right."""
    return [
        tensorflow_window(
            layer.tensorflow_padding,
            size,
            kernel=layer.kernel_size[axis],
            stride=layer.stride[axis],
            dilation=layer.dilation[axis],
            transposed=layer.transposed,
        )
        for axis, size in enumerate(maps.shape[2:])
    ]


def convolution_matrix(
    weight: Float[Tensor, "k l"], size: tuple[int, int], *, rows: Window, columns: Window
) -> Float[Tensor, "outputs inputs"]:
    """The matrix C of a convolution of one map: y = C x for maps whose rows stand in one column.

    C[(p, q), (y, x)] = w[k, l]  where  y = p s + k d − b, and likewise of x

    Its transpose Cᵀ is the transposed convolution by the same filter.

    Args:
        weight: The filter w.
        size: Rows and columns of the map that it moves over.
        rows: How it moves downwards; its kernel is k.
        columns: How it moves to the right; its kernel is l.

    Example:
        >>> one = Window(kernel=2)
        >>> convolution_matrix(torch.tensor([[1.0, 2], [3, 4]]), (2, 3), rows=one, columns=one)
        tensor([[1., 2., 0., 3., 4., 0.],
                [0., 1., 2., 0., 3., 4.]])
    """
    down, right = (_reads(window, i) for window, i in zip((rows, columns), size, strict=True))
    parts = torch.einsum("kl,pky,qlx->pqyx", weight, down.to(weight), right.to(weight))
    return parts.flatten(2).flatten(0, 1)


def _reads(window: Window, inputs: int) -> Float[Tensor, "outputs k inputs"]:
    """1 where a place of the filter reads a place of the axis, at each step; else 0."""
    steps = torch.arange(window.outputs(inputs))[:, None, None] * window.stride
    places = torch.arange(window.kernel)[:, None] * window.dilation
    return (steps + places - window.before == torch.arange(inputs)).float()
