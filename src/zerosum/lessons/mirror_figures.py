"""The figures of the lesson ``mirror``, and how it tells shares."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from zerosum.features.digits import CLASSES
from zerosum.lessons.figures import Axis, Bars, Line, Plot, Rule
from zerosum.lessons.results import Table
from zerosum.metrics import ClassShares

__all__ = ["bars", "in_percent", "leak_figure", "rounded", "weak_table"]


def rounded(share: float | Tensor) -> float:
    """A share in percent, to two digits."""
    return float(f"{100 * float(share):.2g}")


def in_percent(shares: ClassShares, index: int) -> str:
    """A share with its standard error, in percent."""
    value, error = (100 * float(each[index]) for each in (shares.values, shares.errors))
    return f"{value:.2g} ± {error:.2g}"


def weak_table(weak: dict[str, Any]) -> Table:
    """Shares by labels, as a weak classifier counts them, and corrected."""
    rows = []
    for index, digit in enumerate(map(str, range(CLASSES))):
        cells = [in_percent(weak[name], index) for name in ("counted", "corrected")]
        rows.append((digit, 100 * float(weak["truth"].values[index]), *cells))
    return Table(
        title=f"Real digits, counted by a classifier that is right for {weak['accuracy']:.0%}",
        columns=("digit", "by labels, %", "counted, %", "corrected, %"),
        rows=rows,
    )


def bars(title: str, sides: Sequence[tuple[str, ClassShares]]) -> Plot:
    """Shares beside each other, each with its standard error as an upright line."""
    places = np.arange(CLASSES)
    marks: list[Bars | Line] = []
    for number, (name, side) in enumerate(sides):
        shift = 0.2 * (2 * number - 1)
        values, errors = 100 * side.values.numpy(), 100 * side.errors.numpy()
        marks.append(Bars(name=name, x=places, y=values, width=0.38, shift=shift, colour=number))
        ends = np.stack([values - errors, values + errors, np.full(CLASSES, np.nan)], axis=1)
        marks.append(Line(name="", x=(places + shift).repeat(3), y=ends.flatten(), colour=6))
    return Plot(
        title=title, x=Axis(label="digit"), y=Axis(label="share, % ± standard error"), marks=marks
    )


def leak_figure(digit: int, weak: dict[str, Any]) -> Plot:
    """What the weak classifier counts of the rare digit, by how many there are."""
    confusion = weak["confusion"].double()
    chances = (confusion / confusion.sum(dim=1, keepdim=True))[:, digit].numpy()
    hit, leak = chances[digit], np.delete(chances, digit).mean()
    truth = np.linspace(0, 0.2, 21)
    return Plot(
        title=f"What a classifier that is right for {weak['accuracy']:.0%} counts of the rare one",
        x=Axis(label=f"true share of the {digit}, %"),
        y=Axis(label="counted share, %"),
        marks=[
            Line(name="counted", x=100 * truth, y=100 * (truth * hit + (1 - truth) * leak)),
            Line(name="true", x=100 * truth, y=100 * truth, dashed=True),
            Rule(name="here", at=100 * float(weak["truth"].values[digit]), axis="x"),
        ],
    )
