"""Games of two players who change numbers: the smallest in which gradient steps can be followed.

A point holds the numbers of both players, the first one's before the second one's. Each player
lowers its own cost by the derivatives after its own numbers; both together are the field v.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from numpy.polynomial.hermite_e import hermegauss
from numpy.polynomial.legendre import leggauss
from torch import Tensor

from zerosum.checks import require
from zerosum.objectives.losses import Objective, make_objective
from zerosum.types import Scalar

__all__ = [
    "Field",
    "Jacobian",
    "LinearField",
    "Point",
    "PointGan",
    "QuadraticGame",
    "SmoothGame",
    "dirac_gan",
    "jacobian",
    "linearised",
    "mixture_gan",
]

Point = Float[Tensor, "p *columns"]
"""The numbers of both players; or several points, as columns, where the field is linear."""

Jacobian = Float[Tensor, "p p"]
"""How the field changes with the point."""

Samples = Float[Tensor, "_"]
"""Points on a line."""

Basis = Float[Tensor, "_ _"]
"""The features at points: a row for each point."""

_NODES = 8
"""Nodes of a Gaussian: exact for polynomials up to degree 15."""


class Field(ABC):
    """What gradient steps follow."""

    @property
    @abstractmethod
    def sizes(self) -> tuple[int, int]:
        """How many numbers each player has."""

    @abstractmethod
    def at(self, point: Point) -> Point:
        """The derivatives of each player's cost by its own numbers, in the order of the point."""


@dataclass(frozen=True)
class LinearField(Field):
    """The field v = J w: how a field looks near an equilibrium w = 0.

    Attributes:
        jacobian: J.
        first: How many numbers the first player has.

    Example:
        >>> circle = LinearField(torch.tensor([[0.0, 1.0], [-1.0, 0.0]]), 1)
        >>> circle.at(torch.tensor([2.0, 3.0]))
        tensor([ 3., -2.])
    """

    jacobian: Jacobian
    first: int

    @property
    def sizes(self) -> tuple[int, int]:
        """How many numbers each player has."""
        return self.first, len(self.jacobian) - self.first

    def at(self, point: Point) -> Point:
        """The field at a point, or at several as columns."""
        return self.jacobian @ point


class SmoothGame(Field):
    """Two players with costs that PyTorch can differentiate."""

    @property
    @abstractmethod
    def equilibrium(self) -> Point | None:
        """Where neither player's cost falls; or None, where the costs have a kink there."""

    @abstractmethod
    def costs(self, point: Point) -> tuple[Scalar, Scalar]:
        """What each player lowers, at one point."""

    def at(self, point: Point) -> Point:
        """The field at one point; it can be differentiated if the point can."""
        again = point.requires_grad
        place = point if again else point.detach().clone().requires_grad_()
        with torch.enable_grad():
            first, second = (
                torch.autograd.grad(
                    cost, place, create_graph=again, retain_graph=True, materialize_grads=True
                )[0]
                for cost in self.costs(place)
            )
        split = self.sizes[0]
        return torch.cat([first[:split], second[split:]])


def jacobian(game: SmoothGame, point: Point) -> Jacobian:
    """Compute the Jacobian of a game's field by differentiating it.

    Example:
        >>> jacobian(QuadraticGame(coupling=1.0), torch.zeros(2, dtype=torch.float64))
        tensor([[ 0.,  1.],
                [-1.,  0.]], dtype=torch.float64)
    """
    result: Tensor = torch.autograd.functional.jacobian(game.at, point)  # type: ignore[no-untyped-call]
    return result


def linearised(game: SmoothGame) -> LinearField:
    """Compute the field as it looks near the game's equilibrium, which must be a smooth one.

    Example:
        >>> linearised(QuadraticGame(curvature=2.0)).jacobian.diag()
        tensor([2., 2.], dtype=torch.float64)
    """
    assert game.equilibrium is not None
    return LinearField(jacobian(game, game.equilibrium), game.sizes[0])


