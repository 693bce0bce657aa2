"""What the studio's API tells of recipes, and what it measures of them."""

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from helpers.studios import NearWorker, client_of, studio_over
from zerosum.config import change
from zerosum.recipes import RECIPES, recipe
from zerosum.runs import Run
from zerosum.studio.home import Home
from zerosum.studio.queue_file import QueueFile
from zerosum.studio.shelf import Shelf
from zerosum.studio.summaries import State, Summary, blank

FOUND = {"seconds": 180.0, "memory": 10**8, "disk": 10**7}


class KnowingWorker(NearWorker):
    """A worker that has measured everything already."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, Any]] = []

    async def ask(self, task: str, arguments: Any, **how: Any) -> Any:
        self.asked.append((task, arguments))
        return FOUND


class OneRun(Shelf):
    """A shelf with one run."""

    def __init__(self, state: State) -> None:
        home = Home(Path("no/such"))
        super().__init__(home, QueueFile(home))
        self.state = state

    def summaries(self, *, archived: bool = False) -> list[Summary]:
        return [Summary(**{**blank("faces"), "state": self.state})]


def client(runs: Path, *, state: State = "finished", worker: KnowingWorker | None = None) -> Any:
    studio = studio_over(runs, shelf=OneRun(state), worker=worker or KnowingWorker())
    return client_of(studio)


def test_all_recipes_are_told_with_their_pictures(tmp_path: Path) -> None:
    told = client(tmp_path).get("/api/v1/recipes").json()
    assert [each["name"] for each in told["recipes"]] == list(RECIPES)
    assert all(each["text"] and each["needs"] and each["picture_of"] for each in told["recipes"])
    assert {name for goal in told["goals"] for name in goal["recipes"]} == set(RECIPES)


def test_a_form_is_filled_by_what_a_run_was_told(tmp_path: Path) -> None:
    Run(tmp_path / "mine").create(change(recipe("dcgan-digits"), {"seed": 7}))
    form = client(tmp_path).get("/api/v1/recipes/dcgan-digits/form?run=mine").json()
    assert form["values"] == {"seed": 7}
    other = client(tmp_path).get("/api/v1/recipes/dcgan-faces/form?run=mine")
    assert other.status_code == 409
    assert form["ways"] == [["data"]]
    assert form["usual"][:3] == ["data", "images", "batch_size"]
    assert "classification" in form["classifies"]
    assert "generation" not in form["classifies"]


@pytest.mark.parametrize("run", ["nobody", "..", "../mine", "a/b", ""])
def test_no_run_is_copied_that_is_not_there(tmp_path: Path, run: str) -> None:
    runs = tmp_path / "runs"
    Run(tmp_path / "mine").create(recipe("dcgan-digits"))
    answer = client(runs).get("/api/v1/recipes/dcgan-digits/form", params={"run": run})
    assert answer.status_code == 404


def test_a_form_is_checked_while_it_is_typed(tmp_path: Path) -> None:
    post = client(tmp_path).post
    path = "/api/v1/recipes/progan-digits/check"
    sound = post(path, json={"fields": {"images": 30_000}}).json()
    assert sound["ok"]
    assert sound["command"] == "zerosum train progan-digits --images 30000"
    assert "these settings were made for a longer one" in sound["notes"][0]
    faulty = post(path, json={"fields": {"images": -1}}).json()
    assert not faulty["ok"]
    assert faulty["error"]["field"] == "images"
    nameless = post(path, json={"fields": {}, "name": "../up"}).json()
    assert nameless["error"]["field"] == "name"
    named = post(path, json={"fields": {}, "name": "my run"}).json()
    assert named["command"] == "zerosum train progan-digits --out 'my run'"
    unknown = post("/api/v1/recipes/progan-digit/check", json={}).json()
    assert "did you mean" in unknown["error"]["message"]


def test_a_recipe_is_measured_once_on_a_machine(tmp_path: Path) -> None:
    worker = KnowingWorker()
    path = "/api/v1/recipes/dcgan-digits/estimate"
    for _ in range(2):
        assert client(tmp_path, worker=worker).post(path, json={}).json() == FOUND
    assert worker.asked == [("estimate", {"recipe": "dcgan-digits", "config": None})]
    told = client(tmp_path).get("/api/v1/recipes").json()["recipes"]
    assert [each["name"] for each in told if each["seconds"] is not None] == ["dcgan-digits"]
    with patch("zerosum.studio.times.os.cpu_count", return_value=1_000):
        told = client(tmp_path).get("/api/v1/recipes").json()["recipes"]
        assert not any(each["seconds"] for each in told)


def test_what_is_filled_in_is_measured_as_it_is(tmp_path: Path) -> None:
    worker = KnowingWorker()
    path = "/api/v1/recipes/dcgan-digits/estimate"
    client(tmp_path, worker=worker).post(path, json={"fields": {"batch_size": 8}})
    ((_, asked),) = worker.asked
    assert asked["config"]["batch_size"] == 8
    assert not (tmp_path / ".studio" / "times.json").exists()


@pytest.mark.parametrize("state", ["preparing", "training", "stopping"])
def test_nothing_is_measured_beside_a_training(tmp_path: Path, state: State) -> None:
    worker = KnowingWorker()
    post = client(tmp_path, state=state, worker=worker).post
    answer = post("/api/v1/recipes/dcgan-digits/estimate", json={})
    assert answer.status_code == 409
    assert "faces is being trained" in answer.json()["error"]["message"]
    assert not worker.asked


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("dcgan-digits", {"game.generator": "mine.py:Net"}),
        ("dcgan-digits", {"evaluate_features": "mine.py:features"}),
        ("dcgan-digits", {"data": "/etc"}),
        ("advgan", {"data": "digits", "game.victim": "/etc"}),
    ],
)
def test_nothing_is_measured_that_may_not_be_trained(
    tmp_path: Path, name: str, fields: dict[str, str]
) -> None:
    worker = KnowingWorker()
    post = client(tmp_path, worker=worker).post
    answer = post(f"/api/v1/recipes/{name}/estimate", json={"fields": fields})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == list(fields)[-1]
    assert not worker.asked


@pytest.mark.parametrize("text", ["", "[]", '{"dcgan-digits": 3}', '{"dcgan-digits": {"found":'])
def test_damaged_times_are_measured_again(tmp_path: Path, text: str) -> None:
    times = tmp_path / ".studio" / "times.json"
    times.parent.mkdir()
    times.write_text(text)
    post = client(tmp_path).post
    assert post("/api/v1/recipes/dcgan-digits/estimate", json={}).json() == FOUND
    assert json.loads(times.read_text())["dcgan-digits"]["found"] == FOUND
