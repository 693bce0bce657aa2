"""Tables and figures of the lesson on the panda."""

from collections.abc import Mapping, Sequence
from math import pi
from typing import Any

import numpy as np
import torch
from torch.nn.functional import interpolate

from zerosum.data import unscale
from zerosum.lessons.figures import Axis, Dots, Gallery, Line, Plot, Rule
from zerosum.lessons.results import Table

__all__ = [
    "curve_figure",
    "linear_figure",
    "pair_table",
    "quoted",
    "slopes_table",
    "sum_figure",
]

_SIDE = 224
"""Of the largest picture that is shown pixel by pixel."""


def quoted(said: Mapping[str, Any]) -> str:
    """The class that is named, with its probability.

    Example:
        >>> quoted({"class": "panda", "confidence": 0.577})
        "'panda' (57.7 %)"
    """
    return f"{said['class']!r} ({100 * said['confidence']:.1f} %)"


def pair_table(epsilon: float, pair: Mapping[str, Any]) -> Table:
    """What the network says of the picture and of what becomes of it."""
    rows = [
        ("the picture X", "before"),
        ("X + ε · sign of the gradient", "sign"),
        ("the same, rounded to bytes", "rounded"),
        ("X + ε · random signs", "noise"),
        ("the signs of the gradient alone, as a picture", "alone"),
    ]
    return Table(
        title=f"What the network says, for ε = {epsilon:g}",
        columns=("picture", "class", "its probability, %", "probability of the first class, %"),
        rows=[
            (text, said["class"], 100 * said["confidence"], 100 * said["first"])
            for text, said in ((text, pair["said"][name]) for text, name in rows)
        ],
    )


def slopes_table(pair: Mapping[str, Any]) -> Table:
    """How far the log-odds rise, by the gradient and really."""
    first, rises = pair["first_order"], pair["rises"]
    return Table(
        title=(
            f"By how much the log-odds against the first class rise; ‖g‖₁ = "
            f"{pair['lengths'][0]:.4g}, ‖g‖₂ = {pair['lengths'][1]:.4g}"
        ),
        columns=("change δ", "g · δ, as if the network were linear", "measured"),
        rows=[
            ("along the sign of g", first["sign"], rises["sign"]),
            ("random signs", first["noise"], rises["noise"]),
        ],
    )


def sum_figure(epsilon: float, pair: Mapping[str, Any]) -> Gallery:
    """Two sums, one above the other: picture, change, result."""
    pixels, signs, moved, random, noisy = pair["shown"]
    said = pair["said"]
    images = torch.cat([pixels, signs / 2 + 0.5, moved, pixels, random / 2 + 0.5, noisy])
    if max(images.shape[2:]) > _SIDE:  # Of larger pictures a page would grow too large.
        factor = _SIDE / max(images.shape[2:])
        images = interpolate(images, scale_factor=factor, mode="area")
    times = f"{epsilon:g} times"
    captions = (
        f"X: {quoted(said['before'])}",
        f"plus {times} the sign of the gradient",
        f"gives {quoted(said['sign'])}",
        f"X: {quoted(said['before'])}",
        f"plus {times} random signs, as far as they keep pixels within black and white",
        f"gives {quoted(said['noise'])}",
    )
    bytes_ = unscale(2 * images - 1).permute(0, 2, 3, 1).numpy()
    return Gallery(
        title=f"The sum of the panda, with ε = {epsilon:g}",
        images=bytes_[..., 0] if bytes_.shape[-1] == 1 else bytes_,
        captions=captions,
        columns=3,
    )


def curve_figure(
    epsilon: float,
    epsilons: Sequence[float],
    curve: Mapping[str, Sequence[float]],
    said: Mapping[str, Any],
    draws: int,
) -> Plot:
    """The probability of the first class by ε."""
    names = {"sign": "sign of the gradient", "rounded": "the same, rounded to bytes"}
    names["noise"] = f"random signs, mean of {draws}"
    here = [Rule(name="here", at=epsilon, axis="x")]
    return Plot(
        title=f"How sure the network still is of {said['before']['class']!r}",
        x=Axis(label="ε", log=True),
        y=Axis(label="probability", limits=(0.0, 1.02)),
        marks=[
            *(
                Line(name=text, x=epsilons, y=curve[name], dashed=name == "rounded")
                for name, text in names.items()
            ),
            *(here if epsilons[0] <= epsilon else []),
        ],
    )


def linear_figure(linear: Mapping[str, Sequence[float]], draws: int) -> Plot:
    """The change of linear classifiers by the number of their weights."""
    d = np.array(linear["d"])
    return Plot(
        title="Linear classifiers whose weights all have the length 1",
        x=Axis(label="numbers in a picture, d", log=True),
        y=Axis(label="change of the log-odds / ε", log=True),
        marks=[
            Dots(name="along the sign, measured", x=d, y=linear["sign"], size=5),
            Line(name="√(2d/π)", x=d, y=np.sqrt(2 * d / pi), dashed=True, colour=0),
            Dots(
                name=f"{draws} times random signs, root mean square",
                x=d,
                y=linear["noise"],
                size=5,
            ),
            Rule(name="‖w‖₂ = 1", at=1.0),
        ],
    )
