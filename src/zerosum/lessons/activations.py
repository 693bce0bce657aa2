"""Activations: their ranges and slopes, and the units that die in a network that trains."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from math import inf
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor, nn

from zerosum.data import Batches
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, Seed
from zerosum.lessons.figures import Axis, Line, Plot
from zerosum.lessons.results import Results, Table
from zerosum.lessons.small_gans import digits_store
from zerosum.networks.activations import Activation, activations, dead_units
from zerosum.randomness import derive_seed
from zerosum.types import Progress

__all__ = ["LESSON", "ActivationsControls"]

_SHOWN = torch.linspace(-5, 5, 200, dtype=torch.float64)
"""Without 0, where two of them have a kink."""
_STEP = 1e-6
_TRAINED = ("relu", "leaky-relu")
_BATCH = 64
_ASKED = 2_000
"""Digits by which it is judged whether a unit is dead."""
_POINTS = 20
_CLASSES = 10


@dataclass(frozen=True, kw_only=True)
class ActivationsControls(Controls):
    """Where the functions are looked at, and how networks are trained."""

    a: Annotated[float, Number(-50, 50)] = -2.0
    """Number that goes into each activation."""
    leak: Annotated[float, Number(0.001, 0.9)] = 0.2
    """Slope of leaky ReLU below 0; DCGAN's is 0.2."""
    layers: Annotated[int, Number(1, 100)] = 10
    """Layers that a gradient passes."""
    hidden: Annotated[int, Number(4, 500)] = 100
    """Units in each of the two hidden layers of the networks that are trained."""
    learning_rate: Annotated[float, Number(0.001, 2)] = 0.2
    """Step of gradient descent; large ones kill units."""
    rounds: Annotated[int, Number(1, 5000)] = 300
    """Batches of 64 digits that the networks learn from."""
    seed: Seed = 0
    """From which weights and the order of the digits follow."""


class _Classifier(nn.Module):
    """Two hidden layers of one activation, and a linear layer."""

    def __init__(self, hidden: int, activation: Activation) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Linear(inputs, outputs)
            for inputs, outputs in ((784, hidden), (hidden, hidden), (hidden, _CLASSES))
        )
        self.activation = activation

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.layers[-1](self.activation.value(self.before(images)[-1]))
        return logits

    def before(self, images: Tensor) -> list[Tensor]:
        """What goes into the activations of each hidden layer, shape (n, hidden)."""
        numbers, found = images.flatten(1), list[Tensor]()
        for layer in self.layers[:-1]:
            found.append(layer(numbers if not found else self.activation.value(found[-1])))
        return found


@dataclass
class _History:
    """What is counted while a network trains."""

    rounds: list[int] = field(default_factory=list)
    dead: list[int] = field(default_factory=list)
    negative: list[int] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    diverged: int | None = None
    """The batch at which the loss was no number any more, where training ends."""


def compute(controls: ActivationsControls, progress: Progress) -> Results:
    """Look at the functions, and train a network with ReLU beside one with leaky ReLU."""
    known = activations(controls.leak)
    here = torch.tensor(controls.a, dtype=torch.float64)
    total = len(_TRAINED) * controls.rounds
    trained = {}
    for number, name in enumerate(_TRAINED):
        told = partial(_tell, progress, number * controls.rounds, total)
        trained[name] = _train(controls, known[name], told)
    return Results(
        answer=_answer(controls, known, trained),
        numbers={
            "values": {name: each.value(_SHOWN) for name, each in known.items()},
            "slopes": {name: each.slope(_SHOWN) for name, each in known.items()},
            "tried": {name: _by_trying(each) for name, each in known.items()},
            "here": {name: float(each.slope(here)) for name, each in known.items()},
            "ranges": {name: each.range for name, each in known.items()},
            "left": {name: each.steepest**controls.layers for name, each in known.items()},
            "trained": trained,
            "units": 2 * controls.hidden,
        },
        tables={"functions": _functions(known, here, controls), "trained": _table(trained)},
        figures={
            "values": _curves("Activations", "b", {n: e.value for n, e in known.items()}),
            "slopes": _curves("Their slopes", "∂b/∂a", {n: e.slope for n, e in known.items()}),
            "depth": _depth(known, controls.layers),
            "dead": _dead_figure(trained, 2 * controls.hidden),
        },
    )


