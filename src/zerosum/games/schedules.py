"""Numbers that change while a run goes on: functions of the images seen, so nothing is saved."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi

from zerosum.registry import Table

__all__ = ["SHAPES", "STEADY", "Schedule"]

SHAPES: Table[Callable[[float], float]] = Table(
    "shape of a schedule",
    {"cosine": lambda time: (1 - cos(pi * time)) / 2, "linear": lambda time: time},
)
"""The share of the way that is gone when a share of the time is over; both from 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A number on its way from one value to another, where it stays.

    Attributes:
        start: The value at 0 images.
        end: The value from ``until`` images on.
        until: Images that the way takes; 0: the value is ``end`` at once.
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

    def at(self, images: int) -> float:
        """The value after that many images."""
        if images >= self.until:
            return self.end
        share = SHAPES[self.shape](images / self.until)
        return self.start + share * (self.end - self.start)


STEADY = Schedule(start=1.0, end=1.0, until=0)
"""A factor that changes nothing."""
