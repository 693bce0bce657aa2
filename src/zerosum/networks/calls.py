"""What calls of PyTorch's functions mean to a reader of networks.

A function goes by its name, without the underscore at its end: ``relu_`` is ``relu``.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import prod
from typing import Any, Literal, NamedTuple

from torch import Tensor, nn

from zerosum.nn.equalised import PixelNorm
from zerosum.nn.minibatch import MinibatchDiscrimination, MinibatchStd
from zerosum.nn.virtual import VirtualBatchNorm

__all__ = ["FRESH", "MODULES", "Call", "Kind", "call_of", "tensors_in"]

Kind = Literal[
    "convolution",
    "transposed convolution",
    "linear layer",
    "batch normalisation",
    "other normalisation",
    "activation",
    "pooling",
    "upsampling",
    "unknown",
]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Call(NamedTuple):
    """What a call means: the fields are those of `zerosum.networks.reading.Step`."""

    kind: Kind
    name: str
    weight: Tensor | None = None
    is_dense: bool = False


MODULES: Mapping[type[nn.Module], Call | None] = {
    MinibatchDiscrimination: None,
    MinibatchStd: None,
    VirtualBatchNorm: Call("batch normalisation", "virtual batch normalisation"),
    PixelNorm: Call("other normalisation", "pixel normalisation"),
}
"""Modules that mean one thing, though they call many functions; None: it does not matter."""

FRESH = frozenset(
    [f"{name}_like" for name in ("zeros", "ones", "empty", "full", "rand", "randn", "randint")]
    + [f"new_{name}" for name in ("zeros", "ones", "empty", "full", "tensor")]
)
"""Functions that take nothing but shape and type from a tensor."""

_CONVOLUTIONS: Mapping[str, Kind] = {
    **{f"conv{sides}d": "convolution" for sides in (1, 2, 3)},
    **{f"conv_transpose{sides}d": "transposed convolution" for sides in (1, 2, 3)},
}

_PRODUCTS = _names("matmul mm bmm addmm baddbmm einsum tensordot __matmul__ __rmatmul__")
"""Linear layers, if one of the factors is a parameter."""

_NORMS: Mapping[str, Call] = {
    "batch_norm": Call("batch normalisation", "batch normalisation"),
    "instance_norm": Call("other normalisation", "instance normalisation"),
    "layer_norm": Call("other normalisation", "layer normalisation"),
    "rms_norm": Call("other normalisation", "normalisation by the root mean square"),
    "local_response_norm": Call("other normalisation", "local response normalisation"),
}

_ACTIVATIONS: Mapping[str, str] = {
    **{name: name for name in ("tanh", "sigmoid", "softmax", "softmin", "softplus", "softsign")},
    **{name: name.upper() for name in ("celu", "elu", "gelu", "glu", "selu")},
    "expit": "sigmoid",
    "hardshrink": "hard shrinkage",
    "hardsigmoid": "hard sigmoid",
    "hardswish": "hard swish",
    "hardtanh": "hard tanh",
    "log_softmax": "log softmax",
    "logsigmoid": "log sigmoid",
    "mish": "Mish",
    "prelu": "PReLU",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "rrelu": "RReLU",
    "silu": "SiLU",
    "softshrink": "soft shrinkage",
    "tanhshrink": "tanh shrinkage",
    "threshold": "threshold",
}

_STATISTICS = _names("mean sum var std var_mean std_mean amax max")
"""Over the places they are pooling, over the batch perhaps a normalisation, else harmless."""

_HARMLESS = _PRODUCTS | _names("""
    add sub rsub mul div true_divide neg lerp addcmul addcdiv square sqrt rsqrt reciprocal pow
    __add__ __radd__ __iadd__ __sub__ __rsub__ __isub__ __mul__ __rmul__ __imul__ __truediv__
    __rtruediv__ __itruediv__ __rdiv__ __neg__ __pow__ norm vector_norm normalize _weight_norm
    view view_as reshape reshape_as flatten unflatten squeeze unsqueeze expand expand_as permute
    transpose t movedim moveaxis swapaxes narrow select index_select gather __getitem__
    __setitem__ __get__ cat concat concatenate stack hstack vstack dstack chunk split unbind
    tensor_split repeat tile flip roll contiguous clone copy to type type_as float double half
    bfloat16 detach requires_grad pad pixel_shuffle pixel_unshuffle channel_shuffle unfold fold
    dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout embedding one_hot
    """)
"""Functions of no importance to what is asked about a network."""


def call_of(
    name: str,
    args: Sequence[Any],
    named: Mapping[str, Any],
    result: Tensor,
    *,
    learnt: Collection[int],
) -> Call | None:
    """What a call means that has numbers of the data in it; None: it does not matter.

    Args:
        name: The function.
        args: What it was given.
        named: What it was given by name.
        result: The first tensor that it returned.
        learnt: Identities of the tensors that come from parameters.

    Example:
        >>> import torch
        >>> maps = torch.zeros(2, 3, 8, 8)
        >>> call_of("leaky_relu", [maps, 0.2], {}, maps, learnt=[]).name
        'leaky ReLU of slope 0.2'
        >>> call_of("max_pool2d", [maps, 2], {}, maps[..., ::2, ::2], learnt=[]).kind
        'pooling'
        >>> call_of("cumsum", [maps, 1], {}, maps, learnt=[]).kind
        'unknown'
    """
    bare = name if name.startswith("__") else name.rstrip("_")
    maps = next(tensors_in([*args, *named.values()]))
    if bare in _CONVOLUTIONS:
        return _convolution(bare, maps, _argument(args, named, 1, "weight"), result, learnt)
    if bare == "linear":
        weight = _argument(args, named, 1, "weight")
        return Call("linear layer", "linear layer", _parameter(weight), maps.ndim == 2)
    if bare in _PRODUCTS:
        return _product(maps, [*args, *named.values()])
    if bare == "leaky_relu":
        slope = _argument(args, named, 1, "negative_slope", 0.01)
        return Call("activation", f"leaky ReLU of slope {slope:g}" if slope else "ReLU")
    if bare in _ACTIVATIONS:
        return Call("activation", _ACTIVATIONS[bare])
    if bare == "group_norm":
        return _group_norm(_argument(args, named, 1, "num_groups"), maps.shape[1])
    if bare in _NORMS:
        return _NORMS[bare]
    if bare in _STATISTICS:
        return _statistic(bare, maps, result, _argument(args, named, 1, "dim"))
    return _resampling(bare, maps, result)


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors in arguments or results, however deep in sequences and mappings.

    Example:
        >>> import torch
        >>> list(tensors_in([1, {"a": (torch.tensor(2),)}, "b"]))
        [tensor(2)]
    """
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        yield from tensors_in(list(value.values()))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from tensors_in(each)


