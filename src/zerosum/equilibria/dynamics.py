"""Gradient steps of two players as maps, and what their eigenvalues say near an equilibrium.

One step of both players maps a state to the next one: the point w, and behind it, where the method
has a memory, as many numbers again. At an equilibrium the map has a Jacobian; if all its
eigenvalues λ have |λ| < 1, play that begins near enough converges to the equilibrium, and if one
has |λ| > 1, it leaves (Ostrowski's theorem; Mescheder et al. 2018, theorem A.3,
https://arxiv.org/abs/1801.04406).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from zerosum.checks import require, require_positive
from zerosum.equilibria.smooth import Field, Jacobian, LinearField, Point, SmoothGame

__all__ = [
    "Extragradient",
    "GradientStep",
    "Method",
    "Optimistic",
    "Regime",
    "State",
    "outcome",
    "radii",
    "regimes",
    "spectrum",
    "trajectory",
    "update_matrix",
]

State = Float[Tensor, "s *columns"]
"""A point, and what a method remembers; or several, as columns."""

Outcome = Literal["converges", "cycles", "diverges"]

_TOLERANCE = 1e-7
"""On |λ|: double eigenvalues are known to about half the digits of 64 bits."""

_FAR = 1e6
"""Where a trajectory is cut off: it has left for good, and would overflow."""


@dataclass(frozen=True, kw_only=True)
class Method(ABC):
    """A way to take gradient steps.

    Attributes:
        step_size: η, the learning rate of both players.
    """

    step_size: float

    def __post_init__(self) -> None:
        require_positive("step_size", self.step_size)

    def begin(self, field: Field, point: Point) -> State:
        """The state in which play begins at a point."""
        return point

    @abstractmethod
    def step(self, field: Field, state: State) -> State:
        """The state after one step of both players."""


@dataclass(frozen=True, kw_only=True)
class GradientStep(Method):
    """Each player follows its own gradient, with momentum as in PyTorch's SGD.

    m' = β m + v,   w' = w − η m'

    Attributes:
        momentum: β, from −1 to 1; a negative one damps.
        alternating: Whether the first player moves against the second one that has just moved, as
            G against D in training, or both move at once.

    Paper:
        Gidel et al. 2019, https://arxiv.org/abs/1807.04740: on x y, alternating steps with
        negative momentum converge, simultaneous ones never do.

    Example:
        >>> circle = LinearField(torch.tensor([[0.0, 1.0], [-1.0, 0.0]]), 1)
        >>> corner = torch.ones(2)
        >>> GradientStep(step_size=0.5).step(circle, corner)
        tensor([0.5000, 1.5000])
        >>> GradientStep(step_size=0.5, alternating=True).step(circle, corner)
        tensor([0.2500, 1.5000])
    """

    momentum: float = 0.0
    alternating: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        require(abs(self.momentum) < 1, f"momentum must be within -1 and 1, got {self.momentum}.")

    def begin(self, field: Field, point: Point) -> State:
        """The point at rest."""
        return torch.cat([point, torch.zeros_like(point)]) if self.momentum else point

    def step(self, field: Field, state: State) -> State:
        """Move both players, the second one first."""
        point = state[: sum(field.sizes)]
        velocity = state[len(point) :] if self.momentum else torch.zeros_like(point)
        gradient = field.at(point)
        if self.alternating:
            split = field.sizes[0]
            moved, _ = self._moved(point, velocity, gradient)
            halfway = torch.cat([point[:split], moved[split:]])
            gradient = torch.cat([field.at(halfway)[:split], gradient[split:]])
        moved, velocity = self._moved(point, velocity, gradient)
        return torch.cat([moved, velocity]) if self.momentum else moved

    def _moved(self, point: Point, velocity: Point, gradient: Point) -> tuple[Point, Point]:
        velocity = self.momentum * velocity + gradient
        return point - self.step_size * velocity, velocity


@dataclass(frozen=True, kw_only=True)
class Extragradient(Method):
    """Both players step by the gradient at the point to which a trial step leads.

    w' = w − η v(w − η v(w))

    Paper:
        Korpelevich 1976; Gidel et al. 2019, https://arxiv.org/abs/1802.10551

    Example:
        >>> circle = LinearField(torch.tensor([[0.0, 1.0], [-1.0, 0.0]]), 1)
        >>> Extragradient(step_size=0.5).step(circle, torch.tensor([1.0, 0.0]))
        tensor([0.7500, 0.5000])
    """

    def step(self, field: Field, state: State) -> State:
        """Try, return, and move."""
        trial = state - self.step_size * field.at(state)
        return state - self.step_size * field.at(trial)


@dataclass(frozen=True, kw_only=True)
class Optimistic(Method):
    """Both players expect the gradient to change as it did in the step before.

    w' = w − 2 η v(w) + η v₋, with v₋ the gradient of the step before.

    Paper:
        Daskalakis et al. 2018, https://arxiv.org/abs/1711.00141

    Example:
        >>> circle = LinearField(torch.tensor([[0.0, 1.0], [-1.0, 0.0]]), 1)
        >>> method = Optimistic(step_size=0.5)
        >>> method.step(circle, method.begin(circle, torch.tensor([1.0, 0.0])))
        tensor([ 1.0000,  0.5000,  0.0000, -1.0000])
    """

    def begin(self, field: Field, point: Point) -> State:
        """The gradient before the first step is taken to be that of the first."""
        return torch.cat([point, field.at(point)])

    def step(self, field: Field, state: State) -> State:
        """Move both players, and remember the gradient."""
        point, before = state.chunk(2)
        gradient = field.at(point)
        return torch.cat([point - self.step_size * (2 * gradient - before), gradient])


def trajectory(
    game: SmoothGame, method: Method, start: Point, *, steps: int
) -> Float[Tensor, "n p"]:
    """Play from a point on.

    Args:
        game: The game.
        method: How the players move.
        start: Where they begin, shape (p,).
        steps: How many steps of both players.

    Returns:
        The points, the start first; fewer where the players run away to beyond a million.

    Example:
        >>> from zerosum.equilibria.smooth import QuadraticGame
        >>> game, method = QuadraticGame(coupling=1.0), GradientStep(step_size=1.0)
        >>> trajectory(game, method, torch.ones(2), steps=3).tolist()
        [[1.0, 1.0], [0.0, 2.0], [-2.0, 2.0], [-4.0, 0.0]]
    """
    state = method.begin(game, start)
    points = [start]
    for _ in range(steps):
        state = method.step(game, state)
        if not state.abs().max() < _FAR:
            break
        points.append(state[: len(start)])
    return torch.stack(points)


def update_matrix(method: Method, field: LinearField) -> Jacobian:
    """Compute the matrix of one step in a linear field: its Jacobian, everywhere.

    Near an equilibrium the field is the game's, linearised, and so is the step: a method adds and
    scales what the field is at points.

    Example:
        >>> circle = LinearField(torch.tensor([[0.0, 1.0], [-1.0, 0.0]]), 1)
        >>> update_matrix(GradientStep(step_size=0.5), circle)
        tensor([[ 1.0000, -0.5000],
                [ 0.5000,  1.0000]])
    """
    corners = torch.eye(len(field.jacobian), dtype=field.jacobian.dtype)
    parts = len(method.begin(field, corners)) // len(corners)
    return method.step(field, torch.eye(parts * len(corners), dtype=corners.dtype))


def spectrum(method: Method, field: LinearField) -> Complex[Tensor, " s"]:
    """Compute the eigenvalues of the map of one step, in a linear field.

    Example:
        >>> circle = LinearField(torch.tensor([[0.0, 1.0], [-1.0, 0.0]]), 1)
        >>> spectrum(GradientStep(step_size=0.5), circle).abs()
        tensor([1.1180, 1.1180])
    """
    eigenvalues: Tensor = torch.linalg.eigvals(update_matrix(method, field))
    return eigenvalues


def radii(
    method: Callable[[float], Method], field: LinearField, step_sizes: Float[Tensor, " n"]
) -> Float[Tensor, " n"]:
    """Compute the greatest |λ| for many step sizes.

    A player moves by η times the field, at a point to which η may have led: so the matrix of a
    step is a polynomial in η, of degree 2 at most, and follows from three of its values.

    Example:
        >>> circle = LinearField(torch.tensor([[0.0, 1.0], [-1.0, 0.0]]).double(), 1)
        >>> radii(lambda eta: Extragradient(step_size=eta), circle, torch.tensor([0.6, 1.0]))
        tensor([0.8773, 1.0000], dtype=torch.float64)
    """
    known = torch.tensor([0.5, 1.0, 1.5], dtype=torch.float64)
    values = torch.stack([update_matrix(method(float(size)), field) for size in known])
    powers = torch.vander(known, increasing=True).to(values)
    coefficients = torch.linalg.solve(powers, values.flatten(1))
    wanted = torch.vander(step_sizes.to(values), N=3, increasing=True)
    matrices = (wanted @ coefficients).view(-1, *values.shape[1:])
    greatest: Tensor = torch.linalg.eigvals(matrices).abs().amax(dim=1)
    return greatest


def outcome(radius: float) -> Outcome:
    """Say what play near an equilibrium does by the greatest |λ|.

    Where it is 1, play neither converges nor runs away in the linear field; in the game's own,
    what happens depends on more than eigenvalues.

    Example:
        >>> outcome(0.5), outcome(1.0), outcome(1.5)
        ('converges', 'cycles', 'diverges')
    """
    off = radius - 1
    return "cycles" if abs(off) <= _TOLERANCE else "diverges" if off > 0 else "converges"


@dataclass(frozen=True, kw_only=True)
class Regime:
    """A range of step sizes in which play near an equilibrium has one outcome.

    Attributes:
        low: The range's lower end.
        high: Its upper end.
        outcome: What play does.
    """

    low: float
    high: float
    outcome: Outcome


def regimes(
    method: Callable[[float], Method], field: LinearField, *, highest: float, parts: int = 400
) -> tuple[Regime, ...]:
    """Find the step sizes at which |λ| crosses 1, by bisection.

    Args:
        method: Makes the method of a step size.
        field: The game's field, linearised at the equilibrium.
        highest: The greatest step size of interest.
        parts: Step sizes to try, evenly spaced; a regime narrower than that may be missed.

    Returns:
        The regimes from 0 to ``highest``.

    Example:
        >>> circle = LinearField(torch.tensor([[0.0, 1.0], [-1.0, 0.0]]).double(), 1)
        >>> for found in regimes(lambda eta: Extragradient(step_size=eta), circle, highest=2.0):
        ...     print(f"{found.low:.4f} to {found.high:.4f}: {found.outcome}")
        0.0000 to 1.0000: converges
        1.0000 to 2.0000: diverges
    """

    def at(step_sizes: Float[Tensor, " n"]) -> list[Outcome]:
        return [outcome(radius) for radius in radii(method, field, step_sizes).tolist()]

    tried = (torch.arange(parts, dtype=torch.float64) + 0.5) * (highest / parts)
    outcomes = at(tried)
    changes = [place for place in range(1, parts) if outcomes[place] != outcomes[place - 1]]
    borders = [_border(at, *tried[place - 1 : place + 1].tolist()) for place in changes]
    ends = pairwise([0.0, *borders, highest])
    kinds = [outcomes[place] for place in (0, *changes)]
    return tuple(
        Regime(low=low, high=high, outcome=kind)
        for (low, high), kind in zip(ends, kinds, strict=True)
    )


def _border(
    at: Callable[[Float[Tensor, " n"]], list[Outcome]], left: float, right: float
) -> float:
    """The step size between the two where the outcome stops being what it is on the left."""
    while right - left > 1e-9 * right:
        tried = torch.linspace(left, right, 17, dtype=torch.float64)
        first, *others = at(tried)
        place = next((i for i, each in enumerate(others) if each != first), len(others) - 1)
        left, right = tried[place].item(), tried[place + 1].item()
    return right
