"""A recorded game of points as frames."""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from zerosum.lessons.figures import (
    Animation,
    Arrows,
    Axis,
    Dots,
    Frame,
    HeatMap,
    Line,
    Mark,
    Plot,
)
from zerosum.lessons.planar import Moment, Recording

__all__ = ["film"]

REAL_SHOWN = 72
SAMPLES_SHOWN = 100
ARROWS_SHOWN = 30
LONGEST = 0.35
"""The longest arrow of each frame, in units of the plane."""

_GREY, _PURPLE, _BLUE = 6, 3, 0
_WHOLE = (-1.0, 1.0)


def film(recording: Recording, *, title: str) -> Animation:
    """Make a frame of every moment: the plane as D and G see it, and G's map of the latents.

    Args:
        recording: What was recorded.
        title: What is to be seen, in a line.
    """
    real = recording.observer.real[:REAL_SHOWN]
    return Animation(
        title=title,
        frames=[
            Frame(
                caption=_caption(moment, recording.controls.rounds),
                panels=(_plane(moment, real), _map(moment, real)),
            )
            for moment in recording.moments
        ],
    )


def _caption(moment: Moment, rounds: int) -> str:
    look, number = moment.look, moment.round
    when = {
        "": f"After round {number:,} of {rounds:,}." if number else "Before the first round.",
        "discriminator": f"Round {number + 1:,}: D has moved.",
        "generator": f"Round {number + 1:,}: G has moved.",
    }[moment.moved]
    letters = {"discriminator": "D", "generator": "G"}
    paid = ", ".join(f"{letters[name]} {cost:.3f}" for name, cost in moment.costs.items())
    return (
        f"{when} JS {look.distance.value:.3f}, KL {look.divergence:.2f}."
        f"{f' Paid before moving: {paid}.' if paid else ''}"
    )


def _plane(moment: Moment, real: Tensor) -> Plot:
    look = moment.look
    samples = _columns(look.samples[:SAMPLES_SHOWN])
    x, y = samples[:, :ARROWS_SHOWN]
    pulls = look.downhill[:ARROWS_SHOWN]
    strongest = pulls.norm(dim=1).max().clamp_min(1e-12)  # There are points without any pull.
    dx, dy = _columns(pulls * (LONGEST / strongest))
    marks: list[Mark] = [
        HeatMap(name="D says real", values=look.opinions.numpy().T, x=_WHOLE, y=_WHOLE),
        Dots(name="real points", x=_columns(real)[0], y=_columns(real)[1], colour=_GREY),
        Dots(name="generated points", x=samples[0], y=samples[1], size=4.0, colour=_PURPLE),
        Arrows(name="where they are pulled", x=x, y=y, dx=dx, dy=dy, colour=_PURPLE),
    ]
    return _square("What D says, and where it pulls generated points", marks)


def _map(moment: Moment, real: Tensor) -> Plot:
    x, y = _mesh(_columns(moment.look.lattice))
    marks: list[Mark] = [
        Line(name="a lattice of latents, as G places it", x=x, y=y, colour=_BLUE),
        Dots(name="real points", x=_columns(real)[0], y=_columns(real)[1], colour=_GREY),
    ]
    return _square("Where G leads the latents", marks)


def _mesh(lattice: NDArray[np.float64]) -> NDArray[np.float64]:
    """The lines of a square lattice one after the other, with gaps; or the one line of latents."""
    side = round(lattice.shape[1] ** 0.5)
    if side**2 != lattice.shape[1]:
        return lattice
    square = lattice.reshape(2, side, side)
    lines = np.concatenate([square, square.swapaxes(1, 2)], axis=1)
    gaps = np.full((2, 2 * side, 1), np.nan)
    return np.concatenate([lines, gaps], axis=2).reshape(2, -1)


def _square(title: str, marks: list[Mark]) -> Plot:
    return Plot(
        title=title,
        x=Axis(label="x", limits=_WHOLE),
        y=Axis(label="y", limits=_WHOLE),
        marks=marks,
        equal=True,
    )


def _columns(points: Tensor) -> NDArray[np.float64]:
    """The x and the y of points (n, 2), shape (2, n)."""
    return points.double().numpy().T
