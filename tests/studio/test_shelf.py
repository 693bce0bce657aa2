"""What is seen of runs at a glance: their states, what has changed, and no damage that matters."""

import json
import os
import socket
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from filelock import FileLock

from helpers.studios import client_of, studio_over
from studio import IMAGES, make_run
from zerosum.studio.home import Home
from zerosum.studio.jobs import Facts, Task
from zerosum.studio.queue import working_queue
from zerosum.studio.shelf import Shelf
from zerosum.studio.summaries import Summary, summarise


def shelf_over(runs: Path) -> Shelf:
    return working_queue(Home(runs))[0]


def only(shelf: Shelf) -> Summary:
    (summary,) = shelf.summaries()
    return summary


def myself(**changes: Any) -> dict[str, Any]:
    own = psutil.Process()
    return {
        "pid": own.pid,
        "created": own.create_time(),
        "host": socket.gethostname(),
        "updated": datetime.now().timestamp(),
        **changes,
    }


def test_a_run_at_a_glance(tmp_path: Path) -> None:
    make_run(tmp_path / "faces", updated=5.0)
    (tmp_path / "faces" / "alarms.txt").write_text("first\n128 images: mode collapse\n\n")
    (tmp_path / "notes").mkdir()
    (tmp_path / "readme.txt").touch()
    (tmp_path / ".hidden").mkdir()
    summary = only(shelf_over(tmp_path))
    assert summary["name"] == "faces"
    assert (summary["recipe"], summary["family"]) == ("dcgan-digits", "generation")
    assert (summary["data"], summary["pictures"]) == ("digits", [28, 28, 1])
    assert (summary["state"], summary["images_seen"]) == ("finished", IMAGES)
    assert (summary["total_images"], summary["updated"]) == (IMAGES, 5.0)
    assert summary["alarm"] == "128 images: mode collapse"
    assert summary["score"] == {
        "name": "KD-digits",
        "value": pytest.approx(10 / 21),
        "error": 0.01,
        "higher_is_better": False,
    }
    assert len(summary["sparkline"]) == 21
    assert summary["sparkline"][0] == [0, 10.0]
    assert summary["sample"] is not None
    assert summary["sample"]["file"] == "samples/0000200000.png"
    assert summary["damaged"] is None


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"state": "training"}, "training"),
        ({"state": "stopping"}, "stopping"),
        ({"state": "failed", "message": "the disk is full"}, "failed"),
        ({"state": "training", "pid": 2**22 + 1}, "stopped"),
        ({"state": "training", "created": 1.0}, "stopped"),
        ({"state": "stopping", "created": 1.0}, "stopped"),
        ({"state": "finished", "created": 1.0}, "finished"),
        ({"state": "training", "host": "far away"}, "training"),
        (
            {"state": "training", "host": "far away", "updated": datetime.now().timestamp() - 100},
            "stopped",
        ),
        (
            {"state": "training", "pid": "no", "created": None, "host": 3, "updated": "x"},
            "stopped",
        ),
        ({"state": ["training"]}, "preparing"),
    ],
)
def test_the_state_is_that_of_the_process(
    tmp_path: Path, status: dict[str, Any], state: str
) -> None:
    make_run(tmp_path / "faces", **myself(**status))
    assert only(shelf_over(tmp_path))["state"] == state


def test_a_process_that_is_killed_changes_no_file_and_is_noticed(tmp_path: Path) -> None:
    child = psutil.Popen(["sleep", "60"])
    status = myself(pid=child.pid, created=child.create_time(), state="training")
    make_run(tmp_path / "faces", **status)
    shelf = shelf_over(tmp_path)
    assert only(shelf)["state"] == "training"
    child.kill()
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert only(shelf)["state"] == "stopped"
    assert "killed" in str(only(shelf)["message"])
    child.wait()


def test_runs_of_versions_that_kept_no_status(tmp_path: Path) -> None:
    run = make_run(tmp_path / "old")
    (run / "status.json").unlink()
    shelf = shelf_over(tmp_path)
    assert only(shelf)["state"] == "finished"
    for grid in (run / "samples").iterdir():
        grid.unlink()
    (run / "stats.jsonl").write_text('{"images": 640}\n{"images": 1280, "rou')
    assert (only(shelf)["state"], only(shelf)["images_seen"]) == ("stopped", 640)
    with FileLock(run / ".lock"):
        (run / "stats.jsonl").write_text('{"images": 641}\n')
        assert only(shelf)["state"] == "training"
    assert only(shelf)["state"] == "stopped"


