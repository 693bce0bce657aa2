"""Real processes: a training from its start to what comes of it, and those of a shell."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from helpers.runs_in_processes import HANGS
from helpers.studios import client_of, studio_over
from helpers.waiting import until
from studio import make_run
from zerosum.studio.home import Home
from zerosum.studio.queue import working_queue

QUICK: dict[str, Any] = {
    "images": 10_000_000,
    "batch_size": 8,
    "device": "cpu",
    "evaluate_every": 0,
    "sample_every": 10_000_000,
    "sample_count": 4,
    "log_every": 64,
    "game.generator.base_channels": 2,
    "game.discriminator.base_channels": 2,
}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    shelf, queue = working_queue(Home(tmp_path / "runs"))
    with client_of(studio_over(tmp_path / "runs", shelf=shelf, queue=queue)) as client:
        yield client
        for job in client.get("/api/v1/queue").json()["jobs"]:
            client.delete(f"/api/v1/queue/{job['id']}")
        until(lambda: all(job["ended"] for job in jobs(client).values()))


def runs(client: TestClient) -> dict[str, Any]:
    return {run["name"]: run for run in client.get("/api/v1/runs").json()["runs"]}


def jobs(client: TestClient) -> dict[str, Any]:
    return {job["id"]: job for job in client.get("/api/v1/queue").json()["jobs"]}


def post(client: TestClient, path: str, expected: int = 200, **body: Any) -> Any:
    answer = client.post(f"/api/v1{path}", json=body)
    assert answer.status_code == expected, answer.text
    return answer.json()


def message(answer: Any) -> str:
    return str(answer["error"]["message"])


def trains(client: TestClient, name: str) -> bool:
    run = runs(client)[name]
    return bool(run["state"] == "training" and run["images_seen"] > 0)


def test_a_training_from_its_start_to_what_comes_of_it(client: TestClient) -> None:
    first = post(client, "/queue", recipe="dcgan-digits", fields=QUICK, name="faces 1")
    again = post(client, "/queue", recipe="dcgan-digits", fields=QUICK, name="faces 1")
    assert (first["run"], again["run"]) == ("faces 1", "faces 1-2")
    assert again["phase"] == "waits for faces 1, which trains on the same device"
    assert runs(client)["faces 1-2"]["state"] == "waiting"

    # What uses a run keeps it where it is.
    until(lambda: trains(client, "faces 1"))
    assert runs(client)["faces 1"]["job"] == first["id"]
    assert jobs(client)[again["id"]]["state"] == "waiting"
    assert "training already" in message(post(client, "/runs/faces 1/resume", 409))
    assert "stop it first" in message(post(client, "/runs/faces 1/rename", 409, name="other"))
    assert "stop it first" in message(post(client, "/runs/faces 1/archive", 409))
    answer = client.request("DELETE", "/api/v1/runs/faces 1", json={"confirm": "faces 1"})
    assert answer.status_code == 409
    assert "asked to stop" in message(post(client, "/runs/faces 1/kill", 409, confirm="faces 1"))

    # It is stopped, and all is saved; nothing else begins in a pause.
    post(client, "/queue/pause")
    post(client, "/runs/faces 1/stop")
    assert runs(client)["faces 1"]["state"] in ("stopping", "stopped")
    until(lambda: jobs(client)[first["id"]]["state"] == "stopped")
    assert runs(client)["faces 1"]["state"] == "stopped"
    assert jobs(client)[again["id"]]["phase"] == "waits: the queue is paused"
    assert "all is saved" in client.get("/api/v1/runs/faces 1/log").json()["text"]
    assert client.delete(f"/api/v1/queue/{again['id']}").json()["state"] == "removed"
    assert list(runs(client)) == ["faces 1"]

    # It goes on where it was, as long as is said now, and is complete.
    seen = runs(client)["faces 1"]["images_seen"]
    assert client.get("/api/v1/runs/faces 1").json()["checkpoints"][0]["images"] == seen > 0
    assert "has seen" in message(post(client, "/runs/faces 1/resume", 400, images=seen))
    longer = post(client, "/runs/faces 1/resume", images=seen + 64, settings={"log_every": 32})
    post(client, f"/queue/{longer['id']}/start")
    until(lambda: jobs(client)[longer["id"]]["state"] == "finished")
    assert runs(client)["faces 1"]["images_seen"] == seen + 64
    assert runs(client)["faces 1"]["state"] == "finished"
    can = client.get("/api/v1/runs/faces 1").json()["can"]
    assert can["resume"] == "it is complete; make it longer"
    assert can["longer"] is can["evaluate"] is True

    # Its network is written for others, then it is scored.
    post(client, "/queue/continue")
    export = post(client, "/runs/faces 1/export", format="safetensors")
    options = {"count": 8, "real_count": 8, "features": "pixels", "metrics": "kid"}
    scored = post(client, "/runs/faces 1/evaluate", options=options)
    assert scored["phase"] == "waits for faces 1, which comes first"
    until(lambda: jobs(client)[scored["id"]]["state"] == "finished")
    (file,) = jobs(client)[export["id"]]["files"]
    assert file == "exports/faces 1.safetensors"
    answer = client.get(f"/api/v1/runs/faces 1/files/{file}")
    assert len(answer.content) > 1000
    assert answer.headers["content-disposition"].startswith("attachment")
    assert len(client.get("/api/v1/runs/faces 1").json()["scores"]) == 1


SHELL = """
import json, os, signal, socket, sys, time
from pathlib import Path
from psutil import Process

