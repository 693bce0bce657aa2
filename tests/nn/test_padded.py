"""Convolutions with any padding, beside loops, gradients and matrices."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor

from zerosum.nn import (
    TensorflowConv2d,
    TensorflowConvTranspose2d,
    Window,
    convolution_matrix,
    windowed_conv2d,
    windowed_conv_transpose2d,
)

RECORDED = Path(__file__).with_name("tensorflow_2_21.json")

windows = st.builds(
    Window,
    kernel=st.integers(1, 4),
    stride=st.integers(1, 3),
    before=st.integers(0, 2),
    after=st.integers(-1, 2),
    dilation=st.integers(1, 2),
)
sides = st.integers(2, 6)


def drawn(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def tensorflow_pads(inputs: int, kernel: int, stride: int) -> tuple[int, int]:
    """As TensorFlow documents ``same``."""
    rest = inputs % stride
    total = max(kernel - stride, 0) if rest == 0 else max(kernel - rest, 0)
    return total // 2, total - total // 2


@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("size", [(5, 6), (4, 7)])
def test_same_is_the_loop_that_tensorflow_documents(
    kernel: int, stride: int, size: tuple[int, int]
) -> None:
    layer = TensorflowConv2d(2, 3, kernel, stride=stride).double()
    x = drawn(1, 2, *size)
    (top, bottom), (left, right) = (tensorflow_pads(each, kernel, stride) for each in size)
    padded = np.pad(x.numpy(), ((0, 0), (0, 0), (top, bottom), (left, right)))
    found = layer(x).detach().numpy()
    assert found.shape[2:] == tuple(-(-each // stride) for each in size)
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()  # type: ignore[union-attr]
    for p, q in np.ndindex(found.shape[2:]):
        seen = padded[0, :, p * stride : p * stride + kernel, q * stride : q * stride + kernel]
        expected = (weight * seen).sum(axis=(1, 2, 3)) + bias
        np.testing.assert_allclose(found[0, :, p, q], expected)


@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_same_transposed_is_the_gradient_of_same(kernel: int, stride: int) -> None:
    """As TensorFlow defines it: https://www.tensorflow.org/api_docs/python/tf/nn/conv2d_transpose."""
    layer = TensorflowConvTranspose2d(3, 2, kernel, stride=stride, bias=False).double()
    forward = TensorflowConv2d(2, 3, kernel, stride=stride, bias=False).double()
    forward.load_state_dict(layer.state_dict())
    y = drawn(1, 3, 4, 5)
    x = drawn(1, 2, 4 * stride, 5 * stride).requires_grad_()
    (gradient,) = torch.autograd.grad(forward(x), x, y)
    torch.testing.assert_close(layer(y), gradient)


@pytest.mark.parametrize("kernel", [1, 2, 4])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_valid_transposed_is_pytorch_s_with_zeros_behind(kernel: int, stride: int) -> None:
    layer = TensorflowConvTranspose2d(3, 2, kernel, stride=stride, padding="valid").double()
    added = max(stride - kernel, 0)
    plain = torch.nn.ConvTranspose2d(3, 2, kernel, stride, output_padding=added).double()
    plain.load_state_dict(layer.state_dict())
    y = drawn(2, 3, 4, 5)
    torch.testing.assert_close(layer(y), plain(y))


@given(rows=windows, columns=windows, height=sides, width=sides)
def test_the_matrix_is_the_convolution_and_its_transpose_the_transposed_one(
    rows: Window, columns: Window, height: int, width: int
) -> None:
    assume(height + rows.pads >= rows.reach and width + columns.pads >= columns.reach)
    weight = drawn(rows.kernel, columns.kernel)
    matrix = convolution_matrix(weight, (height, width), rows=rows, columns=columns)
    x, shape = drawn(1, 1, height, width), (rows.outputs(height), columns.outputs(width))
    assert matrix.shape == (shape[0] * shape[1], height * width)
    forward = windowed_conv2d(x, weight[None, None], rows=rows, columns=columns)
    torch.testing.assert_close(forward.flatten(), matrix @ x.flatten())
    y = drawn(1, 1, *shape)
    rows, columns = rows.restoring(height), columns.restoring(width)
    back = windowed_conv_transpose2d(y, weight[None, None], rows=rows, columns=columns)
    torch.testing.assert_close(back.flatten(), matrix.T @ y.flatten())


def test_a_bias_is_everywhere_even_where_nothing_was_written() -> None:
    layer = TensorflowConvTranspose2d(1, 1, 1, stride=3)
    with torch.no_grad():
        layer.bias.fill_(2.0)  # type: ignore[union-attr]
    assert torch.equal(layer(torch.zeros(1, 1, 2, 2)), torch.full((1, 1, 6, 6), 2.0))


def test_padding_may_be_more_than_what_is_written() -> None:
    window = Window(kernel=1, stride=4, before=2, after=-2)
    maps, weight = torch.ones(1, 1, 1, 1), torch.ones(1, 1, 1, 1)
    found = windowed_conv_transpose2d(maps, weight, rows=window, columns=window)
    assert torch.equal(found, torch.zeros(1, 1, 1, 1))


def test_shapes_and_values_are_those_of_tensorflow() -> None:
    """What layers of Keras in TensorFlow 2.21 gave, once, of whole numbers.

    Each entry: kernel, stride, dilation, padding, whether transposed, rows, columns, the rows and
    columns that came out, and the sum of all values, the n-th taken n mod 11 times.
    """
    recorded = json.loads(RECORDED.read_text())
    assert len(recorded) == 152
    for kernel, stride, dilation, padding, transposed, height, width, size, total in recorded:
        made = TensorflowConvTranspose2d if transposed else TensorflowConv2d
        layer = made(
            2, 3, kernel, stride=stride, dilation=dilation, padding=padding, bias=False
        ).double()
        weight = torch.arange(layer.weight.numel()) % 5 - 2
        layer.weight = torch.nn.Parameter(weight.view_as(layer.weight).double())
        maps = (torch.arange(2 * height * width) % 7 - 3).view(1, 2, height, width).double()
        found = layer(maps).detach()
        assert list(found.shape[2:]) == size
        assert float((found.flatten() * (torch.arange(found.numel()) % 11)).sum()) == total
