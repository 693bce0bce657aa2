"""PyTorch's core operations, each in those of the page: `static/operations.js` has the functions.

A function here is given what the operation takes, some of it known tensors, and writes down one or
several of the page's.
"""

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any

from torch import Tensor, fx

from zerosum.errors import ConfigError
from zerosum.player.graph import Given, Value, Writer

__all__ = ["OPERATIONS", "write"]


def write(writer: Writer, node: fx.Node, arguments: Sequence[Any], options: dict[str, Any]) -> Any:
    """Write down one operation of a traced network.

    Args:
        writer: The graph so far.
        node: The operation.
        arguments: What it takes.
        options: What else it takes, by name.

    Returns:
        What it gives: a value, or several.

    Raises:
        ConfigError: The page does not know it.
    """
    name = getattr(node.target, "__name__", str(node.target))
    known = OPERATIONS.get(name)
    if known is None:
        raise ConfigError(
            f"this generator uses the operation {name}, which the player does not compute; "
            "choose a file that ends in .onnx or .pt2, for programs that do."
        )
    shape = getattr(node.meta.get("val"), "shape", ())
    return known(writer, tuple(shape), *arguments, **options)


Shape = tuple[int, ...]


def _alone(name: str, writer: Writer, shape: Shape, value: Given) -> Value:
    """A function of each number by itself."""
    return writer.add(name, [value], shape)


def _both(
    name: str, writer: Writer, shape: Shape, some: Given, others: Given, alpha: float = 1
) -> Value:
    """A function of two numbers each, of tensors that are repeated to one shape."""
    if alpha != 1:
        product = _shape_of(others)
        others = writer.add("multiply", [others, alpha], product)
    return writer.add(name, [some, others], shape)


def _reshaped(writer: Writer, shape: Shape, value: Given, *_: Any, **__: Any) -> Value:
    return writer.add("reshape", [value], shape)


def _leaky(writer: Writer, shape: Shape, value: Given, slope: float = 0.01) -> Value:
    return writer.add("leaky_relu", [value], shape, slope=slope)


def _power(writer: Writer, shape: Shape, value: Given, exponent: float) -> Value:
    return writer.add("power", [value], shape, exponent=exponent)


def _where(writer: Writer, shape: Shape, which: Given, some: Given, others: Given) -> Value:
    return writer.add("where", [which, some, others], shape)


def _linear(
    writer: Writer, shape: Shape, bias: Given | None, value: Given, weight: Given
) -> Value:
    """Value · weight + bias; the page has the weight's rows as columns, one for each output."""
    if not isinstance(weight, Tensor):
        raise _two_computed("multiplies by matrices")
    biases = [] if bias is None else [bias]
    return writer.add("linear", [value, weight.T.contiguous(), *biases], shape)


def _two_computed(what: str) -> ConfigError:
    return ConfigError(
        f"this generator {what} that it computes, which the player does not; choose a file that "
        "ends in .onnx or .pt2, for programs that do."
    )


def _product(writer: Writer, shape: Shape, value: Given, weight: Given) -> Value:
    return _linear(writer, shape, None, value, weight)


