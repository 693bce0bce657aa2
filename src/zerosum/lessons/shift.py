"""Internal covariate shift: how the inputs of layers move, and whether that matters."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from torch import nn

from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, Seed
from zerosum.lessons.figures import Axis, Line, Plot
from zerosum.lessons.results import Results, Table, recorded_table
from zerosum.lessons.shift_courses import (
    NETWORKS,
    QUANTILES,
    Network,
    ShiftedCourse,
    behind_cut,
    inputs_of,
    watched,
)
from zerosum.lessons.small_classifiers import Activation, packaged_digits
from zerosum.lessons.small_gans import over_seeds
from zerosum.types import Progress

__all__ = ["LESSON", "ShiftControls"]

_LOOKS = 16
"""At most; one for ten batches."""

_POINTS = 40
"""Of a curve of losses."""

_TITLES: Mapping[Network, str] = {
    "without": "without normalisation",
    "with": "with batch normalisation",
    "noise": "with it, and noise behind it",
}

_LAYERS = (2, 3, 4)
"""Layers whose inputs come from a layer that learns."""

_Courses = Mapping[Network, ShiftedCourse]


@dataclass(frozen=True, kw_only=True)
class ShiftControls(Controls):
    """How three networks are trained, and how strong the noise in one of them is."""

    learning_rate: Annotated[float, Number(1e-3, 0.5)] = 0.1
    """Of gradient descent."""
    activation: Activation = "relu"
    """Of the hidden layers."""
    noise: Annotated[float, Number(0.1, 2.0)] = 0.5
    """How far the noise behind normalisation moves a unit's mean at a step, at most, in standard
    deviations."""
    batches: Annotated[int, Number(20, 5_000)] = 200
    """How many, of 60 digits each."""
    repeats: Annotated[int, Number(1, 10)] = 1
    """How often all is trained, from other first weights."""
    seed: Seed = 0
    """From which first weights, the order of the digits and the noise follow."""


def compute(controls: ShiftControls, progress: Progress) -> Results:
    """Train a network without, one with, and one with normalisation and noise behind it."""
    runs: list[_Courses] = []
    total = controls.repeats * len(NETWORKS)
    for repeat in range(controls.repeats):
        courses: dict[Network, ShiftedCourse] = {}
        for number, name in enumerate(NETWORKS):
            progress(repeat * len(NETWORKS) + number, total)
            courses[name] = watched(
                name,
                activation=controls.activation,
                learning_rate=controls.learning_rate,
                noise=controls.noise,
                batches=controls.batches,
                looks=min(_LOOKS, controls.batches // 10),
                seed=controls.seed + repeat,
            )
        runs.append(courses)
    progress(1, 1)
    first = runs[0]
    measured = _measured(runs, controls)
    cuts = [
        behind_cut(first[name].network, cut) for name in ("without", "with") for cut in (1, 2, 3)
    ]
    return Results(
        answer=_answer(first),
        numbers={
            "runs": [{name: _told(each) for name, each in run.items()} for run in runs],
            "cuts": cuts,
            "behind": _behind(first["with"].network),
        },
        tables={
            "cuts": _cuts_table(cuts[:3]),
            "measured": measured,
            "recorded": recorded_table("shift") or measured,
        },
        figures={
            **{name: _inputs_figure(name, first[name]) for name in NETWORKS},
            "drift": _drift_figure(first),
            "loss": _loss_figure(first),
            "along": _along_figure(first, "spread", "loss: greatest less least on the way"),
            "change": _along_figure(first, "change", "change of the gradient, in its own size"),
        },
    )


def _told(course: ShiftedCourse) -> dict[str, Any]:
    """The numbers of one network, for claims."""
    along = [look.along for look in course.looks if look.along is not None]
    return {
        "accuracy": course.accuracy,
        "loss": float(course.losses[len(course.losses) * 3 // 4 :].mean()),
        "drift": np.median(course.drifts("mean"), axis=0),
        "deviation": np.median(course.drifts("deviation"), axis=0),
        "spread": float(np.mean([each.spread for each in along])) if along else None,
        "change": float(np.mean([each.change for each in along])) if along else None,
        "promised": np.array([each.promised for each in along]),
    }


def _behind(network: nn.Sequential) -> dict[str, float]:
    """How far what comes out of each normalisation is from mean β and standard deviation |γ|."""
    images = packaged_digits()[0].images[:300]
    means, deviations = [], []
    for layer, given in zip(network, inputs_of(network, images), strict=True):
        if isinstance(layer, nn.Sequential):
            linear, norm = deepcopy(layer[0]), deepcopy(layer[1]).train()
            assert isinstance(norm, nn.BatchNorm1d)
            sums = linear(given).detach()
            found, shift, scale = (
                each.detach().double() for each in (norm(sums), norm.bias, norm.weight)
            )
            variance = sums.double().var(dim=0, unbiased=False)
            expected = scale.abs() * (variance / (variance + norm.eps)).sqrt()
            means.append(float((found.mean(dim=0) - shift).abs().max()))
            spread = found.std(dim=0, unbiased=False)
            deviations.append(float((spread - expected).abs().max()))
    return {"mean": max(means), "deviation": max(deviations)}


def _answer(courses: _Courses) -> str:
    told = "; ".join(
        f"{_TITLES[name]} by {found['drift'][-1]:.2g} standard deviations, loss "
        f"{found['loss']:.2g}, accuracy {100 * found['accuracy']:.0f} %"
        for name, found in ((name, _told(course)) for name, course in courses.items())
    )
    return f"In one step the means of the last layer's inputs move, {told}."


def _measured(runs: Sequence[_Courses], controls: ShiftControls) -> Table:
    times = "one run" if len(runs) == 1 else f"{len(runs)} runs, mean ± standard deviation"
    rows = []
    for name in NETWORKS:
        found = [_told(run[name]) for run in runs]
        drifts = [
            over_seeds(np.array([each["drift"][layer - 1] for each in found]), digits=4)
            for layer in _LAYERS
        ]
        along = [
            "–" if name == "noise" else over_seeds(np.array([each[what] for each in found]))
            for what in ("spread", "change")
        ]
        rows.append(
            (
                _TITLES[name],
                *drifts,
                *along,
                over_seeds(np.array([each["loss"] for each in found]), digits=3),
                over_seeds(np.array([each["accuracy"] for each in found]), digits=3),
            )
        )
    return Table(
        title=f"{controls.batches:,} batches at a rate of {controls.learning_rate:g}; {times}",
        columns=(
            "network",
            *(f"drift in a step, layer {layer}" for layer in _LAYERS),
            "loss along the gradient",
            "change of the gradient",
            "loss, last quarter",
            "accuracy",
        ),
        rows=rows,
    )


def _cuts_table(cuts: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        title="What is left behind the first layers, given what they would have given it",
        columns=("layers cut off", "network left", "same answers", "same gradients"),
        rows=[
            (
                each["cut"],
                each["network"],
                "to the bit" if each["answers"] else "no",
                "to the bit" if each["gradients"] else "no",
            )
            for each in cuts
        ],
    )


def _inputs_figure(name: Network, course: ShiftedCourse) -> Plot:
    batches = [look.batch for look in course.looks]
    lines = []
    for place, layer in enumerate(_LAYERS):
        lines += [
            Line(
                name=f"layer {layer}" if number == 0 else "",
                x=batches,
                y=[float(look.quantiles[place, number]) for look in course.looks],
                dashed=number > 0,
                colour=place,
            )
            for number in range(len(QUANTILES))
        ]
    shares = ", ".join(f"{100 * each:.1f}" for each in QUANTILES[1:])
    return Plot(
        title=f"Inputs of layers {_TITLES[name]}: median, dashed {shares} %",
        x=Axis(label="batches"),
        y=Axis(label="what a unit gives to the next layer"),
        marks=lines,
    )


def _curves(courses: _Courses, of: Callable[[ShiftedCourse], tuple[Any, Any]]) -> list[Line]:
    lines = []
    for number, (name, course) in enumerate(courses.items()):
        x, y = of(course)
        lines.append(Line(name=_TITLES[name], x=x, y=y, colour=number))
    return lines


def _drift_figure(courses: _Courses) -> Plot:
    return Plot(
        title="How far the means of the last layer's inputs move in one step",
        x=Axis(label="batches"),
        y=Axis(label="standard deviations", log=True),
        marks=_curves(
            courses,
            lambda course: ([look.batch for look in course.looks], course.drifts("mean")[:, -1]),
        ),
    )


def _loss_figure(courses: _Courses) -> Plot:
    def points(course: ShiftedCourse) -> tuple[Any, Any]:
        parts = np.array_split(course.losses, min(_POINTS, len(course.losses)))
        return np.linspace(0, len(course.losses), len(parts)), [each.mean() for each in parts]

    return Plot(
        title="Loss, mean of some batches",
        x=Axis(label="batches"),
        y=Axis(label="cross-entropy"),
        marks=_curves(courses, points),
    )


def _along_figure(courses: _Courses, what: str, label: str) -> Plot:
    def points(course: ShiftedCourse) -> tuple[Any, Any]:
        return (
            [look.batch for look in course.looks],
            [getattr(look.along, what) for look in course.looks],
        )

    return Plot(
        title={"spread": "The loss within four steps along its gradient"}.get(
            what, "The gradient after one step, beside what it was"
        ),
        x=Axis(label="batches"),
        y=Axis(label=label, log=True),
        marks=_curves({name: courses[name] for name in ("without", "with")}, points),
    )


@states(
    "Cut off the first one, two or three layers and give the rest what they gave it: it answers "
    "the same, and the gradients of all its weights are the same, to the bit."
)
def _every_layer_is_the_first_of_a_smaller_network(_: ShiftControls, results: Results) -> bool:
    cuts = results.numbers["cuts"]
    sizes = ["100-100-100-10", "100-100-10", "100-10"]
    return [each["network"] for each in cuts] == 2 * sizes and all(
        each["answers"] and each["gradients"] and each["weights"] > 0 for each in cuts
    )


@states("The first layer's inputs are the pictures and never move; those of all others do.")
def _only_pictures_stand_still(_: ShiftControls, results: Results) -> bool:
    drifts = [found["drift"] for run in results.numbers["runs"] for found in run.values()]
    return all(each[0] == 0 and bool((each[1:] > 0).all()) for each in drifts)


@states(
    "Whatever the weights before it have become, what comes out of a normalisation has mean β and "
    "standard deviation |γ| over the batch, but for ε."
)
def _it_holds_mean_and_deviation(_: ShiftControls, results: Results) -> bool:
    return bool(max(results.numbers["behind"].values()) < 1e-3)


@states("The loss begins to fall along its gradient as fast as the gradient says.")
def _the_gradient_is_the_slope(_: ShiftControls, results: Results) -> bool:
    first = results.numbers["runs"][0]
    return all(np.allclose(first[name]["promised"], 1, atol=0.05) for name in ("without", "with"))


@states(
    "With ReLU and 1,000 batches or less, batch normalisation makes the means mostly drift less, "
    "in every layer."
)
def _it_makes_means_drift_less(controls: ShiftControls, results: Results) -> bool | None:
    # Later both learn nothing more, and neither drifts.
    if controls.activation != "relu" or controls.batches > 1_000:
        return None
    return all(
        bool((run["with"]["drift"][1:] < run["without"]["drift"][1:]).all())
        for run in results.numbers["runs"]
    )


@states(
    "With noise of 0.5 or more behind the normalisation, ReLU, a rate of 0.1 or less and 1,000 "
    "batches or less the means mostly drift more than without any normalisation, in every layer."
)
def _noise_makes_them_drift_more_than_without(
    controls: ShiftControls, results: Results
) -> bool | None:
    usual = controls.activation == "relu" and controls.learning_rate <= 0.1
    if not usual or controls.noise < 0.5 or controls.batches > 1_000:
        return None
    return all(
        bool((run["noise"]["drift"][1:] > run["without"]["drift"][1:]).all())
        for run in results.numbers["runs"]
    )


@states(
    "With noise of 0.5 or more behind the normalisation the means mostly drift more than ten "
    "times as far as with normalisation alone, in every layer."
)
def _noise_makes_them_drift(controls: ShiftControls, results: Results) -> bool | None:
    if controls.noise < 0.5:
        return None
    return all(
        bool((run["noise"]["drift"][1:] > 10 * run["with"]["drift"][1:]).all())
        for run in results.numbers["runs"]
    )


@states(
    "And yet, with noise of 1 or less, ReLU, a rate of 0.01 to 0.1 and 50 to 1,000 batches, the "
    "loss ends below that of the network without normalisation."
)
def _and_it_trains(controls: ShiftControls, results: Results) -> bool | None:
    usual = controls.activation == "relu" and 0.01 <= controls.learning_rate <= 0.1
    # Later, or in larger steps, all learn their digits by heart, and noise adds to the loss.
    if not usual or controls.noise > 1 or not 50 <= controls.batches <= 1_000:
        return None
    return all(run["noise"]["loss"] < run["without"]["loss"] for run in results.numbers["runs"])


LESSON = Lesson(
    controls=ShiftControls,
    compute=compute,
    claims=[
        _every_layer_is_the_first_of_a_smaller_network,
        _only_pictures_stand_still,
        _it_holds_mean_and_deviation,
        _it_makes_means_drift_less,
        _noise_makes_them_drift,
        _noise_makes_them_drift_more_than_without,
        _and_it_trains,
        _the_gradient_is_the_slope,
    ],
    full={"repeats": 5, "batches": 1_000},
)
