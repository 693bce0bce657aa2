"""Numbers that change while a run goes on, as functions of the images seen: no state is saved."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, tanh

from zerosum.registry import Table

__all__ = ["CONSTANT", "SHAPES", "STEADY", "Pace", "Schedule", "annealed", "ramped"]

_STEEPNESS, _POWER = 10.0, 0.75  # α and β of Ganin et al.; γ is 10 too


def _annealing(time: float) -> float:
    return float((1.0 + _STEEPNESS * time) ** -_POWER)


SHAPES: Table[Callable[[float], float]] = Table(
    "shape of a schedule",
    {
        "cosine": lambda time: (1 - cos(pi * time)) / 2,
        "linear": lambda time: time,
        "saturating": lambda time: tanh(5.0 * time) / tanh(5.0),
        "annealing": lambda time: (1.0 - _annealing(time)) / (1.0 - _annealing(1.0)),
    },
)
"""How far a schedule has come, as a function of the elapsed time; both from 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A number that goes from one value to another, and stays there.

    Attributes:
        start: The value at 0 images.
        end: The value from ``until`` images on.
        until: Images in which it gets there; 0: the value is ``end`` at once.
        shape: A name in ``SHAPES``.

    Example:
        >>> beta2 = Schedule(start=0.9, end=0.99, until=1000)
        >>> [round(beta2.at(images), 4) for images in (0, 250, 500, 1000, 2000)]
        [0.9, 0.9132, 0.945, 0.99, 0.99]
    """

    start: float
    end: float
    until: int
    shape: str = "cosine"

    def at(self, images_seen: int) -> float:
        """The value after that many images."""
        if images_seen >= self.until:
            return self.end
        progress = SHAPES[self.shape](images_seen / self.until)
        return self.start + progress * (self.end - self.start)


STEADY = Schedule(start=1.0, end=1.0, until=0)
"""The factor 1, always."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How a player's learning rate and its optimizer's decays change while a run goes on.

    Attributes:
        decay: The images between which the learning rate falls linearly to zero; or None.
        rate: Factor on the learning rate, besides.
        annealing: Another one.
        halving: The images in which the learning rate falls to its half, besides; or None.
        beta2: Decay of Adam's mean of squared gradients; None: what the optimizer was made with.
        momentum: Decay of the velocity of gradient descent; None: likewise.

    Example:
        >>> pace = Pace(decay=(100, 200), rate=Schedule(start=4.0, end=1.0, until=100))
        >>> [pace.factor(images) for images in (0, 100, 150, 200)]
        [4.0, 1.0, 0.5, 0.0]
    """

    decay: tuple[int, int] | None = None
    rate: Schedule = STEADY
    annealing: Schedule = STEADY
    halving: int | None = None
    beta2: Schedule | None = None
    momentum: Schedule | None = None

    def factor(self, images_seen: int) -> float:
        """The factor on the learning rate after that many images."""
        decay = 1.0
        if self.decay is not None:
            start, end = self.decay
            decay = min(1.0, max(0.0, (end - images_seen) / (end - start)))
        if self.halving is not None:
            decay *= 0.5 ** (images_seen / self.halving)
        return decay * self.rate.at(images_seen) * self.annealing.at(images_seen)


CONSTANT = Pace()
"""A pace that changes nothing."""


def ramped(weight: float, until: int) -> Schedule:
    """λ(p) = weight · (2 / (1 + exp(−10 p)) − 1), p being images / ``until``, up to p = 1.

    That is weight · tanh(5 p): the adversary's weight rises slowly, while it has learnt little.

    Args:
        weight: The limit of λ.
        until: Images at which p is 1; 0: λ is there at once.

    Paper:
        Ganin et al. 2016, section 5.2.2, https://arxiv.org/abs/1505.07818

    Example:
        >>> strength = ramped(1.0, 1000)
        >>> [round(strength.at(images), 5) for images in (0, 500, 1000, 2000)]
        [0.0, 0.98661, 0.99991, 0.99991]
    """
    return Schedule(start=0.0, end=weight * tanh(5.0), until=until, shape="saturating")


def annealed(until: int) -> Schedule:
    """The factor 1 / (1 + 10 p)^0.75 on a learning rate, p being images / ``until``, up to p = 1.

    Paper:
        Ganin et al. 2016, section 5.2.2, https://arxiv.org/abs/1505.07818

    Example:
        >>> [round(annealed(1000).at(images), 4) for images in (0, 100, 1000, 2000)]
        [1.0, 0.5946, 0.1656, 0.1656]
    """
    return Schedule(start=1.0, end=_annealing(1.0), until=until, shape="annealing")
