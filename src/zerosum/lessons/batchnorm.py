"""Batch normalisation: its formulas, its gradients in three ways, and where it goes."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from zerosum.lessons.base import Lesson, states
from zerosum.lessons.batchnorm_controls import PYTORCHS, BatchnormControls
from zerosum.lessons.batchnorm_depth import SCALES
from zerosum.lessons.batchnorm_effects import (
    DrawnBatch,
    bias_effect,
    depth_effect,
    running_statistics,
    tiles_of_picture,
    time_ratio,
)
from zerosum.lessons.batchnorm_figures import (
    checks_table,
    depth_figure,
    forward_table,
    gradients_table,
    learning_figure,
    measured_table,
    running_figure,
    tiles_gallery,
    two_numbers,
)
from zerosum.lessons.batchnorm_orders import Trained, activations_given, train_orders
from zerosum.lessons.results import Results, recorded_table
from zerosum.networks.two_layers import numerical_gradient
from zerosum.nn.batchnorm_by_hand import (
    BatchNormGradients,
    BatchNormSteps,
    backward_by_steps,
    backward_in_one,
    normalise_batch,
)
from zerosum.randomness import Randomness
from zerosum.types import Progress

__all__ = ["LESSON"]

_STEP = 1e-5
_NAMES = ("rows", "gamma", "beta")


def compute(controls: BatchnormControls, progress: Progress) -> Results:
    """Normalise a batch, go back, and see how far it helps."""
    batch = _drawn(controls)
    steps = normalise_batch(batch.rows, batch.gamma, batch.beta, epsilon=controls.epsilon)
    back = backward_by_steps(steps, batch.gamma, batch.upstream)
    at_once = backward_in_one(steps, batch.gamma, batch.upstream)
    ways = {"steps": back, "one": at_once, "graph": _graph(batch, controls.epsilon)}
    tried = {name: _tried(batch, name, controls.epsilon) for name in _NAMES}
    running = running_statistics(controls)
    tiles = tiles_of_picture(controls)
    deep = depth_effect(controls)
    trained = train_orders(controls, progress)
    ratio = time_ratio() if controls.timed else None
    apart = _relative(at_once.rows, back.rows)
    errors = {name: _relative(getattr(at_once, name), tried[name]) for name in _NAMES}
    measured = measured_table(controls, trained, ratio)
    return Results(
        answer=_answer(batch, steps, errors, trained),
        numbers={
            "pytorch": _pytorch(batch, controls.epsilon),
            "steps": {each.name: getattr(steps, each.name) for each in fields(steps)},
            "gamma": batch.gamma,
            "beta": batch.beta,
            "sums": _sums(batch, steps, at_once),
            "ways": {key: {n: getattr(way, n) for n in _NAMES} for key, way in ways.items()},
            "tried": tried,
            "errors": errors,
            "apart": apart,
            "smallest": float(steps.variance.min()),
            "running": running,
            "bias": bias_effect(batch, controls),
            "tiles": tiles["numbers"],
            "deep": deep,
            "given": activations_given(controls.seed),
            "trained": [vars(each) for each in trained],
            **_spoken(batch, steps, deep, running),
        },
        tables={
            "forward": forward_table(batch.rows, steps),
            "backward": gradients_table(back, tried),
            "checks": checks_table(errors, apart),
            "measured": measured,
            "recorded": recorded_table("batchnorm") or measured,
        },
        figures={
            "running": running_figure(running, controls.momentum),
            "spread": depth_figure(deep, "spread", controls),
            "pull": depth_figure(deep, "pull", controls),
            "tiles": tiles_gallery(**tiles["images"]),
            "learning": learning_figure(trained),
        },
    )


def _drawn(controls: BatchnormControls) -> DrawnBatch:
    """A batch around 12 of standard deviation 5, as in CS231n's check."""
    random = Randomness(seed=controls.seed)
    shape = (controls.rows, controls.columns)
    rows, upstream = (random.normal(*shape).double() for _ in range(2))
    places = torch.arange(1, controls.columns + 1, dtype=torch.float64)
    return DrawnBatch(
        rows=5 * rows + 12,
        gamma=controls.gamma * places,
        beta=controls.beta + places,
        upstream=upstream,
    )


def _graph(batch: DrawnBatch, epsilon: float) -> BatchNormGradients:
    """PyTorch's gradients of its own batch normalisation."""
    leaves = [each.clone().requires_grad_() for each in (batch.rows, batch.gamma, batch.beta)]
    x, gamma, beta = leaves
    output = nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=epsilon)
    rows, d_gamma, d_beta = torch.autograd.grad(output, leaves, batch.upstream)
    return BatchNormGradients(rows=rows, gamma=d_gamma, beta=d_beta)


