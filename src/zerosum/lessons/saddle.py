"""Two players who follow gradients: whether they arrive, and the eigenvalues that say so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Annotated, Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from zerosum.equilibria.dynamics import (
    Method,
    Regime,
    outcome,
    radii,
    regimes,
    spectrum,
    trajectory,
)
from zerosum.equilibria.smooth import LinearField, SmoothGame, linearised
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number
from zerosum.lessons.figures import Animation, Arrows, Axis, Dots, Frame, Line, Plot, Rule
from zerosum.lessons.results import Results, Table
from zerosum.lessons.saddle_games import ShownGame, methods, shown_game
from zerosum.types import Progress

__all__ = ["LESSON", "SaddleControls"]

_HIGHEST = 2.5
"""The greatest step size."""
_SIZES = torch.linspace(0.025, _HIGHEST, 100, dtype=torch.float64)
_FRAMES = 12
_POINTS = 200
"""Points of a way in a picture, at most."""
_SLOPES = {"least-squares": 1.0, "hinge": 1.0, "wasserstein": 1.0}
"""How steep an objective is at the logit of an undecided discriminator; the others: ½."""

_Array = NDArray[np.float64]

_Game = Literal[
    "xy", "x2-y2", "dirac", "dirac-r1", "dirac-noise", "dirac-gradient-penalty", "mixture"
]
_MethodName = Literal["simultaneous", "alternating", "momentum", "extragradient", "optimistic"]


@dataclass(frozen=True, kw_only=True)
class SaddleControls(Controls):
    """A game, and how its players move."""

    game: _Game = "xy"
    """What is played: min over x, max over y of x y, or of x² − y²; or a GAN on a line."""
    method: _MethodName = "simultaneous"
    """How the players step; momentum: alternating steps with it."""
    step_size: Annotated[float, Number(0.01, 2.5)] = 0.3
    """Learning rate η of both players."""
    momentum: Annotated[float, Number(-0.9, 0.9)] = -0.5
    """β of the method momentum; a negative one damps."""
    objective: Literal[
        "minimax", "non-saturating", "least-squares", "hinge", "wasserstein", "relativistic"
    ] = "minimax"
    """What generator and discriminator pay in the GANs."""
    strength: Annotated[float, Number(0.05, 3)] = 0.5
    """Weight γ of R1, standard deviation of the noise, or weight λ of the gradient penalty."""
    start: Annotated[float, Number(0.05, 2)] = 1.0
    """How far from the equilibrium play begins."""
    steps: Annotated[int, Number(20, 400)] = 200
    """How many steps both players take."""


def compute(controls: SaddleControls, progress: Progress) -> Results:
    """Play, and the eigenvalues of a step at the equilibrium."""
    known = methods(controls.momentum)
    shown = shown_game(controls.game, objective=controls.objective, strength=controls.strength)
    game, make = shown.game, known[controls.method]
    goal = _goal(shown)
    start = goal + controls.start * torch.tensor(shown.offset, dtype=torch.float64)
    way = trajectory(game, make(controls.step_size), start, steps=controls.steps)
    progress(1, 2)
    distances = (way - goal).pow(2).sum(dim=1).sqrt().numpy()
    # At a kink there is no Jacobian, and so nothing to say by eigenvalues.
    field = None if game.equilibrium is None else linearised(game)
    eigenvalues = None if field is None else spectrum(make(controls.step_size), field)
    radius = None if eigenvalues is None else eigenvalues.abs().max().item()
    found = {} if field is None else _all_regimes(known, field)
    progress(2, 2)
    return Results(
        answer=_answer(controls, radius, distances),
        numbers={
            "momentum": controls.momentum,
            "radius": "none" if radius is None else radius,
            "outcome": "unknown" if radius is None else outcome(radius),
            "distances": distances,
            "eigenvalues": [] if eigenvalues is None else eigenvalues.numpy(),
            "regimes": {
                name: [(each.low, each.high, each.outcome) for each in ranges]
                for name, ranges in found.items()
            },
            "gains": _gains(game, start),
        },
        tables={"sizes": _sizes_table(found)},
        figures={
            "play": _play(shown, way.numpy(), distances),
            "distance": _distance(distances),
            "plane": _plane(eigenvalues),
            "crossing": _crossing(controls, known, field),
        },
    )


def _goal(shown: ShownGame) -> Tensor:
    """The equilibrium, or where it would be without the kink."""
    known = shown.game.equilibrium
    return torch.zeros(len(shown.offset), dtype=torch.float64) if known is None else known


def _all_regimes(
    known: Mapping[str, Callable[[float], Method]], field: LinearField
) -> dict[str, tuple[Regime, ...]]:
    return {
        name: regimes(make, field, highest=_HIGHEST, parts=100) for name, make in known.items()
    }


def _gains(game: SmoothGame, point: Tensor, size: float = 1e-4) -> list[float]:
    """What each player's cost falls by if it alone takes a small step, for its square slope."""
    field, before = game.at(point), game.costs(point)
    split, falls = game.sizes[0], []
    for player, part in enumerate((slice(None, split), slice(split, None))):
        moved = point.clone()
        moved[part] -= size * field[part]
        fall = (before[player] - game.costs(moved)[player]).item()
        square = field[part].square().sum().item()
        falls.append(fall / (size * square) if square > 1e-8 else 1.0)
    return falls


