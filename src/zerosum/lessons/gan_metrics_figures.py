"""The tables and figures of the lesson ``metrics``."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zerosum.lessons.figures import Axis, Line, Plot
from zerosum.lessons.results import Table

__all__ = [
    "axis_table",
    "bias_figure",
    "classes_table",
    "column",
    "kernel_figure",
    "means_of",
    "protocols_table",
    "sizes_table",
]


def sizes_table(biased: dict[str, Any]) -> Table:
    """Distances of equal Gaussians by the number of pictures."""
    return Table(
        title="Two sets of one and the same Gaussian: means over the draws, ± standard error",
        columns=(
            "pictures in each",
            "Fréchet distance",
            "its bias, by formula",
            "kernel distance",
            "of it below 0, %",
        ),
        rows=[
            (
                row["pictures"],
                str(row["frechet"]),
                row["expected"],
                str(row["kernel"]),
                100 * row["negative"],
            )
            for row in biased["rows"]
        ],
    )


def axis_table(axis: dict[str, Any]) -> Table:
    """What the right and the wrong covariance answer to."""
    return Table(
        title=f"Fréchet distance of {axis['pictures']} pictures from others, right and wrong",
        columns=("the others are", "covariance of features", "covariance of pictures (wrong)"),
        rows=[(name, axis["right"][name], axis["wrong"][name]) for name in axis["right"]],
    )


def classes_table(classes: dict[str, Any]) -> Table:
    """Inception scores beside what they should be."""
    names = classes["expected"]
    return Table(
        title="The Inception score of a classifier whose answers are known",
        columns=("pictures", "should be", "is"),
        rows=[(name, classes["expected"][name], classes["found"][name]) for name in names],
    )


def protocols_table(protocols: dict[str, Any]) -> Table:
    """One comparison by several protocols."""
    rows = []
    for (name, estimate), differences in zip(
        protocols["scores"], protocols["unlike"], strict=True
    ):
        rows.append((name, str(estimate), "; ".join(differences) or "the first"))
    return Table(
        title="The same digits, by four protocols",
        columns=("score", "value ± standard error", "unlike the first in"),
        rows=rows,
    )


def bias_figure(biased: dict[str, Any]) -> Plot:
    """How the Fréchet distance falls with the number of pictures."""
    rows = biased["rows"]
    x = column(rows, "pictures")
    return Plot(
        title="The Fréchet distance falls with the number of pictures",
        x=Axis(label="pictures in each set", log=True),
        y=Axis(label="mean distance", log=True),
        marks=[
            Line(name="equal Gaussians", x=x, y=means_of(rows, "frechet")),
            Line(name="bias by formula", x=x, y=column(rows, "expected"), dashed=True),
            Line(name="different ones", x=x, y=means_of(rows, "different")),
        ],
    )


def kernel_figure(biased: dict[str, Any]) -> Plot:
    """How the kernel distance does not."""
    rows = biased["rows"]
    x, values = column(rows, "pictures"), 1_000 * means_of(rows, "kernel")
    errors = 1_000 * np.array([row["kernel"].error for row in rows])
    ends = np.stack([values - errors, values + errors, np.full(len(x), np.nan)], axis=1)
    return Plot(
        title="The kernel distance of equal Gaussians is 0 on average, at any number",
        x=Axis(label="pictures in each set", log=True),
        y=Axis(label="1,000 times the mean"),
        marks=[
            Line(name="kernel distance", x=x, y=values),
            Line(name="", x=x.repeat(3), y=ends.flatten(), colour=6),
            Line(name="0", x=x, y=np.zeros(len(x)), dashed=True),
        ],
    )


def column(rows: Sequence[dict[str, Any]], name: str) -> NDArray[np.float64]:
    """A number of each row, shape (rows,)."""
    return np.array([float(row[name]) for row in rows])


def means_of(rows: Sequence[dict[str, Any]], name: str) -> NDArray[np.float64]:
    """The value of an estimate of each row, shape (rows,)."""
    return np.array([row[name].value for row in rows])
