"""The bench of batch normalisation: all that was published has a row, and each part is trained."""

import json
import re
from typing import Any

import numpy as np
import pytest
import torch

from zerosum.lessons import benefits
from zerosum.lessons.base import silent
from zerosum.lessons.benefits import BenefitsControls
from zerosum.lessons.benefits_bench import (
    EARLY,
    PUBLISHED,
    Case,
    Outcome,
    deep_classifier,
    deep_outcome,
    gap_outcome,
    outcome,
    scale_accuracy,
)
from zerosum.lessons.named import text_of
from zerosum.lessons.results import recorded_table
from zerosum.lessons.small_classifiers import Course

CASE = Case(deviation=0.05, activation="relu", learning_rate=0.1)


def pretended(batches: int, norm: bool, **_: Any) -> Outcome:
    """What a network would be worth that learns as normalised ones do, without training it."""
    looks = np.array([0, batches])
    course = Course(
        losses=np.ones(batches), looks=looks, accuracies=np.array([0.1, 0.95 if norm else 0.5])
    )
    accuracies = dict.fromkeys({min(EARLY, batches), batches}, 0.95 if norm else 0.5)
    return Outcome(accuracies=accuracies, learnt=1.0, commonest=0.1, course=course)


def pretend(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any, dict[str, Any]]]:
    """Train nothing, and write down what would be trained."""
    asked: list[tuple[str, Any, dict[str, Any]]] = []
    parts = {}
    for name, (_, kinds, most) in benefits.PARTS.items():

        def train(what: Any, name: str = name, **options: Any) -> Any:
            asked.append((name, what, options))
            return 0.95 if name == "scales" else pretended(**options)

        parts[name] = (train, kinds, most)
    monkeypatch.setattr(benefits, "PARTS", parts)
    monkeypatch.setattr(benefits, "batches_a_second", lambda *, norm: 500.0 if norm else 1000.0)
    return asked


@pytest.mark.parametrize("most_batches", [50_000, EARLY])
def test_the_whole_bench_shows_all_that_was_published(
    most_batches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = pretend(monkeypatch)
    controls = BenefitsControls(bench="all", batches=most_batches, seeds=2)
    results = benefits.compute(controls, silent)
    rows = results.tables["measured"].rows
    assert len({row[0] for row in rows}) == 7
    for (case, batches), printed in PUBLISHED.items():
        (row,) = [
            row for row in rows if row[1] == f"{case.title}: accuracy after {batches:,} batches"
        ]
        assert tuple(row[2:4]) == printed
        assert (row[4] == "not tried") is (batches > most_batches)
    lengths = {(what, options["batches"]) for name, what, options in asked if name == "pair"}
    # The first run is long, the others are not.
    assert lengths == {(case, each) for case, _ in PUBLISHED for each in (EARLY, most_batches)}
    most = {name: {each[2]["batches"] for each in asked if each[0] == name} for name, *_ in asked}
    assert (most["depth"], most["scales"]) == ({800}, {200})
    assert most["dropout"] == {min(3_000, most_batches)}


def test_networks_with_and_without_have_equal_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = pretend(monkeypatch)
    benefits.compute(BenefitsControls(bench="all", batches=10, seeds=3, seed=7), silent)
    runs: dict[Any, list[Any]] = {}
    for name, what, options in asked:
        runs.setdefault((name, str(what), options["seed"]), []).append(options["norm"])
    assert {seed for *_, seed in runs} == {7, 8, 9}
    assert all(each == [False, True] for each in runs.values())


@pytest.mark.parametrize("bench", ["scales", "depth", "dropout"])
def test_each_part_has_its_table_and_figures(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)
    results = benefits.compute(BenefitsControls(bench=bench), silent)
    assert len(results.figures) == 2
    assert results.tables["measured"].rows
    assert "with batch normalisation" in results.answer


def test_each_part_trains() -> None:
    options: dict[str, Any] = {"norm": True, "data": "digits", "seed": 0}
    found = outcome(CASE, batches=20, **options)
    assert found.accuracies.keys() == {20}
    assert found.course.losses[-1] < found.course.losses[0]
    assert 0.1 < found.commonest <= 1
    few = gap_outcome(dropout=0.4, batches=40, **options)
    assert few.learnt > 0.3
    deep = deep_outcome(batches=2, **options)
    assert len(deep.course.losses) == 2
    assert scale_accuracy(0.1, layers=6, batches=40, **options) > 0.2


def test_the_deep_network_has_the_shape_of_the_exercise() -> None:
    with_norm, without = (deep_classifier(norm=norm, seed=1) for norm in (True, False))
    kinds = (torch.nn.Conv2d, torch.nn.Linear)
    layers, others = (
        [each for each in network.modules() if isinstance(each, kinds)]
        for network in (with_norm, without)
    )
    for one, other in zip(layers, others, strict=True):
        assert torch.equal(one.weight, other.weight)
    convolutions = [each for each in layers if isinstance(each, torch.nn.Conv2d)]
    assert [each.out_channels for each in convolutions] == [4 * i for i in range(1, 20)]
    assert [each.stride[0] for each in convolutions] == [
        2 if i % 3 == 0 else 1 for i in range(1, 20)
    ]
    assert [each.bias is None for each in layers] == [True] * 20 + [False]
    norms = (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)
    assert sum(isinstance(each, norms) for each in with_norm.modules()) == 20
    assert not any(isinstance(each, norms) for each in without.modules())


def test_accuracies_in_the_text_are_those_of_the_record() -> None:
    record = recorded_table("benefits")
    assert record is not None
    told = set(re.findall(r"\.\d{4}\b", text_of("benefits")))
    assert len(told) > 5
    assert not told - set(re.findall(r"\.\d{4}\b", json.dumps(record.to_json())))
