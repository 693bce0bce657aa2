"""Sizes, paddings and overlaps of convolutions, beside what PyTorch's layers do."""

from collections.abc import Callable
from math import ceil
from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from zerosum.errors import ConfigError
from zerosum.nn import (
    Window,
    overlaps,
    symmetric_window,
    tensorflow_window,
    torch_padding,
    windows_between,
)
from zerosum.nn.arithmetic import TensorflowPadding

windows = st.builds(
    symmetric_window,
    st.integers(1, 6),
    stride=st.integers(1, 4),
    padding=st.integers(0, 4),
    dilation=st.integers(1, 3),
)
paddings: st.SearchStrategy[TensorflowPadding] = st.sampled_from(("same", "valid"))
sizes = st.integers(1, 16)


def convolved(inputs: int, window: Window, transposed: bool = False, **changed: int) -> int | None:
    """The size that PyTorch's layer gives; None: it refuses."""
    steps = {"stride": window.stride, "padding": window.before, "dilation": window.dilation}
    layer: Any = functional.conv_transpose1d if transposed else functional.conv1d
    try:
        found = layer(
            torch.ones(1, 1, inputs), torch.ones(1, 1, window.kernel), **steps, **changed
        )
    except RuntimeError:
        return None
    return int(found.shape[-1])


@given(window=windows, inputs=sizes)
def test_sizes_are_those_of_the_layers(window: Window, inputs: int) -> None:
    for size, transposed in ((window.outputs, False), (window.transposed_outputs, True)):
        try:
            found: int | None = size(inputs)
        except ConfigError:
            found = None
        assert found == convolved(inputs, window, transposed)


@pytest.mark.parametrize(
    ("inputs", "outputs", "padding", "kernel", "stride", "dilation"),
    [
        (4, 2, 0, 3, 1, 1),
        (5, 6, 2, 4, 1, 1),
        (5, 5, 1, 3, 1, 1),
        (5, 7, 2, 3, 1, 1),
        (5, 2, 0, 3, 2, 1),
        (5, 3, 1, 3, 2, 1),
        (6, 3, 1, 3, 2, 1),
        (7, 3, 0, 3, 1, 2),
        (224, 54, 0, 11, 4, 1),
        (227, 55, 0, 11, 4, 1),
        (224, 55, 2, 11, 4, 1),
        (224, 55, 3, 11, 4, 1),
    ],
)
def test_published_sizes(
    inputs: int, outputs: int, padding: int, kernel: int, stride: int, dilation: int
) -> None:
    """The figures of Dumoulin & Visin 2016, and the first layer of AlexNet."""
    window = symmetric_window(kernel, stride=stride, padding=padding, dilation=dilation)
    assert window.outputs(inputs) == outputs
    assert window.restoring(inputs).transposed_outputs(outputs) == inputs


@given(window=windows, inputs=sizes)
def test_a_window_can_be_asked_backwards(window: Window, inputs: int) -> None:
    assume(inputs + window.pads >= window.reach)
    outputs = window.outputs(inputs)
    alike = [i for i in range(1, 40) if i + window.pads >= window.reach]
    assert [i for i in alike if window.outputs(i) == outputs] == [
        i for i in window.inputs(outputs) if i in alike
    ]
    restoring = window.restoring(inputs)
    assert restoring.transposed_outputs(outputs) == inputs
    assert restoring.transposed_inputs(inputs) == outputs
    assert window.rest(inputs) == inputs - window.inputs(outputs)[0]


@given(window=windows, outputs=sizes)
def test_some_sizes_no_transposed_convolution_reaches(window: Window, outputs: int) -> None:
    reached = [i for i in range(1, 60) if convolved(i, window, transposed=True) == outputs]
    found = window.transposed_inputs(outputs)
    assert ([] if found is None else [found]) == reached


@given(padding=paddings, inputs=sizes, kernel=st.integers(1, 7), stride=st.integers(1, 4))
def test_tensorflow_s_paddings_give_the_sizes_that_it_documents(
    padding: TensorflowPadding, inputs: int, kernel: int, stride: int
) -> None:
    """https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2, and Keras's formula."""
    window = tensorflow_window(padding, inputs, kernel=kernel, stride=stride)
    if padding == "same":
        rest = inputs % stride or stride
        assert window.pads == max(kernel - rest, 0)
        assert window.after - window.before in (0, 1)
        assert window.outputs(inputs) == ceil(inputs / stride)
    else:
        assume(inputs >= kernel)
        assert window.outputs(inputs) == ceil((inputs - kernel + 1) / stride)
    back = tensorflow_window(padding, inputs, kernel=kernel, stride=stride, transposed=True)
    spare = max(kernel - stride, 0) if padding == "valid" else 0
    assert back.transposed_outputs(inputs) == inputs * stride + spare


