"""What the generator is paid for: the size of its gradient under each objective."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor

from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number
from zerosum.lessons.figures import Axis, Line, Plot, Rule
from zerosum.lessons.results import Results, Table
from zerosum.objectives import (
    OBJECTIVES,
    generator_slope,
    make_objective,
    optimal_discriminator,
)
from zerosum.types import Progress

__all__ = ["LESSON", "LossesControls"]

_LOGITS = torch.linspace(-10, 10, 201, dtype=torch.float64)
_RATIOS = torch.linspace(-12, 12, 201, dtype=torch.float64)
_OF_PROBABILITIES = ("minimax", "non-saturating", "relativistic")
_LIKE_ANOTHER = ("wasserstein", "relativistic")
"""Whose curves lie on those of hinge and non-saturating losses."""
_EXTREMES = (-100.0, -20.0, 0.0, 20.0, 100.0)


@dataclass(frozen=True, kw_only=True)
class LossesControls(Controls):
    """How sure the discriminator is, and how its labels are smoothed."""

    logit: Annotated[float, Number(-100, 100)] = -5.0
    """The discriminator's logit of a generated picture; below 0 it calls the picture generated."""
    real_label: Annotated[float, Number(0.55, 1.0)] = 0.9
    """Label of real pictures in the smoothed cases."""
    fake_label: Annotated[float, Number(0.01, 0.45)] = 0.1
    """Label of generated pictures in the two-sided case; 0 in the others."""


def compute(controls: LossesControls, progress: Progress) -> Results:
    """Gradients of every objective, the stable cross-entropy, and smoothing."""
    here = torch.tensor([controls.logit], dtype=torch.float64)
    paid = {name: generator_gradient(name, here) for name in OBJECTIVES}
    curves = {name: generator_gradient(name, _LOGITS)[1] for name in OBJECTIVES}
    stable = [_extreme(logit) for logit in _EXTREMES]
    smoothed = _smoothed(controls)
    progress(1, 1)
    sizes = {name: float(gradient.abs()) for name, (_, gradient) in paid.items()}
    return Results(
        answer=_answer(controls, sizes),
        numbers={
            "logits": _LOGITS,
            "gradients": curves,
            "sizes": sizes,
            "stable": stable,
            "ratios": _RATIOS,
            "share": float(torch.sigmoid(here)),
            **smoothed,
        },
        tables={"here": _table(paid), "extremes": _extremes_table(stable)},
        figures={
            "gradients": _gradients_figure(curves, controls.logit),
            "probabilities": _probabilities_figure(curves),
            "optimal": _smoothing_figure(
                "The best discriminator", "D*(x)", smoothed["best"], (0.0, 1.0)
            ),
            "slopes": _smoothing_figure(
                "What the generator learns from it", "slope of −log D*", smoothed["slopes"], None
            ),
        },
    )


def generator_gradient(name: str, logits: Tensor) -> tuple[Tensor, Tensor]:
    """An objective's generator losses and their derivatives by the logits of generated images.

    A relativistic loss compares with real images of logit 0.

    Args:
        name: The objective.
        logits: Shape (n,).

    Example:
        >>> loss, gradient = generator_gradient("non-saturating", torch.zeros(1))
        >>> gradient
        tensor([-0.5000])
    """
    fake = logits.clone().requires_grad_()
    loss = make_objective(name).generator(fake, torch.zeros_like(fake))
    (gradient,) = torch.autograd.grad(loss.sum(), fake)
    return loss.detach(), gradient


def _extreme(logit: float) -> dict[str, float]:
    """−log σ(logit) and its derivative in three spellings, in float32 as networks compute it."""
    spellings: dict[str, Callable[[Tensor], Tensor]] = {
        "stable": lambda fake: make_objective("non-saturating").generator(fake),
        "naive": lambda fake: -torch.log(torch.sigmoid(fake)),
        "epsilon": lambda fake: -torch.log(torch.sigmoid(fake) + 1e-8),
    }
    values = {"logit": logit}
    for name, loss in spellings.items():
        fake = torch.tensor([logit], requires_grad=True)
        value = loss(fake)
        (gradient,) = torch.autograd.grad(value.sum(), fake)
        values |= {name: float(value.detach()), f"{name} gradient": float(gradient)}
    return values


