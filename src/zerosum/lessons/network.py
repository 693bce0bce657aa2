"""A network as functions within functions, and its gradients by the chain rule, beside numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
import tyro
from torch import Tensor
from torch.nn.functional import cross_entropy

from zerosum.families.victims import Victim, load_victim
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, Picture, Seed
from zerosum.lessons.figures import Axis, Dots, Gallery, Line, Plot, Rule
from zerosum.lessons.packaged import picture_for
from zerosum.lessons.results import Results, Table
from zerosum.networks.two_layers import Passes, numerical_gradient, two_layers
from zerosum.randomness import Randomness, derive_seed
from zerosum.types import Pixels, Progress

__all__ = ["LESSON", "NetworkControls"]

_STEPS = tuple(10.0**exponent for exponent in range(-12, 0))
_CLASSES = 3
_TOLD = 60
"""Numbers whose gradients are listed."""
_NOISE = 0.05
_DIRECTION = 1e-4
"""How far, by root mean square of pixels, an image is moved along its gradient."""


@dataclass(frozen=True, kw_only=True)
class NetworkControls(Controls):
    """The small network, and the network and picture whose gradient is drawn."""

    activation: Literal["relu", "leaky-relu", "tanh", "sigmoid"] = "tanh"
    """The function b of the small network."""
    inputs: Annotated[int, Number(1, 8)] = 3
    """Numbers in x."""
    hidden: Annotated[int, Number(1, 16)] = 4
    """Numbers in a and b."""
    step: Annotated[float, Number(1e-10, 1e-2)] = 1e-5
    """Step h of the numerical gradients."""
    seed: Seed = 0
    """Of weights and inputs of the small network, and of which digit is shown."""
    network: Annotated[str, tyro.conf.arg(metavar="CLASSIFIER")] = "digits"
    """Whose ∂l/∂X is drawn: ``digits``, ``efficientnet-lite0``, ``torchvision:NAME``, a run that
    classifies, or a classifier of your own, FILE.py:FACTORY."""
    picture: Picture = None
    """The picture; by default a digit for the network of digits, else a photograph."""


def compute(controls: NetworkControls, progress: Progress) -> Results:
    """Gradients of the small network in three ways, and of a picture through a large one."""
    small = _Small(controls)
    passes = small.passes(small.given)
    found = {name: small.by_trying(name, controls.step) for name in small.names}
    graph = small.by_graph()
    errors = [_error(small.by_trying("V", step), passes.gradients["V"]) for step in _STEPS]
    progress(1, 2)
    drawn = _drawn(controls)
    progress(2, 2)
    apart = {name: _error(found[name], passes.gradients[name]) for name in found}
    return Results(
        answer=(
            f"By the chain rule ∂l/∂V is {_entry(passes.gradients['V'])} in its first place, and "
            f"{_entry(found['V'])} by trying; over all weights and inputs the two differ by at "
            f"most {max(apart.values()):.1e}. {drawn['answer']}"
        ),
        numbers={
            "apart": apart,
            "graph": {name: _error(graph[name], passes.gradients[name]) for name in graph},
            "distance_to_kink": float(passes.a.abs().min()),
            "steps": list(_STEPS),
            "errors": errors,
            "predicted": drawn["predicted"],
            "measured": drawn["measured"],
            "rows": passes.p.sum(dim=1),
            "loss": float(passes.loss),
        },
        tables={
            "forward": _forward_table(small, passes),
            "gradients": _gradients_table(small, passes, found, graph),
        },
        figures={"errors": _steps_figure(errors, controls.step), "drawn": drawn["figure"]},
    )


class _Small:
    """The small network's inputs and weights, and its gradients by trying and by the graph."""

    names = ("x", "V", "W")

    def __init__(self, controls: NetworkControls) -> None:
        random = Randomness(seed=controls.seed)
        shapes = [(2, controls.inputs), (controls.inputs, controls.hidden)]
        shapes += [(controls.hidden, _CLASSES)]
        drawn = (random.normal(*shape).double() for shape in shapes)
        self.given = dict(zip(self.names, drawn, strict=True))
        self.labels = torch.tensor([0, 2])
        self.activation = controls.activation

    def passes(self, values: Mapping[str, Tensor]) -> Passes:
        return two_layers(values["x"], values["V"], values["W"], self.labels, self.activation)

    def by_trying(self, name: str, step: float) -> Tensor:
        """The numerical gradient by one of the three."""

        def loss(tried: Tensor) -> Tensor:
            return self.passes({**self.given, name: tried}).loss

        return numerical_gradient(loss, self.given[name], step=step)

    def by_graph(self) -> dict[str, Tensor]:
        """The gradients by PyTorch, which keeps the graph of what was computed."""
        leaves = {name: each.clone().requires_grad_() for name, each in self.given.items()}
        gradients = torch.autograd.grad(self.passes(leaves).loss, list(leaves.values()))
        return dict(zip(leaves, gradients, strict=True))


