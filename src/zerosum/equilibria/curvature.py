"""How steep and how curved a player's own cost is, in the space of its weights.

A point at which neither player can lower its own cost, a Nash equilibrium, has no slope there, and
no negative curvature. Both are derivatives: where a network has kinks, as with ReLU, they describe
the smooth piece of the cost that the weights are in, and nothing beyond its border.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Float64
from scipy.sparse.linalg import LinearOperator, eigsh
from torch import Tensor

from zerosum.types import Scalar

__all__ = [
    "Curvature",
    "Slope",
    "WeightSpace",
    "costs_along",
    "curvature_along",
    "extreme_curvatures",
    "gradients_along",
    "slope",
]

Vector = Float64[np.ndarray, " p"]
"""A point or a direction in the space of all weights, as one row."""

Found = TypeVar("Found")

_DENSE = 32
"""Up to so many weights the whole Hessian is computed."""

_PRECISION = 1e-3
"""Of an eigenvector's residual, in shares of the greatest curvature."""

_RESTARTS = 1000


class WeightSpace:
    """The weights that a player moves, as one row of numbers.

    Args:
        weights: Tensors of any shape.
        relative: Whether a distance is measured in shares of the weights' size: each tensor is
            divided by its norm. Behind batch normalisation the size of a tensor means nothing to
            the cost, so neither do plain distances; the signs of curvatures are the same in both.

    Example:
        >>> space = WeightSpace([torch.tensor([3.0, 4.0]), torch.tensor([[0.1]])], relative=True)
        >>> [part.tolist() for part in space.parts(np.array([1.0, 0.0, 1.0]))]
        [[5.0, 0.0], [[0.10000000149011612]]]
    """

    def __init__(self, weights: Sequence[Tensor], *, relative: bool = False) -> None:
        self.weights = weights
        norms = [float(torch.linalg.vector_norm(weight.detach())) for weight in weights]
        # A tensor of zeros has no size: it is measured plainly.
        self.scales = [norm if relative and norm else 1.0 for norm in norms]
        self.size = sum(weight.numel() for weight in weights)

    def row(self, parts: Sequence[Tensor]) -> Vector:
        """Derivatives by the weights as one by the row."""
        pairs = zip(parts, self.scales, strict=True)
        scaled = [scale * part.detach().flatten().double() for part, scale in pairs]
        row: Vector = torch.cat(scaled).cpu().numpy()
        return row

    def parts(self, direction: Vector) -> list[Tensor]:
        """A direction of the row as changes of the weights, in their shapes, types and places."""
        ends = np.cumsum([weight.numel() for weight in self.weights])[:-1]
        triples = zip(np.split(direction, ends), self.weights, self.scales, strict=True)
        return [
            torch.from_numpy(scale * part).view(weight.shape).to(weight)
            for part, weight, scale in triples
        ]


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
        residual: ‖H u − λ u‖; some eigenvalue is at least as near to λ.
    """

    value: float
    direction: Vector
    residual: float


def slope(cost: Scalar, space: WeightSpace) -> Slope:
    """Compute the gradient of a cost; its graph is kept.

    Example:
        >>> weight = torch.tensor([3.0, 4.0], requires_grad=True)
        >>> slope(weight.square().sum() / 2, WeightSpace([weight])).norm
        5.0
    """
    gradient = space.row(_gradients(cost, space, again=False))
    norm = float(np.linalg.norm(gradient))
    return Slope(norm, gradient / norm if norm else gradient)


def extreme_curvatures(
    cost: Scalar, space: WeightSpace, *, seed: int = 0
) -> tuple[Curvature, Curvature]:
    """Find the least and the greatest curvature of a cost by Lanczos' method.

    It needs the Hessian H only in products H u, which cost about two gradients each (Pearlmutter
    1994), so that there may be millions of weights. What is found is a second derivative of the
    cost in any case: a negative one is no artefact of few iterations.

    Args:
        cost: A function of the weights that PyTorch can differentiate twice; its graph is kept.
        space: What the player moves.
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
        >>> least, greatest = extreme_curvatures(x * y + 2 * z * z, WeightSpace([weight]))
        >>> round(least.value, 4), round(greatest.value, 4)
        (-1.0, 4.0)
    """
    hessian = _Hessian(cost, space)
    if space.size <= _DENSE:
        values, vectors = np.linalg.eigh(hessian @ np.eye(space.size))
        ends = [(values[place], vectors[:, place]) for place in (0, -1)]
    else:
        start = np.random.default_rng(seed).normal(size=space.size)
        one = _largest(hessian, start)
        # Seen from one end, the other is the farthest eigenvalue, and as well separated.
        other = _largest(_Shifted(hessian, one[0]), start)
        ends = sorted([one, (other[0] + one[0], other[1])], key=lambda end: float(end[0]))
    least, greatest = (
        Curvature(float(value), u, float(np.linalg.norm(hessian @ u - value * u)))
        for value, u in ends
    )
    return least, greatest


def curvature_along(cost: Scalar, space: WeightSpace, direction: Vector) -> float:
    """Compute the second derivative of a cost in one direction; its graph is kept.

    Example:
        >>> weight = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> curvature_along((weight**3).sum(), WeightSpace([weight]), np.array([0.0, 1.0]))
        12.0
    """
    return float(direction @ (_Hessian(cost, space) @ direction))


def costs_along(
    cost: Callable[[], Scalar],
    space: WeightSpace,
    direction: Vector,
    distances: Sequence[float],
) -> list[float]:
    """Compute a cost at points on a line through the present weights, which are put back.

    Args:
        cost: Computes the cost with the weights as they are.
        space: What is moved.
        direction: Where to.
        distances: How far to go.

    Example:
        >>> weight = torch.tensor([1.0, 0.0], requires_grad=True)
        >>> def cost(): return weight.square().sum()
        >>> costs_along(cost, WeightSpace([weight]), np.array([1.0, 0.0]), [-1.0, 0.0, 1.0])
        [0.0, 1.0, 4.0]
    """
    # With gradients: some costs hold a penalty on one.
    return _along(lambda: float(cost().detach()), space, direction, distances)


def gradients_along(
    cost: Callable[[], Scalar],
    space: WeightSpace,
    direction: Vector,
    distances: Sequence[float],
) -> list[Vector]:
    """Compute a cost's gradient at points on a line through the weights, which are put back.

    How far a gradient can be trusted is seen along itself: by how much it changes within a step.

    Args:
        cost: Computes the cost with the weights as they are.
        space: What is moved.
        direction: Where to.
        distances: How far to go.

    Paper:
        Santurkar et al. 2018, section 3.1 and figure 4, https://arxiv.org/abs/1805.11604

    Example:
        >>> weight = torch.tensor([1.0, 0.0], requires_grad=True)
        >>> def cost(): return weight.square().sum()
        >>> found = gradients_along(cost, WeightSpace([weight]), np.array([1.0, 0.0]), [0.0, 1.0])
        >>> [each.tolist() for each in found]
        [[2.0, 0.0], [4.0, 0.0]]
    """
    return _along(
        lambda: space.row(_gradients(cost(), space, again=False)), space, direction, distances
    )


def _along(
    compute: Callable[[], Found], space: WeightSpace, direction: Vector, distances: Sequence[float]
) -> list[Found]:
    """What is found at points on a line through the present weights, which are put back."""
    before = [weight.detach().clone() for weight in space.weights]
    steps = space.parts(direction)
    found = []
    try:
        for distance in distances:
            places = [old + distance * step for old, step in zip(before, steps, strict=True)]
            _put(space.weights, places)
            found.append(compute())
    finally:
        _put(space.weights, before)
    return found


def _put(weights: Sequence[Tensor], values: Sequence[Tensor]) -> None:
    with torch.no_grad():
        for weight, value in zip(weights, values, strict=True):
            weight.copy_(value)


class _Hessian(LinearOperator):  # type: ignore[misc]  # SciPy has no types.
    """The matrix of second derivatives, as products with it."""

    def __init__(self, cost: Scalar, space: WeightSpace) -> None:
        super().__init__(np.dtype(np.float64), (space.size, space.size))
        self.space = space
        self.gradients = _gradients(cost, space, again=True)

    def _matvec(self, vector: Float64[np.ndarray, "p *one"]) -> Vector:
        pairs = zip(self.gradients, self.space.parts(vector.ravel()), strict=True)
        along = torch.stack([(gradient * part).sum() for gradient, part in pairs]).sum()
        if not along.requires_grad:  # The cost is linear in all weights.
            return np.zeros(self.space.size)
        return self.space.row(_gradients(along, self.space, again=False))


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


def _gradients(value: Scalar, space: WeightSpace, *, again: bool) -> Sequence[Tensor]:
    """The derivatives by the weights; ``again``: they can be differentiated in turn."""
    return torch.autograd.grad(
        value, list(space.weights), create_graph=again, retain_graph=True, materialize_grads=True
    )