def _smoothed(controls: LossesControls) -> dict[str, Any]:
    """The best discriminator and the generator's slope: labels as they are, and smoothed."""
    labels = {
        "no smoothing": {},
        "one-sided": {"real_label": controls.real_label},
        "two-sided": {"real_label": controls.real_label, "fake_label": controls.fake_label},
    }
    bad = torch.tensor([1e-3], dtype=torch.float64).log()
    return {
        "best": {name: optimal_discriminator(_RATIOS, **each) for name, each in labels.items()},
        "slopes": {name: generator_slope(_RATIOS, **each) for name, each in labels.items()},
        **{
            f"left_{name.replace('-', '_').replace(' ', '_')}": float(generator_slope(bad, **each))
            for name, each in labels.items()
        },
    }


def _answer(controls: LossesControls, sizes: dict[str, float]) -> str:
    probability = 1 / (1 + np.exp(-controls.logit))
    told = ", ".join(f"{name} {size:.3g}" for name, size in sizes.items())
    return (
        f"At a logit of {controls.logit:g}, where the discriminator gives a generated picture "
        f"{probability:.2g} to be real, the generator's gradient by that logit has the size: "
        f"{told}."
    )


def _table(paid: dict[str, tuple[Tensor, Tensor]]) -> Table:
    return Table(
        title="What the generator pays, and the slope of it",
        columns=("objective", "loss g", "∂g/∂f"),
        rows=[(name, float(loss), float(slope)) for name, (loss, slope) in paid.items()],
    )


def _extremes_table(stable: list[dict[str, float]]) -> Table:
    return Table(
        title="−log σ(f) in 32 bits: value, and slope in brackets",
        columns=("logit f", "from the logit", "log(sigmoid(f))", "log(sigmoid(f) + 1e-8)"),
        rows=[
            (
                each["logit"],
                *(f"{each[k]:.4g} ({each[f'{k} gradient']:.2g})" for k in _SPELLINGS),
            )
            for each in stable
        ],
    )


_SPELLINGS = ("stable", "naive", "epsilon")


def _gradients_figure(curves: dict[str, Tensor], logit: float) -> Plot:
    x = _LOGITS.numpy()
    lines = [
        Line(name=name, x=x, y=each.abs().numpy(), dashed=name in _LIKE_ANOTHER)
        for name, each in curves.items()
    ]
    here = [Rule(name="here", at=logit, axis="x")] if abs(logit) <= 10 else []
    return Plot(
        title="Size of the generator's gradient by D's logit",
        x=Axis(label="logit f of a generated picture"),
        y=Axis(label="|∂g/∂f|", limits=(0, 2.5)),
        marks=[*lines, *here],
    )


def _probabilities_figure(curves: dict[str, Tensor]) -> Plot:
    x = torch.sigmoid(_LOGITS).numpy()
    return Plot(
        title="The same by D(G(z)), where the discriminator gives probabilities",
        x=Axis(label="D(G(z))", limits=(0, 1)),
        y=Axis(label="|∂g/∂f|", limits=(0, 1.05)),
        marks=[
            Line(name=name, x=x, y=curves[name].abs().numpy(), dashed=name in _LIKE_ANOTHER)
            for name in _OF_PROBABILITIES
        ],
    )


def _smoothing_figure(
    title: str, label: str, curves: dict[str, Tensor], limits: tuple[float, float] | None
) -> Plot:
    x = _RATIOS.numpy()
    return Plot(
        title=title,
        x=Axis(label="log(p/q): below 0 where too much is generated"),
        y=Axis(label=label, limits=limits),
        marks=[
            Line(name=name, x=x, y=each.numpy(), dashed=name == "one-sided")
            for name, each in curves.items()
        ],
    )