def _answer(controls: SaddleControls, radius: float | None, distances: _Array) -> str:
    played = (
        f"After {len(distances) - 1} steps play is {distances[-1]:.3g} away from the equilibrium; "
        f"it began {distances[0]:.3g} away."
    )
    if radius is None:
        return (
            "With a gradient penalty there is no equilibrium at which the costs are smooth, so "
            f"eigenvalues say nothing. {played}"
        )
    words = {"converges": "converges", "cycles": "neither converges nor diverges"}
    kind = words.get(outcome(radius), "diverges")
    return (
        f"{controls.game}, {controls.method}, steps of {controls.step_size:g}: the greatest |λ| "
        f"is {radius:.4f}, so play near the equilibrium {kind}. {played}"
    )


def _sizes_table(found: Mapping[str, Sequence[Regime]]) -> Table:
    return Table(
        title=f"What step sizes η up to {_HIGHEST} do near the equilibrium",
        columns=("method", "play ..."),
        rows=[(name, _told(ranges)) for name, ranges in found.items()]
        or [("all", "no Jacobian: the gradient penalty has a kink there")],
    )


def _told(ranges: Sequence[Regime]) -> str:
    if len(ranges) == 1:
        return f"{ranges[0].outcome} with all of them"
    first, *middle, last = ranges
    words = [
        f"{first.outcome} below {first.high:.4g}",
        *(f"{each.outcome} from {each.low:.4g} to {each.high:.4g}" for each in middle),
        f"{last.outcome} above {last.low:.4g}",
    ]
    return ", ".join(words)


def _play(shown: ShownGame, way: _Array, distances: _Array) -> Animation:
    goal = _goal(shown).numpy()[:2]
    reach = float(np.clip(np.abs(way[:, :2] - goal).max() * 1.15, 0.2, 4.0))
    limits = [(float(middle - reach), float(middle + reach)) for middle in goal]
    arrows = _field(shown, limits) if sum(shown.game.sizes) == 2 else []
    # Until it leaves the picture for good.
    last = int(np.flatnonzero(np.abs(way[:, :2] - goal).max(axis=1) <= reach).max())
    ends = np.unique(np.linspace(0, min(last + 1, len(way) - 1), _FRAMES).round().astype(int))
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
                Dots(name="equilibrium", x=goal[:1], y=goal[1:], size=7, colour=6),
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


def _distance(distances: _Array) -> Plot:
    shown = np.maximum(distances, 1e-9)
    return Plot(
        title="Distance from the equilibrium",
        x=Axis(label="step"),
        y=Axis(label="distance", log=bool(shown.max() > 20 * shown.min())),
        marks=[Line(name="", x=np.arange(float(len(shown))), y=shown, colour=0)],
    )


def _plane(eigenvalues: Tensor | None) -> Plot:
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


def _crossing(
    controls: SaddleControls,
    known: Mapping[str, Callable[[float], Method]],
    field: LinearField | None,
) -> Plot:
    return Plot(
        title="The greatest |λ| of each method",
        x=Axis(label="step size η", limits=(0, _HIGHEST)),
        y=Axis(label="greatest |λ|", limits=(0.4, 1.6)),
        marks=[
            Rule(name="", at=1.0),
            *(
                Line(name=name, x=_SIZES.numpy(), y=radii(make, field, _SIZES).numpy())
                for name, make in known.items()
                if field is not None
            ),
            Rule(name="now", at=controls.step_size, axis="x"),
        ],
    )


def _highest(results: Results, method: str, kind: str) -> float:
    """The step size up to which a method's outcome is of that kind, from 0 on; 0: never."""
    low, high, found = results.numbers["regimes"][method][0]
    assert low == 0
    return float(high) if found == kind else 0.0


