"""Status files: written beside the work, without harm, and read without trust."""

import json
import os
import socket
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from psutil import Process

from helpers.places import no_room
from helpers.waiting import until
from zerosum.status import Status, kept, parse_status


def facts(**others: Any) -> dict[str, Any]:
    """What a file of this process says."""
    me = Process()
    here = {"pid": me.pid, "created": me.create_time(), "host": socket.gethostname()}
    return {
        **here,
        "state": "working",
        "phase": "",
        "updated": datetime.now().timestamp(),
        **others,
    }


def test_what_changes_is_written_at_once_and_the_end_in_any_case(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    current = {"state": "working", "phase": "one", "done": 1}

    def phase() -> str:
        status = parse_status(path, Status)
        return status.phase if status else ""

    with kept(path, lambda: dict(current)):
        for name in ("one", "two", "three"):
            current["phase"] = name
            until(lambda name=name: phase() == name)  # type: ignore[misc]
        current["phase"], current["state"] = "", "done"
    assert json.loads(path.read_text()) == {
        **facts(),
        **current,
        "updated": pytest.approx(datetime.now().timestamp(), abs=60),
    }
    assert [file.name for file in tmp_path.iterdir()] == ["status.json"]
    assert "status" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "\x00",
        '{"pid": 1}',
        json.dumps({**facts(), "pid": "1"}),
        json.dumps({**facts(), "state": None}),
        json.dumps(facts()).replace(str(os.getpid()), "NaN"),
        json.dumps({**facts(), "phase": 100_000 * "x"}),
        100_000 * "[",
    ],
)
def test_a_damaged_file_says_nothing(content: str, tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    path.write_text(content)
    assert parse_status(path, Status) is None


def test_what_is_no_file_says_nothing_and_stays(tmp_path: Path) -> None:
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    for path in (pipe, folder, tmp_path / "nothing", folder / "no" / "folder.json"):
        was_there = path.exists()
        with kept(path, lambda: {"state": "working", "phase": ""}):
            pass
        assert parse_status(path, Status) is None or not was_there
    assert pipe.is_fifo()
    assert folder.is_dir()
    assert not (folder / "no").exists()


def test_a_full_disk_leaves_what_was_told_before(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    with kept(path, lambda: {"state": "working", "phase": "before"}):
        pass
    with no_room(16), kept(path, lambda: {"state": "working", "phase": "after"}):
        pass
    assert parse_status(path, Status) is not None
    assert json.loads(path.read_text())["phase"] == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["status.json"]


def test_a_disk_that_does_not_answer_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = threading.Event()
    monkeypatch.setattr("zerosum.status.PATIENCE", 0.01)
    monkeypatch.setattr("zerosum.status.replace_hastily", lambda *_: answer.wait(60))
    with kept(tmp_path / "status.json", lambda: {"state": "working", "phase": ""}):
        pass
    assert not answer.is_set()
    answer.set()
    until(lambda: "status" not in [thread.name for thread in threading.enumerate()])


def test_who_is_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    its = {"pid": child.pid, "created": Process(child.pid).create_time()}
    assert Status(**facts(**its)).is_alive()
    child.kill()
    until(lambda: Process(child.pid).status() == "zombie")  # Nobody has asked how it ended yet.
    assert not Status(**facts(**its)).is_alive()
    child.communicate()
    assert not Status(**facts(**its)).is_alive()
    assert not Status(
        **facts(created=datetime.now().timestamp() - 10_000)
    ).is_alive()  # The number came again.
    assert not Status(**facts(pid=-1)).is_alive()
    assert not Status(**facts(pid=10**30)).is_alive()
    away = facts(host="another", pid=1)
    assert Status(**away).is_alive()
    assert not Status(**{**away, "updated": datetime.now().timestamp() - 61}).is_alive()
