"""How the lesson `benefits` tells what became of its networks: rows of a table, and figures."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zerosum.lessons.benefits_bench import PUBLISHED, SCALES, Case, Outcome
from zerosum.lessons.figures import Axis, Line, Plot
from zerosum.lessons.small_classifiers import Course

__all__ = ["DEPTHS", "DROPOUT", "Found", "Key", "Row", "figures_of", "name_of", "rows_of"]

DROPOUT = 0.4
"""Inception's, which batch normalisation made needless."""

DEPTHS = (6, 8)
"""Linear layers of the networks of all scales."""

_LEARNT = 0.9
"""Accuracy from which on a network counts as having learnt."""

_NOT_PRINTED = ("–", "–")
"""What the table has where nothing was published."""

_POINTS = 60
"""Of a curve of losses."""


@dataclass(frozen=True)
class Key:
    """One network of the bench: of which part, what it is, with or without, and which run."""

    part: str
    what: Any
    norm: bool
    seed: int


Found = Mapping[Key, Any]
Row = tuple[str, ...]


def _of(found: Found, part: str, what: Any, norm: bool) -> list[Any]:
    """What was found of one network, run by run."""
    return [
        each for key, each in found.items() if (key.part, key.what, key.norm) == (part, what, norm)
    ]


def _row(
    found: Found,
    key: tuple[str, Any],
    words: tuple[str, str],
    tell: Callable[[list[Any]], str],
    published: tuple[str, str] = _NOT_PRINTED,
) -> Row:
    """A row of the table: what is claimed, what was measured, published and found numbers."""
    without, with_norm = (tell(_of(found, *key, norm)) for norm in (False, True))
    return (*words, *published, without, with_norm)


def _kinds(found: Found, part: str) -> list[Any]:
    return list(dict.fromkeys(key.what for key in found if key.part == part))


def _pair_rows(found: Found) -> list[Row]:
    cases, rows = _kinds(found, "pair"), []
    for case in cases:
        lengths = {each for run in _of(found, "pair", case, True) for each in run.accuracies}
        if len(cases) > 1:  # The whole published table then, also where it was not tried.
            lengths |= {batches for other, batches in PUBLISHED if other == case}
        for batches in sorted(lengths, reverse=True):
            words = (_claimed(case), f"{case.title}: accuracy after {batches:,} batches")
            tell = partial(_accuracies, batches=batches)
            published = PUBLISHED.get((case, batches), _NOT_PRINTED)
            rows.append(_row(found, ("pair", case), words, tell, published))
    return rows


def _claimed(case: Case) -> str:
    """Which of the claimed benefits a pair tries."""
    if case.deviation > 1:
        return "3 first weights"
    if case.activation == "sigmoid":
        return "4 activations"
    return "1 faster" if case.learning_rate < 1 else "2 higher rates"


def _accuracies(runs: list[Outcome], batches: int) -> str:
    found = [run.accuracies[batches] for run in runs if batches in run.accuracies]
    return _share(found) if found else "not tried"


def _share(values: Iterable[float]) -> str:
    """Accuracies as the lesson printed them: .9803."""
    return ", ".join(f"{value:.4f}".removeprefix("0") for value in values)


def _about_pairs(found: Found) -> list[Row]:
    """How fast the pairs of usual weights learn, and how much their losses spread."""
    rows, cases = [], _kinds(found, "pair")
    for case in cases:
        key = ("pair", case)
        if len(cases) == 1 or case.deviation < 1:
            rows += [
                _row(found, key, ("1 faster", f"{case.title}: batches to 90 %"), _to_90),
                _row(found, key, ("7 better", f"{case.title}: spread of the loss"), _spreads),
            ]
    return rows


def _to_90(runs: list[Outcome]) -> str:
    found = [run.course.batches_to(0.9) for run in runs]
    return ", ".join("never" if each is None else f"{each:,}" for each in found)


def _spreads(runs: list[Outcome]) -> str:
    return ", ".join(f"{run.spread:.3f}" for run in runs)


def _speed_rows(found: Found) -> list[Row]:
    words = ("1 faster", "batches a second of the processor's time")
    return [
        _row(found, ("speed", what), words, lambda runs: f"{runs[0]:,.0f}", ("1,150", "520"))
        for what in _kinds(found, "speed")
    ]


def _depth_rows(found: Found) -> list[Row]:
    words = ("5 deeper", "19 convolutions, Adam, at most 800 batches of 64: accuracy")
    return [
        _row(found, ("depth", what), words, _last, (".1219", ".9745"))
        for what in _kinds(found, "depth")
    ]


