"""Points instead of pictures: a game of distributions, move by move."""

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
import torch

from zerosum.data.planar import Centres
from zerosum.evaluation import plane
from zerosum.games.adversarial import AdversarialGame
from zerosum.lessons.base import Lesson, silent, states
from zerosum.lessons.controls import Number
from zerosum.lessons.curing import COLLAPSE, measure
from zerosum.lessons.figures import Axis, Line, Plot, Rule
from zerosum.lessons.planar import PlanarControls, Recording, loop_of, record
from zerosum.lessons.planar_figures import film
from zerosum.lessons.results import Results, Table, recorded_table
from zerosum.types import Progress

__all__ = ["LESSON", "DistributionsControls"]

LOG_2 = float(np.log(2))


@dataclass(frozen=True, kw_only=True)
class DistributionsControls(PlanarControls):
    """Which points are to be learnt, by whom, how, and how often it is measured."""

    seeds: Annotated[int, Number(0, 20)] = 0
    """Seeds of the table of what collapses and what cures it; 0: the table in the package."""


def compute(controls: DistributionsControls, progress: Progress) -> Results:
    """The game, the same with five turns of the generator, and the table."""
    game = record(controls, progress)
    other = _recorded(_collapsing(controls))
    facts = _facts(game)
    return Results(
        answer=_answer(controls, facts),
        numbers=facts,
        tables={"measured": _measured(controls)},
        figures={
            "game": film(game, title="The game, move by move and then by rounds"),
            "distances": _distances(game),
            "costs": _costs(game),
            "collapse": film(other, title="The same on the grid, with five turns of G at a time"),
        },
    )


@lru_cache(maxsize=1)
def _recorded(controls: DistributionsControls) -> Recording:
    """The game that collapses, which is the same for every target."""
    return record(controls, silent, evenly=True)


def _collapsing(controls: DistributionsControls) -> DistributionsControls:
    rounds = min(controls.rounds, 400)
    changes = {**COLLAPSE, "target": "grid", "points": "", "rounds": rounds, "watch": rounds}
    return replace(controls, **changes)


def _measured(controls: DistributionsControls) -> Table:
    if controls.seeds:
        return measure(controls.seeds, controls.rounds)
    table = recorded_table("distributions")
    assert table is not None, "scripts/record_lessons.py writes it"
    return table


def _facts(recording: Recording) -> dict[str, Any]:
    """What was found at the end, and what claims ask for."""
    game, observer, target = recording.game, recording.observer, recording.target
    look = recording.moments[-1].look
    facts = {
        "rounds": recording.controls.rounds,
        "diverged": recording.diverged,
        "js": look.distance.value,
        "js_error": look.distance.error,
        "kl": look.divergence,
        "entropy": float(torch.special.entr(observer.shares).sum()),
        "cross_entropy": -float(observer.shares @ observer.filled_shares_of(look.made).log()),
        "floor": observer.floor,
        "log_2": LOG_2,
        "best": plane.cost_of_best(observer.shares, observer.shares_of(look.made)),
        "distances": [moment.look.distance.value for moment in recording.moments],
        "divergences": [moment.look.divergence for moment in recording.moments],
        "bystanders": _bystanders(recording),
        "downhill": _step_downhill(recording),
        "weights": _squares(game),
    }
    if isinstance(target, Centres):
        reached, within = plane.centres_reached(look.made, target)
        facts |= {"centres": len(target.centres), "reached": reached, "within": within}
    return facts


def _bystanders(recording: Recording) -> list[bool]:
    """Whether, at each single move, what the other player does stayed as it was."""
    still = []
    for before, after in pairwise(recording.moments):
        if after.time - before.time <= 0.5 and after.moved:
            names = ("samples", "lattice") if after.moved == "discriminator" else ("logits",)
            pairs = ((getattr(each.look, name) for each in (before, after)) for name in names)
            still.append(all(torch.equal(*pair) for pair in pairs))
    return still


def _step_downhill(recording: Recording) -> tuple[float, float]:
    """What the last samples cost together, and a small step along their arrows later."""
    look, game = recording.moments[-1].look, recording.game
    real = recording.observer.real[: len(look.samples)]
    longest = look.downhill.norm(dim=1).max().clamp_min(1e-12)
    places = look.samples, look.samples + 1e-3 * look.downhill / longest
    before, after = (plane.costs_of(game, each, real).double().sum() for each in places)
    return float(before.detach()), float(after.detach())


def _squares(game: AdversarialGame) -> dict[str, float]:
    """The sum of the squares of each player's weights."""
    return {
        name: sum(float(weight.detach().double().square().sum()) for weight in player.parameters)
        for name, player in game.players.items()
    }


