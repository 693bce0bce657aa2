"""The forgotten scaling: real images in another range than the generator's tanh."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor, nn

from zerosum.counting import part_of
from zerosum.data import Batches
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, Seed
from zerosum.lessons.figures import Axis, Gallery, Line, Plot, Rule
from zerosum.lessons.results import Results, Table, recorded_table
from zerosum.lessons.small_gans import (
    Costs,
    SmallGan,
    dcgan_pair,
    digits_distance,
    digits_store,
    experiment_title,
    over_seeds,
    samples_of,
    train_small_gan,
)
from zerosum.networks.settings import Norm
from zerosum.randomness import derive_seed
from zerosum.types import Images, Logits, Progress

__all__ = ["LESSON", "RANGES", "ScalingControls", "in_range", "out_of_range", "stretched", "trend"]

_Values = Float[Tensor, "..."]

RANGES: Mapping[str, tuple[float, float]] = {
    "[−1, 1]": (-1.0, 1.0),
    "[0, 1]": (0.0, 1.0),
    "[0, 255]": (0.0, 255.0),
}
"""Black and white of real images, by what the lesson calls them."""

_NORMS: Mapping[str, Sequence[Norm]] = {
    "normalised": ["batch"],
    "plain": ["none"],
    "both": ["batch", "none"],
}
_SHOWN = 8
_EPSILON = 1e-5
"""PyTorch's, in batch normalisation."""


@dataclass(frozen=True, kw_only=True)
class ScalingControls(Controls):
    """How long is trained, how often, and against which discriminator."""

    images: Annotated[int, Number(256, 2_000_000)] = 5_000
    """Real pictures that each pair is shown."""
    learning_rate: Annotated[float, Number(1e-5, 1e-2)] = 1e-3
    """Adam's, of both players; the paper's is 0.0002, too slow for a run of seconds."""
    discriminator: Literal["normalised", "plain", "both"] = "normalised"
    """With the paper's batch normalisation, without it, or one of each."""
    epsilon: Annotated[float, Number(1e-12, 1e-2)] = 1e-12
    """What the discriminator's batch normalisation adds to variances in the last case with it;
    PyTorch's 1e-5 in all others."""
    seeds: Annotated[int, Number(1, 10)] = 1
    """How many pairs of each kind are trained."""
    scored: Annotated[int, Number(100, 10_000)] = 500
    """Generated pictures that are compared with the digits."""
    seed: Seed = 0
    """From which all random numbers follow."""


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """A kind of pairs: the range of real images, and the discriminator's normalisation."""

    name: str
    norm: Norm
    epsilon: float = _EPSILON

    @property
    def title(self) -> str:
        if self.norm == "none":
            return f"{self.name}, no batch norm"
        return self.name if self.epsilon == _EPSILON else f"{self.name}, ε = {self.epsilon:g}"

    def pair(self) -> tuple[nn.Module, nn.Module]:
        generator, discriminator = dcgan_pair(norm=self.norm)
        for layer in discriminator.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.eps = self.epsilon
        return generator, discriminator


@dataclass(frozen=True, kw_only=True)
class _Case:
    """Pairs of one kind, one for each seed."""

    kind: _Kind
    gans: Sequence[SmallGan]

    @property
    def title(self) -> str:
        return self.kind.title


def in_range(images: _Values, low: float, high: float) -> _Values:
    """Images in [-1, 1] with black at ``low`` and white at ``high``.

    Example:
        >>> in_range(torch.tensor([-1.0, 0.0, 1.0]), 0, 255)
        tensor([  0.0000, 127.5000, 255.0000])
    """
    return low + (high - low) * (images + 1) / 2


def out_of_range(values: _Values, low: float, high: float) -> _Values:
    """The images in [-1, 1] that values with black at ``low`` and white at ``high`` mean.

    What is darker than black is black, what is whiter than white is white.

    Example:
        >>> out_of_range(torch.tensor([-1.0, 0.5, 1.0]), 0, 1)
        tensor([-1.,  0.,  1.])
    """
    return 2 * (values.clamp(low, high) - low) / (high - low) - 1