def _tried(batch: DrawnBatch, name: str, epsilon: float) -> Tensor:
    """The numerical gradient of l = Σ y ∂l/∂y by x, γ or β."""
    values = {each: getattr(batch, each) for each in _NAMES}

    def loss(moved: Tensor) -> Tensor:
        given = {**values, name: moved}
        return (normalise_batch(**given, epsilon=epsilon).output * batch.upstream).sum()

    return numerical_gradient(loss, values[name], step=_STEP)


def _relative(found: Tensor, expected: Tensor) -> float:
    """CS231n's measure: the greatest |a − b| / max(1e-8, |a| + |b|)."""
    sizes = (found.abs() + expected.abs()).clamp(min=1e-8)
    return float(((found - expected).abs() / sizes).max())


def _pytorch(batch: DrawnBatch, epsilon: float) -> Tensor:
    """The output of PyTorch's layer in training mode."""
    return nn.functional.batch_norm(
        batch.rows, None, None, batch.gamma, batch.beta, training=True, eps=epsilon
    )


def _sums(batch: DrawnBatch, steps: BatchNormSteps, back: BatchNormGradients) -> dict[str, Tensor]:
    """Σ ∂l/∂x, and Σ x̂ ∂l/∂x beside what ε leaves of it."""
    left = 1 - (steps.normalised**2).mean(dim=0)
    return {
        "shift": back.rows.sum(dim=0),
        "stretch": (back.rows * steps.normalised).sum(dim=0),
        "by_epsilon": batch.gamma * steps.inverse * back.gamma * left,
        "size": back.rows.abs().sum(dim=0) + steps.inverse,
    }


def _spoken(
    batch: DrawnBatch, steps: BatchNormSteps, deep: dict[str, Any], running: dict[str, Any]
) -> dict[str, Any]:
    """Numbers for the text."""
    return {
        "output_means": two_numbers(steps.output.mean(dim=0)),
        "output_spreads": two_numbers(steps.output.std(dim=0, correction=0)),
        "smallest_plain": float(deep["none"]["spread"][0]),
        "greatest_plain": float(deep["none"]["spread"][-1]),
        "smallest_normal": float(deep["epsilon"]["spread"][0]),
        "left": running["left"],
        "rows": len(batch.rows),
        "unbiased": len(batch.rows) / (len(batch.rows) - 1),
    }


def _answer(
    batch: DrawnBatch,
    steps: BatchNormSteps,
    errors: dict[str, float],
    trained: Sequence[Trained],
) -> str:
    told = "; ".join(f"{each.title} {each.told}" for each in trained)
    learnt = f" Digits known after training: {told}." if told else ""
    return (
        f"Columns around 12 become columns of means {two_numbers(steps.output.mean(dim=0))} and "
        f"standard deviations {two_numbers(steps.output.std(dim=0, correction=0))}, whatever they "
        f"were. The gradient by hand is the numerical one to {errors['rows']:.1e} for x, "
        f"{errors['gamma']:.1e} for γ and {errors['beta']:.1e} for β.{learnt}"
    )


@states("The nine steps give what PyTorch's batch normalisation gives, up to rounding.")
def _forward_is_pytorchs(_: BatchnormControls, results: Results) -> bool:
    output, theirs = results.numbers["steps"]["output"], results.numbers["pytorch"]
    return torch.allclose(output, theirs, rtol=1e-8, atol=1e-8)


@states(
    "Each column comes out with mean β and standard deviation |γ| σ/√(σ² + ε), which is next to "
    "|γ| where ε is small beside σ²."
)
def _columns_have_mean_beta(controls: BatchnormControls, results: Results) -> bool:
    steps, numbers = results.numbers["steps"], results.numbers
    left = (steps["variance"] / (steps["variance"] + controls.epsilon)).sqrt()
    output = steps["output"]
    return torch.allclose(output.mean(dim=0), numbers["beta"], atol=1e-8) and torch.allclose(
        output.std(dim=0, correction=0), numbers["gamma"].abs() * left, atol=1e-8
    )


@states("The nine steps back, the closed form and PyTorch's graph give the same gradients.")
def _three_ways_back_agree(_: BatchnormControls, results: Results) -> bool:
    by_steps, *others = results.numbers["ways"].values()
    return all(
        torch.allclose(by_steps[name], other[name], rtol=1e-6, atol=1e-9)
        for other in others
        for name in _NAMES
    )


@states("Trying gives them too, to 1e-5, unless a column has next to no variance.")
def _trying_agrees(_: BatchnormControls, results: Results) -> bool | None:
    if results.numbers["smallest"] < 0.1:
        return None
    tried, found = results.numbers["tried"], results.numbers["ways"]["one"]
    return all(torch.allclose(found[name], tried[name], rtol=1e-5, atol=1e-5) for name in tried)


