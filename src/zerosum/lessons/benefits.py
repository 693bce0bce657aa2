"""Seven benefits that are claimed of batch normalisation, as a bench."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from zerosum.lessons.base import Lesson, states
from zerosum.lessons.benefits_bench import (
    EARLY,
    PUBLISHED,
    SCALES,
    Case,
    Data,
    Outcome,
    batches_a_second,
    deep_outcome,
    digits_for,
    gap_outcome,
    outcome,
    scale_accuracy,
)
from zerosum.lessons.benefits_told import (
    DEPTHS,
    DROPOUT,
    Found,
    Key,
    Row,
    figures_of,
    name_of,
    rows_of,
)
from zerosum.lessons.controls import Controls, Number, Seed
from zerosum.lessons.results import Results, Table, recorded_table
from zerosum.lessons.small_classifiers import (
    BATCH,
    Activation,
    digit_classifier,
    packaged_digits,
)
from zerosum.types import Progress

__all__ = ["LESSON", "PARTS", "BenefitsControls"]


@dataclass(frozen=True, kw_only=True)
class BenefitsControls(Controls):
    """What is trained: a pair of networks, one with and one without, or more of the bench."""

    bench: Literal["pair", "scales", "depth", "dropout", "all"] = "pair"
    """``pair``: the values below. ``scales``: 20 scales of first weights, 6 and 8 layers.
    ``depth``: 19 convolutions. ``dropout``: few digits, with and without dropout. ``all``: these,
    and the twelve pairs of the lesson of 2017."""
    learning_rate: Annotated[float, Number(1e-4, 10)] = 0.01
    """Of gradient descent, for the pair."""
    deviation: Annotated[float, Number(1e-4, 10)] = 0.05
    """Standard deviation of the pair's first weights."""
    activation: Activation = "relu"
    """Of the pair's hidden layers."""
    batches: Annotated[int, Number(10, 50_000)] = 1_000
    """How long is trained, of 60 digits each; at most 800 for depth, 3,000 for dropout and 200 for
    scales."""
    data: Data = "digits"
    """The 5,000 digits that come with zerosum, or MNIST as $ZEROSUM_DATA or torchvision has it."""
    seeds: Annotated[int, Number(1, 10)] = 1
    """How many of each are trained, from other first weights."""
    seed: Seed = 0
    """From which first weights and the order of the digits follow."""

    @property
    def case(self) -> Case:
        """The pair's."""
        return Case(
            deviation=self.deviation, activation=self.activation, learning_rate=self.learning_rate
        )


def compute(controls: BenefitsControls, progress: Progress) -> Results:
    """Train what was asked for, with and without normalisation."""
    jobs = _jobs(controls)
    found: dict[Key, Any] = {}
    for number, (key, job) in enumerate(jobs.items()):
        progress(number, len(jobs))
        found[key] = job()
    progress(1, 1)
    rows = rows_of(found)
    measured = Table(
        title=_title(controls),
        columns=("claimed", "what", "published: without", "with", "measured: without", "with"),
        rows=rows,
    )
    return Results(
        answer=_answer(rows, controls),
        numbers={
            "networks": _told(found),
            "begun": _begun(controls),
            "zeros": _share_of_zeros(controls),
            "scaled": _scaled(controls),
        },
        tables={"measured": measured, "recorded": recorded_table("benefits") or measured},
        figures=dict(zip(("first", "second"), figures_of(found), strict=False)),
    )


def _jobs(controls: BenefitsControls) -> dict[Key, Callable[[], Any]]:
    """What is trained, in its order."""
    jobs: dict[Key, Callable[[], Any]] = {}
    for part, (train, kinds, most) in PARTS.items():
        if controls.bench not in (part, "all"):
            continue
        for run, what, norm in product(range(controls.seeds), kinds(controls), (False, True)):
            short = controls.bench == "all" and part == "pair" and run > 0
            batches = min(controls.batches, EARLY if short else most)
            seeded = partial(train, what, norm=norm, data=controls.data, batches=batches)
            jobs[Key(part, what, norm, run)] = partial(seeded, seed=controls.seed + run)
    if controls.bench == "all":
        for norm in (False, True):
            jobs[Key("speed", None, norm, 0)] = partial(batches_a_second, norm=norm)
    return jobs


def _deep(_: None, **options: Any) -> Outcome:
    return deep_outcome(**options)


def _gap(dropout: float, **options: Any) -> Outcome:
    return gap_outcome(dropout=dropout, **options)


def _of_scale(what: tuple[int, float], **options: Any) -> float:
    return scale_accuracy(what[1], layers=what[0], **options)


def _cases(controls: BenefitsControls) -> Sequence[Case]:
    if controls.bench == "pair":
        return [controls.case]
    return list(dict.fromkeys(case for case, _ in PUBLISHED))


PARTS: Mapping[str, tuple[Callable[..., Any], Callable[[BenefitsControls], Sequence[Any]], int]]
PARTS = {
    "pair": (outcome, _cases, 50_000),
    "scales": (_of_scale, lambda _: list(product(DEPTHS, SCALES.tolist())), 200),
    "depth": (_deep, lambda _: [None], 800),
    "dropout": (_gap, lambda _: [0.0, DROPOUT], 3_000),
}
"""What trains a network of each part, of what kinds, and for how many batches at most."""


def _title(controls: BenefitsControls) -> str:
    source = {"digits": "The digits of zerosum, 4,000 to learn from", "mnist": "MNIST"}
    runs = "one run" if controls.seeds == 1 else f"{controls.seeds} runs, each by itself"
    if controls.bench == "all" and controls.seeds > 1:
        runs += f"; beyond {EARLY:,} batches one"
    return f"{source[controls.data]}; {runs}"


