"""Runs that repeat each other with another seed are one: their mean, and how far they spread."""

import json
import math
import statistics
from dataclasses import replace
from pathlib import Path

import pytest

from zerosum.cli.scores import report_comparison
from zerosum.config import change, to_json
from zerosum.evaluation.comparing import Comparison, compare, compare_apart
from zerosum.evaluation.protocol import Protocol, Score, Scores
from zerosum.evaluation.records import append_scores
from zerosum.evaluation.seeds import SeedGroup, group_by_seed
from zerosum.jobs.comparison import compare_runs
from zerosum.metrics.estimate import Estimate
from zerosum.plots.comparison import draw_comparison
from zerosum.recipes import recipe
from zerosum.runs import Run

PROTOCOL = Protocol(
    network={"network": "digits"}, real={"source": "a", "identity": "1"}, generated=64
)


def scored(images: int, protocol: Protocol = PROTOCOL, **values: float) -> Scores:
    scores = {
        name: Score(estimate=Estimate(value=value, error=0.1), how="", lower_is_better=True)
        for name, value in values.items()
    }
    return Scores(subject={"images": images}, protocol=protocol, scores=scores)


def test_only_another_seed_makes_a_group() -> None:
    config = to_json(recipe("dcgan-digits"))
    wider = to_json(change(recipe("dcgan-digits"), {"game.generator.base_channels": 7}))
    groups = group_by_seed(
        {
            "plain": {**config, "seed": 3},
            "plain-2": {**config, "seed": 5},
            "plain-3": {**config, "seed": 5},  # The same run once more tells nothing new.
            "wider": {**wider, "seed": 6},
            "longer": {**config, "seed": 7, "images": 9},
        }
    )
    assert groups == [SeedGroup(name="plain", seeds={"plain": 3, "plain-2": 5})]


def test_groups_of_like_names_are_told_apart() -> None:
    configs = {f"a-{place}": {"size": place // 2, "seed": place} for place in range(4)}
    assert [group.name for group in group_by_seed(configs)] == ["a-0, a-1", "a-2, a-3"]
    strange = {"one": {"seed": 0}, "two": {"seed": 1}}
    assert [group.name for group in group_by_seed(strange)] == ["one"]


def seeds_of(values: list[dict[int, float]]) -> Comparison:
    runs = {
        f"r{place}": [scored(images, FD=value) for images, value in run.items()]
        for place, run in enumerate(values)
    }
    group = SeedGroup(name="r", seeds={name: place for place, name in enumerate(runs)})
    return compare(runs, groups=[group])


def test_the_spread_is_that_of_the_runs_where_all_were_scored() -> None:
    comparison = seeds_of([{0: 9.0, 64: 1.0, 128: 5.0}, {64: 2.0, 0: 8.0}, {0: 7.0, 64: 6.0}])
    start, end = comparison.over_seeds(comparison.groups[0], "FD")
    assert (start.images_seen, end.images_seen, end.count) == (0, 64, 3)
    assert end.mean == pytest.approx(3.0)
    assert end.deviation == pytest.approx(statistics.stdev([1.0, 2.0, 6.0]))


def test_a_lost_value_is_not_hidden_in_a_mean_and_is_never_the_best() -> None:
    comparison = seeds_of([{64: math.nan, 128: 4.0}, {64: 2.0, 128: 3.0}])
    first, second = comparison.over_seeds(comparison.groups[0], "FD")
    assert math.isnan(first.mean)
    assert second.mean == pytest.approx(3.5)
    assert comparison.best("r0").images_seen == 128


def test_what_is_alike_stands_together_and_the_rest_apart() -> None:
    renamed = replace(PROTOCOL, real={"source": "moved", "identity": "1"})
    many = replace(PROTOCOL, generated=10_000)
    runs = {
        "a": [scored(128, FD=2.0), scored(0, FD=9.0), scored(128, many, FD=1.0)],
        "b": [scored(64, renamed, FD=3.0), scored(64, KD=0.5)],
        "c": [],
    }
    group = SeedGroup(name="all", seeds={"a": 0, "b": 1, "c": 2})
    both, alone = compare_apart(runs, groups=[group])
    assert (both.protocol.generated, both.names) == (64, ("FD", "KD"))
    assert [images for images, _ in both.series("a", "FD")] == [0, 128]
    assert both.groups == [replace(group, seeds={"a": 0, "b": 1})]
    assert (list(alone.runs), alone.groups) == (["a"], [])
    values = both.to_json()
    assert values["runs"]["b"]["best"]["scores"]["FD"]["value"] == 3.0
    assert values["runs"]["b"]["last"]["images"] == 64
    rows = [(row["runs"], row["score"], row["images"]) for row in both.rows()]
    assert rows == [("a", "FD", 0), ("a", "FD", 128), ("b", "FD", 64), ("b", "KD", 64)]


def test_of_protocols_of_equally_many_runs_that_of_the_first_run_comes_first() -> None:
    few, many = (replace(PROTOCOL, generated=generated) for generated in (10, 10_000))
    runs = {
        "a": [scored(64, few, FD=1.0), scored(64, FD=1.0)],
        "b": [scored(64, many, FD=1.0)],
    }
    assert [each.protocol.generated for each in compare_apart(runs)] == [64, 10, 10_000]


def test_the_command_tells_of_groups(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed, value in enumerate((1.0, 2.0, 6.0)):
        run = Run(tmp_path / f"digits-{seed}")
        run.create(change(recipe("dcgan-digits"), {"seed": seed}))
        for images in (0, 64):
            append_scores(run.scores_path, scored(images, FD=value + 64 - images))
    comparison = compare_runs(sorted(tmp_path.iterdir()))
    (group,) = json.loads(json.dumps(comparison.to_json()))["groups"]
    assert group["name"] == "digits"
    assert group["seeds"] == {"digits-0": 0, "digits-1": 1, "digits-2": 2}
    assert group["scores"]["FD"][-1]["mean"] == pytest.approx(3.0)
    draw_comparison(comparison, tmp_path / "compare.png")
    report_comparison(comparison, tmp_path / "compare.png")
    printed = " ".join(capsys.readouterr().out.split())
    assert "digits mean of 3 64 3.0 ± 2.6" in printed
    assert "their standard deviation" in printed
    means = [row for row in comparison.rows() if "count" in row]
    assert [row["runs"] for row in means] == ["digits-0 digits-1 digits-2"] * 2
