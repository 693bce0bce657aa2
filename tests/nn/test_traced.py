"""Shapes without numbers, beside the shapes of layers that are run."""

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from zerosum.errors import ConfigError
from zerosum.nn import TensorflowConv2d, TensorflowConvTranspose2d, TracedShape
from zerosum.nn.arithmetic import TensorflowPadding

paddings: st.SearchStrategy[TensorflowPadding] = st.sampled_from(("same", "valid"))


@given(
    padding=paddings,
    kernel=st.integers(1, 5),
    stride=st.integers(1, 3),
    rows=st.integers(1, 7),
    columns=st.integers(1, 7),
)
def test_shapes_are_those_of_the_layers(
    padding: TensorflowPadding, kernel: int, stride: int, rows: int, columns: int
) -> None:
    images, traced = torch.zeros(2, 3, rows, columns), TracedShape((rows, columns, 3))
    larger = TensorflowConvTranspose2d(3, 4, kernel, stride=stride, padding=padding)(images)
    found = traced.conv2d_transpose(4, kernel, strides=stride, padding=padding)
    assert found.sides == (*larger.shape[2:], 4)
    assume(padding == "same" or min(rows, columns) >= kernel)
    smaller = TensorflowConv2d(3, 4, kernel, stride=stride, padding=padding)(images)
    found = traced.conv2d(4, kernel, strides=stride, padding=padding)
    assert found.sides == (*smaller.shape[2:], 4)


def test_the_generator_of_28_pixels() -> None:
    x = TracedShape((100,)).dense(4 * 4 * 512).reshape(4, 4, 512)
    for filters, stride, padding in ((256, 1, "valid"), (128, 2, "same"), (3, 2, "same")):
        x = x.conv2d_transpose(filters, 4, strides=stride, padding=padding)  # type: ignore[arg-type]
    assert str(x) == "(?, 28, 28, 3)"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            lambda: TracedShape((100,)).reshape(4, 4, 8),
            r"\(\?, 100\) cannot become \(\?, 4, 4, 8\)",
        ),
        (lambda: TracedShape((100,)).conv2d(8, 3), r"takes \(\?, rows, columns, channels\), not"),
        (lambda: TracedShape((2, 2, 3)).conv2d(8, 3), "does not fit into 2"),
    ],
)
def test_what_cannot_be_is_explained(wrong, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError, match=message):
        wrong()