def _answer(rows: Sequence[Row], controls: BenefitsControls) -> str:
    what, *_, without, with_norm = rows[0][1:]
    return f"{what}: {without} without and {with_norm} with batch normalisation."


def _told(found: Found) -> list[dict[str, Any]]:
    """The numbers of pairs, for claims."""
    return [
        {
            "norm": key.norm,
            "accuracy": each.accuracy,
            "commonest": each.commonest,
            "losses": each.course.losses,
            "looks": each.course.looks,
            "accuracies": each.course.accuracies,
        }
        for key, each in found.items()
        if key.part == "pair"
    ]


def _share_of_zeros(controls: BenefitsControls) -> float:
    labels = digits_for(controls.data).test.labels
    return int((labels == 0).sum()) / len(labels)


def _begun(controls: BenefitsControls) -> dict[str, Any]:
    """Whether both networks begin alike, and how far the weights of the first layer spread."""
    make = partial(digit_classifier, deviation=controls.deviation, seed=controls.seed)
    first, second = (
        [each.weight.detach() for each in _linear(make(norm=norm))] for norm in (False, True)
    )
    same = all(torch.equal(*each) for each in zip(first, second, strict=True))
    return {"same": same, "deviation": float(first[0].std())}


def _scaled(controls: BenefitsControls) -> dict[str, dict[str, float]]:
    """What it changes that hidden weights have this deviation in place of 1."""
    found = {}
    batch = packaged_digits()[0][:BATCH]
    for norm in (False, True):
        answers, gradients = [], []
        for deviation in (1.0, controls.deviation):
            network = _with_hidden_scale(controls, norm, deviation)
            logits = network(batch.images.double())
            loss = functional.cross_entropy(logits, batch.labels)
            *weights, _ = (each.weight for each in _linear(network))
            answers.append(logits.detach())
            gradients.append(torch.autograd.grad(loss, weights))
        found[name_of(norm)] = {
            "answers": _apart(answers[1], answers[0]),
            "gradients": max(
                _apart(mine * controls.deviation, one)
                for mine, one in zip(gradients[1], gradients[0], strict=True)
            ),
        }
    return found


def _with_hidden_scale(controls: BenefitsControls, norm: bool, deviation: float) -> nn.Sequential:
    """A network in 64 bits whose last layer is always the same, and with next to no ε."""
    make = partial(digit_classifier, norm=norm, activation=controls.activation, seed=controls.seed)
    network, other = make(deviation=deviation).double(), make(deviation=0.1).double()
    network[-1] = other[-1]
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm1d):
            layer.eps = 1e-40
    return network


def _linear(network: nn.Module) -> list[nn.Linear]:
    return [each for each in network.modules() if isinstance(each, nn.Linear)]


def _apart(one: Tensor, other: Tensor) -> float:
    """The largest difference, as a part of the largest of the others."""
    return float((one - other).abs().max() / other.abs().max())


@states(
    "Networks with and without normalisation begin with the same weights, which have the "
    "deviation that was asked for."
)
def _they_begin_alike(controls: BenefitsControls, results: Results) -> bool:
    begun = results.numbers["begun"]
    return bool(begun["same"] and np.isclose(begun["deviation"], controls.deviation, rtol=0.02))


@states(
    "If hidden weights are multiplied by a number, then with batch normalisation, and next to no "
    "ε, no answer changes, and their gradients are divided by it. Without, neither holds."
)
def _the_scale_of_weights_is_hidden(controls: BenefitsControls, results: Results) -> bool | None:
    if 0.5 < controls.deviation < 2:  # Nearly what it is compared with.
        return None
    scaled = results.numbers["scaled"]
    hidden = max(scaled["with"].values()) < 1e-4
    return bool(hidden and min(scaled["without"].values()) > 0.1)


@states(
    "A network whose loss is not a number any more calls every digit a 0, and is right as often "
    "as there are zeros."
)
def _what_is_lost_says_zero(_: BenefitsControls, results: Results) -> bool | None:
    lost = [each for each in results.numbers["networks"] if np.isnan(each["losses"][-1])]
    zeros = results.numbers["zeros"]
    if not lost:
        return None
    return all(each["commonest"] == 1 and each["accuracy"] == zeros for each in lost)


@states(
    "With ReLU, first weights of 0.05 and a rate of 0.01, a hundred batches are enough for the "
    "normalised network to be ahead, and its loss to be lower."
)
def _it_is_ahead_early(controls: BenefitsControls, results: Results) -> bool | None:
    usual = (controls.activation, controls.deviation, controls.learning_rate)
    if controls.bench != "pair" or usual != ("relu", 0.05, 0.01) or controls.batches < 100:
        return None
    networks = results.numbers["networks"]

    def mean(norm: bool, of: Callable[[Mapping[str, Any]], Any]) -> float:
        return float(np.mean([of(each).mean() for each in networks if each["norm"] == norm]))

    known, paid = (
        [mean(norm, of) for norm in (False, True)]
        for of in (
            lambda each: each["accuracies"][each["looks"] >= 50],
            lambda each: each["losses"][50:100],
        )
    )
    return bool(known[0] < known[1] and paid[0] > paid[1])


LESSON = Lesson(
    controls=BenefitsControls,
    compute=compute,
    claims=[
        _they_begin_alike,
        _the_scale_of_weights_is_hidden,
        _it_is_ahead_early,
        _what_is_lost_says_zero,
    ],
    full={"bench": "all", "data": "mnist", "batches": 50_000, "seeds": 3},
)
