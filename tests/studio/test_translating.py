"""Many pictures as a job: what is queued, and what is refused."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from helpers.studios import client_of, studio_over
from zerosum.config import to_json
from zerosum.recipes import recipe
from zerosum.studio.home import Home
from zerosum.studio.queue import working_queue


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    for name, made_by in (("cycle", "cyclegan-small"), ("digits", "dcgan-digits")):
        run = tmp_path / "runs" / name
        (run / "checkpoints").mkdir(parents=True)
        (run / "config.json").write_text(json.dumps(to_json(recipe(made_by))))
        (run / "checkpoints" / "latest.safetensors").touch()
    (tmp_path / "album").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "album" / "-x.png")
    shelf, queue = working_queue(Home(tmp_path / "runs"))
    queue.file.pause(True)
    studio = studio_over(tmp_path / "runs", data=(tmp_path / "album",), shelf=shelf, queue=queue)
    with client_of(studio) as client:
        yield client


def ask(client: TestClient, key: str = "cycle", **body: Any) -> Any:
    return client.post(f"/api/v1/networks/{key}/translate", json=body)


def test_a_folder_becomes_a_job_with_results_of_its_own(
    client: TestClient, tmp_path: Path
) -> None:
    run, album = tmp_path / "runs" / "cycle", tmp_path / "album"
    job = ask(client, inputs=[str(album)], options={"direction": "b2a"}).json()
    assert (job["kind"], job["run"], job["network"]) == ("translate", "cycle", "cycle")
    assert job["results"] == "translated/album-b2a"
    out = f"{run}/translated/album-b2a"
    words = f"translate {run} {album} --out {out} --direction b2a --originals"
    assert job["command"] == f"zerosum {words}"
    again = ask(client, inputs=[str(album / "-x.png")], name="album-b2a").json()
    assert again["results"] == "translated/album-b2a-2"
    (run / "translated" / "album").mkdir(parents=True)
    assert ask(client, inputs=[str(album)]).json()["results"] == "translated/album-2"


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"inputs": []}, 422, "Expected 1 to"),
    ({"inputs": ["/etc"]}, 422, "none of the folders"),
    ({"inputs": ["album/none"]}, 422, "none of the folders"),
    ({"inputs": ["digits"], "options": {"out": "/tmp/x"}}, 400, "only the command line"),
    ({"inputs": ["digits"], "options": {"tile": 0}}, 422, "--tile"),
    ({"inputs": ["digits"], "options": {"colour": 1}}, 422, "no option colour"),
    ({"inputs": ["digits"], "options": {"direction": "up"}}, 422, "direction"),
    ({"inputs": ["digits"], "options": {"checkpoint": "best"}}, 400, "no checkpoint"),
    ({"inputs": ["digits"], "name": "../x"}, 400, "a set of results cannot be called"),
]


@pytest.mark.parametrize(("body", "status", "words"), REFUSED)
def test_what_cannot_be_is_refused_at_once(
    client: TestClient, body: dict[str, Any], status: int, words: str
) -> None:
    answer = ask(client, **body)
    assert (answer.status_code, words in answer.json()["error"]["message"]) == (status, True)
    assert client.get("/api/v1/queue").json()["jobs"] == []


def test_what_is_not_there_is_refused(client: TestClient, tmp_path: Path) -> None:
    gone = str(tmp_path / "album" / "none")
    assert "does not exist" in ask(client, inputs=[gone]).json()["error"]["message"]
    assert ask(client, "none", inputs=["digits"]).status_code == 404
    other = ask(client, "digits", inputs=["digits"])
    assert other.status_code == 409
    assert "does not translate pictures" in other.json()["error"]["message"]