def _argument(
    args: Sequence[Any], named: Mapping[str, Any], place: int, name: str, default: Any = None
) -> Any:
    return args[place] if len(args) > place else named.get(name, default)


def _parameter(weight: Any) -> Tensor | None:
    return weight if isinstance(weight, nn.Parameter) else None


def _convolution(
    name: str, maps: Tensor, weight: Tensor, result: Tensor, learnt: Collection[int]
) -> Call | None:
    """A convolution; with a fixed filter it is pooling or upsampling, or does not matter."""
    kind = _CONVOLUTIONS[name]
    if id(weight) in learnt:
        is_dense = prod(maps.shape[2:]) == 1 or prod(result.shape[2:]) == 1
        return Call(kind, kind, _parameter(weight), is_dense)
    if kind == "transposed convolution":
        return Call("upsampling", "transposed convolution with a fixed filter")
    if 2 * result[0, 0].numel() <= maps[0, 0].numel():
        return Call("pooling", "strided convolution with a fixed filter")
    return None


def _group_norm(groups: int, channels: int) -> Call:
    kinds = {1: "layer", channels: "instance"}
    return Call("other normalisation", f"{kinds.get(groups, 'group')} normalisation")


def _product(maps: Tensor, factors: Sequence[Any]) -> Call | None:
    for factor in tensors_in(factors):
        weight = _parameter(factor if factor._base is None else factor._base)
        if weight is not None and weight.ndim > 1:
            return Call("linear layer", "linear layer", weight, maps.ndim == 2)
    return None


def _statistic(name: str, maps: Tensor, result: Tensor, dimensions: Any) -> Call | None:
    if maps.ndim > 3 and result.shape == maps.shape[:2]:
        return Call("pooling", f"{name} over all places")
    over = [dimensions] if isinstance(dimensions, int) else dimensions
    if not isinstance(over, list | tuple) or any(each in (0, -maps.ndim) for each in over):
        return Call("unknown", f"{name} over the batch")
    return Call("activation", "maxout") if name in ("max", "amax") else None


def _resampling(name: str, maps: Tensor, result: Tensor) -> Call | None:
    if name in ("interpolate", "upsample", "repeat_interleave") or "unpool" in name:
        if result.numel() == maps.numel():
            return None
        kind: Kind = "upsampling" if result.numel() > maps.numel() else "pooling"
        return Call(kind, name if name == "repeat_interleave" else "interpolation")
    if "pool" in name:
        words = {"adaptive": "adaptive", "avg": "mean", "max": "maximum", "lp": "power"}
        return Call("pooling", " ".join([*(w for k, w in words.items() if k in name), "pooling"]))
    return None if name in _HARMLESS else Call("unknown", name)