path, own = Path(sys.argv[1]) / "status.json", Process()

def say(state):
    status = {"pid": own.pid, "created": own.create_time(), "host": socket.gethostname()}
    status |= {"state": state, "phase": "training", "images": 64, "total_images": 128}
    path.with_name("new").write_text(json.dumps({**status, "updated": time.time()}))
    path.with_name("new").replace(path)

def stop(*_):
    say("stopping")
    time.sleep(0.2)
    say("stopped")
    sys.exit(130)

signal.signal(signal.SIGINT, signal.SIG_IGN)  # As in the background of a script.
signal.signal(signal.SIGTERM, stop)
say("training")
time.sleep(600)
"""


def test_a_run_that_a_shell_started_has_its_device_and_can_be_stopped(
    client: TestClient, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "runs" / "shell", state="stopped")
    config = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps({**config, "device": "cpu"}))
    shell = subprocess.Popen([sys.executable, "-c", SHELL, str(run)])
    try:
        until(lambda: runs(client)["shell"]["state"] == "training")
        job = post(client, "/queue", recipe="dcgan-digits", fields=QUICK)
        assert job["phase"] == "waits for shell, which trains on the same device"
        assert "training already" in message(post(client, "/runs/shell/resume", 409))
        post(client, "/queue/pause")
        assert post(client, "/runs/shell/stop") == {"state": "stopping"}
        until(lambda: runs(client)["shell"]["state"] == "stopping")
        assert shell.wait(HANGS) == 130
        assert runs(client)["shell"]["state"] == "stopped"
        assert "does not run" in message(post(client, "/runs/shell/stop", 409))
    finally:
        shell.kill()


def test_a_process_that_does_not_stop_is_killed_when_that_is_confirmed(
    client: TestClient, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "runs" / "shell", state="stopped")
    deaf = SHELL.replace("signal.SIGTERM, stop", "signal.SIGTERM, lambda *_: say('stopping')")
    shell = subprocess.Popen([sys.executable, "-c", deaf, str(run)])
    try:
        until(lambda: runs(client)["shell"]["state"] == "training")
        post(client, "/runs/shell/stop")
        until(lambda: runs(client)["shell"]["state"] == "stopping")
        assert "once more" in message(post(client, "/runs/shell/kill", 400, confirm="yes"))
        post(client, "/runs/shell/kill", confirm="shell")
        assert shell.wait(HANGS) == -signal.SIGKILL
        assert runs(client)["shell"]["state"] == "stopped"
    finally:
        shell.kill()