def _error(found: Tensor, expected: Tensor) -> float:
    """The largest difference."""
    return float((found - expected).abs().max())


def _entry(gradient: Tensor) -> str:
    return f"{float(gradient.flatten()[0]):.6f}"


def _forward_table(small: _Small, passes: Passes) -> Table:
    steps = [("x", small.given["x"]), ("a = x V", passes.a), ("b(a)", passes.b)]
    steps += [("c = b W", passes.c), ("p = softmax(c)", passes.p)]
    truth = torch.nn.functional.one_hot(small.labels, _CLASSES).double()
    return Table(
        title="Forward, for both inputs",
        columns=("step", "first input", "second input"),
        rows=[
            (name, *(", ".join(f"{each:.3f}" for each in row) for row in value))
            for name, value in [*steps, ("y, the true class", truth)]
        ],
    )


def _gradients_table(
    small: _Small, passes: Passes, found: dict[str, Tensor], graph: dict[str, Tensor]
) -> Table:
    ways = (passes.gradients, graph, found)
    rows = [
        (
            f"{name}, row {place[0] + 1}, column {place[1] + 1}",
            float(small.given[name][place]),
            *(f"{float(way[name][place]):.8f}" for way in ways),
        )
        for name in ("V", "W", "x")
        for place in np.ndindex(*found[name].shape)
    ]
    return Table(
        title="Backward: the gradient by each number, three ways",
        columns=("number", "its value", "chain rule", "PyTorch's graph", "(l(+h) − l(−h))/2h"),
        rows=rows[:_TOLD],
    )


def _steps_figure(errors: list[float], step: float) -> Plot:
    return Plot(
        title="How wrong numerical gradients are, by their step",
        x=Axis(label="step h", log=True),
        y=Axis(label="largest error of ∂l/∂V", log=True),
        marks=[
            Line(name="", x=_STEPS, y=errors),
            Dots(name="", x=_STEPS, y=errors, size=4, colour=0),
            Rule(name="here", at=step, axis="x"),
        ],
    )


def _drawn(controls: NetworkControls) -> dict[str, Any]:
    """The picture of ∂l/∂X; and the slope along it, predicted and measured."""
    victim = load_victim(controls.network, device=torch.device("cpu"))
    pixels = picture_for(victim, controls.picture, number=controls.seed)
    # In flat regions the largest of several numbers ties, which is a kink: a little noise breaks
    # the ties.
    noise = Randomness(seed=derive_seed(controls.seed, "noise")).normal(*pixels.shape)
    noisy = pixels + _NOISE * noise
    with victim.classifier.frozen():
        label = victim.classifier.check(pixels).argmax(dim=1)
        gradient = _gradient(victim, pixels, label)
        at_noisy = _gradient(victim, noisy, label)
        direction = at_noisy / at_noisy.square().mean().sqrt().clamp(min=1e-30) * _DIRECTION
        above, below = (
            float(cross_entropy(victim.classifier(noisy + way * direction), label))
            for way in (1.0, -1.0)
        )
    names = victim.classes or victim.titles
    said = names[int(label)] if names else f"class {int(label)}"
    return {
        "answer": f"The network {victim.name} takes the picture for {said!r}.",
        "predicted": float((at_noisy * direction).sum()),
        "measured": (above - below) / 2,
        "figure": _picture_figure(pixels, gradient, said),
    }


