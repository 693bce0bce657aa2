"""Play of two players in pictures: the way, the distance, and the eigenvalues of a step."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Complex
from numpy.typing import NDArray
from torch import Tensor

from zerosum.equilibria.dynamics import Method, radii
from zerosum.equilibria.smooth import LinearField
from zerosum.lessons.figures import Animation, Arrows, Axis, Dots, Frame, Line, Plot, Rule
from zerosum.lessons.saddle_games import ShownGame

__all__ = ["HIGHEST", "crossing", "distance", "plane", "play"]

HIGHEST = 2.5
"""The greatest step size."""

_SIZES = torch.linspace(0.025, HIGHEST, 100, dtype=torch.float64)
_FRAMES = 12
_POINTS = 200
"""Points of a way in a picture, at most."""

_Array = NDArray[np.float64]


def play(shown: ShownGame, way: _Array, distances: _Array) -> Animation:
    """Draw the first two numbers of the points of a way, step by step.

    Example:
        >>> from zerosum.lessons.saddle_games import shown_game
        >>> shown = shown_game("xy", objective="minimax", strength=1.0)
        >>> way = np.array([[1.0, 1.0], [0.5, 1.5]])
        >>> len(play(shown, way, np.ones(2)).frames)
        2
    """
    goal = shown.goal.numpy()[:2]
    reach = float(np.clip(np.abs(way[:, :2] - goal).max() * 1.15, 0.2, 4.0))
    limits = [(float(middle - reach), float(middle + reach)) for middle in goal]
    arrows = _field(shown, limits) if sum(shown.game.sizes) == 2 else []
    # Until it leaves the picture for good.
    last = int(np.flatnonzero(np.abs(way[:, :2] - goal).max(axis=1) <= reach).max())
    ends = np.unique(np.linspace(0, last, _FRAMES).round().astype(int))
    stride = -(-len(way) // _POINTS)

    def frame(end: int) -> Frame:
        seen = np.concatenate([way[:end:stride], way[end : end + 1]])
        plot = Plot(
            title="Where both players stand",
            x=Axis(label=shown.axes[0], limits=limits[0]),
            y=Axis(label=shown.axes[1], limits=limits[1]),
            marks=[
                *arrows,
                Line(name="the way", x=seen[:, 0], y=seen[:, 1], colour=0),
                Dots(name="steps", x=seen[-20:, 0], y=seen[-20:, 1], size=4, colour=0),
                Dots(name="now", x=seen[-1:, 0], y=seen[-1:, 1], size=9, colour=1),
                Dots(name=shown.goal_name, x=goal[:1], y=goal[1:], size=7, colour=6),
            ],
            equal=True,
        )
        return Frame(caption=f"step {end}: {distances[end]:.3g} away", panels=[plot])

    return Animation(title="Play", frames=[frame(int(end)) for end in ends])


def _field(shown: ShownGame, limits: Sequence[tuple[float, float]]) -> list[Arrows]:
    """Where both players are pulled, at five by five points; longest arrows fill their cell."""
    xs, ys = (np.linspace(*each, 7)[1:-1] for each in limits)
    points = np.array([(x, y) for x in xs for y in ys])
    pulls = -np.array([shown.game.at(torch.from_numpy(point)).numpy() for point in points])
    longest = max(np.linalg.norm(pulls, axis=1).max(), 1e-9)
    pulls *= 0.8 * (xs[1] - xs[0]) / longest
    return [
        Arrows(
            name="pull of both costs",
            x=points[:, 0],
            y=points[:, 1],
            dx=pulls[:, 0],
            dy=pulls[:, 1],
            colour=2,
        )
    ]


def distance(shown: ShownGame, distances: _Array) -> Plot:
    """Draw how far play is from its goal.

    Example:
        >>> from zerosum.lessons.saddle_games import shown_game
        >>> shown = shown_game("xy", objective="minimax", strength=1.0)
        >>> distance(shown, np.ones(3)).title
        'Distance from the equilibrium'
    """
    seen = np.maximum(distances, 1e-9)
    return Plot(
        title=f"Distance from {shown.goal_name}",
        x=Axis(label="step"),
        y=Axis(label="distance", log=bool(seen.max() > 20 * seen.min())),
        marks=[Line(name="", x=np.arange(float(len(seen))), y=seen, colour=0)],
    )


def plane(eigenvalues: Complex[Tensor, " s"] | None) -> Plot:
    """Draw eigenvalues and the unit circle.

    Example:
        >>> plane(None).marks[0].name
        '|λ| = 1'
    """
    turn = np.linspace(0, 2 * np.pi, 73)
    found = np.zeros(0, dtype=complex) if eigenvalues is None else eigenvalues.numpy()
    reach = max(1.2, 1.1 * float(np.abs(found).max(initial=0.0)))
    return Plot(
        title="Eigenvalues λ of one step: inside the circle play shrinks, outside it grows",
        x=Axis(label="real part", limits=(-reach, reach)),
        y=Axis(label="imaginary part", limits=(-reach, reach)),
        marks=[
            Line(name="|λ| = 1", x=np.cos(turn), y=np.sin(turn), dashed=True, colour=6),
            Dots(name="λ", x=found.real, y=found.imag, size=9, colour=1),
        ],
        equal=True,
    )


def crossing(
    known: Mapping[str, Callable[[float], Method]], field: LinearField | None, step_size: float
) -> Plot:
    """Draw the greatest |λ| of each method over step sizes.

    Example:
        >>> [mark.name for mark in crossing({}, None, 0.3).marks]
        ['', 'now']
    """
    return Plot(
        title="The greatest |λ| of each method",
        x=Axis(label="step size η", limits=(0, HIGHEST)),
        y=Axis(label="greatest |λ|", limits=(0.4, 1.6)),
        marks=[
            Rule(name="", at=1.0),
            *(
                Line(name=name, x=_SIZES.numpy(), y=radii(make, field, _SIZES).numpy())
                for name, make in known.items()
                if field is not None
            ),
            Rule(name="now", at=step_size, axis="x"),
        ],
    )