@states(
    "The gradients of a column's numbers add up to 0, and but for ε they have no part along x̂: "
    "the loss cannot shift a column, nor stretch it."
)
def _the_gradient_neither_shifts_nor_stretches(_: BatchnormControls, results: Results) -> bool:
    sums = results.numbers["sums"]
    size = float(sums["size"].max())
    nothing = torch.zeros_like(sums["shift"])
    return torch.allclose(sums["shift"], nothing, atol=1e-9 * size) and torch.allclose(
        sums["stretch"], sums["by_epsilon"], atol=1e-8 * size
    )


@states(
    "A bias before the normalisation moves the mean by itself and changes no output of a batch; "
    "its gradient is 0, by hand and by trying."
)
def _a_bias_cancels(controls: BatchnormControls, results: Results) -> bool:
    found = results.numbers["bias"]
    return bool(
        np.isclose(found["mean_moves"], controls.bias, atol=1e-9)
        and max(found["change"], found["gradient"], found["tried"]) < 1e-6
    )


@states(
    "In evaluation mode it does not cancel until the running mean has it: each output moves by γ "
    "b/√(σ² + ε)."
)
def _a_bias_shows_in_evaluation(_: BatchnormControls, results: Results) -> bool:
    found = results.numbers["bias"]
    return bool(np.isclose(found["standing"], found["standing_by_formula"], rtol=1e-8, atol=1e-9))


@states(
    "The running statistics are PyTorch's: of what they began with (1 − m)ᵏ is left after k "
    "batches, and variances are counted over n − 1, though a batch is normalised over n."
)
def _running_statistics_are_pytorchs(_: BatchnormControls, results: Results) -> bool:
    found = results.numbers["running"]
    mean, variance = found["mean_by_weights"], found["variance_by_weights"] + found["left"]
    return bool(
        max(found["apart"], found["single"]) < 1e-8
        and np.isclose(found["means"][-1], mean)
        and np.isclose(found["variances"][-1], variance)
    )


@states(
    "For pictures a channel is a column: over all places of the batch its mean is 0, and quarters "
    "keep their differences. Alone, each quarter has mean 0, and is no longer brighter or darker "
    "than the others."
)
def _channels_are_columns(_: BatchnormControls, results: Results) -> bool:
    found = results.numbers["tiles"]
    return bool(
        found["apart"] < 1e-8
        and found["means"].abs().max() < 1e-8
        and found["alone_means"].abs().max() < 1e-8
        and found["spread"] >= 0.99 * found["given"]
    )


@states(
    "Without normalisation, activations behind L layers shrink as the scale of the weights to the "
    "power L; with it, and next to no ε, neither they nor |W| |∂l/∂W| depend on the scale, and "
    "each unit's weights are at right angles to their gradient."
)
def _the_scale_of_weights_does_not_matter(controls: BatchnormControls, results: Results) -> bool:
    plain, exact = results.numbers["deep"]["none"], results.numbers["deep"]["exact"]
    powers = np.array(SCALES) ** controls.layers
    return bool(
        np.allclose(plain["spread"] / plain["spread"][-1], powers, rtol=1e-6, atol=0)
        and np.allclose(exact["spread"], exact["spread"][-1], rtol=1e-6)
        and np.allclose(exact["pull"], exact["pull"][-1], rtol=1e-6)
        and exact["turned"].max() < 1e-9
    )


@states("With an ε of 1e-5 or more they do: weights of 0.0001 leave less than half as much.")
def _epsilon_brings_the_scale_back(controls: BatchnormControls, results: Results) -> bool | None:
    if controls.epsilon < PYTORCHS:
        return None
    spread = results.numbers["deep"]["epsilon"]["spread"]
    return bool(spread[0] < 0.5 * spread[-1])


@states(
    "What an untrained layer behind gets: of layer > norm > ReLU, numbers of mean near 0.4 and "
    "standard deviation near 0.58, as of a normal number cut at 0; of layer > ReLU > norm, 0 and "
    "nearly 1, as units that are 0 for all digits stay 0."
)
def _the_order_says_what_comes_out(_: BatchnormControls, results: Results) -> bool:
    given = results.numbers["given"]
    before, behind = given["layer > norm > activation"], given["layer > activation > norm"]
    near = abs(before["mean"] - 0.399) < 0.05 and abs(before["spread"] - 0.584) < 0.05
    return bool(near and abs(behind["mean"]) < 1e-5 and 0.9 < behind["spread"] < 1.001)


LESSON = Lesson(
    controls=BatchnormControls,
    compute=compute,
    claims=[
        _forward_is_pytorchs,
        _columns_have_mean_beta,
        _three_ways_back_agree,
        _trying_agrees,
        _the_gradient_neither_shifts_nor_stretches,
        _a_bias_cancels,
        _a_bias_shows_in_evaluation,
        _running_statistics_are_pytorchs,
        _channels_are_columns,
        _the_scale_of_weights_does_not_matter,
        _epsilon_brings_the_scale_back,
        _the_order_says_what_comes_out,
    ],
    full={"trained": "all", "updates": 500, "repeats": 5, "timed": True},
)