def _gradient(victim: Victim, pixels: Pixels, label: Tensor) -> Pixels:
    """∂l/∂X, the loss being the cross-entropy with this label."""
    gradient, _ = victim.classifier.gradient(
        pixels, lambda logits: cross_entropy(logits, label, reduction="none")
    )
    return gradient


def _picture_figure(pixels: Pixels, gradient: Pixels, said: str) -> Gallery:
    shown = gradient / gradient.abs().amax().clamp(min=1e-30)
    # Beyond a few standard deviations pixels are rare, and would leave the rest grey.
    spread = (shown / (4 * shown.std().clamp(min=1e-30))).clamp(-1, 1)
    sizes = gradient.abs().amax(dim=1, keepdim=True).expand_as(pixels)
    both = torch.cat([pixels, spread / 2 + 0.5, sizes / sizes.amax().clamp(min=1e-30)])
    images = (both * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    return Gallery(
        title=f"A picture that the network takes for {said!r}, and ∂l/∂X",
        images=images[..., 0] if images.shape[-1] == 1 else images,
        captions=(
            "X",
            "∂l/∂X. Light: a brighter pixel raises the loss. Dark: it lowers it. Grey: no effect.",
            "the size of ∂l/∂X",
        ),
        columns=3,
    )


def _away_from_kinks(controls: NetworkControls, results: Results) -> bool:
    smooth = controls.activation in ("tanh", "sigmoid")
    return smooth or results.numbers["distance_to_kink"] > 100 * controls.step


@states("The chain rule by hand and PyTorch's graph give the same gradients, up to rounding.")
def _chain_rule_and_graph_agree(_: NetworkControls, results: Results) -> bool:
    return bool(max(results.numbers["graph"].values()) < 1e-12)


@states(
    "By trying, with a step between 1e-7 and 1e-4, every gradient comes out the same to 1e-6, if "
    "no number is near a kink of its activation."
)
def _trying_agrees(controls: NetworkControls, results: Results) -> bool | None:
    if not 1e-7 <= controls.step <= 1e-4 or not _away_from_kinks(controls, results):
        return None
    return bool(max(results.numbers["apart"].values()) < 1e-6)


@states(
    "Numerical gradients are best at a middling step: with 1e-12 they drown in rounding, with 0.1 "
    "the loss is no straight line (tanh and sigmoid)."
)
def _a_middling_step_is_best(controls: NetworkControls, results: Results) -> bool | None:
    if controls.activation not in ("tanh", "sigmoid"):
        return None
    errors = dict(zip(results.numbers["steps"], results.numbers["errors"], strict=True))
    middle = max(errors[_STEPS[6]], errors[_STEPS[7]])  # 1e-6 and 1e-5.
    return bool(middle < min(errors[_STEPS[0]], errors[_STEPS[-1]]))


@states("The probabilities p of each input add up to 1.")
def _probabilities_add_up(_: NetworkControls, results: Results) -> bool:
    return bool(np.allclose(results.numbers["rows"], 1))


@states(
    "Along ∂l/∂X the loss of the picture, with a little noise, changes as the gradient predicts, "
    "to 5 % (for the network of digits)."
)
def _the_picture_s_gradient_predicts(controls: NetworkControls, results: Results) -> bool | None:
    if controls.network != "digits" or controls.picture is not None:
        return None  # In 32 bits, and with other kinks, other networks may be further off.
    predicted, measured = results.numbers["predicted"], results.numbers["measured"]
    return bool(abs(predicted - measured) <= 0.05 * abs(predicted) + 1e-5)


LESSON = Lesson(
    controls=NetworkControls,
    compute=compute,
    claims=[
        _chain_rule_and_graph_agree,
        _trying_agrees,
        _a_middling_step_is_best,
        _probabilities_add_up,
        _the_picture_s_gradient_predicts,
    ],
    held={"activation": ("relu", "leaky-relu", "tanh", "sigmoid")},
)
