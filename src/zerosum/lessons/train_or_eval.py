"""Training mode and evaluation mode of batch normalisation, and the trap between them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor, nn

from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, RunFolder, Seed
from zerosum.lessons.figures import Axis, Bars, Line, Plot, Rule
from zerosum.lessons.results import Results, Table, recorded_table
from zerosum.lessons.small_classifiers import Digits, packaged_digits
from zerosum.lessons.small_gans import over_seeds
from zerosum.lessons.train_or_eval_asking import (
    CLASSES,
    NETWORKS,
    TITLES,
    Answers,
    ask,
    trained_network,
)
from zerosum.lessons.train_or_eval_company import draw_in_company, opened
from zerosum.nn.batchnorm_by_hand import normalise_batch
from zerosum.randomness import derive_seed
from zerosum.types import Progress

__all__ = ["LESSON", "TrainOrEvalControls"]

_LEARNT = 0.8
"""A share of digits from which a classifier counts as trained."""
_PUBLISHED = {("dense", 1): "5", ("both", 1): "13", ("dense", 0): "97", ("both", 0): "98"}
"""In percent, by network and digits at once, 0 for evaluation mode: a course's of 2017."""


@dataclass(frozen=True, kw_only=True)
class TrainOrEvalControls(Controls):
    """How classifiers are trained, and by how many digits they are asked."""

    updates: Annotated[int, Number(20, 20_000)] = 200
    """Batches of 60 digits that each classifier learns from."""
    learning_rate: Annotated[float, Number(1e-3, 1)] = 0.1
    """Step of gradient descent."""
    asked: Annotated[int, Number(20, 1000)] = 500
    """Held-out digits that they are asked."""
    run: RunFolder = None
    """A run of your own whose generator draws, in place of the packaged one."""
    companions: Annotated[int, Number(1, 255)] = 7
    """Other pictures in the batch in which the generator draws one."""
    repeats: Annotated[int, Number(1, 10)] = 1
    """Classifiers of each kind, from other first weights."""
    seed: Seed = 0
    """From which weights, the order of the digits and the latents follow."""


def compute(controls: TrainOrEvalControls, progress: Progress) -> Results:
    """Train classifiers, and ask them in both modes."""
    game = opened(controls.run)  # First, as it may be refused.
    digits = _asked(controls)
    total = len(NETWORKS) * controls.repeats * controls.updates
    answers: dict[str, list[Answers]] = {}
    for number, name in enumerate(NETWORKS):
        answers[name] = []
        for index in range(controls.repeats):
            before = (number * controls.repeats + index) * controls.updates
            progress(before, total)
            network = trained_network(
                name, controls.updates, controls.learning_rate, controls.seed + index
            )
            answers[name].append(ask(network, digits))
    progress(total, total)
    drawn = draw_in_company(game, companions=controls.companions, seed=controls.seed)
    first = {name: each[0] for name, each in answers.items()}
    measured = _measured(controls, answers)
    return Results(
        answer=_answer(first, drawn),
        numbers={
            "answers": {name: vars(each) for name, each in first.items()},
            "labels": digits.labels,
            "refused": _refusal(),
            "single_row": _normalised(controls, digits[:1]),
            "pair": _normalised(controls, digits[:2]),
            "drawn": drawn["numbers"],
            "companions": controls.companions,
            "whose": _whose(controls, drawn["numbers"]["normalises"]),
            **_spoken(first, drawn),
        },
        tables={"measured": measured, "recorded": recorded_table("train-or-eval") or measured},
        figures={
            "sizes": _sizes_figure(first),
            "classes": _classes_figure(first),
            "drawn": drawn["gallery"],
            "change": drawn["plot"],
        },
    )


def _asked(controls: TrainOrEvalControls) -> Digits:
    """Held-out digits in random order."""
    _, held = packaged_digits()
    random = torch.Generator().manual_seed(derive_seed(controls.seed, "asked"))
    which = torch.randperm(len(held), generator=random)[: controls.asked]
    return held[which]


def _whose(controls: TrainOrEvalControls, normalises: bool) -> str:
    if controls.run is None:
        return "The digits generator that comes with zerosum, DCGAN with batch normalisation,"
    kind = "with" if normalises else "without"
    return f"The generator of {controls.run}, {kind} batch normalisation,"


def _refusal() -> str:
    """What PyTorch says to a training batch of one row."""
    try:
        nn.BatchNorm1d(2).train()(torch.zeros(1, 2))
    except ValueError as error:
        return str(error)
    return ""