@dataclass(frozen=True, kw_only=True)
class QuadraticGame(SmoothGame):
    """The zero-sum game min over x, max over y of ½ a x² + b x y − ½ a y².

    Attributes:
        curvature: a, how much each player's own cost is curved.
        coupling: b, how much each player's derivative depends on the other one.

    Example:
        >>> QuadraticGame(coupling=1.0).at(torch.tensor([2.0, 3.0]))
        tensor([ 3., -2.])
    """

    curvature: float = 0.0
    coupling: float = 0.0

    @property
    def sizes(self) -> tuple[int, int]:
        """One number each."""
        return 1, 1

    @property
    def equilibrium(self) -> Point:
        """The origin, a saddle point."""
        return torch.zeros(2, dtype=torch.float64)

    def costs(self, point: Point) -> tuple[Scalar, Scalar]:
        """The value, and its negative."""
        x, y = point
        value = self.curvature * (x * x - y * y) / 2 + self.coupling * x * y
        return value, -value


@dataclass(frozen=True, kw_only=True)
class PointGan(SmoothGame):
    """A GAN on a line whose generator has locations, and nothing else.

    Real points are N(t, s²) for one of the ``targets`` t at random, generated ones N(θ, s²) for
    one of as many locations θ. The discriminator is D(x) = u + Σ ψ(i) φ(i)(x) with the logit u
    that is undecided. Expectations are sums over fixed nodes: nothing here is random.

    Attributes:
        targets: The means t of the real points.
        features: φ, from points (k,) to (k, i).
        slopes: φ', the same of its derivatives.
        objective: The two players' losses.
        spread: s.
        r1: γ; the discriminator pays γ/2 E[D'(x)²] besides, at real points x.
        gradient_penalty: λ; it pays λ E[(|D'(x)| − 1)²] besides, between real and generated
            points x.
        noise: Standard deviation of instance noise, which is added to all points.
    """

    targets: tuple[float, ...]
    features: Callable[[Samples], Basis]
    slopes: Callable[[Samples], Basis]
    objective: Objective
    spread: float = 0.0
    r1: float = 0.0
    gradient_penalty: float = 0.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        weights = {"spread": self.spread, "r1": self.r1, "noise": self.noise}
        for name, value in {**weights, "gradient_penalty": self.gradient_penalty}.items():
            require(value >= 0, f"{name} must not be negative, got {value}.")

    @property
    def sizes(self) -> tuple[int, int]:
        """Locations of the generator, and features of the discriminator."""
        return self._sizes

    @property
    def equilibrium(self) -> Point | None:
        """The generator's locations are the targets, and D is undecided everywhere.

        With a gradient penalty None: it has a kink where D is flat, and there play does not rest.
        There may be others: on the Dirac-GAN with least squares and λ > 2, at θ ψ = ½ with
        λ ψ (1 − ψ) = ½.
        """
        flat = self._means.new_zeros(self.sizes[1])
        return None if self.gradient_penalty else torch.cat([self._means, flat])

    def costs(self, point: Point) -> tuple[Scalar, Scalar]:
        """What generator and discriminator pay, in this order."""
        locations, psi = point[: self.sizes[0]], point[self.sizes[0] :]
        around, share = self._around
        real, fake = ((means[:, None] + around).flatten() for means in (self._means, locations))
        logits = [self.objective.undecided + self.features(x) @ psi for x in (real, fake)]
        # Each real with each generated point: some objectives compare pairs.
        pairs = [each.flatten() for each in torch.meshgrid(*logits, indexing="ij")]
        weights = torch.outer(share, share).flatten()
        generator = weights @ self.objective.generator(pairs[1], pairs[0])
        discriminator = weights @ self.objective.discriminator(*pairs)
        if self.r1:
            steepness = (self.slopes(real) @ psi).square()
            discriminator = discriminator + self.r1 / 2 * (share @ steepness)
        if self.gradient_penalty:
            between, share = _between(real, fake, weights)
            off = ((self.slopes(between) @ psi).abs() - 1).square()
            discriminator = discriminator + self.gradient_penalty * (share @ off)
        return generator, discriminator

    @cached_property
    def _means(self) -> Samples:
        return torch.tensor(self.targets, dtype=torch.float64)

    @cached_property
    def _sizes(self) -> tuple[int, int]:
        return len(self.targets), self.features(self._means).shape[1]

    @cached_property
    def _around(self) -> tuple[Samples, Samples]:
        """Points of a Gaussian about 0; and the weights of such points about all means."""
        deviation = (self.spread**2 + self.noise**2) ** 0.5
        nodes, weights = map(torch.from_numpy, hermegauss(_NODES if deviation else 1))
        shares = weights / weights.sum() / len(self.targets)
        return deviation * nodes, shares.repeat(len(self.targets))


