"""Convolutions whose gradients are as cheap to differentiate as they are themselves.

A gradient penalty takes the gradient of a gradient. A convolution w ∗ x has a scalar ⟨g, w ∗ x⟩
for every g of the result's shape. It is linear in each of the three, so its gradients

    by g:  w ∗ x, the convolution itself,
    by x:  the transposed convolution of g,
    by w:  the correlation of x and g,

are each linear in the two others, and the gradient of any of them by one of these is again one of
the three, however often one differentiates. PyTorch's first derivatives are these; its second one
by w is a convolution whose filters are as large as the maps, and with groups one for each of
them. On the CPU that takes two to five times as long. On a GPU it is as many launches as there
are groups, and a blur has one for each channel.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import FunctionCtx
from torch.nn import functional
from torch.overrides import TorchFunctionMode

__all__ = ["Convolution", "TwiceDifferentiable"]

Maps = Float[Tensor, "n inputs h w"]
Filters = Float[Tensor, "outputs _ k l"]
Results = Float[Tensor, "n outputs p q"]
Bias = Float[Tensor, " outputs"]

_Pair = int | Sequence[int]

_Argument = tuple[Tensor, Callable[..., Tensor], tuple[Tensor, ...]]
"""An argument of a linear map, a function for the gradient by it, and its other arguments."""


@dataclass(frozen=True, kw_only=True)
class Convolution:
    """⟨g, w ∗ x⟩ for maps and filters of one shape, by its three gradients.

    Attributes:
        maps: Shape of x.
        filters: Shape of w.
        stride: Steps of the filters downwards and to the right.
        padding: Rows and columns of zeros on either side.
        groups: Number of independent groups of channels.

    Example:
        >>> x, w = torch.ones(1, 2, 4, 6), torch.ones(3, 2, 2, 2)
        >>> downsampling = Convolution(maps=x.shape, filters=w.shape, stride=(2, 2))
        >>> y = downsampling.convolve(x, w)
        >>> y.shape, downsampling.transpose(y, w).shape, downsampling.correlate(y, x).shape
        (torch.Size([1, 3, 2, 3]), torch.Size([1, 2, 4, 6]), torch.Size([3, 2, 2, 2]))
    """

    maps: torch.Size
    filters: torch.Size
    stride: Sequence[int] = (1, 1)
    padding: Sequence[int] = (0, 0)
    groups: int = 1

    def convolve(self, x: Maps, w: Filters, bias: Bias | None = None) -> Results:
        """Compute the gradient by g, w ∗ x; a bias is added to each channel."""
        with torch.no_grad(), torch.autocast(x.device.type, enabled=False):
            value = functional.conv2d(x, w, bias, self.stride, self.padding, 1, self.groups)
        arguments: list[_Argument] = [(x, self.transpose, (w,)), (w, self.correlate, (x,))]
        if bias is not None:
            arguments.append((bias, lambda g: g.sum(dim=(0, 2, 3)), ()))
        return _linear(value, arguments)

    def transpose(self, g: Results, w: Filters) -> Maps:
        """Compute the gradient by x, the transposed convolution of g."""
        with torch.no_grad():
            value = self._transpose(g, w)
        return _linear(
            value, [(g, self.convolve, (w,)), (w, lambda x, g: self.correlate(g, x), (g,))]
        )

    def correlate(self, g: Results, x: Maps) -> Filters:
        """Compute the gradient by w."""
        with torch.no_grad():
            value = self.gradient(g, x, g.new_empty(self.filters), of_filters=True)
        return _linear(
            value,
            [
                (g, lambda w, x: self.convolve(x, w), (x,)),
                (x, lambda w, g: self.transpose(g, w), (g,)),
            ],
        )

    def _transpose(self, g: Tensor, w: Tensor) -> Tensor:
        last = g.is_contiguous(memory_format=torch.channels_last)
        layout = torch.channels_last if last else torch.contiguous_format
        x = torch.empty(self.maps, dtype=g.dtype, device=g.device, memory_format=layout)
        return self.gradient(g, x, w, of_filters=False)

    def gradient(self, g: Tensor, x: Tensor, w: Tensor, *, of_filters: bool) -> Tensor:
        """Call PyTorch's gradient by w, or by x; of that argument only shape and layout count."""
        gradients: tuple[Tensor, ...] = torch.ops.aten.convolution_backward(
            g, x, w, None, self.stride, self.padding, (1, 1), False, (0, 0), self.groups,
            (not of_filters, of_filters, False),
        )  # fmt: skip
        return gradients[int(of_filters)]


