"""What is played in the lesson on gradient steps, and how, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from zerosum.equilibria.dynamics import Extragradient, GradientStep, Method, Optimistic
from zerosum.equilibria.smooth import Point, QuadraticGame, SmoothGame, dirac_gan, mixture_gan

__all__ = ["ShownGame", "methods", "shown_game"]


@dataclass(frozen=True)
class ShownGame:
    """A game as it is shown.

    Attributes:
        game: The game.
        offset: Where play begins, from the equilibrium.
        axes: What the first two numbers of a point are.

    Example:
        >>> ShownGame(QuadraticGame(coupling=1.0), (1.0, 1.0), ("x", "y")).game.sizes
        (1, 1)
    """

    game: SmoothGame
    offset: tuple[float, ...]
    axes: tuple[str, str]

    @property
    def goal(self) -> Point:
        """The equilibrium, or where it would be without the kink that a penalty has there."""
        known = self.game.equilibrium
        return torch.zeros(len(self.offset), dtype=torch.float64) if known is None else known

    @property
    def goal_name(self) -> str:
        """What it is called."""
        return "the equilibrium" if self.game.equilibrium is not None else "θ = ψ = 0"


def shown_game(name: str, *, objective: str, strength: float) -> ShownGame:
    """Make the game of that name.

    Args:
        name: One of the names that `SaddleControls` knows.
        objective: The objective, if it is a GAN.
        strength: Weight of its penalty, or standard deviation of its noise.

    Example:
        >>> shown_game("dirac-r1", objective="minimax", strength=0.5).axes
        ('generator θ', 'discriminator ψ')
    """
    dirac = ((1.0, 1.0), ("generator θ", "discriminator ψ"))
    match name:
        case "xy":
            return ShownGame(QuadraticGame(coupling=1.0), (1.0, 1.0), ("x", "y"))
        case "x2-y2":
            return ShownGame(QuadraticGame(curvature=2.0), (1.0, 1.0), ("x", "y"))
        case "dirac":
            return ShownGame(dirac_gan(objective), *dirac)
        case "dirac-r1":
            return ShownGame(dirac_gan(objective, r1=strength), *dirac)
        case "dirac-noise":
            return ShownGame(dirac_gan(objective, noise=strength), *dirac)
        case "dirac-gradient-penalty":
            return ShownGame(dirac_gan(objective, gradient_penalty=strength), *dirac)
        case "mixture":
            axes = ("generator's first mean", "generator's second mean")
            return ShownGame(mixture_gan(objective), (0.8, -0.6, 0.0, 0.0), axes)
    raise AssertionError(name)


def methods(momentum: float) -> Mapping[str, Callable[[float], Method]]:
    """Ways to step, by name; each makes the method of a step size.

    A momentum of less than a billionth is taken for none: eigenvalues could not be computed.

    Example:
        >>> list(methods(0.5))
        ['simultaneous', 'alternating', 'momentum', 'extragradient', 'optimistic']
    """
    momentum = momentum if abs(momentum) > 1e-9 else 0.0
    return {
        "simultaneous": lambda size: GradientStep(step_size=size),
        "alternating": lambda size: GradientStep(step_size=size, alternating=True),
        "momentum": lambda size: GradientStep(step_size=size, momentum=momentum, alternating=True),
        "extragradient": lambda size: Extragradient(step_size=size),
        "optimistic": lambda size: Optimistic(step_size=size),
    }
