"""Two players who follow gradients: whether they arrive, and the eigenvalues that say so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Annotated, Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from zerosum.equilibria.dynamics import (
    Method,
    Regime,
    outcome,
    regimes,
    spectrum,
    trajectory,
)
from zerosum.equilibria.smooth import LinearField, Point, SmoothGame, jacobian, linearised
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number
from zerosum.lessons.results import Results, Table
from zerosum.lessons.saddle_figures import HIGHEST, crossing, distance, plane, play
from zerosum.lessons.saddle_games import ShownGame, methods, shown_game
from zerosum.types import Progress

__all__ = ["LESSON", "SaddleControls"]

_PARTS = 100
"""Step sizes that are tried, evenly spaced."""
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
    """How far from the equilibrium play begins, as a factor."""
    steps: Annotated[int, Number(20, 400)] = 200
    """How many steps both players take."""


def compute(controls: SaddleControls, progress: Progress) -> Results:
    """Play, and the eigenvalues of a step at the equilibrium."""
    known = methods(controls.momentum)
    shown = shown_game(controls.game, objective=controls.objective, strength=controls.strength)
    game, make = shown.game, known[controls.method]
    start = shown.goal + controls.start * torch.tensor(shown.offset, dtype=torch.float64)
    way = trajectory(game, make(controls.step_size), start, steps=controls.steps)
    progress(1, 2)
    distances = (way - shown.goal).pow(2).sum(dim=1).sqrt().numpy()
    # At a kink there is no Jacobian, and so nothing to say by eigenvalues.
    field = None if game.equilibrium is None else linearised(game)
    eigenvalues = None if field is None else spectrum(make(controls.step_size), field)
    radius = None if eigenvalues is None else eigenvalues.abs().max().item()
    found = {} if field is None else _all_regimes(known, field)
    progress(2, 2)
    return Results(
        answer=_answer(controls, shown, radius, distances),
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
            "elsewhere": _elsewhere(controls, game),
        },
        tables={"sizes": _sizes_table(found)},
        figures={
            "play": play(shown, way.numpy(), distances),
            "distance": distance(shown, distances),
            "plane": plane(eigenvalues),
            "crossing": crossing(known, field, controls.step_size),
        },
    )


def _all_regimes(
    known: Mapping[str, Callable[[float], Method]], field: LinearField
) -> dict[str, tuple[Regime, ...]]:
    return {
        name: regimes(make, field, highest=HIGHEST, parts=_PARTS) for name, make in known.items()
    }


def _gains(game: SmoothGame, point: Point, size: float = 1e-4) -> list[float]:
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


def _elsewhere(controls: SaddleControls, game: SmoothGame) -> dict[str, list[float]]:
    """The equilibrium that least squares have beside the kink; it has θ ψ = ½, λ ψ (1 − ψ) = ½."""
    kind = (controls.game, controls.objective)
    if kind != ("dirac-gradient-penalty", "least-squares") or controls.strength <= 2:
        return {}
    psi = (1 + sqrt(1 - 2 / controls.strength)) / 2
    point = torch.tensor([1 / (2 * psi), psi], dtype=torch.float64)
    return {
        "point": point.tolist(),
        "slopes": game.at(point).tolist(),
        "curvatures": jacobian(game, point).diag().tolist(),
    }


def _answer(
    controls: SaddleControls, shown: ShownGame, radius: float | None, distances: _Array
) -> str:
    played = (
        f"After {len(distances) - 1} steps play is {distances[-1]:.3g} away from "
        f"{shown.goal_name}; it began {distances[0]:.3g} away."
    )
    if radius is None:
        return (
            f"The gradient penalty has a kink at {shown.goal_name}, so eigenvalues say nothing of "
            f"that point. {played}"
        )
    words = {"converges": "converges", "cycles": "neither converges nor diverges"}
    kind = words.get(outcome(radius), "diverges")
    return (
        f"{controls.game}, {controls.method}, steps of {controls.step_size:g}: the greatest |λ| "
        f"is {radius:.4f}, so play near the equilibrium {kind}. {played}"
    )


def _sizes_table(found: Mapping[str, Sequence[Regime]]) -> Table:
    return Table(
        title=f"What step sizes η up to {HIGHEST} do near the equilibrium, "
        f"tried {HIGHEST / _PARTS:g} apart",
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


def _highest(results: Results, method: str, kind: str) -> float:
    """The step size up to which a method's outcome is of that kind, from 0 on; 0: never."""
    low, high, found = results.numbers["regimes"][method][0]
    assert low == 0
    return float(high) if found == kind else 0.0