@states("A small step of one player alone lowers that player's own cost, by its square slope.")
def _each_player_lowers_its_own_cost(_: SaddleControls, results: Results) -> bool:
    return all(abs(share - 1) < 1e-2 for share in results.numbers["gains"])


@states(
    "On x y: simultaneous steps have |λ| = √(1 + η²) and always diverge; alternating ones cycle "
    "for η < 2; extragradient converges for η < 1, optimistic steps for η < 1/√3."
)
def _xy(controls: SaddleControls, results: Results) -> bool | None:
    if controls.game != "xy":
        return None
    eta, found = controls.step_size, results.numbers["radius"]
    exact = {
        "simultaneous": sqrt(1 + eta**2),
        "extragradient": sqrt((1 - eta**2) ** 2 + eta**2),
        "alternating": max(1.0, eta * eta / 2 - 1 + eta * sqrt(max(eta * eta / 4 - 1, 0.0))),
        "optimistic": float(np.abs(np.roots([1, -(1 - 2j * eta), -1j * eta])).max()),
    }
    return abs(found - exact.get(controls.method, found)) < 1e-6 and bool(
        _highest(results, "simultaneous", "diverges") == _HIGHEST
        and np.isclose(_highest(results, "alternating", "cycles"), 2, atol=1e-5)
        and np.isclose(_highest(results, "extragradient", "converges"), 1, atol=1e-5)
        and np.isclose(_highest(results, "optimistic", "converges"), 1 / sqrt(3), atol=1e-5)
    )


@states(
    "On x y, alternating steps with negative momentum β converge for η < 2 (1 + β), and with "
    "positive momentum they diverge at any step size."
)
def _momentum(controls: SaddleControls, results: Results) -> bool | None:
    beta = controls.momentum
    if controls.game != "xy" or abs(beta) < 0.05:
        return None
    if beta > 0:
        return _highest(results, "momentum", "diverges") == _HIGHEST
    return abs(_highest(results, "momentum", "converges") - 2 * (1 + beta)) < 1e-4


@states(
    "On x² − y² plain steps converge for η < 1; extragradient only for η < 1/2, and optimistic "
    "steps for η < 1/3."
)
def _own_curvature(controls: SaddleControls, results: Results) -> bool | None:
    if controls.game != "x2-y2":
        return None
    expected = {
        "simultaneous": 1.0,
        "alternating": 1.0,
        "extragradient": 0.5,
        "optimistic": 1 / 3,
    }
    return all(
        abs(_highest(results, name, "converges") - size) < 1e-5 for name, size in expected.items()
    )


@states(
    "The Dirac-GAN alone diverges under simultaneous steps; with R1 these converge for "
    "η < γ/s², s the slope of the loss at an undecided logit, if γ < 2 s."
)
def _r1(controls: SaddleControls, results: Results) -> bool | None:
    slope, gamma = _SLOPES.get(controls.objective, 0.5), controls.strength
    if controls.game == "dirac":
        return _highest(results, "simultaneous", "diverges") == _HIGHEST
    if controls.game != "dirac-r1" or gamma >= 2 * slope:
        return None
    border = min(gamma / slope**2, _HIGHEST)
    return abs(_highest(results, "simultaneous", "converges") - border) < 1e-4


@states(
    "With a gradient penalty towards 1 play on the Dirac-GAN does not arrive, whatever the "
    "method: at the end it is still more than a tenth of η away."
)
def _gradient_penalty(controls: SaddleControls, results: Results) -> bool | None:
    if controls.game != "dirac-gradient-penalty":
        return None
    late = results.numbers["distances"][-len(results.numbers["distances"]) // 4 :]
    return bool(late.max() > controls.step_size / 10)


@states(
    "In x y and x² − y², which are linear, play ends nearer than it began if all |λ| are below 1, "
    "and farther if one is above."
)
def _eigenvalues_tell(controls: SaddleControls, results: Results) -> bool | None:
    distances, radius = results.numbers["distances"], results.numbers["radius"]
    if controls.game not in ("xy", "x2-y2") or controls.steps * abs(np.log(radius)) < 4:
        return None  # Too little time for the slowest part to show.
    return bool((distances[-1] < distances[0]) == (radius < 1))


LESSON = Lesson(
    controls=SaddleControls,
    compute=compute,
    claims=[
        _each_player_lowers_its_own_cost,
        _eigenvalues_tell,
        _xy,
        _momentum,
        _own_curvature,
        _r1,
        _gradient_penalty,
    ],
    held={"game": get_args(_Game), "method": get_args(_MethodName)},
)