def _between(real: Samples, fake: Samples, weights: Samples) -> tuple[Samples, Samples]:
    """Points between each real and each generated one, and their weights."""
    nodes, shares = map(torch.from_numpy, leggauss(_NODES // 2))
    epsilon, shares = (nodes[:, None, None] + 1) / 2, shares / 2
    points = epsilon * real[:, None] + (1 - epsilon) * fake
    return points.flatten(), torch.outer(shares, weights).flatten()


def dirac_gan(
    objective: str = "non-saturating",
    *,
    r1: float = 0.0,
    gradient_penalty: float = 0.0,
    noise: float = 0.0,
) -> PointGan:
    """Make the Dirac-GAN: real points are 0, generated ones θ, and D(x) = u + ψ x.

    Args:
        objective: The name of an objective of zerosum.
        r1: γ of `PointGan`.
        gradient_penalty: λ of `PointGan`.
        noise: Standard deviation of instance noise.

    Raises:
        ConfigError: There is no such objective, or a weight is negative.

    Paper:
        Mescheder et al. 2018, definition 2.1, https://arxiv.org/abs/1801.04406; there u = 0,
        which least squares does not take for undecided.

    Example:
        >>> game = dirac_gan()
        >>> jacobian(game, game.equilibrium)
        tensor([[ 0.0000, -0.5000],
                [ 0.5000,  0.0000]], dtype=torch.float64)
    """
    return PointGan(
        targets=(0.0,),
        features=lambda x: x[:, None],
        slopes=lambda x: torch.ones_like(x)[:, None],
        objective=make_objective(objective),
        r1=r1,
        gradient_penalty=gradient_penalty,
        noise=noise,
    )


def mixture_gan(
    objective: str = "non-saturating",
    *,
    r1: float = 0.0,
    gradient_penalty: float = 0.0,
    noise: float = 0.0,
) -> PointGan:
    """Make a GAN on a mixture of N(−1, ½²) and N(1, ½²).

    The discriminator's features are two bumps φ(x) = 2 exp(−(x − c)²/2), with c = −2 and 2.

    Args:
        objective: The name of an objective of zerosum.
        r1: γ of `PointGan`.
        gradient_penalty: λ of `PointGan`.
        noise: Standard deviation of instance noise.

    Raises:
        ConfigError: There is no such objective, or a weight is negative.

    Example:
        >>> mixture_gan().equilibrium.tolist()
        [-1.0, 1.0, 0.0, 0.0]
    """
    centres = torch.tensor([-2.0, 2.0], dtype=torch.float64)

    def bumps(x: Samples) -> Basis:
        return 2 * torch.exp(-(x[:, None] - centres).square() / 2)

    return PointGan(
        targets=(-1.0, 1.0),
        features=bumps,
        slopes=lambda x: (centres - x[:, None]) * bumps(x),
        objective=make_objective(objective),
        spread=0.5,
        r1=r1,
        gradient_penalty=gradient_penalty,
        noise=noise,
    )