def test_scores_of_long_runs_become_few_points_and_numbers_that_are_none_are_left_out(
    tmp_path: Path,
) -> None:
    run = make_run(tmp_path / "faces")
    line = (run / "scores.jsonl").read_text().splitlines()[1]
    many = [line.replace('"images": 10000', f'"images": {n}') for n in range(1000)]
    odd = line.replace('"value": 5.0', '"value": NaN')
    (run / "scores.jsonl").write_text("\n".join([*many, odd]) + "\n")
    summary = only(shelf_over(tmp_path))
    assert 50 <= len(summary["sparkline"]) <= 60
    assert summary["sparkline"][0][0] == 0
    assert summary["score"] is not None
    assert summary["score"]["value"] is None


def write_bytes(name: str, content: bytes) -> Callable[[Path], Any]:
    return lambda run: (run / name).write_bytes(content)


def instead(name: str, make: Callable[[Path], Any]) -> Callable[[Path], Any]:
    def damage(run: Path) -> None:
        (run / name).unlink()
        make(run / name)

    return damage


DAMAGED = {
    "torn": write_bytes("config.json", b'{"recipe": "dcgan'),
    "empty": write_bytes("config.json", b""),
    "no object": write_bytes("config.json", b"[1, 2]"),
    "no text": write_bytes("config.json", b"\xff\xfe\x00"),
    "deep": write_bytes("config.json", b"[" * 100_000),
    "no game": write_bytes("config.json", b'{"recipe": "a"}'),
    "strange game": write_bytes("config.json", b'{"game": {"kind": "chess"}}'),
    "folder": instead("config.json", Path.mkdir),
    "pipe": instead("config.json", os.mkfifo),
    "dangling": instead("config.json", lambda path: path.symlink_to("nowhere")),
    "loop": instead("config.json", lambda path: path.symlink_to(path)),
    "missing": instead("config.json", lambda path: None),
}
ODD = {
    "statistics": write_bytes("stats.jsonl", b"\x00\xff\n[]\n{}\n" + b'{"images": "many"}\n'),
    "pipe of statistics": instead("stats.jsonl", os.mkfifo),
    "folder of scores": instead("scores.jsonl", Path.mkdir),
    "scores": write_bytes("scores.jsonl", b'{"scores": 3}\n{"scores": {"a": []}, "subject": 1}\n'),
    "huge numbers": write_bytes("status.json", b'{"images": 1e400, "updated": -1e999}'),
    "status": write_bytes("status.json", b'{"state": "training", "pid": 99999999999999999999}'),
    "pipe of status": instead("status.json", os.mkfifo),
    "samples": lambda run: [each.unlink() for each in (run / "samples").iterdir()],
    "total": write_bytes(
        "config.json",
        b'{"game": {"kind": "adversarial"}, "images": true, "pictures": {"size": 3}}',
    ),
}


def test_no_damage_is_an_error(tmp_path: Path) -> None:
    make_run(tmp_path / "good")
    for kind, damage in {**DAMAGED, **ODD}.items():
        damage(make_run(tmp_path / kind))
    shelf, queue = working_queue(Home(tmp_path))
    with client_of(studio_over(tmp_path, shelf=shelf, queue=queue)) as client:
        runs = {each["name"]: each for each in client.get("/api/v1/runs").json()["runs"]}
        full = {name: client.get(f"/api/v1/runs/{name}").json() for name in runs}
        refusals = {
            name: client.post(f"/api/v1/runs/{name}/resume", json={}).json()["error"]["message"]
            for name in DAMAGED
        }
    assert list(runs) == sorted({**DAMAGED, **ODD, "good": None})
    assert {name for name in runs if runs[name]["damaged"] is not None} == set(DAMAGED)
    for name in DAMAGED:
        assert full[name]["can"]["resume"] == f"{name} is damaged"
        assert refusals[name] == runs[name]["damaged"]
        assert name in refusals[name] or "game.kind" in refusals[name]
    assert full["total"]["summary"]["damaged"] is not None  # As who reads all of it finds.
    for name in ("good", "statistics", "scores", "samples"):
        assert full[name]["config"]["recipe"] == "dcgan-digits"
        assert full[name]["summary"]["damaged"] is None


