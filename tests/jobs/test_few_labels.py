"""Runs beside each other by how many labels they learn from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zerosum.config import change
from zerosum.evaluation.protocol import Protocol, Score, Scores
from zerosum.evaluation.records import append_scores
from zerosum.jobs.few_labels import accuracy_by_labels
from zerosum.metrics import Estimate
from zerosum.recipes import recipe
from zerosum.runs import Run


def a_run(
    path: Path,
    accuracy: float | None,
    *,
    name: str = "sgan",
    identity: str = "5f0c",
    fields: Mapping[str, Any] | None = None,
) -> Path:
    """A run with settings and a score, and no more."""
    usual = {"data": "digits", "game.classes": ("0", "1", "2"), "game.labels_per_class": 10}
    run = Run(path)
    run.create(change(recipe(name), {**usual, **(fields or {})}))
    for images, value in [] if accuracy is None else [(64, 0.1), (128, accuracy)]:
        estimate = Estimate(value=value, error=0.01)
        score = Score(estimate=estimate, how="", lower_is_better=False)
        protocol = Protocol(network={}, real={"identity": identity}, generated=0)
        subject = {"images": images}
        append_scores(
            run.scores_path, Scores(subject=subject, protocol=protocol, scores={"accuracy": score})
        )
    return path


def test_runs_stand_by_their_number_of_labels_with_their_newest_accuracy(tmp_path: Path) -> None:
    mine = a_run(tmp_path / "ten", 0.8)
    others = [
        a_run(tmp_path / "all", 0.99, fields={"game.labels_per_class": None, "images": 9_000}),
        mine,
        a_run(tmp_path / "two", 0.5, fields={"game.labels_per_class": 2, "seed": 3}),
        a_run(tmp_path / "wide", 0.7, fields={"batch_size": 7}),
    ]
    found = accuracy_by_labels(mine, others)
    assert [(each.run, each.labels, each.accuracy.value) for each in found] == [
        ("two", 6, 0.5),
        ("ten", 30, 0.8),
        ("wide", 30, 0.7),
        ("all", None, 0.99),
    ]
    assert [each.images_seen for each in found] == [128] * 4
    # The seed, the length and the labels themselves are no reason to distrust the comparison.
    assert [each.differs for each in found if each.differs] == [("batch_size: 100 → 7",)]


def test_runs_that_say_nothing_comparable_are_passed_over(tmp_path: Path) -> None:
    mine = a_run(tmp_path / "mine", 0.8)
    damaged = a_run(tmp_path / "damaged", 0.8)
    (damaged / "config.json").write_text("{")
    others = [
        damaged,
        tmp_path / "missing",
        a_run(tmp_path / "unscored", None),
        a_run(tmp_path / "other-recipe", 0.8, name="classifier"),
        a_run(tmp_path / "other-data", 0.8, fields={"data": "mnist"}),
        a_run(tmp_path / "other-tests", 0.8, identity="else"),
    ]
    assert [each.run for each in accuracy_by_labels(mine, others)] == ["mine"]
    assert accuracy_by_labels(others[2], [mine]) == []