@states(
    "The slopes are −σ(f) for minimax, −σ(−f) for non-saturating and relativistic losses, 2(f "
    "− 1) for least squares, and −1 for hinge and Wasserstein losses."
)
def _the_slopes_are_those_of_the_formulas(_: LossesControls, results: Results) -> bool:
    f, found = results.numbers["logits"], results.numbers["gradients"]
    expected = {
        "minimax": -torch.sigmoid(f),
        "non-saturating": -torch.sigmoid(-f),
        "relativistic": -torch.sigmoid(-f),
        "least-squares": 2 * (f - 1),
        "hinge": -torch.ones_like(f),
        "wasserstein": -torch.ones_like(f),
    }
    return all(torch.allclose(found[name], slope) for name, slope in expected.items())


@states(
    "Where the discriminator is sure that a picture is generated, the minimax cost gives "
    "almost no gradient, and the non-saturating one almost all of it."
)
def _a_loser_learns(controls: LossesControls, results: Results) -> bool | None:
    if controls.logit > -5:
        return None
    sizes = results.numbers["sizes"]
    return bool(sizes["minimax"] < 0.01 and 0.99 < sizes["non-saturating"] <= 1)


@states("The slopes of the minimax and of the non-saturating cost always add up to −1.")
def _the_two_forms_share_one_gradient(_: LossesControls, results: Results) -> bool:
    found = results.numbers["gradients"]
    both = found["minimax"] + found["non-saturating"]
    return torch.allclose(both, -torch.ones_like(both))


@states(
    "Cross-entropy from logits is finite at ±100 and keeps its slope σ(f) − 1; with a small "
    "number within the logarithm the slope at −100 is 0."
)
def _logits_keep_the_gradient(_: LossesControls, results: Results) -> bool:
    rows = results.numbers["stable"]
    exact = all(
        np.isclose(row["stable gradient"], -1 / (1 + np.exp(row["logit"])), atol=1e-7)
        for row in rows
    )
    return (
        exact
        and bool(np.isfinite([row["stable"] for row in rows]).all())
        and (abs(rows[0]["epsilon gradient"]) < 1e-6)
    )


@states(
    "One-sided smoothing scales the best discriminator and leaves the generator's slope as it "
    "was, everywhere: 0.999 where p/q = 1/1000."
)
def _one_sided_smoothing_leaves_the_slope(_: LossesControls, results: Results) -> bool:
    slopes = results.numbers["slopes"]
    same = torch.allclose(slopes["one-sided"], slopes["no smoothing"], rtol=1e-12)
    return same and bool(np.isclose(results.numbers["left_one_sided"], 1000 / 1001))


@states("With two-sided smoothing the slope at p/q = 1/1000 is at most (α − β)/β thousandths.")
def _two_sided_smoothing_kills_it_where_it_is_needed(
    controls: LossesControls, results: Results
) -> bool:
    bound = 1e-3 * (controls.real_label - controls.fake_label) / controls.fake_label
    return bool(0 < results.numbers["left_two_sided"] <= bound)


@states(
    "The best discriminator rises with p/q under all labels, from the label of generated to "
    "that of real pictures: where too much is generated it has its least value, not a peak."
)
def _the_best_discriminator_has_no_peak_at_wrong_samples(
    controls: LossesControls, results: Results
) -> bool:
    best = results.numbers["best"]
    ends = best["two-sided"][[0, -1]]
    expected = torch.tensor([controls.fake_label, controls.real_label], dtype=torch.float64)
    rising = all(bool((each.diff() > 0).all()) for each in best.values())
    return rising and torch.allclose(ends, expected, atol=1e-5)


LESSON = Lesson(
    controls=LossesControls,
    compute=compute,
    claims=[
        _the_slopes_are_those_of_the_formulas,
        _the_two_forms_share_one_gradient,
        _a_loser_learns,
        _logits_keep_the_gradient,
        _the_best_discriminator_has_no_peak_at_wrong_samples,
        _one_sided_smoothing_leaves_the_slope,
        _two_sided_smoothing_kills_it_where_it_is_needed,
    ],
)
