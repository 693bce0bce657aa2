"""Lessons by the API: what they can be told, what they compute, and what they may not read."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from helpers.command_line import call
from helpers.studios import client_of, studio_over
from zerosum.config.commands.studio import StudioConfig
from zerosum.lessons.controls import Number, hints_of
from zerosum.lessons.named import CHAPTERS, LESSONS, lesson
from zerosum.studio.home import Home
from zerosum.studio.lesson_controls import allowed_values
from zerosum.studio.refusals import FieldError
from zerosum.studio.studio import Studio
from zerosum.studio.tasks import lesson_fields
from zerosum.studio.worker import Worker

KINDS = {
    *("boolean", "choice", "matrix", "network", "picture", "points", "recipe", "run", "seed"),
    *("slider", "source"),
}


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    home = Home(tmp_path_factory.mktemp("studio") / "runs")
    (home.runs / "mine").mkdir(parents=True)
    photos = home.runs.parent / "photos"
    photos.mkdir()
    return studio_over(home.runs, data=(photos,), worker=Worker(home.worker_log))


@pytest.fixture(scope="module")
def client(studio: Studio) -> Iterator[TestClient]:
    with client_of(studio) as client:
        yield client


def computed(client: TestClient, name: str, **controls: Any) -> tuple[str, dict[str, Any]]:
    """The last event of a computation, and its data."""
    answer = client.post(f"/api/v1/lessons/{name}/compute", json={"controls": controls})
    assert answer.status_code == 200, answer.text
    event, data = answer.text.strip().split("\n\n")[-1].split("\n")
    return event.removeprefix("event: "), json.loads(data.removeprefix("data: "))


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_that_takes_a_run_is_known_before_it_is_imported(name: str) -> None:
    fields = lesson_fields.run({"name": name}, lambda done, total: None)["fields"]
    taking = {each["name"] for each in fields if each["kind"] in ("run", "network")}
    assert LESSONS[name].takes_run in (taking or {""})


@pytest.mark.parametrize("name", LESSONS)
def test_every_control_is_a_field(name: str) -> None:
    described = json.loads(
        json.dumps(lesson_fields.run({"name": name}, lambda done, total: None), allow_nan=False)
    )
    found = lesson(name)
    assert [each["name"] for each in described["fields"]] == list(hints_of(found.controls))
    assert described["values"] == found.controls().to_json()
    assert described["has_full"] == bool(found.full)
    for each in described["fields"]:
        assert each["kind"] in KINDS, each
        assert each["text"]
        assert each["default"] == described["values"][each["name"]]
        if each["kind"] in ("slider", "seed"):
            assert each["minimum"] <= each["default"] <= each["maximum"]
        if each["kind"] == "choice":
            assert each["default"] in each["choices"]


def test_a_slider_over_decades_moves_by_ratios() -> None:
    by_name = {
        each["name"]: each
        for each in lesson_fields.run({"name": "distributions"}, lambda done, total: None)[
            "fields"
        ]
    }
    assert by_name["generator_rate"]["log"]
    assert not by_name["momentum"]["log"]
    assert not by_name["noise"]["log"]
    assert by_name["rounds"]["whole"]
    bounds = Number(1e-5, 0.1)
    assert (by_name["generator_rate"]["minimum"], by_name["generator_rate"]["maximum"]) == (
        bounds.low,
        bounds.high,
    )


def test_all_lessons_are_listed_by_chapter(client: TestClient) -> None:
    chapters = client.get("/api/v1/lessons").json()["chapters"]
    assert [each["letter"] for each in chapters] == list(CHAPTERS)
    assert [each["name"] for chapter in chapters for each in chapter["lessons"]] == list(LESSONS)
    opened = client.get("/api/v1/lessons/losses").json()
    assert opened["question"] == LESSONS["losses"].question
    assert not opened["has_full"]
    missing = client.get("/api/v1/lessons/loses")
    assert missing.status_code == 404
    assert "did you mean 'losses'?" in missing.json()["error"]["message"]


@pytest.mark.parametrize(
    ("name", "controls"),
    [
        ("losses", {"logit": -3.5}),
        ("equilibrium", {"game": "own", "rows": "1 0; 0 1"}),
        ("convolution", {"side": 64}),
    ],
)
def test_a_lesson_is_computed_as_the_command_computes_it(
    client: TestClient,
    name: str,
    controls: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    event, result = computed(client, name, **controls)
    assert event == "result"
    assert all(each["holds"] is not False for each in result["claims"])
    call(*shlex.split(result["call"])[1:], "--json")
    printed = json.loads(capsys.readouterr().out)
    assert printed["answer"] == result["answer"]
    assert {each["statement"]: each["holds"] for each in result["claims"]} == printed["claims"]
    assert not re.findall(r"<script|<style|<form|<[^>]* (?:style|on\w+)=", result["html"])


def test_what_is_wrong_is_said_at_its_control(client: TestClient) -> None:
    for name, controls, field, message in (
        ("losses", {"logit": 1000}, "logit", "logit must be between -100 and 100, got 1000."),
        ("losses", {"logit": None}, "logit", "logit must be a number, got None."),
        ("saddle", {"game": "chess"}, "game", "game must be one of xy"),
        ("equilibrium", {"game": "own", "rows": "1 0; 0"}, "rows", "rows: expected rows of"),
        ("losses", {"logits": 1}, "logits", "did you mean 'logit'?"),
        ("losses", {"logit": 10**400}, "logit", "logit must be between -100 and 100, got more."),
        ("equilibrium", {"rows": 10**400}, "rows", "rows must be a text"),
    ):
        event, failed = computed(client, name, **controls)
        assert (event, failed["field"]) == ("failed", field)
        assert message in failed["message"]


HOSTILE = {
    "run": ("../mine", "/etc", ".studio", "..", "", "no-such", ["mine"], "mine/../..", "9" * 400),
    "network": ("x.py:f", "/etc", "../mine", "torchvision:../x", "no-such"),
    "picture": ("/etc/passwd", "../x.png", "~/x.png"),
    "source": ("/etc", "../photos", "photos/../../x.zip", "http://example.org/x.zip"),
    "points": ("/etc/passwd", "points.txt"),
    "recipe": ("../x", "x.py:f"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_nothing_outside_is_read(studio: Studio, kind: str) -> None:
    fields = [{"name": "it", "kind": kind}]
    for value in HOSTILE[kind]:
        if value == "":
            continue
        with pytest.raises(FieldError) as refused:
            allowed_values(studio, fields, {"it": value})
        assert refused.value.field == "it"


def test_what_is_inside_is_read(studio: Studio) -> None:
    photos = studio.data_folders[0]
    uploaded = studio.home.uploads / "lessons" / "me.png"
    for kind, value, taken in (
        ("run", "mine", str(studio.home.runs / "mine")),
        ("network", "mine", str(studio.home.runs / "mine")),
        ("network", "digits", "digits"),
        ("network", "torchvision:resnet18", "torchvision:resnet18"),
        ("picture", str(photos / "me.png"), str(photos / "me.png")),
        ("picture", str(uploaded), str(uploaded)),
        ("picture", None, None),
        ("source", "mnist", "mnist"),
        ("source", str(photos), str(photos)),
        ("points", "[[0, 1], [1, 0]]", "[[0, 1], [1, 0]]"),
        ("slider", 1, 1),
    ):
        assert allowed_values(studio, [{"name": "it", "kind": kind}], {"it": value}) == {
            "it": taken
        }


def test_code_is_run_only_where_it_is_allowed(studio: Studio) -> None:
    fields = [{"name": "network", "kind": "network"}]
    open_to_code = replace(studio, options=StudioConfig(allow_code=True))
    assert allowed_values(open_to_code, fields, {"network": "x.py:f"}) == {"network": "x.py:f"}


def test_a_picture_that_leads_outside_is_not_read(studio: Studio, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.touch()
    link = studio.data_folders[0] / "link.png"
    link.symlink_to(secret)
    with pytest.raises(FieldError, match="in none of the folders"):
        allowed_values(studio, [{"name": "it", "kind": "picture"}], {"it": str(link)})


def test_the_page_s_rules_and_script_are_served(client: TestClient) -> None:
    assert "export function enliven" in client.get("/static/lessons/page.js").text
    assert ".lesson {" in client.get("/static/lessons/lesson.css").text