def moved(window: Window, transposed: bool, inputs: int, **arguments: Any) -> Tensor | None:
    """What a layer of PyTorch makes of distinct numbers; without arguments: what is meant."""
    x = torch.arange(1.0, inputs + 1).double().view(1, 1, -1)
    weight = 100.0 ** torch.arange(window.kernel).double().view(1, 1, -1)
    layer: Any = functional.conv_transpose1d if transposed else functional.conv1d
    steps = {"stride": window.stride, "dilation": window.dilation}
    sides = (window.before, window.after)
    if not arguments and transposed:
        return functional.pad(layer(x, weight, **steps), tuple(-side for side in sides))
    if not arguments:
        x = functional.pad(x, sides)
    try:
        found: Tensor = layer(x, weight, **steps, **arguments)
    except RuntimeError:
        return None
    return found


uneven = st.builds(
    Window,
    kernel=st.integers(1, 5),
    stride=st.integers(1, 3),
    before=st.integers(0, 3),
    after=st.integers(-2, 4),
)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@given(window=uneven, inputs=st.integers(1, 7), transposed=st.booleans())
def test_what_pytorch_can_express(window: Window, inputs: int, transposed: bool) -> None:
    written = (inputs - 1) * window.stride + window.reach
    assume(written > window.pads and inputs > -window.after)
    assume(transposed or inputs + window.pads >= window.reach)
    meant, found = (
        moved(window, transposed, inputs),
        torch_padding(window, inputs, transposed=transposed),
    )
    # Nothing but zeros is what other windows give, too.
    assume(meant is not None and bool(meant.any()))
    assert meant is not None
    if found is not None:
        layer = moved(window, transposed, inputs, **found)
        assert layer is not None
        assert torch.equal(layer, meant)
        return
    known: list[dict[str, Any]] = [{"padding": p} for p in range(8)]
    if transposed:
        known = [{"padding": p, "output_padding": q} for p in range(8) for q in range(3)]
    elif window.stride == 1:
        known.append({"padding": "same"})
    for each in known:
        layer = moved(window, transposed, inputs, **each)
        assert layer is None or not torch.equal(layer, meant)


@pytest.mark.parametrize(
    ("kernel", "stride", "found"),
    [
        (5, 2, None),  # Padding 2 and output padding 1 give the size, a place further.
        (4, 2, {"padding": 1, "output_padding": 0}),
        (4, 1, None),
        (3, 1, {"padding": 1, "output_padding": 0}),
        (2, 3, {"padding": 0, "output_padding": 1}),
    ],
)
def test_same_of_a_transposed_convolution(
    kernel: int, stride: int, found: dict[str, int] | None
) -> None:
    window = tensorflow_window("same", 4, kernel=kernel, stride=stride, transposed=True)
    assert torch_padding(window, 4, transposed=True) == found


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize(("inputs", "outputs"), [(4, 7), (7, 4), (4, 8), (9, 4), (1, 4), (3, 3)])
def test_all_windows_between_two_sizes_are_found(
    inputs: int, outputs: int, transposed: bool
) -> None:
    kernels, strides = range(1, 6), range(1, 4)
    tried = [
        (symmetric_window(k, stride=s, padding=p, output_padding=q), q)
        for s in strides
        for k in kernels
        for p in range(k)
        for q in range(s if transposed else 1)
    ]
    more = [{"output_padding": q} if transposed else {} for _, q in tried]
    assert windows_between(
        inputs, outputs, transposed=transposed, kernels=kernels, strides=strides
    ) == [
        window
        for (window, _), each in zip(tried, more, strict=True)
        if convolved(inputs, window, transposed, **each) == outputs
    ]


@given(window=windows, inputs=sizes)
def test_overlaps_are_the_transposed_convolution_of_ones(window: Window, inputs: int) -> None:
    expected = convolved(inputs, window, transposed=True)
    assume(expected is not None)
    counted = functional.conv_transpose1d(
        torch.ones(1, 1, inputs),
        torch.ones(1, 1, window.kernel),
        stride=window.stride,
        padding=window.before,
        dilation=window.dilation,
    )
    assert overlaps(window, inputs) == counted.flatten().tolist()


@given(window=windows)
def test_a_filter_is_even_if_it_meets_all_inner_places_alike(window: Window) -> None:
    counts = overlaps(Window(**{**vars(window), "before": 0, "after": 0}), 40)
    inner = counts[window.reach : 40 * window.stride - window.stride]
    assert window.is_even == (len(set(inner)) == 1)
    begin = -(-window.reach // window.stride) * window.stride
    assert window.cell == counts[begin : begin + window.stride]
    if window.dilation == 1:
        assert window.is_even == (window.kernel % window.stride == 0)


def test_the_odd_place_of_tensorflow_is_behind() -> None:
    window = tensorflow_window("same", 4, kernel=4)
    assert (window.before, window.after) == (1, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Window(kernel=0), "kernel must be at least 1, got 0"),
        (lambda: Window(kernel=1, stride=0), "stride must be at least 1"),
        (lambda: Window(kernel=1, before=-1), "before must be at least 0"),
        (lambda: Window(kernel=5).outputs(4), "reaches over 5 places does not fit into 4"),
        (lambda: symmetric_window(3, padding=2).transposed_outputs(2), "nothing is left of the 4"),
        (lambda: symmetric_window(3, stride=2, output_padding=2), "below the larger of stride"),
        (lambda: Window(kernel=3).rest(2), "does not fit into 2"),
    ],
)
def test_what_cannot_be_is_explained(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        call()
