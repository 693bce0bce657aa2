"""Runs side by side in the studio: what may be compared, what may not, and what is repeated."""

import csv
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

from helpers.quick_runs import KINDS
from helpers.studio_runs import make_repeat, make_shown
from helpers.studios import client_of, studio_over
from zerosum.config import change
from zerosum.jobs import train_run

ODD = "a, b?&"


def asked(runs: Path, *names: str, path: str = "compare") -> Any:
    words = quote(",".join(quote(name, safe="") for name in names), safe="")
    return client_of(studio_over(runs)).get(f"/api/v1/{path}?runs={words}")


def test_seeds_are_one_and_unlike_protocols_stay_apart(tmp_path: Path) -> None:
    make_repeat(tmp_path / ODD, seed=1)
    make_repeat(tmp_path / "a, c", seed=2, factor=3.0)
    make_repeat(tmp_path / "other", seed=1, generated=500)
    with (tmp_path / ODD / "scores.jsonl").open("a") as file:
        file.write('{"subject": {"ima')
    found = asked(tmp_path, ODD, "a, c", "other", "gone", "..").json()
    assert [run["name"] for run in found["runs"]] == [ODD, "a, c", "other"]
    assert [run["cores"] for run in found["runs"]] == [6] * 3
    assert [group["seeds"] for group in found["groups"]] == [{ODD: 1, "a, c": 2}]
    together, alone = found["comparisons"]
    assert (list(together["runs"]), list(alone["runs"])) == ([ODD, "a, c"], ["other"])
    assert (together["differs"], alone["differs"]) == ([], ["generated: 64 against 500"])
    (group,) = together["groups"]
    last = group["scores"]["KD-digits"][-1]
    assert last["mean"] == pytest.approx(2 * 10 / 21)
    assert last["deviation"] == pytest.approx(2**0.5 * 10 / 21)
    assert "must not be compared" in found["refused"]
    assert "generated: 64 against 500" in found["refused"]
    assert asked(tmp_path, ODD, "a, c").json()["refused"] is None


def test_a_damaged_run_and_one_without_scores_are_told_of(tmp_path: Path) -> None:
    make_repeat(tmp_path / "good", seed=0)
    for name in ("bad", "new"):
        make_shown(tmp_path / name)
        (tmp_path / name / "scores.jsonl").unlink()
    (tmp_path / "bad" / "config.json").write_text("{")
    found = asked(tmp_path, "good", "bad", "new").json()
    assert [bool(run["problem"]) for run in found["runs"]] == [False, True, False]
    assert [run["is_scored"] for run in found["runs"]] == [True, False, False]
    assert found["runs"][2]["cores"] is None
    assert [list(each["runs"]) for each in found["comparisons"]] == [["good"]]
    assert found["refused"] is None


def test_the_table_holds_every_number_with_its_protocol(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("two", 2)):
        make_repeat(tmp_path / name, seed=seed)
    answer = asked(tmp_path, "one", "two", path="compare/table")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert len(rows) == 2 * 3 * 21  # Scores, runs and their mean, evaluations.
    assert {row["generated"] for row in rows} == {"64"}
    means = [row for row in rows if row["count"]]
    assert {(row["runs"], row["count"], row["error"]) for row in means} == {("one two", "2", "")}


def test_too_many_runs_are_refused(tmp_path: Path) -> None:
    answer = asked(tmp_path, *(f"run-{number}" for number in range(65)))
    assert answer.status_code == 400
    assert "at most 64" in answer.json()["error"]["message"]


def test_near_copies_are_looked_for_in_a_worker(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (64, 28, 28), np.uint8)
    np.save(tmp_path / "few.npy", pictures)
    fields = {"data": str(tmp_path / "few.npy"), "images": 16, "evaluate_every": 0}
    config = change(KINDS["generation"](tmp_path), fields)
    train_run(config, out=tmp_path / "runs" / "first", quiet=True)
    client = client_of(studio_over(tmp_path / "runs"))
    path = "/api/v1/networks/{}/memorised"
    told = client.post(path.format("first"), json={"count": 10, "pairs": 3}).text
    assert "event: result" in told, told
    result = json.loads(told.split("event: result\ndata: ")[1])
    assert (result["generated"], result["compared"], result["images_seen"]) == (10, 64, 16)
    distances = [pair["distance"] for pair in result["pairs"]]
    assert len(distances) == 3
    assert distances == sorted(distances)
    assert all(pair["original"].startswith("data:image/png") for pair in result["pairs"])
    assert "is no run" in client.post(path.format("@digits"), json={}).text
    assert client.post(path.format("first"), json={"count": 1}).status_code == 422
    assert client.post(path.format("nobody"), json={}).status_code == 404