def test_what_only_a_full_reading_finds_is_told_there(tmp_path: Path) -> None:
    run = make_run(tmp_path / "faces")
    config = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps({**config, "bach_size": 3}))
    shelf, queue = working_queue(Home(tmp_path))
    with client_of(studio_over(tmp_path, shelf=shelf, queue=queue)) as client:
        said = client.get("/api/v1/runs/faces").json()
    assert said["config"] is None
    assert "bach_size" in said["summary"]["damaged"]


def test_folders_that_cannot_be_asked_for(tmp_path: Path) -> None:
    make_run(tmp_path / os.fsdecode(b"caf\xe9"))
    make_run(tmp_path / "two\nlines")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    shelf, queue = working_queue(Home(tmp_path))
    with client_of(studio_over(tmp_path, shelf=shelf, queue=queue)) as client:
        runs = {each["name"]: each for each in client.get("/api/v1/runs").json()["runs"]}
        assert client.get("/api/v1/runs/two%0Alines").json()["config"]
    assert list(runs) == ["caf\\udce9", "gone", "two\nlines"]
    assert "no text" in runs["caf\\udce9"]["damaged"]
    assert "No such file" in runs["gone"]["damaged"]


def test_only_what_has_changed_is_told(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        make_run(tmp_path / name)
    shelf = shelf_over(tmp_path)
    first = shelf.changed_since(0)
    assert [each["name"] for each in first.changed] == ["a", "b", "c"]
    again = shelf.changed_since(first.version)
    assert (again.version, again.changed, again.gone) == (first.version, [], [])
    (tmp_path / "b").rename(tmp_path / "d")
    with (tmp_path / "a" / "scores.jsonl").open("a") as file:
        file.write("rubbish\n")
    now = shelf.changed_since(first.version)
    assert [each["name"] for each in now.changed] == ["d"]
    assert now.gone == ["b"]
    assert shelf.changed_since(now.version).changed == []
    assert shelf.changed_since(0).gone == []


def test_nothing_is_read_again_that_has_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        make_run(tmp_path / name)
    shelf = shelf_over(tmp_path)
    before = shelf.summaries()
    read: list[str] = []

    def noted(folder: str, name: str) -> Summary:
        read.append(name)
        return summarise(folder, name)

    monkeypatch.setattr("zerosum.studio.folders.summarise", noted)
    assert shelf.summaries() == before
    assert read == []
    (tmp_path / "b" / "samples" / "0000300000.png").touch()
    assert shelf.summaries() != before
    assert read == ["b"]


def test_bytes_are_counted_beside_and_links_are_not_followed(tmp_path: Path) -> None:
    run = make_run(tmp_path / "runs" / "a")
    (tmp_path / "large").write_bytes(b"x" * 10_000_000)
    (run / "link").symlink_to(tmp_path / "large")
    shelf = shelf_over(tmp_path / "runs")
    assert only(shelf)["bytes"] is None
    version = shelf.changed_since(0).version
    shelf.weigh(1.0)
    files = sum(each.lstat().st_size for each in run.rglob("*") if not each.is_dir())
    assert only(shelf)["bytes"] == files < 1_000_000
    assert [each["name"] for each in shelf.changed_since(version).changed] == ["a"]
    (run / "more").write_bytes(b"x" * 100)
    assert only(shelf)["bytes"] == files  # It is not counted again and again while it grows.


def test_a_run_that_waits_is_shown_before_it_has_a_folder(tmp_path: Path) -> None:
    shelf, queue = working_queue(Home(tmp_path))
    facts = Facts(recipe="dcgan-digits", family="generation", data="digits", total_images=64)
    task = Task(kind="train", run="new", words=(), cwd=".", device="cpu", facts=facts)
    job = queue.file.add(lambda plan: task)
    summary = only(shelf)
    assert (summary["name"], summary["state"], summary["job"]) == ("new", "waiting", job.id)
    assert (summary["recipe"], summary["total_images"]) == ("dcgan-digits", 64)
    queue.file.change(lambda plan: plan.with_course(job.id, state="failed", message="no pictures"))
    summary = only(shelf)
    assert (summary["state"], summary["message"], summary["job"]) == (
        "failed",
        "no pictures",
        None,
    )
    make_run(tmp_path / "new")
    assert only(shelf)["state"] == "finished"