def stretched(values: Images, low: float) -> Images:
    """Images in [-1, 1], black at ``low`` and white at the greatest value of each.

    One without a value above ``low`` is black.

    Example:
        >>> stretched(torch.tensor([[[[0.0, 0.1, -0.5]]], [[[-0.1, 0.0, -0.2]]]]), 0.0)[:, 0, 0]
        tensor([[-1.,  1., -1.],
                [-1., -1., -1.]])
    """
    above = (values - low).clamp(min=0)
    greatest = above.flatten(1).max(dim=1).values.clamp(min=1e-12)
    return 2 * above / greatest[:, None, None, None] - 1


def trend(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """The slope of the line that fits best, and the standard deviation of y about it.

    Args:
        x: Shape (n,), not all the same.
        y: Shape (n,).

    Example:
        >>> slope, spread = trend(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0]))
        >>> round(slope, 6), round(spread, 6)
        (2.0, 0.0)
    """
    apart = x - x.mean()
    slope = float(apart @ y / (apart @ apart))
    return slope, float(np.std(y - slope * x))


def compute(controls: ScalingControls, progress: Progress) -> Results:
    """Train pairs on the same digits in three ranges, and compare."""
    kinds = _kinds(controls)
    cases = [
        _train(controls, kind, part_of(progress, number, len(kinds)))
        for number, kind in enumerate(kinds)
    ]
    rows = [_row(case, controls) for case in cases]
    measured = _measured(controls, rows)
    return Results(
        answer=_answer(rows),
        numbers={
            "rows": rows,
            "trends": {case.title: _trend(case.gans[0].costs) for case in cases},
            "real": _real(controls.seed),
            "zoom": {norm: _effect(controls.seed, norm, 255.0, 0.0) for norm in _NORMS["both"]},
            "shift": _effect(controls.seed, "batch", 0.5, 0.5),
            "faint": {each: _faint(controls.seed, each) for each in (_EPSILON, 1e-12)},
        },
        tables={
            "measured": measured,
            "recorded": recorded_table("scaling") or measured,
        },
        figures={
            "generator": _costs_figure("generator", cases),
            "discriminator": _costs_figure("discriminator", cases),
            "samples": _gallery(cases, controls.seed),
        },
    )


def _kinds(controls: ScalingControls) -> list[_Kind]:
    kinds = [
        _Kind(name=name, norm=norm) for norm in _NORMS[controls.discriminator] for name in RANGES
    ]
    if kinds[0].norm == "batch":
        last = _Kind(name="[0, 255]", norm="batch", epsilon=controls.epsilon)
        kinds.insert(len(RANGES), last)
    return kinds


def _train(controls: ScalingControls, kind: _Kind, progress: Progress) -> _Case:
    low, high = RANGES[kind.name]

    def train(index: int) -> SmallGan:
        return train_small_gan(
            kind.pair,
            images=controls.images,
            seed=controls.seed + index,
            learning_rate=controls.learning_rate,
            change=partial(in_range, low=low, high=high),
            progress=part_of(progress, index, controls.seeds),
        )

    return _Case(kind=kind, gans=[train(index) for index in range(controls.seeds)])


def _row(case: _Case, controls: ScalingControls) -> dict[str, Any]:
    """What was measured of pairs of one kind: arrays of one value for each seed."""
    low, high = RANGES[case.kind.name]
    drawn = [
        gan.draw(controls.scored, controls.seed + index) for index, gan in enumerate(case.gans)
    ]
    trends = [_trend(gan.costs) for gan in case.gans]
    return {
        "title": case.title,
        "slope": np.array([each["slope"] for each in trends]),
        "spread": np.array([each["spread"] for each in trends]),
        "generator": np.array(
            [gan.costs.generator[-_last(gan.costs) :].mean() for gan in case.gans]
        ),
        "discriminator": np.array(
            [gan.costs.discriminator[-_last(gan.costs) :].mean() for gan in case.gans]
        ),
        "least": np.array([float(each.min()) for each in drawn]),
        "greatest": np.array([float(each.max()) for each in drawn]),
        "shown": np.array([digits_distance(each) for each in drawn]),
        "meant": np.array([digits_distance(out_of_range(each, low, high)) for each in drawn]),
        "stretched": np.array([digits_distance(stretched(each, low)) for each in drawn]),
    }


def _last(costs: Costs) -> int:
    """Rounds of the second half."""
    return len(costs.images) - len(costs.images) // 2


def _trend(costs: Costs) -> dict[str, Any]:
    """The line through the generator's costs of the second half, by 10,000 images."""
    x, y = costs.images[-_last(costs) :] / 10_000, costs.generator[-_last(costs) :]
    slope, spread = trend(x, y)
    return {"x": x, "y": y, "slope": slope, "spread": spread}


def _some_digits(seed: int) -> Images:
    """64 digits in [-1, 1]."""
    return Batches(digits_store(), batch_size=64, seed=seed).at(0).images


def _real(seed: int) -> dict[str, dict[str, float]]:
    """What becomes of real images in each range."""
    images = _some_digits(seed)
    found = {}
    for name, (low, high) in RANGES.items():
        values = in_range(images, low, high)
        found[name] = {
            "least": float(values.min()),
            "greatest": float(values.max()),
            "beyond": float((values > 1).double().mean()),
            "error": float((out_of_range(values, low, high) - images).abs().max()),
        }
    return found


def _effect(seed: int, norm: Norm, factor: float, shift: float) -> float:
    """How much an untrained discriminator's logits change if images do: factor · x + shift.

    The largest difference over the standard deviation of the logits, with next to no ε.
    """
    images = _some_digits(seed).double()
    before, after = (
        _logits(seed, each, norm=norm, epsilon=1e-40) for each in (images, factor * images + shift)
    )
    return float((after - before).abs().max() / before.std())


def _faint(seed: int, epsilon: float) -> float:
    """How far logits of digits of a hundredth of the brightness spread, against bright ones."""
    images = in_range(_some_digits(seed).double(), 0.0, 1.0)
    bright, faint = (
        _logits(seed, each, norm="batch", epsilon=epsilon) for each in (images, images / 100)
    )
    return float(faint.std() / bright.std())


@torch.no_grad()
def _logits(seed: int, images: Images, *, norm: Norm, epsilon: float) -> Logits:
    """The logits of an untrained discriminator in 64 bits, normalised by the batch."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "weights"))
        _, discriminator = _Kind(name="", norm=norm, epsilon=epsilon).pair()
    logits: Logits = discriminator.double()(images)
    return logits


def _measured(controls: ScalingControls, rows: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        title=experiment_title(
            seeds=controls.seeds,
            images=controls.images,
            learning_rate=controls.learning_rate,
            scored=controls.scored,
        ),
        columns=(
            "real pictures in",
            "G's cost per 10,000 pictures",
            "its spread",
            "G's cost",
            "D's cost",
            "G's values",
            "FD-digits, shown",
            "meant",
            "stretched",
        ),
        rows=[
            (
                row["title"],
                *(over_seeds(row[name]) for name in ("slope", "spread", "generator")),
                over_seeds(row["discriminator"]),
                f"{row['least'].min():.2f} to {row['greatest'].max():.2f}",
                *(over_seeds(row[name], digits=1) for name in ("shown", "meant", "stretched")),
            )
            for row in rows
        ],
    )


def _answer(rows: Sequence[Mapping[str, Any]]) -> str:
    told = "; ".join(
        f"by {row['slope'].mean():+.2f}, spread {row['spread'].mean():.2f}, for real pictures in "
        f"{row['title']}"
        for row in rows
    )
    return (
        "In the second half of training the generator's cost changed per 10,000 pictures, and "
        f"spread about that line: {told}."
    )


def _costs_figure(player: Literal["generator", "discriminator"], cases: Sequence[_Case]) -> Plot:
    lines = [
        Line(
            name=case.title,
            **case.gans[0].costs.curve(player),
            dashed=case.title != case.kind.name,
            colour=list(RANGES).index(case.kind.name),
        )
        for case in cases
    ]
    even = np.log(2) if player == "generator" else np.log(4)
    return Plot(
        title=f"The {player}'s cost",
        x=Axis(label="real pictures seen"),
        y=Axis(label="cost, mean of some rounds"),
        marks=[*lines, Rule(name="D undecided", at=float(even))],
    )


def _gallery(cases: Sequence[_Case], seed: int) -> Gallery:
    title = f"Generated pictures, −1 black and 1 white, {_SHOWN} of each kind"
    first = [(case.title, case.gans[0]) for case in cases]
    return samples_of(first, title, shown=_SHOWN, seed=seed)


@states(
    "Whatever the range of the real pictures is, generated values stay between −1 and 1: the "
    "generator ends in tanh."
)
def _generated_values_are_bounded(_: ScalingControls, results: Results) -> bool:
    rows = results.numbers["rows"]
    return all(row["least"].min() >= -1 and row["greatest"].max() <= 1 for row in rows)


@states(
    "In [−1, 1] and in [0, 1] all real values are within the generator's reach; in [0, 255] "
    "all are out of it that are not nearly black."
)
def _white_is_out_of_reach(_: ScalingControls, results: Results) -> bool:
    real = results.numbers["real"]
    within = all(
        (each["least"], each["greatest"]) == RANGES[name] and each["error"] < 1e-4
        for name, each in real.items()
    )
    beyond = [each["beyond"] for each in real.values()]
    return within and beyond[:2] == [0, 0] and 0.1 < beyond[2] < 0.3


@states(
    "With the paper's batch normalisation, and no bias before it, multiplying a batch of pictures "
    "by 255 changes no logit of the discriminator; without it, it changes all."
)
def _batch_normalisation_hides_the_scale(_: ScalingControls, results: Results) -> bool:
    zoom = results.numbers["zoom"]
    return bool(zoom["batch"] < 1e-9 and zoom["none"] > 10)


@states(
    "But ε shows it: with PyTorch's 1e-5 the logits of digits of a hundredth of the brightness "
    "are nearly all the same, with 1e-12 they differ as those of bright ones do."
)
def _by_epsilon_it_is_seen(_: ScalingControls, results: Results) -> bool:
    faint = results.numbers["faint"]
    return bool(faint[_EPSILON] < 0.1 and faint[1e-12] > 0.9)


@states("Going from [−1, 1] to [0, 1] does change them: it is also a shift.")
def _it_does_not_hide_a_shift(_: ScalingControls, results: Results) -> bool:
    return bool(results.numbers["shift"] > 0.1)


@states(
    "Slope and spread are those of the line of least squares: what is left of the cost has mean "
    "0, does not go with the number of pictures, and has that standard deviation."
)
def _the_trend_is_one_of_least_squares(_: ScalingControls, results: Results) -> bool:
    for each in results.numbers["trends"].values():
        x, left = each["x"], each["y"] - each["slope"] * each["x"]
        left = left - left.mean()
        together = abs(np.mean(left * (x - x.mean()))) <= 1e-6 * (x.std() + 1e-9)
        if not together or not np.isclose(left.std(), each["spread"], atol=1e-9):
            return False
    return True


LESSON = Lesson(
    controls=ScalingControls,
    compute=compute,
    claims=[
        _generated_values_are_bounded,
        _white_is_out_of_reach,
        _batch_normalisation_hides_the_scale,
        _by_epsilon_it_is_seen,
        _it_does_not_hide_a_shift,
        _the_trend_is_one_of_least_squares,
    ],
    full={"images": 200_000, "learning_rate": 2e-4, "seeds": 3, "scored": 5_000},
)
