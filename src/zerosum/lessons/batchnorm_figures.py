"""The tables and figures of the lesson on batch normalisation."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from zerosum.lessons.batchnorm_controls import BatchnormControls
from zerosum.lessons.batchnorm_depth import SCALES
from zerosum.lessons.batchnorm_orders import Trained
from zerosum.lessons.figures import Axis, Gallery, Line, Plot, Rule
from zerosum.lessons.results import Table
from zerosum.nn.batchnorm_by_hand import BatchNormGradients, BatchNormSteps
from zerosum.types import Images

__all__ = [
    "checks_table",
    "depth_figure",
    "forward_table",
    "gradients_table",
    "learning_figure",
    "measured_table",
    "running_figure",
    "tiles_gallery",
    "two_numbers",
]

_STEPS = {
    "mean": "μ = mean x",
    "centred": "x − μ",
    "squares": "(x − μ)²",
    "variance": "σ² = mean (x − μ)²",
    "deviation": "√(σ² + ε)",
    "inverse": "1/√(σ² + ε)",
    "normalised": "x̂ = (x − μ)/√(σ² + ε)",
    "scaled": "γ x̂",
    "output": "y = γ x̂ + β",
}
_SHOWN = 6
"""Rows of a batch that have a column in a table."""
_PUBLISHED_ERRORS = {"rows": 2.7e-9, "gamma": 1.5e-10, "beta": 3.5e-12}
_CALLED = {"rows": "x", "gamma": "γ", "beta": "β"}
_PUBLISHED = {
    ("layer > norm > activation", "relu", 0.01): "95.3 (2,000)",
    ("none", "relu", 0.01): "82.6 (2,000)",
    ("layer > norm > activation", "relu", 1.0): "98.3 (50,000)",
    ("none", "relu", 1.0): "9.8 (50,000)",
    ("layer > norm > activation", "sigmoid", 0.01): "97.3 (50,000)",
    ("none", "sigmoid", 0.01): "82.7 (50,000)",
    ("layer > norm > activation", "sigmoid", 1.0): "94.6 (2,000)",
    ("none", "sigmoid", 1.0): "92.3 (2,000)",
}
"""By the course's lesson of 2017, on all of MNIST; in brackets after how many batches."""


def two_numbers(values: Tensor) -> str:
    """Numbers of a row, as people read them.

    Example:
        >>> two_numbers(torch.tensor([11.0, -0.5]))
        '11, −0.5'
    """
    return ", ".join(f"{each + 0.0:.4g}" for each in values.tolist()).replace("-", "−")


def forward_table(rows: Tensor, steps: BatchNormSteps) -> Table:
    """The nine steps of the first column."""
    values = [("x", rows), *((text, getattr(steps, name)) for name, text in _STEPS.items())]
    return Table(
        title="Forward: the first column of the batch, step by step",
        columns=("step", *_titles(len(rows))),
        rows=[(text, *_cells(value, len(rows))) for text, value in values],
    )


def gradients_table(back: BatchNormGradients, tried: Mapping[str, Tensor]) -> Table:
    """The gradients by every step's value of the first column, last step first."""
    count = len(back.rows)
    values = [(f"by {_STEPS[name].split(' = ')[0]}", value) for name, value in back.steps.items()]
    values += [("by x", back.rows), ("by x, tried", tried["rows"])]
    values += [("by γ", back.gamma), ("by γ, tried", tried["gamma"])]
    values += [("by β", back.beta), ("by β, tried", tried["beta"])]
    return Table(
        title="Backward: the gradient by each of these, from the end to the beginning",
        columns=("gradient", *_titles(count)),
        rows=[(text, *_cells(value, count)) for text, value in values],
    )


def _titles(count: int) -> list[str]:
    return [f"row {index + 1}" for index in range(min(count, _SHOWN))]


def _cells(value: Tensor, count: int) -> list[str]:
    """A number for each row; what belongs to the column stands in the first."""
    shown = min(count, _SHOWN)
    if value.ndim == 1:
        return [f"{float(value[0]) + 0.0:.6g}".replace("-", "−"), *[""] * (shown - 1)]
    return [f"{float(each) + 0.0:.6g}".replace("-", "−") for each in value[:shown, 0]]