class TwiceDifferentiable(TorchFunctionMode):
    """Replace two-dimensional convolutions within the context by `Convolution`.

    For passes whose gradients will be differentiated, and no others: values and gradients are the
    same up to rounding, but each convolution costs a few more calls in Python. Convolutions with
    dilation, or with padding given as a word, stay PyTorch's own.

    Example:
        >>> layer, x = torch.nn.Conv2d(1, 1, 3), torch.ones(1, 1, 8, 8, requires_grad=True)
        >>> with TwiceDifferentiable():
        ...     (gradient,) = torch.autograd.grad(layer(x).sum(), x, create_graph=True)
        >>> gradient.square().sum().backward()
        >>> layer.weight.grad.shape
        torch.Size([1, 1, 3, 3])
    """

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Replace calls of convolutions; pass on all others."""
        replacement = _REPLACEMENTS.get(func) if torch.is_grad_enabled() else None
        return (replacement or func)(*args, **(kwargs or {}))


def _convolve(
    input: Tensor,  # noqa: A002 - PyTorch's own word
    weight: Tensor,
    bias: Tensor | None = None,
    stride: _Pair = 1,
    padding: _Pair | str = 0,
    dilation: _Pair = 1,
    groups: int = 1,
) -> Tensor:
    """Replace ``functional.conv2d``."""
    if isinstance(padding, str) or _pair(dilation) != (1, 1) or input.ndim != 4:
        return functional.conv2d(input, weight, bias, stride, padding, dilation, groups)
    x, w, *added = _cast(input, weight, bias)
    return Convolution(
        maps=x.shape, filters=w.shape, stride=_pair(stride), padding=_pair(padding), groups=groups
    ).convolve(x, w, *added)


def _transpose(
    input: Tensor,  # noqa: A002 - PyTorch's own word
    weight: Tensor,
    bias: Tensor | None = None,
    stride: _Pair = 1,
    padding: _Pair = 0,
    output_padding: _Pair = 0,
    groups: int = 1,
    dilation: _Pair = 1,
) -> Tensor:
    """Replace ``functional.conv_transpose2d``."""
    if _pair(dilation) != (1, 1) or input.ndim != 4:
        return functional.conv_transpose2d(
            input, weight, bias, stride, padding, output_padding, groups, dilation
        )
    g, w, *added = _cast(input, weight, bias)
    steps, zeros = _pair(stride), _pair(padding)
    sides = [
        (side - 1) * step - 2 * zero + kernel + more
        for side, step, zero, kernel, more in zip(
            g.shape[2:], steps, zeros, w.shape[2:], _pair(output_padding), strict=True
        )
    ]
    maps = torch.Size([len(g), w.shape[1] * groups, *sides])
    transpose = Convolution(
        maps=maps, filters=w.shape, stride=steps, padding=zeros, groups=groups
    ).transpose(g, w)
    return transpose + added[0].view(-1, 1, 1) if added else transpose


_REPLACEMENTS: dict[Callable[..., Tensor], Callable[..., Tensor]] = {
    functional.conv2d: _convolve,
    functional.conv_transpose2d: _transpose,
}


def _pair(value: _Pair) -> tuple[int, int]:
    down, right = (value, value) if isinstance(value, int) else value
    return down, right


def _cast(*tensors: Tensor | None) -> list[Tensor]:
    """Cast tensors, without None, to the precision that autocast would use for a convolution."""
    present = [tensor for tensor in tensors if tensor is not None]
    kind = present[0].device.type
    if not torch.is_autocast_enabled(kind) or present[0].dtype == torch.float64:
        return present
    return [tensor.to(torch.get_autocast_dtype(kind)) for tensor in present]


def _linear(value: Tensor, arguments: Sequence[_Argument]) -> Tensor:
    """Attach gradients to a value that was computed without a graph, by a map linear in each."""
    if not torch.is_grad_enabled():
        return value
    zeros = [
        _Zero.apply(argument, value, gradient, others)
        for argument, gradient, others in arguments
        if argument.requires_grad
    ]
    result: Tensor = _Sum.apply(value, *zeros) if zeros else value
    return result


class _Sum(torch.autograd.Function):
    """Return the value itself: the zeros are there for their gradients."""

    @staticmethod
    def forward(ctx: FunctionCtx, value: Tensor, *zeros: Tensor) -> Tensor:
        ctx.mark_dirty(value)  # The input itself, not a view, which must not be changed.
        return value

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        zeros = len(ctx.needs_input_grad) - 1  # type: ignore[attr-defined]
        return None, *[gradient] * zeros


class _Zero(torch.autograd.Function):
    """A zero for each argument, with the gradient by it.

    A function of several arguments computes the gradients by all of them if any is needed. One of
    a single argument is not called at all if its gradient is not needed. So the others, though the
    gradient is differentiated by them, too, are not passed as arguments.
    """

    @staticmethod
    def forward(
        ctx: FunctionCtx,
        argument: Tensor,
        value: Tensor,
        gradient: Callable[..., Tensor],
        others: tuple[Tensor, ...],
    ) -> Tensor:
        ctx.save_for_backward(*others)
        ctx.gradient = gradient  # type: ignore[attr-defined]
        return value.new_zeros(()).expand_as(value)

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        others = ctx.saved_tensors  # type: ignore[attr-defined]
        return ctx.gradient(gradient, *others), None, None, None  # type: ignore[attr-defined]
