"""The smallest network that is one, with its backward pass written out: P = p(c(b(a(x, V)), W)).

a = x V and c = b W are products with weights V and W, b is an activation applied to each number of
a, and p makes probabilities of c (softmax). With the true class as y, a row of zeros with one 1,
the loss is the mean cross-entropy l = −mean Σ y log p of n rows.

The chain rule, from the end to the beginning, with ⊙ for products number by number:

    ∂l/∂c = (p − y)/n     ∂l/∂W = bᵀ ∂l/∂c     ∂l/∂b = ∂l/∂c Wᵀ
    ∂l/∂a = ∂l/∂b ⊙ b′(a)     ∂l/∂V = xᵀ ∂l/∂a     ∂l/∂x = ∂l/∂a Vᵀ
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from zerosum.networks.activations import activations

__all__ = ["ACTIVATIONS", "Passes", "numerical_gradient", "two_layers"]

Rows = Float[Tensor, "n d"]
Weights = Float[Tensor, "d k"]
AnyTensor = Float[Tensor, "..."]


ACTIVATIONS = activations()
"""Activations by name; the slope of leaky ReLU below 0 is DCGAN's 0.2."""


@dataclass(frozen=True, kw_only=True)
class Passes:
    """All values of one forward and one backward pass.

    Attributes:
        a: x V, shape (n, h).
        b: The activations, shape (n, h).
        c: b W, the logits, shape (n, k).
        p: Their softmax, shape (n, k).
        loss: The mean cross-entropy, shape ().
        gradients: ∂l/∂ of "c", "W", "b", "a", "V" and "x", each of the shape of the same.

    Example:
        >>> x, v, w = torch.ones(1, 2), torch.ones(2, 3), torch.ones(3, 2)
        >>> two_layers(x, v, w, torch.tensor([0]), "relu").p
        tensor([[0.5000, 0.5000]])
    """

    a: Tensor
    b: Tensor
    c: Tensor
    p: Tensor
    loss: Tensor
    gradients: Mapping[str, Tensor]


def two_layers(
    x: Rows, v: Weights, w: Float[Tensor, "k m"], labels: Int[Tensor, " n"], activation: str
) -> Passes:
    """Go through the network and back, step by step.

    Args:
        x: Inputs, shape (n, d).
        v: The first weights, shape (d, h).
        w: The second weights, shape (h, k).
        labels: The true classes, shape (n,).
        activation: A name in ``ACTIVATIONS``.

    Source:
        Rumelhart, Hinton & Williams 1986, https://doi.org/10.1038/323533a0

    Example:
        >>> x, v, w = torch.ones(1, 2), torch.ones(2, 3), torch.ones(3, 2)
        >>> two_layers(x, v, w, torch.tensor([0]), "relu").gradients["c"]
        tensor([[-0.5000,  0.5000]])
    """
    function = ACTIVATIONS[activation]
    a = x @ v
    b = function.value(a)
    c = b @ w
    p = torch.softmax(c, dim=1)
    loss = -torch.log_softmax(c, dim=1).gather(1, labels[:, None]).mean()

    y = torch.nn.functional.one_hot(labels, c.shape[1]).to(c.dtype)
    d_c = (p - y) / len(x)
    d_w = b.T @ d_c
    d_b = d_c @ w.T
    d_a = d_b * function.slope(a)
    d_v = x.T @ d_a
    d_x = d_a @ v.T
    gradients = {"c": d_c, "W": d_w, "b": d_b, "a": d_a, "V": d_v, "x": d_x}
    return Passes(a=a, b=b, c=c, p=p, loss=loss, gradients=gradients)


def numerical_gradient(
    function: Callable[[Tensor], Tensor], at: AnyTensor, *, step: float
) -> AnyTensor:
    """The gradient by central differences: (f(x + h eᵢ) − f(x − h eᵢ))/2h for every number i.

    Its error is about h² f‴/6 by truncation and ε|f|/h by rounding, ε being 2⁻⁵² in 64 bits: the
    sum is smallest near h = ε^(1/3), about 6·10⁻⁶.

    Args:
        function: From a tensor of this shape to one number.
        at: Where; in 64 bits, or the differences drown in rounding.
        step: h.

    Source:
        Press et al., Numerical Recipes, section 5.7, https://numerical.recipes/

    Example:
        >>> at = torch.tensor([1.0, 2.0], dtype=torch.float64)
        >>> numerical_gradient(lambda x: (x * x).sum(), at, step=1e-5).round(decimals=6)
        tensor([2., 4.], dtype=torch.float64)
    """
    gradient = torch.zeros_like(at)
    for index in range(at.numel()):
        moved = at.clone()
        moved.view(-1)[index] += step
        above = function(moved)
        moved.view(-1)[index] -= 2 * step
        gradient.view(-1)[index] = (above - function(moved)) / (2 * step)
    return gradient
