"""How steep and how curved a player's own cost is, in the space of its weights.

A point at which neither player can lower its own cost, a Nash equilibrium, has no slope there, and
no negative curvature. Both are derivatives: where a network has kinks, as with ReLU, they describe
the smooth piece of the cost that the weights are in, and nothing beyond its border.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64
from scipy.sparse.linalg import LinearOperator, eigsh
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from zerosum.types import Scalar

__all__ = ["Curvature", "Slope", "costs_along", "extreme_curvatures", "slope"]

Weights = Sequence[Tensor]
"""The weights of a player, tensors of any shape."""

Vector = Float64[np.ndarray, " p"]
"""All weights, or a direction in their space, as one row."""

_DENSE = 32
"""Up to so many weights the whole Hessian is computed."""

_PRECISION = 1e-3
"""Of an eigenvector's residual, in shares of the greatest curvature."""

_RESTARTS = 1000


@dataclass(frozen=True, eq=False)
class Slope:
    """The gradient of a cost.

    Attributes:
        norm: Its Euclidean norm ‖g‖.
        direction: g/‖g‖, or 0 where it is 0.
    """

    norm: float
    direction: Vector


@dataclass(frozen=True, eq=False)
class Curvature:
    """The second derivative of a cost in one direction: an eigenvalue of its Hessian.

    Attributes:
        value: λ.
        direction: The eigenvector u, ‖u‖ = 1.
        residual: ‖H u − λ u‖; an eigenvalue is as near to λ as that, and none lies beyond by more
            than rounding if u is one of the two extreme ones.
    """

    value: float
    direction: Vector
    residual: float


def slope(cost: Scalar, weights: Weights) -> Slope:
    """Compute the gradient of a cost; its graph is kept.

    Example:
        >>> weight = torch.tensor([3.0, 4.0], requires_grad=True)
        >>> slope(weight.square().sum() / 2, [weight]).norm
        5.0
    """
    gradient = _row(_gradients(cost, weights, again=False))
    norm = float(np.linalg.norm(gradient))
    return Slope(norm, gradient / norm if norm else gradient)


def extreme_curvatures(
    cost: Scalar, weights: Weights, *, seed: int = 0
) -> tuple[Curvature, Curvature]:
    """Find the least and the greatest curvature of a cost by Lanczos' method.

    It needs the Hessian H only in products H u, which cost about two gradients each (Pearlmutter
    1994), so that there may be millions of weights. What is found is a second derivative of the
    cost in any case: a negative one is no artefact of few iterations.

    Args:
        cost: A function of the weights that PyTorch can differentiate twice; its graph is kept.
        weights: What the player moves.
        seed: Seed of the first vector.

    Returns:
        The least and the greatest.

    Raises:
        ArpackNoConvergence: The residual remains too large after a thousand restarts.

    Paper:
        Pearlmutter 1994, https://doi.org/10.1162/neco.1994.6.1.147; Lanczos' method by ARPACK,
        https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.linalg.eigsh.html

    Example:
        >>> weight = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        >>> x, y, z = weight
        >>> least, greatest = extreme_curvatures(x * y + 2 * z * z, [weight])
        >>> round(least.value, 4), round(greatest.value, 4)
        (-1.0, 4.0)
    """
    hessian = _Hessian(cost, weights)
    size = hessian.shape[0]
    if size <= _DENSE:
        values, vectors = np.linalg.eigh(hessian @ np.eye(size))
        ends = [(values[place], vectors[:, place]) for place in (0, -1)]
    else:
        start = np.random.default_rng(seed).normal(size=size)
        one = _largest(hessian, start)
        # Seen from one end, the other is the farthest eigenvalue, and as well separated.
        other = _largest(_Shifted(hessian, one[0]), start)
        ends = sorted([one, (other[0] + one[0], other[1])], key=lambda end: float(end[0]))
    least, greatest = (
        Curvature(float(value), u, float(np.linalg.norm(hessian @ u - value * u)))
        for value, u in ends
    )
    return least, greatest


def costs_along(
    cost: Callable[[], Scalar], weights: Weights, direction: Vector, distances: Sequence[float]
) -> list[float]:
    """Compute a cost at points on a line through the present weights, which are put back.

    Args:
        cost: Computes the cost with the weights as they are.
        weights: What is moved.
        direction: A vector in the space of all weights.
        distances: How far to go along it.

    Example:
        >>> weight = torch.tensor([1.0, 0.0], requires_grad=True)
        >>> def cost(): return weight.square().sum()
        >>> costs_along(cost, [weight], np.array([1.0, 0.0]), [-1.0, 0.0, 1.0])
        [0.0, 1.0, 4.0]
    """
    before = [weight.detach().clone() for weight in weights]
    steps = _unrolled(direction, weights)
    found = []
    try:
        with torch.no_grad():
            for distance in distances:
                for weight, old, step in zip(weights, before, steps, strict=True):
                    weight.copy_(old + distance * step)
                found.append(float(cost()))
    finally:
        with torch.no_grad():
            for weight, old in zip(weights, before, strict=True):
                weight.copy_(old)
    return found


class _Hessian(LinearOperator):  # type: ignore[misc]  # SciPy has no types.
    """The matrix of second derivatives, as products with it."""

    def __init__(self, cost: Scalar, weights: Weights) -> None:
        size = sum(weight.numel() for weight in weights)
        super().__init__(np.dtype(np.float64), (size, size))
        self.weights = weights
        self.gradients = _gradients(cost, weights, again=True)

    def _matvec(self, vector: Float64[np.ndarray, "p *one"]) -> Vector:
        parts = _unrolled(vector.ravel(), self.weights)
        pairs = zip(self.gradients, parts, strict=True)
        along = torch.stack([(gradient * part).sum() for gradient, part in pairs]).sum()
        if not along.requires_grad:  # The cost is linear in all weights.
            return np.zeros(self.shape[0])
        return _row(_gradients(along, self.weights, again=False))


class _Shifted(LinearOperator):  # type: ignore[misc]  # SciPy has no types.
    """A matrix minus a multiple of the identity."""

    def __init__(self, matrix: LinearOperator, shift: float) -> None:
        super().__init__(matrix.dtype, matrix.shape)
        self.matrix, self.shift = matrix, shift

    def _matvec(self, vector: Float64[np.ndarray, "p *one"]) -> Vector:
        product: Vector = self.matrix @ vector.ravel() - self.shift * vector.ravel()
        return product


def _largest(matrix: LinearOperator, start: Vector) -> tuple[float, Vector]:
    """The eigenvalue that is greatest in size, and its vector."""
    if not np.any(matrix @ start):
        return 0.0, start / np.linalg.norm(start)
    values, vectors = eigsh(matrix, k=1, which="LM", v0=start, tol=_PRECISION, maxiter=_RESTARTS)
    return float(values[0]), vectors[:, 0]


def _gradients(value: Scalar, weights: Weights, *, again: bool) -> Sequence[Tensor]:
    """The derivatives by the weights; ``again``: they can be differentiated in turn."""
    return torch.autograd.grad(
        value, weights, create_graph=again, retain_graph=True, materialize_grads=True
    )


def _row(parts: Sequence[Tensor]) -> Vector:
    row: Vector = parameters_to_vector(parts).detach().double().cpu().numpy()
    return row


def _unrolled(vector: Vector, like: Weights) -> list[Tensor]:
    """The parts of a vector in the shapes, types and places of the weights."""
    ends = np.cumsum([weight.numel() for weight in like])[:-1]
    parts = zip(np.split(vector, ends), like, strict=True)
    return [torch.from_numpy(part).view(weight.shape).to(weight) for part, weight in parts]
