"""Is a trained pair at an equilibrium? Slopes, curvatures, and what each could gain alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from zerosum.equilibria.curvature import (
    Curvature,
    Slope,
    WeightSpace,
    costs_along,
    curvature_along,
    extreme_curvatures,
    slope,
)
from zerosum.errors import RunError
from zerosum.games.base import Game, Turn
from zerosum.games.generating import DISCRIMINATOR, GENERATOR
from zerosum.jobs.looking import loop_of_run
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, RunFolder, Seed
from zerosum.lessons.figures import Axis, Line, Plot, Rule
from zerosum.lessons.packaged import packaged_loop
from zerosum.lessons.results import Results, Table
from zerosum.training.loop import Loop
from zerosum.training.standing import StandingRound
from zerosum.types import Progress

__all__ = ["LESSON", "CheckpointControls"]

_NEAR = 1e-3
"""Over which distance the cost's bend is measured, beside its second derivative."""

_NEAREST = 1e-4
"""The shortest step: over less, differences of costs in 32 bits are rounding."""

_WORTH = 1e-3
"""The smallest fall of a cost that is called one: less could be rounding."""

_ROLES = (DISCRIMINATOR, GENERATOR)

_Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class CheckpointControls(Controls):
    """A run, or the small GAN of digits that is part of zerosum; and a batch of it."""

    run: RunFolder = None
    """A run with a generator and a discriminator; none: the packaged GAN of digits."""
    ahead: Annotated[int, Number(0, 100)] = 0
    """How many rounds after the run's next one the batch is that everything is computed on."""
    batch_size: Annotated[int, Number(8, 256)] = 32
    """Real pictures in the batch of the packaged GAN; a run has its own."""
    reach: Annotated[float, Number(0.002, 0.3)] = 0.03
    """How far to go along a line, in shares of the weights' size."""
    seed: Seed = 0
    """Of the search for curvatures; without a run, also of batch and latents."""


