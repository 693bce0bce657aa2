"""Scores of unlike protocols are never compared, and nothing is lost on the way to the file."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from zerosum.errors import ConfigError
from zerosum.evaluation.comparing import compare
from zerosum.evaluation.protocol import Protocol, Score, Scores, check_alike, unlike
from zerosum.evaluation.records import append_scores, read_scores
from zerosum.metrics.estimate import Estimate
from zerosum.plots.comparison import draw_comparison

PROTOCOL = Protocol(
    network={"network": "digits", "weights": "8a32", "resize": "bilinear, antialiased"},
    real={"source": "digits", "split": "train", "pictures": 5_000},
    generated=2_048,
)


def scores(images: int, value: float, protocol: Protocol = PROTOCOL, name: str = "FD") -> Scores:
    score = Score(estimate=Estimate(value=value, error=0.1), how="exact", lower_is_better=True)
    return Scores(subject={"images": images}, protocol=protocol, scores={name: score})


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        (replace(PROTOCOL, generated=10_000), "generated: 2048 against 10000"),
        (replace(PROTOCOL, seed=1), "seed: 0 against 1"),
        (
            replace(PROTOCOL, network={**PROTOCOL.network, "weights": "ffff"}),
            "weights: 8a32 against ffff",
        ),
        (
            replace(PROTOCOL, network={**PROTOCOL.network, "resize": "tf1"}),
            "resize: bilinear, antialiased against tf1",
        ),
        (
            replace(PROTOCOL, real={**PROTOCOL.real, "split": "test"}),
            "real split: train against test",
        ),
    ],
)
def test_every_fact_counts(other: Protocol, difference: str) -> None:
    assert unlike(PROTOCOL, PROTOCOL) == []
    assert unlike(PROTOCOL, other) == [difference]
    with pytest.raises(ConfigError, match="must not be compared") as refused:
        compare({"a": [scores(64, 1.0)], "b": [scores(64, 1.0, other)]})
    assert difference in str(refused.value)


def test_of_several_common_protocols_the_last_is_taken() -> None:
    many = replace(PROTOCOL, generated=10_000)
    assert check_alike({"a": [PROTOCOL, many], "b": [many, PROTOCOL]}) == many


def test_three_runs_that_only_agree_two_by_two() -> None:
    a, b, c = (replace(PROTOCOL, seed=seed) for seed in range(3))
    with pytest.raises(ConfigError, match="no protocol in common"):
        check_alike({"one": [a, b], "two": [a, c], "three": [b, c]})


def test_the_best_is_the_best_of_the_leading_score(tmp_path: Path) -> None:
    found = compare({"a": [scores(128, 3.0), scores(64, 2.0)], "b": [scores(64, 5.0)]})
    assert [one.images_seen for one in found.runs["a"]] == [64, 128]
    assert found.best("a").images_seen == 64
    draw_comparison(found, tmp_path / "compare.png")
    assert (tmp_path / "compare.png").stat().st_size > 1_000


def test_higher_can_be_better() -> None:
    low, high = (
        Score(estimate=Estimate(value=value, error=0.0), how="", lower_is_better=False)
        for value in (1.0, 2.0)
    )
    assert high.is_better_than(low)
    assert not low.is_better_than(high)
    assert not low.is_better_than(low)


def test_a_line_that_was_cut_short_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    append_scores(path, scores(64, 1.5))
    with path.open("a") as file:
        file.write(json.dumps(scores(128, 1.0).to_json())[:40])
    assert read_scores(path) == [scores(64, 1.5)]
    assert read_scores(tmp_path / "none.jsonl") == []


def test_two_names_of_one_set_of_pictures_are_one_protocol() -> None:
    """By content: a data folder that was moved, or copied, keeps its scores comparable."""
    facts = {"split": "train", "identity": "5f0c"}
    here = Protocol(network={"network": "n"}, real={"source": "faces", **facts}, generated=64)
    moved = replace(here, real={"source": "moved", **facts})
    other = replace(here, real={"source": "faces", "split": "train", "identity": "77aa"})
    assert unlike(here, moved) == []
    assert check_alike({"a": [here], "b": [other, moved]}) == here
    assert unlike(here, other) == ["real identity: 5f0c against 77aa"]
    joined = {f"a2b {name}": value for name, value in here.real.items()}
    renamed = {**joined, "a2b source": "moved"}
    assert unlike(replace(here, real=joined), replace(here, real=renamed)) == []
    nameless = [replace(here, real={"source": name}) for name in ("faces", "moved")]
    assert unlike(*nameless) == ["real source: faces against moved"]


def test_runs_without_a_score_in_common_are_refused() -> None:
    with pytest.raises(ConfigError, match="a, b have no score in common"):
        compare({"a": [scores(64, 1.0)], "b": [scores(64, 1.0, name="KD")]})