def checks_table(errors: Mapping[str, float], apart: float) -> Table:
    """How far gradients by hand are from others, beside CS231n's numbers."""
    rows = [
        (
            f"∂l/∂{_CALLED[name]} by hand and by trying",
            f"{error:.1e}",
            f"{_PUBLISHED_ERRORS[name]:.1e}",
        )
        for name, error in errors.items()
    ]
    return Table(
        title="The greatest |a − b|/(|a| + |b|)",
        columns=("compared", "here", "published"),
        rows=[*rows, ("∂l/∂x in nine steps and in closed form", f"{apart:.1e}", "7.7e-12")],
    )


def measured_table(
    controls: BatchnormControls, trained: Sequence[Trained], ratio: float | None
) -> Table:
    """Accuracies by order, and how much faster the closed form is."""
    rows: list[tuple[str, str, str, str]] = [
        (
            each.title,
            f"{each.rate:g}",
            each.told,
            _PUBLISHED.get((each.order, each.activation, each.rate), "–"),
        )
        for each in trained
    ]
    took = "not timed" if ratio is None else f"{ratio:.2f} times as long"
    rows.append(("nine steps back, beside the closed form", "–", took, "1.19 times as long"))
    often = "one classifier" if controls.repeats == 1 else f"{controls.repeats} classifiers"
    return Table(
        title=f"Held-out digits known after {controls.updates:,} batches of 60, in percent; "
        f"{often} of each kind",
        columns=("order", "learning rate", "here", "published"),
        rows=rows,
    )


def running_figure(running: Mapping[str, Any], momentum: float) -> Plot:
    """The first column's running variance, by batches."""
    x = np.arange(1, len(running["means"]) + 1)
    return Plot(
        title=f"Variance of the first column, by batches; momentum {momentum:g}",
        x=Axis(label="batch"),
        y=Axis(label="variance"),
        marks=[
            Line(name="σ² of the batch", x=x, y=running["batch_variances"], dashed=True),
            Line(name="running", x=x, y=running["variances"]),
            Rule(name="true", at=25.0),
        ],
    )


def depth_figure(
    deep: Mapping[str, Mapping[str, Any]], what: str, controls: BatchnormControls
) -> Plot:
    """What is left behind all hidden layers, by scale of the weights."""
    titles = {
        "spread": ("Activations behind", "standard deviation"),
        "pull": ("The gradient that comes back through", "|W| |∂l/∂W| of the first layer"),
    }
    title, label = titles[what]
    names = {
        "none": "no normalisation",
        "epsilon": f"ε = {controls.epsilon:g}",
        "exact": "next to no ε",
    }
    layers = f"{controls.layers} hidden layers" if controls.layers > 1 else "one hidden layer"
    return Plot(
        title=f"{title} {layers}, untrained",
        x=Axis(label="standard deviation of the weights", log=True),
        y=Axis(label=label, log=True),
        marks=[
            Line(name=text, x=SCALES, y=deep[name][what], dashed=name == "exact")
            for name, text in names.items()
        ],
    )


def tiles_gallery(*, tiles: Images, together: Images, alone: Images) -> Gallery:
    """Quarters of a picture, normalised together and each alone."""
    shown = torch.cat([tiles, together / 2.5, alone / 2.5]).clamp(-1, 1)
    images = ((shown + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    names = ("given", "normalised together", "each alone")
    return Gallery(
        title="Four quarters of a picture as one batch; grey is 0",
        images=images,
        captions=[name for name in names for _ in range(len(tiles))],
        columns=len(tiles),
    )


def learning_figure(trained: Sequence[Trained]) -> Plot:
    """Accuracies while classifiers learn, of the first of each kind."""
    first = [each for each in trained if (each.activation, each.rate) == _first_kind(trained)]
    return Plot(
        title="Held-out digits known, in evaluation mode",
        x=Axis(label="batches of 60"),
        y=Axis(label="share", limits=(0, 1)),
        marks=[
            Line(name=each.title, x=each.looks, y=each.accuracies.mean(axis=0)) for each in first
        ],
    )


def _first_kind(trained: Sequence[Trained]) -> tuple[str, float] | None:
    return (trained[0].activation, trained[0].rate) if trained else None
