"""A network of two layers with the derivatives of its loss written out, and numerical ones.

With an input x (d), weights V (h, d) and W (k, h), and the right class y:

    a = V x,   b = f(a),   c = W b,   p = softmax(c),   l = −log p_y

and from the end to the front, by the chain rule,

    ∂l/∂c = p − e_y,          ∂l/∂W = ∂l/∂c bᵀ,
    ∂l/∂b = Wᵀ ∂l/∂c,         ∂l/∂a = ∂l/∂b ⊙ f′(a),
    ∂l/∂V = ∂l/∂a xᵀ,         ∂l/∂x = Vᵀ ∂l/∂a.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.networks.activations import Activation

__all__ = ["Gradients", "Stages", "central_differences", "gradients_of", "stages_of"]

_Input = Float[Tensor, " d"]
_First = Float[Tensor, "h d"]
_Second = Float[Tensor, "k h"]


@dataclass(frozen=True, kw_only=True)
class Stages:
    """What the network computes, from the front to the end.

    Attributes:
        a: V x, shape (h,).
        b: f(a), shape (h,).
        c: W b, shape (k,).
        p: softmax(c), shape (k,).
        loss: −log p_y, shape ().
    """

    a: Tensor
    b: Tensor
    c: Tensor
    p: Tensor
    loss: Tensor


@dataclass(frozen=True, kw_only=True)
class Gradients:
    """The derivatives of the loss; each has the shape of what it is by."""

    c: Tensor
    w: Tensor
    b: Tensor
    a: Tensor
    v: Tensor
    x: Tensor


def stages_of(x: _Input, v: _First, w: _Second, label: int, activation: Activation) -> Stages:
    """Compute the network and its loss.

    Args:
        x: The input.
        v: V.
        w: W.
        label: y, from 0.
        activation: f.

    Example:
        >>> from zerosum.networks.activations import activations
        >>> zero = torch.zeros(2, 2)
        >>> stages_of(torch.ones(2), zero, zero, 0, activations()["ReLU"]).p
        tensor([0.5000, 0.5000])
    """
    a = v @ x
    b = activation.function(a)
    c = w @ b
    return Stages(a=a, b=b, c=c, p=c.softmax(0), loss=c.logsumexp(0) - c[label])


def gradients_of(
    x: _Input, v: _First, w: _Second, label: int, activation: Activation
) -> Gradients:
    """Compute all derivatives by the chain rule.

    Args:
        x: The input.
        v: V.
        w: W.
        label: y, from 0.
        activation: f.

    Example:
        >>> from zerosum.networks.activations import activations
        >>> one = torch.eye(2)
        >>> gradients_of(torch.tensor([1.0, 0.0]), one, one, 0, activations()["tanh"]).c.sum()
        tensor(0.)
    """
    now = stages_of(x, v, w, label, activation)
    by_c = now.p.clone()
    by_c[label] -= 1
    by_b = w.T @ by_c
    by_a = by_b * activation.derivative(now.a)
    return Gradients(c=by_c, w=by_c.outer(now.b), b=by_b, a=by_a, v=by_a.outer(x), x=v.T @ by_a)


def central_differences(
    function: Callable[[Tensor], Tensor], point: Float[Tensor, "*shape"], step: float = 1e-5
) -> Float[Tensor, "*shape"]:
    """The derivatives of a function by each number of its argument, numerically.

    (f(t + h e_i) − f(t − h e_i)) / 2h for each i: wrong by about h² f‴/6, and by the rounding of
    f over h, which together are least near h = ∛ε, 6e-6 in 64 bits.

    Args:
        function: f, whose value has shape ().
        point: t.
        step: h.

    Example:
        >>> point = torch.tensor([1.0, 2.0], dtype=torch.float64)
        >>> central_differences(lambda t: (t**2).sum(), point).round(decimals=6)
        tensor([2., 4.], dtype=torch.float64)
    """
    result = torch.zeros_like(point)
    for number in range(point.numel()):
        move = torch.zeros_like(point).flatten()
        move[number] = step
        move = move.view_as(point)
        slope = (function(point + move) - function(point - move)) / (2 * step)
        result.view(-1)[number] = slope
    return result