@dataclass(frozen=True)
class _Curved:
    """Extreme curvatures; and those in their directions, with the gradient's between them."""

    least: Curvature
    greatest: Curvature
    along: Sequence[float]

    @property
    def extremes(self) -> tuple[float, float]:
        """The least and the greatest."""
        return self.least.value, self.greatest.value


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What was found of one player.

    Attributes:
        cost: What it pays.
        scores: What the game records of its turn.
        slope: The gradient of its cost.
        shared: The cosine of the angle between it and the gradient on the batch after.
        curved: Its curvatures.
        lines: Costs along the three directions, by name.
        bends: Second differences of the cost over `_NEAR` along the two extreme ones.
        again: The cost after all.
    """

    cost: float
    scores: Mapping[str, float]
    slope: Slope
    shared: float
    curved: _Curved
    lines: Mapping[str, _Array]
    bends: Sequence[float]
    again: float

    @property
    def gain(self) -> float:
        """The greatest fall of its cost on the lines tried."""
        return self.cost - min(float(line.min()) for line in self.lines.values())


def compute(controls: CheckpointControls, progress: Progress) -> Results:
    """Look at both players on one batch."""
    loop = _opened(controls)
    names = _players_of(loop.game)
    standing, other = rounds_of(loop, controls.ahead)
    distances = _distances(controls.reach)
    looks = {}
    for done, (role, name) in enumerate(names.items()):
        progress(done, len(names))
        looks[role] = _look(standing, other, name, distances, controls.seed)
    progress(len(names), len(names))
    return Results(
        answer=_answer(looks, distances),
        numbers=_numbers(standing, looks, distances),
        tables={"players": _table(looks), "bends": _bends_table(looks)},
        figures={role: _figure(role, look, distances) for role, look in looks.items()},
    )


def _opened(controls: CheckpointControls) -> Loop[Any]:
    if controls.run is not None:
        return loop_of_run(Path(controls.run))
    return packaged_loop(seed=controls.seed, batch_size=controls.batch_size)


def rounds_of(loop: Loop[Any], ahead: int) -> tuple[StandingRound, StandingRound]:
    """Two rounds, one after the other, in which all players have a turn."""
    first = StandingRound(loop, ahead=ahead)
    return first, StandingRound(loop, ahead=first.number - loop.rounds + 1)


def _players_of(game: Game[Any]) -> dict[str, str]:
    """The first player of each of the two roles, by role.

    Raises:
        RunError: There is none of one.
    """
    found: dict[str, str] = {}
    for name in game.players:
        found.setdefault(game.roles.get(name, name), name)
    if not found.keys() >= set(_ROLES):
        raise RunError(
            "expected a run of a generator against a discriminator; this one trains "
            f"{', '.join(game.players)}."
        )
    return {role: found[role] for role in _ROLES}


def _distances(reach: float) -> _Array:
    """To both sides, denser near 0, with 0, `_NEAREST` and `_NEAR` among them."""
    half = np.unique([*reach * np.array([0.15, 0.3, 0.5, 0.75, 1.0]), _NEAR, _NEAREST])
    return np.concatenate([-half[::-1], [0.0], half])


def _look(
    standing: StandingRound, other: StandingRound, name: str, distances: _Array, seed: int
) -> _Look:
    space = WeightSpace(standing.loop.game.players[name].parameters, relative=True)
    cost = standing.cost(name).item()
    elsewhere = slope(other.cost(name), space)
    turn = standing.turn(name, twice=True)
    steep = slope(turn.cost, space)
    curved = _curved(standing, turn, space, steep, seed)
    directions = {
        "down the gradient": -steep.direction,
        "least curvature": curved.least.direction,
        "greatest curvature": curved.greatest.direction,
    }
    places = distances.tolist()
    lines: dict[str, _Array] = {
        words: np.array(costs_along(lambda: standing.cost(name), space, direction, places))
        for words, direction in directions.items()
    }
    return _Look(
        cost=cost,
        scores={key: float(value.detach()) for key, value in turn.scores.items()},
        slope=steep,
        shared=float(steep.direction @ elsewhere.direction),
        curved=curved,
        lines=lines,
        bends=[_bend(lines[f"{end} curvature"], distances) for end in ("least", "greatest")],
        again=standing.cost(name).item(),
    )


def _curved(
    standing: StandingRound, turn: Turn, space: WeightSpace, steep: Slope, seed: int
) -> _Curved:
    try:
        least, greatest = extreme_curvatures(turn.cost, space, seed=seed)
        directions = (least.direction, steep.direction, greatest.direction)
        along = [curvature_along(turn.cost, space, each) for each in directions]
    except RuntimeError as error:
        raise RunError(
            f"the curvature of the {turn.player}'s cost could not be computed ({error}). If a "
            "penalty is due in this round only, look at another: --ahead "
            f"{standing.number - standing.loop.rounds + 1}."
        ) from error
    return _Curved(least, greatest, along)


def _bend(costs: _Array, distances: _Array) -> float:
    """The second difference of the cost over `_NEAR` to both sides."""
    left, middle, right = (
        costs[np.abs(distances - place).argmin()] for place in (-_NEAR, 0.0, _NEAR)
    )
    return float(left - 2 * middle + right) / _NEAR**2


def _numbers(
    standing: StandingRound, looks: Mapping[str, _Look], distances: _Array
) -> dict[str, Any]:
    scores = looks[DISCRIMINATOR].scores
    return {
        "images_seen": standing.images_seen,
        "value": scores.get("value", "not defined"),
        "log4": -log(4),
        "distances": distances,
        **{
            role: {
                "cost": look.cost,
                "scores": dict(look.scores),
                "slope": look.slope.norm,
                "shared": look.shared,
                "along": look.curved.along,
                "least": look.curved.least.value,
                "greatest": look.curved.greatest.value,
                "bends": look.bends,
                "lines": look.lines,
                "gain": look.gain,
                "again": look.again,
            }
            for role, look in looks.items()
        },
    }


def _answer(looks: Mapping[str, _Look], distances: _Array) -> str:
    value = looks[DISCRIMINATOR].scores.get("value")
    told = "" if value is None else f"V(D, G) is {value:.3f}; an undecided D has -1.386. "
    gaining = {role: look for role, look in looks.items() if look.gain > _WORTH}
    if not gaining:
        return (
            f"{told}Along the lines that were tried neither player can lower its own cost. That "
            "is how an equilibrium would look, and no proof of one."
        )
    gains = "; ".join(
        f"the {role} can lower its cost from {look.cost:.3f} to {look.cost - look.gain:.3f} by "
        f"changing its weights by {100 * _where(look, distances):.2g} %"
        for role, look in gaining.items()
    )
    return f"{told}On this batch it is no equilibrium: {gains}, while the other stands still."


def _where(look: _Look, distances: _Array) -> float:
    """How far the lowest cost on the lines is."""
    best = min(look.lines.values(), key=lambda line: float(line.min()))
    return float(abs(distances[best.argmin()]))


def _table(looks: Mapping[str, _Look]) -> Table:
    return Table(
        title="Each player alone, in shares of its weights' size",
        columns=(
            "player",
            "cost",
            "slope",
            "alike on the next batch",
            "least curvature",
            "greatest",
            "cost can fall by",
        ),
        rows=[
            (role, look.cost, look.slope.norm, look.shared, *look.curved.extremes, look.gain)
            for role, look in looks.items()
        ],
    )


def _bends_table(looks: Mapping[str, _Look]) -> Table:
    return Table(
        title=f"Curvature by derivatives, and as measured over ± {100 * _NEAR:g} % of the weights",
        columns=("player", "direction", "second derivative", "measured"),
        rows=[
            (role, *row)
            for role, look in looks.items()
            for row in zip(("least", "greatest"), look.curved.extremes, look.bends, strict=True)
        ],
    )


def _figure(role: str, look: _Look, distances: _Array) -> Plot:
    shares = 100 * distances
    predicted = (
        look.cost
        + look.slope.norm * float(look.slope.direction @ look.curved.least.direction) * distances
        + look.curved.least.value * distances**2 / 2
    )
    costs = np.concatenate(list(look.lines.values()))
    # Where a line leaves by far, the others are what there is to be seen.
    low, high = costs.min(), min(costs.max(), look.cost + 3 * max(look.gain, 0.05))
    room = 0.1 * (high - low)
    lines = [Line(name=words, x=shares, y=line) for words, line in look.lines.items()]
    expected = Line(
        name="as the least curvature predicts", x=shares, y=predicted, dashed=True, colour=1
    )
    return Plot(
        title=f"What the {role} would pay if it alone moved",
        x=Axis(label="change of its weights, in % of their size"),
        y=Axis(label="its cost", limits=(float(low - room), float(high + room))),
        marks=[Rule(name="now", at=look.cost), *lines, expected],
    )


@states(
    "V(D, G) is below 0; where the discriminator pays for nothing else and its labels are not "
    "smoothed, V is minus its cost."
)
def _value_is_minus_the_cost(controls: CheckpointControls, results: Results) -> bool | None:
    value, found = results.numbers["value"], results.numbers[DISCRIMINATOR]
    if isinstance(value, str):
        return None
    # The packaged GAN pays for nothing else; of a run, the scores do not tell.
    is_all = controls.run is None
    return bool(value < 0 and (np.isclose(found["cost"], -value, rtol=1e-4) or not is_all))


def _both(results: Results) -> list[dict[str, Any]]:
    return [results.numbers[role] for role in _ROLES]


@states("At first each cost falls along its gradient as fast as its slope says, within a quarter.")
def _the_slope_is_that_of_the_line(_: CheckpointControls, results: Results) -> bool:
    distances = results.numbers["distances"]
    middle = len(distances) // 2
    for found in _both(results):
        line, near = found["lines"]["down the gradient"], distances[middle + 1]
        measured = (line[middle - 1] - line[middle + 1]) / (2 * near)
        # In 32 bits differences of less are rounding.
        slack = 0.25 * found["slope"] + 2e-6 * max(1.0, abs(found["cost"])) / near
        if abs(measured - found["slope"]) > slack:
            return False
    return True


@states(
    "The extreme curvatures are the second derivatives in their directions, and that along the "
    "gradient lies between them."
)
def _extremes_enclose_the_gradient(_: CheckpointControls, results: Results) -> bool:
    for found in _both(results):
        slack = 1e-2 * max(abs(found["least"]), abs(found["greatest"]))
        least, between, greatest = found["along"]
        ends = max(abs(least - found["least"]), abs(greatest - found["greatest"]))
        if ends > slack or not least - slack <= between <= greatest + slack:
            return False
    return True


@states("Looking leaves the weights as they were: the costs are the same afterwards.")
def _nothing_moved(_: CheckpointControls, results: Results) -> bool:
    return all(found["again"] == found["cost"] for found in _both(results))


@states("Where a cost falls along some line, the answer says that it is no equilibrium.")
def _a_fall_is_told(_: CheckpointControls, results: Results) -> bool:
    falls = any(
        min(line.min() for line in found["lines"].values()) < found["cost"] - _WORTH
        for found in _both(results)
    )
    return falls == ("no equilibrium" in results.answer)


LESSON = Lesson(
    controls=CheckpointControls,
    compute=compute,
    claims=[
        _value_is_minus_the_cost,
        _the_slope_is_that_of_the_line,
        _extremes_enclose_the_gradient,
        _a_fall_is_told,
        _nothing_moved,
    ],
)