def _normalised(controls: TrainOrEvalControls, batch: Digits) -> Tensor:
    """x̂ of a batch in the first layer of the fully connected classifier, shape (n, 100)."""
    network = trained_network("dense", controls.updates, controls.learning_rate, controls.seed)
    assert isinstance(network, nn.Sequential)
    norm = network[1]
    assert isinstance(norm, nn.BatchNorm1d)
    with torch.no_grad():
        rows = network[0](batch.images)
        one = torch.ones(rows.shape[1])
        return normalise_batch(rows, one, 0 * one, epsilon=norm.eps).normalised


def _spoken(first: Mapping[str, Answers], drawn: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers for the text, in percent where they are shares."""
    found: dict[str, Any] = {}
    for name, each in first.items():
        found |= {
            f"{name}_evaluation": round(100 * each.evaluation, 1),
            f"{name}_single": round(100 * each.by_size[1], 1),
            f"{name}_pairs": round(100 * each.by_size[2], 1),
            f"{name}_sixteen": round(100 * each.by_size[16], 1),
            f"{name}_one_class": round(100 * float(np.mean(each.by_class)), 1),
        }
    return found | {
        "said": int(first["dense"].single.argmax(dim=1)[0]),
        "refusal": _refusal().partition(",")[0],
        "company": drawn["numbers"]["training"],
        "alone": drawn["numbers"]["alone"],
    }


def _answer(first: Mapping[str, Answers], drawn: Mapping[str, Any]) -> str:
    dense, convolutions = first["dense"], first["convolutions"]
    return (
        f"In evaluation mode the fully connected classifier knows {dense.evaluation:.1%} of "
        f"digits. Asked one at a time in training mode it calls all of them "
        f"{int(dense.single.argmax(dim=1)[0])}: {dense.by_size[1]:.1%} are right. Batches of one "
        f"class only: {np.mean(dense.by_class):.1%}. With convolutions alone one at a time does "
        f"little harm: {convolutions.by_size[1]:.1%} against {convolutions.evaluation:.1%}."
    )


def _measured(controls: TrainOrEvalControls, answers: Mapping[str, Sequence[Answers]]) -> Table:
    sizes = list(next(iter(answers.values()))[0].by_size)
    rows = [
        (f"training, {size} at once", *_cells(answers, size, partial(_of_size, size)))
        for size in sizes
    ]
    rows.append(
        ("training, all of one class", *_cells(answers, None, lambda a: np.mean(a.by_class)))
    )
    rows.append(("evaluation", *_cells(answers, 0, lambda each: each.evaluation)))
    often = "one classifier" if controls.repeats == 1 else f"{controls.repeats} classifiers"
    return Table(
        title=f"Held-out digits known, in percent, after {controls.updates:,} batches of 60; "
        f"{often} of each kind, in brackets what a course printed",
        columns=("mode", *(TITLES[name] for name in answers)),
        rows=rows,
    )


def _of_size(size: int, each: Answers) -> float:
    return each.by_size[size]


def _cells(
    answers: Mapping[str, Sequence[Answers]], size: int | None, share: Callable[[Answers], Any]
) -> list[str]:
    cells = []
    for name, several in answers.items():
        text = over_seeds(np.array([100 * share(each) for each in several]), digits=1)
        published = _PUBLISHED.get((name, -1 if size is None else size))
        cells.append(text if published is None else f"{text} ({published})")
    return cells


def _sizes_figure(first: Mapping[str, Answers]) -> Plot:
    return Plot(
        title="Held-out digits known as in training mode, by the number asked at once",
        x=Axis(label="digits at once", log=True),
        y=Axis(label="share", limits=(0, 1)),
        marks=[
            *(
                Line(name=TITLES[name], x=list(each.by_size), y=list(each.by_size.values()))
                for name, each in first.items()
            ),
            Rule(name="evaluation mode", at=first["dense"].evaluation),
        ],
    )


def _classes_figure(first: Mapping[str, Answers]) -> Plot:
    classes = np.arange(CLASSES)
    return Plot(
        title="All digits of one class at once, as in training mode",
        x=Axis(label="class"),
        y=Axis(label="share known", limits=(0, 1)),
        marks=[
            Bars(
                name=TITLES[name],
                x=classes,
                shift=shift,
                y=first[name].by_class,
                width=0.36,
                colour=list(TITLES).index(name),
            )
            for name, shift in (("dense", -0.2), ("convolutions", 0.2))
        ],
    )


@states(
    "One at a time in training mode, the fully connected classifier gives all digits the very "
    "same logits, and is right for the digits of that one class only."
)
def _all_answers_are_one(_: TrainOrEvalControls, results: Results) -> bool:
    for name in ("dense", "both"):
        found = results.numbers["answers"][name]
        logits = found["single"]
        same = bool((logits - logits[0]).abs().max() < 1e-5)
        share = float((results.numbers["labels"] == logits[0].argmax()).double().mean())
        if not same or not np.isclose(found["by_size"][1], share):
            return False
    return True


@states("PyTorch refuses such a batch of one row; by hand it can be computed: x̂ is 0.")
def _pytorch_refuses(_: TrainOrEvalControls, results: Results) -> bool:
    refused = "more than 1 value per channel" in results.numbers["refused"]
    return refused and not bool(results.numbers["single_row"].any())


@states("In evaluation mode a digit's logits do not depend on who is asked with it.")
def _evaluation_is_for_each(_: TrainOrEvalControls, results: Results) -> bool:
    found = results.numbers["answers"].values()
    return all(each["together"] < 1e-3 for each in found)


@states("In training mode they do, for every classifier.")
def _training_is_for_all(_: TrainOrEvalControls, results: Results) -> bool:
    return all(each["company"] > 1e-3 for each in results.numbers["answers"].values())


@states("Of two digits at once, each is normalised to the opposite of the other, nearly ±1.")
def _two_are_opposites(_: TrainOrEvalControls, results: Results) -> bool:
    first, second = results.numbers["pair"]
    opposite = torch.allclose(first, -second, atol=1e-4)
    return opposite and bool(first.abs().max() <= 1.0001 and first.abs().median() > 0.99)


def _has_learnt(results: Results, name: str) -> bool:
    return bool(results.numbers["answers"][name]["evaluation"] >= _LEARNT)


@states(
    "A fully connected classifier that has learnt knows less than half of what it knows when it "
    "is given batches of one class: the mean, which is taken away, is what the class looks like."
)
def _one_class_takes_itself_away(_: TrainOrEvalControls, results: Results) -> bool | None:
    if not _has_learnt(results, "dense"):
        return None
    found = results.numbers["answers"]["dense"]
    return bool(np.mean(found["by_class"]) < found["evaluation"] / 2)


@states(
    "With convolutions alone, one at a time in training mode costs a classifier that has learnt "
    "less than a fifth of what it knows: every place of a picture is a row."
)
def _places_are_rows(_: TrainOrEvalControls, results: Results) -> bool | None:
    if not _has_learnt(results, "convolutions"):
        return None
    found = results.numbers["answers"]["convolutions"]
    return bool(found["by_size"][1] > 0.8 * found["evaluation"])


@states(
    "A fully connected classifier that has learnt knows more digits when it is asked sixteen at "
    "once than two, and more when two than one."
)
def _more_are_better(controls: TrainOrEvalControls, results: Results) -> bool | None:
    if not _has_learnt(results, "dense") or controls.asked < 50:
        return None
    found = results.numbers["answers"]["dense"]["by_size"]
    return bool(found[1] < found[2] < found[16])


@states(
    "The packaged generator draws a latent the same in evaluation mode, whatever else is drawn; "
    "in training mode its picture depends on the others, the less the more there are."
)
def _pictures_depend_on_their_company(
    controls: TrainOrEvalControls, results: Results
) -> bool | None:
    if controls.run is not None:
        return None  # It may have no such layer, or noise of its own in each picture.
    drawn = results.numbers["drawn"]
    changes = drawn["changes"]
    fewer = np.mean(changes[-2:]) < 0.9 * np.mean(changes[:2])
    return bool(drawn["evaluation"] < 1e-4 < 0.005 < drawn["training"] and fewer)


LESSON = Lesson(
    controls=TrainOrEvalControls,
    compute=compute,
    claims=[
        _all_answers_are_one,
        _pytorch_refuses,
        _evaluation_is_for_each,
        _training_is_for_all,
        _two_are_opposites,
        _more_are_better,
        _one_class_takes_itself_away,
        _places_are_rows,
        _pictures_depend_on_their_company,
    ],
    full={"updates": 1000, "asked": 1000, "repeats": 5},
)