def _answer(controls: DistributionsControls, facts: dict[str, Any]) -> str:
    after = f"After {facts['rounds']:,} rounds"
    if facts["diverged"]:
        after = (
            f"In round {facts['diverged']:,} of {facts['rounds']:,} the game diverged: a cost or "
            "a weight was infinite or no number, so it was stopped; lower the learning rates or "
            "the penalty's weight. When it was last seen,"
        )
    told = (
        f"{after} JS is {facts['js']:.3f} and KL {facts['kl']:.2f} nats; "
        f"JS is 0 where G has learnt everything (as many real points have {facts['floor']:.3f}), "
        f"and log 2 = {LOG_2:.3f} where no generated point is near a real one."
    )
    if "reached" in facts and facts["centres"] < 20:
        told += (
            f" {facts['reached']} of {facts['centres']} centres are reached, and "
            f"{facts['within']:.0%} of generated points lie within 3σ of one."
        )
    if controls.points and controls.target != "own":
        told += f" These are not your points, but the {controls.target}: choose the target own."
    return told


def _distances(recording: Recording) -> Plot:
    times = [moment.time for moment in recording.moments]
    js = [moment.look.distance.value for moment in recording.moments]
    return Plot(
        title="How far apart real and generated points are",
        x=Axis(label="rounds"),
        y=Axis(label="JS in nats", limits=(0.0, 0.75)),
        marks=[
            Line(name="JS", x=times, y=js),
            Rule(name="log 2: nothing in common", at=LOG_2),
            Rule(name="real points among themselves", at=recording.observer.floor),
        ],
    )


def _costs(recording: Recording) -> Plot:
    paid = [moment for moment in recording.moments if len(moment.costs) == 2]
    times = [moment.time for moment in paid]
    lines = [
        Line(name=f"{name} pays", x=times, y=[moment.costs[name] for moment in paid])
        for name in ("discriminator", "generator")
    ]
    best = [float(np.log(4)) - 2 * moment.look.distance.value for moment in paid]
    if recording.controls.objective in ("minimax", "non-saturating"):
        name = "log 4 − 2 JS: the best D of the cells"
        lines.append(Line(name=name, x=times, y=best, dashed=True))
    return Plot(
        title="What the players pay",
        x=Axis(label="rounds"),
        y=Axis(label="cost"),
        marks=[*lines],
    )


@states("JS lies between 0 and log 2 at every moment.")
def _js_has_its_bounds(_: DistributionsControls, results: Results) -> bool:
    js = np.array(results.numbers["distances"])
    return bool(((js >= 0) & (js <= LOG_2 + 1e-9)).all())


@states(
    "KL is by how much the mean of −log q over real points exceeds that of −log p: what it costs "
    "to take G's shares of the cells for their own."
)
def _kl_is_the_excess(_: DistributionsControls, results: Results) -> bool:
    numbers = results.numbers
    excess = numbers["cross_entropy"] - numbers["entropy"]
    return bool(np.isclose(numbers["kl"], excess, atol=1e-9) and excess >= -1e-9)


@states(
    "A discriminator that knows how often each cell is real and generated pays log 4 − 2 JS, "
    "with the JS of those cells."
)
def _the_best_discriminator_knows_js(_: DistributionsControls, results: Results) -> bool:
    numbers = results.numbers
    return bool(np.isclose(numbers["best"], np.log(4) - 2 * numbers["js"], atol=1e-7))


@states("As many real points as were generated have a JS below 0.02 from their own distribution.")
def _real_points_are_at_home(_: DistributionsControls, results: Results) -> bool:
    return bool(0 < results.numbers["floor"] < 0.02)


@states("While D moves every generated point stays; while G moves D's map stays.")
def _the_other_stands_still(_: DistributionsControls, results: Results) -> bool | None:
    return all(results.numbers["bystanders"]) if results.numbers["bystanders"] else None


@states("A small step along the arrows lowers what the generated points cost G.")
def _arrows_lead_downhill(_: DistributionsControls, results: Results) -> bool | None:
    if results.numbers["diverged"]:
        return None
    before, after = results.numbers["downhill"]
    slack: float = 1e-6 * max(1.0, abs(before))
    return bool(after <= before + slack)


@states("Played again with nobody looking on, zerosum's own loop ends at the same weights.")
def _looking_on_changes_nothing(controls: DistributionsControls, results: Results) -> bool | None:
    if controls.rounds > 50 or results.numbers["diverged"]:
        return None
    loop, game = loop_of(controls)
    loop.run(until=controls.rounds * controls.batch_size)
    weights: dict[str, float] = results.numbers["weights"]
    return _squares(game) == weights


LESSON = Lesson(
    controls=DistributionsControls,
    compute=compute,
    claims=[
        _js_has_its_bounds,
        _kl_is_the_excess,
        _the_best_discriminator_knows_js,
        _real_points_are_at_home,
        _the_other_stands_still,
        _arrows_lead_downhill,
        _looking_on_changes_nothing,
    ],
    held={"target": ("grid", "ring", "line", "disjoint", "own")},
    drawn="--target own --points",
    full={"seeds": 5},
)