def _tell(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


def _by_trying(activation: Activation) -> Tensor:
    """The slopes by central differences."""
    above, below = activation.value(_SHOWN + _STEP), activation.value(_SHOWN - _STEP)
    return (above - below) / (2 * _STEP)


def _train(
    controls: ActivationsControls, activation: Activation, progress: Callable[[int], None]
) -> dict[str, Any]:
    """Train a classifier of digits, and count its units that are dead."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(controls.seed, "weights"))
        network = _Classifier(controls.hidden, activation)
    store = digits_store()
    batches = Batches(store, batch_size=_BATCH, seed=controls.seed)
    asked = Batches(store, batch_size=_ASKED, seed=controls.seed + 1).at(0)
    assert asked.labels is not None
    optimizer = torch.optim.SGD(network.parameters(), lr=controls.learning_rate)
    history = _History()
    looks = set(np.linspace(0, controls.rounds, _POINTS).round().astype(int).tolist())
    for number in range(controls.rounds + 1):
        if number in looks:
            _look(network, asked.images, asked.labels, number, history)
        batch = batches.at(number * _BATCH)
        assert batch.labels is not None
        loss = nn.functional.cross_entropy(network(batch.images), batch.labels)
        if not bool(loss.isfinite()):
            history.diverged = number
            break
        if number < controls.rounds:
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            progress(number + 1)
    finite = history.diverged is None
    gradient = _gradient_of_dead(network, asked.images, asked.labels) if finite else None
    return {**vars(history), "gradient": gradient}


@torch.no_grad()
def _look(
    network: _Classifier, images: Tensor, labels: Tensor, number: int, history: _History
) -> None:
    before = network.before(images)
    if not all(bool(each.isfinite().all()) for each in before):
        return
    history.rounds.append(number)
    history.dead.append(_count(dead_units(network.activation.slope(each)) for each in before))
    history.negative.append(_count((each <= 0).all(dim=0) for each in before))
    history.accuracy.append(float((network(images).argmax(1) == labels).double().mean()))


def _count(masks: Any) -> int:
    return sum(int(mask.sum()) for mask in masks)


def _gradient_of_dead(network: _Classifier, images: Tensor, labels: Tensor) -> float:
    """The largest gradient by a weight into a dead unit; 0 where there is none."""
    network.zero_grad()
    nn.functional.cross_entropy(network(images), labels).backward()  # type: ignore[no-untyped-call]
    found = [0.0]
    for layer, each in zip(network.layers, network.before(images), strict=False):
        rows = dead_units(network.activation.slope(each.detach()))
        weight = layer.weight.grad
        assert isinstance(weight, Tensor)
        found += weight[rows].abs().flatten().tolist()
    return max(found)


def _answer(
    controls: ActivationsControls,
    known: Mapping[str, Activation],
    trained: Mapping[str, Mapping[str, Any]],
) -> str:
    told = " and ".join(
        f"{each['dead'][-1]} of {2 * controls.hidden} {name} units are dead, in a network that "
        + (
            f"knows {each['accuracy'][-1]:.0%} of digits"
            if each["diverged"] is None
            else f"diverges at batch {each['diverged']}"
        )
        for name, each in trained.items()
    )
    left = known["sigmoid"].steepest ** controls.layers
    return (
        f"Through {_counted(controls.layers, 'layer')} sigmoids leave at most {left:.2g} of a "
        f"gradient, the others all of it. In training with {controls.rounds} batches, {told}."
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _functions(
    known: Mapping[str, Activation], here: Tensor, controls: ActivationsControls
) -> Table:
    return Table(
        title=f"At a = {controls.a:g}, and through {controls.layers} layers",
        columns=("activation", "range", "b", "slope", "steepest", "left at most"),
        rows=[
            (
                name,
                f"{_bound(each.range[0])} to {_bound(each.range[1])}",
                float(each.value(here)),
                float(each.slope(here)),
                each.steepest,
                each.steepest**controls.layers,
            )
            for name, each in known.items()
        ],
    )


def _bound(value: float) -> str:
    return {inf: "∞", -inf: "−∞"}.get(value, f"{value:g}".replace("-", "−"))


def _table(trained: Mapping[str, Mapping[str, Any]]) -> Table:
    return Table(
        title="After training: units that are below 0 for every digit, and that get no gradient",
        columns=("activation", "below 0", "dead", "digits known", "diverged at batch"),
        rows=[
            (
                name,
                each["negative"][-1],
                each["dead"][-1],
                f"{each['accuracy'][-1]:.1%}",
                "–" if each["diverged"] is None else each["diverged"],
            )
            for name, each in trained.items()
        ],
    )


def _curves(title: str, label: str, functions: Mapping[str, Callable[[Tensor], Tensor]]) -> Plot:
    return Plot(
        title=title,
        x=Axis(label="a"),
        y=Axis(label=label, limits=(-1.3, 2.0) if label == "b" else (-0.05, 1.1)),
        marks=[
            Line(name=name, x=_SHOWN.numpy(), y=function(_SHOWN).numpy())
            for name, function in functions.items()
        ],
    )


def _depth(known: Mapping[str, Activation], layers: int) -> Plot:
    counts = np.arange(1, max(layers, 2) + 1)
    return Plot(
        title="What can be left of a gradient behind so many layers",
        x=Axis(label="layers"),
        y=Axis(label="at most", log=True),
        marks=[
            Line(name="sigmoid", x=counts, y=known["sigmoid"].steepest ** counts.astype(float)),
            Line(name="the others", x=counts, y=np.ones(len(counts))),
        ],
    )


def _dead_figure(trained: Mapping[str, Mapping[str, Any]], units: int) -> Plot:
    return Plot(
        title=f"Dead units, of {units}",
        x=Axis(label="batches"),
        y=Axis(label="units without a gradient"),
        marks=[Line(name=name, x=e["rounds"], y=e["dead"]) for name, e in trained.items()],
    )


@states("Values stay within the ranges of the table, and slopes between 0 and the steepest.")
def _values_stay_in_range(controls: ActivationsControls, results: Results) -> bool:
    numbers = results.numbers
    steepest = {"relu": 1, "leaky-relu": 1, "tanh": 1, "sigmoid": 0.25}
    return all(
        bool((values >= numbers["ranges"][name][0]).all())
        and bool((values <= numbers["ranges"][name][1]).all())
        and numbers["slopes"][name].min() >= 0
        and numbers["slopes"][name].max() <= steepest[name]
        and 0 <= numbers["here"][name] <= steepest[name]
        for name, values in numbers["values"].items()
    )


@states("Slopes are what trying a little more and a little less gives.")
def _slopes_are_derivatives(_: ActivationsControls, results: Results) -> bool:
    slopes, tried = results.numbers["slopes"], results.numbers["tried"]
    return all(torch.allclose(slopes[name], tried[name], atol=1e-8) for name in slopes)


@states(
    "Through n layers sigmoids leave at most 1/4ⁿ of a gradient; ReLUs and tanh can leave all."
)
def _sigmoids_leave_little(controls: ActivationsControls, results: Results) -> bool:
    left = results.numbers["left"]
    others = [share for name, share in left.items() if name != "sigmoid"]
    exact = bool(np.isclose(left["sigmoid"], 0.25**controls.layers, atol=0))
    return exact and others == [1, 1, 1]


@states(
    "A ReLU unit is dead when it is below 0 for every digit: then its weights get a gradient of "
    "exactly 0."
)
def _dead_units_stay_dead(_: ActivationsControls, results: Results) -> bool | None:
    trained = results.numbers["trained"]["relu"]
    if trained["diverged"] is not None:
        return None
    return bool(trained["dead"] == trained["negative"] and trained["gradient"] == 0)


@states("Leaky ReLU has no dead units, however small its slope below 0 is.")
def _leaky_units_do_not_die(_: ActivationsControls, results: Results) -> bool:
    return not any(results.numbers["trained"]["leaky-relu"]["dead"])


LESSON = Lesson(
    controls=ActivationsControls,
    compute=compute,
    claims=[
        _values_stay_in_range,
        _slopes_are_derivatives,
        _sigmoids_leave_little,
        _dead_units_stay_dead,
        _leaky_units_do_not_die,
    ],
)
