"""What the generator is paid for: the size of its gradient under each objective."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import pi, sqrt
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
    NonSaturating,
    generator_slope,
    make_objective,
    optimal_discriminator,
)
from zerosum.types import Progress

__all__ = ["LESSON", "LossesControls"]

_LOGITS = torch.linspace(-10, 10, 201, dtype=torch.float64)
_RATIOS = torch.linspace(-12, 12, 201, dtype=torch.float64)
_ROOT = sqrt(2 * pi)
_PLACES = torch.linspace(-4, 7, 221, dtype=torch.float64)
"""Numbers that stand for pictures, where p and q are known."""
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
                "How fast the generator's loss falls as log(p/q) grows",
                "fall of −log D* per unit",
                smoothed["slopes"],
                None,
            ),
            "line": _line_figure(smoothed),
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


_SPELLINGS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "stable": lambda f: make_objective("non-saturating").generator(f),
    "naive": lambda f: -torch.log(torch.sigmoid(f)),
    "epsilon": lambda f: -torch.log(torch.sigmoid(f) + 1e-8),
    "fake stable": lambda f: NonSaturating().fake_cost(f),
    "fake naive": lambda f: -torch.log(1 - torch.sigmoid(f)),
}
"""−log σ(f), and −log(1 − σ(f)) for fakes, as zerosum and as others write them."""


def _extreme(logit: float) -> dict[str, float]:
    """Values and derivatives of all spellings at a logit, in 32 bits as networks compute them."""
    values = {"logit": logit}
    for name, loss in _SPELLINGS.items():
        f = torch.tensor([logit], requires_grad=True)
        value = loss(f)
        (gradient,) = torch.autograd.grad(value.sum(), f)
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
    real, made = _real_density(_PLACES), _made_density(_PLACES)
    ratios = real.log() - made.log()
    return {
        "real": real,
        "made": made,
        "best_on_line": {
            name: optimal_discriminator(ratios, **each) for name, each in labels.items()
        },
        "best": {name: optimal_discriminator(_RATIOS, **each) for name, each in labels.items()},
        "slopes": {name: generator_slope(_RATIOS, **each) for name, each in labels.items()},
        **{
            f"left_{name.replace('-', '_').replace(' ', '_')}": float(generator_slope(bad, **each))
            for name, each in labels.items()
        },
    }


def _real_density(x: Tensor) -> Tensor:
    """Real numbers: N(0, 1)."""
    return torch.exp(-x.square() / 2) / _ROOT


def _made_density(x: Tensor) -> Tensor:
    """Generated ones: half of them right, half near 4, where hardly any real ones are."""
    wrong = torch.exp(-((x - 4) / 0.5).square() / 2) / (0.5 * _ROOT)
    return (_real_density(x) + wrong) / 2


def _answer(controls: LossesControls, sizes: dict[str, float]) -> str:
    probability = 1 / (1 + np.exp(-controls.logit))
    told = ", ".join(f"{name} {size:.3g}" for name, size in sizes.items())
    return (
        f"At a logit of {controls.logit:g}, by which log losses call a generated picture real "
        f"with probability {probability:.2g}, the generator's gradient by that logit "
        f"has the size: {told}."
    )


def _table(paid: dict[str, tuple[Tensor, Tensor]]) -> Table:
    return Table(
        title="What the generator pays, and the slope of it",
        columns=("objective", "loss g", "∂g/∂f"),
        rows=[(name, float(loss), float(slope)) for name, (loss, slope) in paid.items()],
    )


def _extremes_table(stable: list[dict[str, float]]) -> Table:
    return Table(
        title="Two losses in 32 bits: value, and slope in brackets",
        columns=(
            "logit f",
            "−log σ(f) from the logit",
            "log(sigmoid(f))",
            "log(sigmoid(f) + 1e-8)",
            "−log(1 − σ(f)) from the logit",
            "log(1 - sigmoid(f))",
        ),
        rows=[
            (each["logit"], *(_with_slope(each, name) for name in _SPELLINGS)) for each in stable
        ],
    )


def _with_slope(values: dict[str, float], name: str) -> str:
    # Adding 0 makes 0 of −0.
    value, slope = values[name] + 0.0, values[f"{name} gradient"] + 0.0
    return f"{value:.4g} ({slope:.2g})".replace("-", "−")


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


def _line_figure(smoothed: dict[str, Any]) -> Plot:
    x = _PLACES.numpy()
    best = smoothed["best_on_line"]
    densities = [
        Line(name="p, real", x=x, y=smoothed["real"].numpy(), colour=6),
        Line(name="q, generated", x=x, y=smoothed["made"].numpy(), colour=4),
    ]
    curves = [
        Line(name=f"D*, {name}", x=x, y=each.numpy(), dashed=name == "one-sided", colour=index)
        for index, (name, each) in enumerate(best.items())
    ]
    return Plot(
        title="Half of what is generated lies where nothing real is, near 4",
        x=Axis(label="x"),
        y=Axis(label="density; D*(x)", limits=(0, 1.02)),
        marks=[*densities, *curves],
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
    "Where the discriminator is sure that a picture is generated, the minimax loss gives "
    "almost no gradient, and the non-saturating one almost all of it."
)
def _a_loser_learns(controls: LossesControls, results: Results) -> bool | None:
    if controls.logit > -5:
        return None
    sizes = results.numbers["sizes"]
    return bool(sizes["minimax"] < 0.01 and 0.99 < sizes["non-saturating"] <= 1)


@states("The slopes of the minimax and of the non-saturating loss always add up to −1.")
def _the_two_forms_share_one_gradient(_: LossesControls, results: Results) -> bool:
    found = results.numbers["gradients"]
    both = found["minimax"] + found["non-saturating"]
    return torch.allclose(both, -torch.ones_like(both))


@states(
    "Cross-entropy from logits is finite at ±100 and keeps its slope σ(f) − 1; log(sigmoid(f)) is "
    "infinite at −100, log(1 − sigmoid(f)) at 20, and with a small number within the logarithm "
    "the slope at −100 is 0."
)
def _logits_keep_the_gradient(_: LossesControls, results: Results) -> bool:
    rows = {row["logit"]: row for row in results.numbers["stable"]}
    slopes = [row["stable gradient"] for row in rows.values()]
    expected = [-1 / (1 + np.exp(logit)) for logit in rows]
    losses = [row[name] for row in rows.values() for name in ("stable", "fake stable")]
    return (
        bool(np.allclose(slopes, expected, rtol=1e-4, atol=1e-40))
        and bool(np.isfinite(losses).all())
        and abs(rows[-100.0]["epsilon gradient"]) < 1e-30
        and not np.isfinite(rows[-100.0]["naive"])
        and not np.isfinite(rows[20.0]["fake naive"])
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


@states("Smoothed or not, the best discriminator is lowest at the same x: at the wrong samples.")
def _smoothing_moves_no_peak(_: LossesControls, results: Results) -> bool:
    lowest = {float(_PLACES[each.argmin()]) for each in results.numbers["best_on_line"].values()}
    return len(lowest) == 1 and 4 < lowest.pop() < 6


LESSON = Lesson(
    controls=LossesControls,
    compute=compute,
    claims=[
        _the_slopes_are_those_of_the_formulas,
        _the_two_forms_share_one_gradient,
        _a_loser_learns,
        _logits_keep_the_gradient,
        _the_best_discriminator_has_no_peak_at_wrong_samples,
        _smoothing_moves_no_peak,
        _one_sided_smoothing_leaves_the_slope,
        _two_sided_smoothing_kills_it_where_it_is_needed,
    ],
)