def _damped(curvature: float, slope: float) -> float:
    """Up to which step size simultaneous steps converge if J is (0, −s; s, curvature)."""
    if curvature < 2 * slope:
        return curvature / slope**2
    return 4 / (curvature + sqrt(curvature**2 - 4 * slope**2))


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
        _highest(results, "simultaneous", "diverges") == HIGHEST
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
        return _highest(results, "momentum", "diverges") == HIGHEST
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
    "The Dirac-GAN alone diverges under simultaneous steps. With R1 these converge for "
    "η < γ/s², s the slope of the loss at an undecided logit, if γ < 2 s; for stronger R1 up to "
    "4/(γ + √(γ² − 4 s²)), which falls."
)
def _r1(controls: SaddleControls, results: Results) -> bool | None:
    slope, gamma = _SLOPES.get(controls.objective, 0.5), controls.strength
    if controls.game == "dirac":
        return _highest(results, "simultaneous", "diverges") == HIGHEST
    if controls.game != "dirac-r1":
        return None
    border = min(_damped(gamma, slope), HIGHEST)
    return abs(_highest(results, "simultaneous", "converges") - border) < 1e-4


@states(
    "Instance noise acts as R1 with γ = σ²/2 for logarithms, and with 4 σ² for least squares; "
    "with hinge and Wasserstein losses it does nothing: simultaneous steps diverge."
)
def _noise(controls: SaddleControls, results: Results) -> bool | None:
    if controls.game != "dirac-noise":
        return None
    if controls.objective in ("hinge", "wasserstein"):
        return _highest(results, "simultaneous", "diverges") == HIGHEST
    shares = {"least-squares": 4.0}
    curvature = shares.get(controls.objective, 0.5) * controls.strength**2
    border = min(_damped(curvature, _SLOPES.get(controls.objective, 0.5)), HIGHEST)
    if border < HIGHEST / _PARTS:
        return None  # Between the step sizes that are tried.
    return abs(_highest(results, "simultaneous", "converges") - border) < 1e-4


@states(
    "On the mixture small simultaneous steps converge, without any penalty; with hinge and "
    "Wasserstein losses they diverge at any size."
)
def _mixture(controls: SaddleControls, results: Results) -> bool | None:
    if controls.game != "mixture":
        return None
    if controls.objective in ("hinge", "wasserstein"):
        return _highest(results, "simultaneous", "diverges") == HIGHEST
    return _highest(results, "simultaneous", "converges") > 0.5


@states(
    "Alternating steps on the Dirac-GAN, with |λ| = 1: in two turns play comes nearer with the "
    "non-saturating loss, and stays as far away with the minimax loss."
)
def _where_eigenvalues_stop(controls: SaddleControls, results: Results) -> bool | None:
    far, eta = results.numbers["distances"], controls.step_size
    if (controls.game, controls.method) != ("dirac", "alternating"):
        return None
    if not (controls.start >= 0.5 and eta <= 1.5 and eta * controls.steps >= 23):
        return None  # Too little time, or steps that are no turning any more.
    late = float(far[len(far) // 2 :].max() / far[0])
    return {"non-saturating": late < 0.8, "minimax": late > 0.9}.get(controls.objective)


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
    "With least squares and a gradient penalty of λ > 2, play can rest at a wrong point: at "
    "θ ψ = ½, λ ψ (1 − ψ) = ½ neither player's cost has a slope, and both are curved upwards."
)
def _rests_elsewhere(_: SaddleControls, results: Results) -> bool | None:
    found = results.numbers["elsewhere"]
    return bool(np.abs(found["slopes"]).max() < 1e-9 < min(found["curvatures"])) if found else None


@states(
    "In x y and x² − y², which are linear, play ends nearer than it began if all |λ| are below 1, "
    "and farther if one is above."
)
def _eigenvalues_tell(controls: SaddleControls, results: Results) -> bool | None:
    distances, radius = results.numbers["distances"], results.numbers["radius"]
    if (
        controls.game not in ("xy", "x2-y2")
        or controls.steps * abs(np.log(max(radius, 1e-300))) < 4
    ):
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
        _noise,
        _mixture,
        _gradient_penalty,
        _rests_elsewhere,
        _where_eigenvalues_stop,
    ],
    held={"game": get_args(_Game), "method": get_args(_MethodName)},
)
