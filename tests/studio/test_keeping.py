"""Runs that are renamed, put away, taken back, deleted; and what of them may be read."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from starlette.testclient import TestClient

from helpers.studios import client_of, studio_over
from studio import make_run
from zerosum.errors import ConfigError
from zerosum.recipes import recipe
from zerosum.runs import Run
from zerosum.studio.home import Home
from zerosum.studio.jobs import Task
from zerosum.studio.names import checked, free
from zerosum.studio.queue import Queue, working_queue
from zerosum.studio.shelf import Shelf

RUNS = "/api/v1/runs"


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    queue = working_queue(Home(tmp_path / "runs"))[1]
    queue.file.pause(True)
    return queue


@pytest.fixture
def client(tmp_path: Path, queue: Queue) -> Iterator[TestClient]:
    shelf = working_queue(Home(tmp_path / "runs"))[0]
    with client_of(studio_over(tmp_path / "runs", shelf=shelf, queue=queue)) as client:
        yield client


def names(client: TestClient, archived: bool = False) -> list[str]:
    answer = client.get(RUNS, params={"archived": archived})
    return [run["name"] for run in answer.json()["runs"]]


def delete(
    client: TestClient, name: str, confirm: str | None = None, *, archived: bool | None = None
) -> tuple[int, str]:
    body = {"confirm": name if confirm is None else confirm, "archived": archived}
    answer = client.request("DELETE", f"{RUNS}/{name}", json=body)
    return answer.status_code, answer.text


WRONG = [
    *("", " a", "a ", ".", "..", ".hidden", "a/b", "../a", "/a", "a\\b", "c:a", "a\nb"),
    *("a\x00b", "a\x1b[31m", "a\u202eb", "a" * 101, "é" * 101, "\ud800"),
]


def test_names_that_no_run_may_have(client: TestClient, tmp_path: Path) -> None:
    make_run(tmp_path / "runs" / "good")
    for name in WRONG:
        with pytest.raises(ConfigError, match="a run cannot be called"):
            checked(name)
    for name in WRONG[:-1]:  # The last is nothing that JSON in UTF-8 could say.
        answer = client.post(f"{RUNS}/good/rename", json={"name": name})
        assert answer.status_code == 400
        assert "cannot be called" in answer.json()["error"]["message"]
        body = {"recipe": "dcgan-digits", "name": name or " "}
        assert client.post("/api/v1/queue", json=body).status_code == 400
    assert names(client) == ["good"]


def test_a_name_that_is_taken_is_given_with_a_number(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (tmp_path / "a").mkdir()
    (home.archive / "a-2").mkdir(parents=True)
    (tmp_path / "a-3").symlink_to("nowhere")
    assert free(home, "a", {"a-4"}) == "a-5"


def test_a_run_is_renamed_and_what_was_done_with_it_goes_with_it(
    client: TestClient, queue: Queue, tmp_path: Path
) -> None:
    make_run(tmp_path / "runs" / "a")
    make_run(tmp_path / "runs" / "b")
    job = queue.file.add(lambda plan: Task(kind="train", run="a", words=(), cwd="."))
    refused = client.post(f"{RUNS}/a/rename", json={"name": "c"})
    assert refused.status_code == 409
    queue.file.change(lambda plan: plan.with_course(job.id, state="finished", started=1.0))
    home = Home(tmp_path / "runs")
    home.job(job.id).mkdir(parents=True)
    (home.job(job.id) / "log.txt").write_text("done: all.\n")
    assert client.post(f"{RUNS}/a/rename", json={"name": "b"}).status_code == 409
    assert client.post(f"{RUNS}/a/rename", json={"name": "c ü"}).json() == {"name": "c ü"}
    assert names(client) == ["b", "c ü"]
    log = client.get(f"{RUNS}/c ü/log", params={"bytes": 5}).json()
    assert log == {"text": "all.\n", "start": 6, "end": 11}
    log = client.get(f"{RUNS}/c ü/log", params={"end": 6, "bytes": 10**9}).json()
    assert log == {"text": "done: ", "start": 0, "end": 6}
    assert client.get(f"{RUNS}/a").status_code == 404


def test_runs_are_put_away_and_taken_back(client: TestClient, tmp_path: Path) -> None:
    make_run(tmp_path / "runs" / "a")
    assert client.post(f"{RUNS}/a/restore").status_code == 409
    assert client.post(f"{RUNS}/a/archive").json() == {"name": "a"}
    assert (names(client), names(client, archived=True)) == ([], ["a"])
    away = client.get(f"{RUNS}/a").json()
    assert away["summary"]["archived"] is True
    assert away["can"]["resume"] == "a was put away; take it back first"
    assert client.post(f"{RUNS}/a/resume", json={"images": 10**9}).status_code == 409
    assert client.post(f"{RUNS}/a/archive").status_code == 409
    make_run(tmp_path / "runs" / "a")
    assert client.post(f"{RUNS}/a/archive").json() == {"name": "a-2"}
    make_run(tmp_path / "runs" / "a-2")
    assert client.get(f"{RUNS}/a-2").json()["summary"]["archived"] is False
    (tmp_path / "runs" / "a-2").rename(tmp_path / "runs" / "other")
    assert client.post(f"{RUNS}/a-2/restore").json() == {"name": "a-2"}
    assert names(client) == ["a-2", "other"]
    assert delete(client, "a")[0] == 200
    assert names(client, archived=True) == []


def test_of_two_runs_of_a_name_the_one_that_was_meant_is_deleted_or_taken_back(
    client: TestClient, queue: Queue, tmp_path: Path
) -> None:
    """A shell knows of no archive, and trains again under the name of what was put away."""
    away = Home(tmp_path / "runs").archive
    job = queue.file.add(lambda plan: Task(kind="evaluate", run="a", words=(), cwd="."))
    for name in ("a", "b"):
        make_run(away / name)
        make_run(tmp_path / "runs" / name)
    status, said = delete(client, "a")
    assert status == 409
    assert "there are two runs called a" in said
    assert delete(client, "a", archived=True)[0] == 200
    assert names(client) == ["a", "b"]
    assert delete(client, "b", archived=False)[0] == 200
    assert (names(client), names(client, archived=True)) == (["a"], ["b"])
    assert delete(client, "b")[0] == 200
    make_run(away / "a")
    assert client.post(f"{RUNS}/a/restore").json() == {"name": "a-2"}
    # What was done with the one is not taken for what was done with the other.
    assert [each.task.run for each in queue.file.read().jobs if each.id == job.id] == ["a"]


def test_a_run_is_deleted_when_its_name_is_said_and_nothing_beyond_it(
    client: TestClient, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "runs" / "a")
    elsewhere = make_run(tmp_path / "elsewhere")
    (run / "samples" / "link").symlink_to(elsewhere)
    (tmp_path / "runs" / "linked").symlink_to(elsewhere)
    (tmp_path / "runs" / "dangling").symlink_to("nowhere")
    assert delete(client, "a", "b")[0] == 400
    with FileLock(run / ".lock"):
        assert delete(client, "a")[0] == 409
    assert names(client) == ["a", "dangling", "linked"]
    for name in ("a", "dangling", "linked"):
        assert delete(client, name) == (200, f'{{"name":"{name}"}}')
        assert delete(client, name)[0] == 404
    assert names(client) == []
    assert (elsewhere / "config.json").exists()
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [".studio"]
    assert not list((tmp_path / "runs" / ".studio" / "trash").iterdir())


def test_a_run_that_failed_before_it_had_a_folder_is_deleted_too(
    client: TestClient, queue: Queue
) -> None:
    job = queue.file.add(lambda plan: Task(kind="train", run="a", words=(), cwd="."))
    assert client.get(f"{RUNS}/a").json()["config"] is None
    assert delete(client, "a")[0] == 409
    queue.file.change(lambda plan: plan.with_course(job.id, state="failed", message="no"))
    assert names(client) == ["a"]
    assert client.get(f"{RUNS}/a").json()["can"]["delete"] is True
    assert delete(client, "a")[0] == 200
    assert names(client) == []


def test_what_was_half_deleted_is_swept_away(queue: Queue, tmp_path: Path) -> None:
    make_run(tmp_path / "runs" / ".studio" / "trash" / "1")
    queue.tick()
    assert not (tmp_path / "runs" / ".studio" / "trash").exists()
    queue.close()


FILES = {
    "samples/0000200000.png": 200,
    "config.json": 200,
    "scores.jsonl": 200,
    "exports/a.onnx": 200,
    "samples/0000000009.png": 404,
    "samples": 404,
    "samples/%2e%2e%2fstatus.json": 404,
    "exports/folder": 404,
    "exports/link": 404,
    "exports/.a.onnx.tmp": 404,
    "exports/pipe": 404,
    "exports/..%2fconfig.json": 404,
    "exports/a%00b": 404,
    "checkpoints/latest.safetensors": 404,
    ".lock": 404,
    "status.json": 404,
    "..%2f.studio%2ftoken": 404,
    "%2fetc%2fpasswd": 404,
}


def test_files_that_may_be_read(client: TestClient, tmp_path: Path) -> None:
    run = make_run(tmp_path / "runs" / "a")
    (run / "exports").mkdir()
    (run / "exports" / "a.onnx").write_bytes(b"network")
    (run / "exports" / "folder").mkdir()
    (run / "exports" / "link").symlink_to("/etc/passwd")
    (run / "exports" / ".a.onnx.tmp").touch()
    os.mkfifo(run / "exports" / "pipe")
    (run / "checkpoints" / "latest.safetensors").write_bytes(b"weights")
    answers = {path: client.get(f"{RUNS}/a/files/{path}") for path in FILES}
    assert {path: answer.status_code for path, answer in answers.items()} == FILES
    assert answers["samples/0000200000.png"].headers["content-type"] == "image/png"
    for path in ("config.json", "exports/a.onnx"):
        assert "attachment" in answers[path].headers["content-disposition"]
        assert answers[path].headers["content-type"] == "application/octet-stream"
    picture = f"{RUNS}/a/files/samples/0000200000.png"
    assert client.get(picture).headers["cache-control"] == "no-store"
    listed = client.get(f"{RUNS}/a").json()["exports"]
    assert [each["file"] for each in listed] == ["exports/a.onnx"]
    kept = client.get(picture, params={"changed": 1.5}).headers["cache-control"]
    assert "immutable" in kept


def test_names_of_no_run_lead_nowhere(client: TestClient, tmp_path: Path) -> None:
    make_run(tmp_path / "runs" / "a")
    for name in ("..", ".studio", ".archive", "b", "%2e%2e%2fa", "a%2f..%2fa"):
        for action in ("", "/log", "/files/config.json", "/stop", "/archive"):
            method = "POST" if action in ("/stop", "/archive") else "GET"
            answer = client.request(method, f"{RUNS}/{name}{action}")
            assert answer.status_code in (404, 405)
    assert names(client) == ["a"]


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("resume", {"settings": {"batch_size": 3}}, "no option batch_size"),
    ("resume", {"settings": {"log_every": "often"}}, "log_every: "),
    ("resume", {"settings": {"log_every": 0}, "images": 10**6}, "log_every must be greater"),
    ("resume", {}, "has seen 200,000 images already"),
    ("evaluate", {"options": {"metrics": "beauty"}}, "beauty"),
    ("evaluate", {"options": {"count": 1}}, "count must be at least 4"),
    ("evaluate", {"options": {"picture": "/tmp/a.png"}}, "only the command line"),
    ("evaluate", {"options": {"features": "mine.py:net"}}, "code is not run here"),
    ("evaluate", {"options": {"against": "/etc"}}, "/etc is in none of the folders"),
    ("resume", {"settings": {"data": "/etc"}, "images": 10**6}, "/etc is in none of the folders"),
    ("evaluate", {"options": {}}, "no checkpoint"),
    ("export", {}, "no checkpoint"),
    ("export", {"format": "exe"}, "format"),
    ("resume", {"command": "rm"}, "command"),
]


NOT_TRAINED: list[tuple[dict[str, Any], str]] = [
    ({"recipe": "no/such"}, "unknown recipe 'no/such'"),
    ({"recipe": "dcgan-digits", "fields": {"batch_size": 0}}, "batch_size"),
    ({"recipe": "dcgan-digits", "fields": {"bach_size": 1}}, "bach_size"),
    ({"recipe": "dcgan-digits", "fields": {"data": "/etc"}}, "/etc is in none of the folders"),
    ({"recipe": "dcgan-digits", "fields": {"game.generator": "a.py:b"}}, "code is not run"),
    ({"recipe": "dcgan-digits", "more": 1}, "more"),
]


def test_what_cannot_be_done_is_refused_before_it_is_queued(
    client: TestClient, tmp_path: Path
) -> None:
    make_run(tmp_path / "runs" / "a")
    for action, body, words in REFUSED:
        answer = client.post(f"{RUNS}/a/{action}", json=body)
        assert answer.status_code in (400, 422), body
        error = answer.json()["error"]
        assert words in error["message"]
        assert "Value error" not in error["message"]
        for field in ("count", "against"):
            assert (error["field"] == field) == (field in body.get("options", {}))
    for body, words in NOT_TRAINED:
        answer = client.post("/api/v1/queue", json=body)
        assert answer.status_code in (400, 422), body
        assert words in answer.json()["error"]["message"]
    assert client.get("/api/v1/queue").json()["jobs"] == []


def test_a_run_whose_pictures_are_gone_does_not_wait_to_fail(
    client: TestClient, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "runs" / "moved")
    (run / "checkpoints" / "latest.safetensors").touch()
    config = json.loads((run / "config.json").read_text())
    gone = tmp_path / "gone"
    (run / "config.json").write_text(json.dumps({**config, "data": str(gone)}))
    body = {"images": 400_000}
    answer = client.post(f"{RUNS}/moved/resume", json=body)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == f"{gone} does not exist; check the path."
    gone.mkdir()
    assert client.post(f"{RUNS}/moved/resume", json=body).status_code == 200


def test_of_two_who_resume_a_run_at_the_same_moment_one_does(
    client: TestClient, queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(tmp_path / "runs" / "a")
    queue.file.pause(True)
    (seen,) = client.get(RUNS).json()["runs"]
    monkeypatch.setattr(Shelf, "find", lambda *_, **__: seen)  # As both saw it.
    assert client.post(f"{RUNS}/a/resume", json={"images": 10**9}).status_code == 200
    second = client.post(f"{RUNS}/a/resume", json={"images": 10**9})
    assert second.json()["error"]["message"] == "a is in the queue already."


def test_what_is_queued_is_what_the_command_line_takes(client: TestClient, tmp_path: Path) -> None:
    run = make_run(tmp_path / "runs" / "a b")
    (run / "checkpoints" / "latest.safetensors").touch()
    (run / "checkpoints" / "best.safetensors").touch()
    settings = {"log_every": 100, "on_collapse": "stop"}
    body: dict[str, Any] = {"images": 400_000, "stretch": True, "settings": settings}
    longer = client.post(f"{RUNS}/a b/resume", json=body).json()
    called = f"'{run}' --images 400000 --stretch --log-every 100 --on-collapse stop"
    assert longer["command"] == f"zerosum resume {called}"
    assert client.post(f"{RUNS}/a b/resume", json=body).status_code == 409
    body = {"options": {"count": 16, "size": [8, 8], "checkpoint": "best"}}
    scored = client.post(f"{RUNS}/a b/evaluate", json=body).json()
    assert scored["command"].endswith("--count 16 --checkpoint best --size 8 8")
    written = client.post(f"{RUNS}/a b/export", json={"checkpoint": "best"}).json()
    file = f"'{run}/exports/a b-best.onnx'"
    assert written["command"] == f"zerosum export '{run}' {file} --checkpoint best"
    kinds = [job["kind"] for job in client.get("/api/v1/queue").json()["jobs"]]
    assert kinds == ["resume", "evaluate", "export"]
    client.post("/api/v1/queue/order", json={"ids": [written["id"], scored["id"]]})
    kinds = [job["kind"] for job in client.get("/api/v1/queue").json()["jobs"]]
    assert kinds == ["export", "evaluate", "resume"]
    assert client.get(f"/api/v1/jobs/{scored['id']}").json()["phase"].startswith("waits")
    assert client.get(f"/api/v1/jobs/{scored['id']}/log").json()["text"] == ""
    assert client.get("/api/v1/jobs/..").status_code == 404


def test_a_run_in_this_folder_is_no_data_set_of_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "digits")
    (run / "checkpoints" / "latest.safetensors").touch()
    monkeypatch.chdir(tmp_path)
    shelf, queue = working_queue(Home(Path()))
    queue.file.pause(True)
    with client_of(studio_over(Path(), shelf=shelf, queue=queue)) as client:
        scored = client.post(f"{RUNS}/digits/evaluate", json={}).json()
        written = client.post(f"{RUNS}/digits/export", json={"format": "pt2"}).json()
        longer = client.post(f"{RUNS}/digits/resume", json={"images": 10**6}).json()
        assert client.post(f"{RUNS}/digits/stop").json() == {"state": "stopped"}
        body = {"recipe": "dcgan-digits", "name": "digits"}
        new = client.post("/api/v1/queue", json=body).json()
    assert scored["command"] == "zerosum evaluate ./digits"
    assert written["command"].startswith("zerosum export ./digits ./digits/exports/digits.pt2")
    assert longer["command"] == "zerosum resume ./digits --images 1000000"
    assert new["command"] == "zerosum train dcgan-digits --out ./digits-2"


def test_only_generators_are_exported_as_pages(client: TestClient, tmp_path: Path) -> None:
    run = make_run(tmp_path / "runs" / "digits")
    (run / "checkpoints" / "latest.safetensors").touch()
    written = client.post(f"{RUNS}/digits/export", json={"format": "html"}).json()
    assert "exports/digits.html" in written["command"]
    config = recipe("classifier")
    other = Run(tmp_path / "runs" / "other")
    other.create(config)
    refused = client.post(f"{RUNS}/other/export", json={"format": "html"})
    assert refused.status_code == 400
    assert "no pictures from latents" in refused.text