def _last(runs: list[Outcome]) -> str:
    return _share(run.accuracy for run in runs)


def _gap_rows(found: Found) -> list[Row]:
    rows = []
    for dropout in _kinds(found, "dropout"):
        name = f"dropout {dropout:g}" if dropout else "no dropout"
        key = ("dropout", dropout)
        words = ("6 regularisation", f"1,000 digits, {name}: accuracy on them")
        rows.append(_row(found, key, words, lambda runs: _share(run.learnt for run in runs)))
        words = ("6 regularisation", f"1,000 digits, {name}: on test digits")
        rows.append(_row(found, key, words, _last))
    return rows


def _scale_rows(found: Found) -> list[Row]:
    """How many of the twenty scales of first weights are learnt from."""
    rows = []
    for layers in sorted({layers for layers, _ in _kinds(found, "scales")}):
        counts = [
            ", ".join(str(int((each > _LEARNT).sum())) for each in _by_scale(found, layers, norm))
            for norm in (False, True)
        ]
        words = ("3 first weights", f"{layers} layers: scales of 20 that learn 90 %")
        rows.append((*words, "–", "–", *counts))
    return rows


def _by_scale(found: Found, layers: int, norm: bool) -> NDArray[np.float64]:
    """Accuracies of networks of so many layers, shape (runs, scales)."""
    columns = [_of(found, "scales", (layers, scale), norm) for scale in SCALES.tolist()]
    return np.array(columns).T


def rows_of(found: Found) -> list[Row]:
    """The rows of the table, by the benefit that is claimed."""
    return sorted((row for make in _ROWS for row in make(found)), key=lambda row: row[0])


_ROWS = (_pair_rows, _about_pairs, _speed_rows, _depth_rows, _gap_rows, _scale_rows)


def figures_of(found: Found) -> list[Plot]:
    """Two figures of the first part that was trained."""
    for part in ("pair", "depth", "dropout"):
        if kinds := _kinds(found, part):
            chosen = kinds if part == "dropout" else kinds[:1]
            return [_curves(found, part, chosen), _losses(found, part, chosen)]
    return [_scales_figure(found, layers) for layers in DEPTHS]


def _first_runs(found: Found, part: str, kinds: Sequence[Any]) -> list[tuple[str, bool, Course]]:
    """What the legend calls each network, whether it is normalised, and its first run."""
    return [
        (name_of(norm) + (f", dropout {what}" if part == "dropout" and what else ""), norm, run)
        for what in kinds
        for norm in (False, True)
        for run in [_of(found, part, what, norm)[0].course]
    ]


def name_of(norm: bool) -> str:
    """What legends call a network with or without normalisation."""
    return "with" if norm else "without"


def _curves(found: Found, part: str, kinds: Sequence[Any]) -> Plot:
    return Plot(
        title="Accuracy on digits that are not learnt from",
        x=Axis(label="batches"),
        y=Axis(label="accuracy", limits=(0, 1)),
        marks=[
            Line(
                name=name,
                x=run.looks,
                y=run.accuracies,
                colour=int(norm),
                dashed="dropout" in name,
            )
            for name, norm, run in _first_runs(found, part, kinds)
        ],
    )


def _losses(found: Found, part: str, kinds: Sequence[Any]) -> Plot:
    lines = []
    for name, norm, run in _first_runs(found, part, kinds):
        parts = np.array_split(run.losses, min(_POINTS, len(run.losses)))
        places = np.linspace(0, len(run.losses), len(parts))
        means = [float(each.mean()) for each in parts]
        lines.append(
            Line(name=name, x=places, y=means, colour=int(norm), dashed="dropout" in name)
        )
    return Plot(
        title="Loss, mean of some batches",
        x=Axis(label="batches"),
        y=Axis(label="cross-entropy", limits=(0, 3)),
        marks=lines,
    )


def _scales_figure(found: Found, layers: int) -> Plot:
    return Plot(
        title=f"{layers} layers: what is learnt, by the scale of the first weights",
        x=Axis(label="standard deviation of the first weights", log=True),
        y=Axis(label="accuracy on the digits learnt from", limits=(0, 1)),
        marks=[
            Line(
                name=name_of(norm),
                x=SCALES,
                y=_by_scale(found, layers, norm).mean(axis=0),
                colour=int(norm),
            )
            for norm in (False, True)
        ],
    )