def _convolution(
    writer: Writer,
    shape: Shape,
    maps: Given,
    weight: Given,
    bias: Given | None,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    transposed: bool,
    output_padding: Sequence[int],
    groups: int,
) -> Value:
    """The shape says how many rows and columns come out, so the padding of outputs is in it."""
    if len(shape) != 4 or set(dilation) != {1}:
        raise ConfigError(
            "this generator has a convolution that is not of images, or skips pixels, which the "
            "player does not compute; choose a file that ends in .onnx or .pt2."
        )
    biases = [] if bias is None else [bias]
    where = {"stride": list(stride), "padding": list(padding), "groups": groups}
    if not transposed:
        return writer.add("convolution", [maps, weight, *biases], shape, **where)
    if not isinstance(weight, Tensor):
        raise _two_computed("convolves with filters")
    # The page multiplies by the filters' transposes.
    rows = weight.reshape(groups, weight.shape[0] // groups, -1).transpose(1, 2)
    return writer.add(
        "transposed_convolution",
        [maps, rows, *biases],
        shape,
        **where,
        kernel=list(weight.shape[2:]),
    )


def _batch_norm(
    writer: Writer,
    shape: Shape,
    maps: Given,
    weight: Tensor | None,
    bias: Tensor | None,
    mean: Tensor,
    variance: Tensor,
    momentum: float,
    epsilon: float,
) -> tuple[Value]:
    """With what is kept of the batches of training it is one factor and one term per channel."""
    factor = (variance.double() + epsilon).rsqrt()
    factor = factor if weight is None else factor * weight.double()
    term = -mean.double() * factor
    term = term if bias is None else term + bias.double()
    dimensions = _shape_of(maps)
    per_channel = (1, -1, *[1] * (len(dimensions) - 2))
    scaled = writer.add("multiply", [maps, factor.view(per_channel).float()], dimensions)
    return (writer.add("add", [scaled, term.view(per_channel).float()], dimensions),)


def _group_norm(
    writer: Writer,
    shape: Shape,
    maps: Given,
    weight: Tensor | None,
    bias: Tensor | None,
    rows: int,
    channels: int,
    places: int,
    groups: int,
    epsilon: float,
) -> tuple[Value]:
    dimensions = _shape_of(maps)
    per_channel = (1, -1, *[1] * (len(dimensions) - 2))
    out = writer.add("normalise", [maps], dimensions, parts=rows * groups, epsilon=epsilon)
    if weight is not None:
        out = writer.add("multiply", [out, weight.view(per_channel)], dimensions)
    if bias is not None:
        out = writer.add("add", [out, bias.view(per_channel)], dimensions)
    return (out,)


def _nearest(
    writer: Writer, shape: Shape, maps: Given, size: Any = None, scale: Any = None
) -> Value:
    return writer.add("upsample_nearest", [maps], shape)


def _bilinear(
    writer: Writer, shape: Shape, maps: Given, size: Any, aligned: bool, scale: Any = None
) -> Value:
    return writer.add("upsample_bilinear", [maps], shape, aligned=bool(aligned))


def _mean(
    writer: Writer, shape: Shape, value: Given, axes: Sequence[int], keep: bool = False
) -> Value:
    count = len(_shape_of(value))
    return writer.add("mean", [value], shape, axes=[axis % count for axis in axes])


def _variance(
    writer: Writer,
    shape: Shape,
    value: Given,
    axes: Sequence[int],
    *,
    correction: float = 1,
    keepdim: bool = False,
) -> Value:
    """The mean of (x - mean)², times m / (m - correction) for m numbers."""
    whole = _shape_of(value)
    places = [axis % len(whole) for axis in axes]
    kept = tuple(1 if axis in places else length for axis, length in enumerate(whole))
    mean = writer.add("mean", [value], kept, axes=places)
    off = writer.add("subtract", [value, mean], whole)
    squared = writer.add("power", [off], whole, exponent=2)
    variance = writer.add("mean", [squared], shape, axes=places)
    count = prod(whole[axis] for axis in places)
    return writer.add("multiply", [variance, count / (count - correction)], shape)


def _variance_and_mean(
    writer: Writer, shape: Shape, value: Given, axes: Sequence[int], **options: Any
) -> tuple[Value, Value]:
    """Both in one operation, of one shape, which is that of each."""
    whole = _shape_of(value)
    places = [axis % len(whole) for axis in axes]
    kept = [1 if axis in places else length for axis, length in enumerate(whole)]
    if not options.get("keepdim"):
        kept = [length for axis, length in enumerate(whole) if axis not in places]
    variance = _variance(writer, tuple(kept), value, axes, **options)
    return variance, writer.add("mean", [value], kept, axes=places)


def _nothing(writer: Writer, shape: Shape, *_: Any, **__: Any) -> None:
    """What only checks while it is traced."""


def _expanded(writer: Writer, shape: Shape, value: Given, *_: Any, **__: Any) -> Value:
    return writer.add("expand", [value], shape)


def _slice(
    writer: Writer,
    shape: Shape,
    value: Given,
    axis: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
) -> Value:
    length = _shape_of(value)[axis]
    first, *_ = range(length)[start:end]
    return writer.add("slice", [value], shape, axis=axis % len(shape), start=first, step=step)


def _select(writer: Writer, shape: Shape, value: Given, axis: int, index: int) -> Value:
    lengths = list(_shape_of(value))
    index, lengths[axis] = index % lengths[axis], 1
    one = writer.add("slice", [value], lengths, axis=axis % len(lengths), start=index, step=1)
    return writer.add("reshape", [one], shape)


def _split(
    writer: Writer, shape: Shape, value: Given, sizes: Sequence[int], axis: int = 0
) -> list[Value]:
    parts, start = [], 0
    for size in sizes:
        lengths = list(_shape_of(value))
        lengths[axis] = size
        at = {"axis": axis % len(lengths), "start": start, "step": 1}
        parts.append(writer.add("slice", [value], lengths, **at))
        start += size
    return parts


def _joined(writer: Writer, shape: Shape, values: Sequence[Given], axis: int = 0) -> Value:
    return writer.add("join", list(values), shape, axis=axis % len(shape))


def _item(writer: Writer, shape: Shape, values: Sequence[Value], index: int) -> Value:
    return values[index]


def _shape_of(value: Given) -> Shape:
    return tuple(value.shape) if isinstance(value, Tensor | Value) else ()


OPERATIONS: dict[str, Callable[..., Any]] = {
    "getitem": _item,
    "addmm.default": _linear,
    "mm.default": _product,
    "convolution.default": _convolution,
    "_native_batch_norm_legit_no_training.default": _batch_norm,
    "native_group_norm.default": _group_norm,
    "upsample_nearest2d.vec": _nearest,
    "upsample_bilinear2d.vec": _bilinear,
    "mean.dim": _mean,
    "var.correction": _variance,
    "var_mean.correction": _variance_and_mean,
    "_assert_tensor_metadata.default": _nothing,
    "leaky_relu.default": _leaky,
    "pow.Tensor_Scalar": _power,
    "where.self": _where,
    **{f"{name}.default": partial(_alone, name) for name in ("relu", "tanh", "sigmoid")},
    **{f"{name}.default": partial(_alone, name) for name in ("exp", "log1p", "rsqrt", "sqrt")},
    **{f"{name}.default": partial(_alone, name) for name in ("neg", "abs", "log", "sin", "cos")},
    "add.Tensor": partial(_both, "add"),
    "sub.Tensor": partial(_both, "subtract"),
    "mul.Tensor": partial(_both, "multiply"),
    "div.Tensor": partial(_both, "divide"),
    "gt.Scalar": partial(_both, "greater"),
    "expand.default": _expanded,
    "slice.Tensor": _slice,
    "select.int": _select,
    "split_with_sizes.default": _split,
    "cat.default": _joined,
    **dict.fromkeys(
        (
            "view.default",
            "reshape.default",
            "_unsafe_view.default",
            "unsqueeze.default",
            "squeeze.dims",
            "clone.default",
            "_to_copy.default",
            "alias.default",
            "detach.default",
        ),
        _reshaped,
    ),
}
"""How the page computes each of PyTorch's operations, by its name."""
