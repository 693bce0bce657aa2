"""Translation in the studio: many pictures as a job, and one at a time."""

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from starlette.testclient import TestClient

from helpers.studios import client_of, studio_over
from helpers.two_domains import digits_and_negatives, small
from zerosum.config import to_json
from zerosum.data import scale
from zerosum.families.loading import load
from zerosum.jobs import train_run
from zerosum.media.images import to_images
from zerosum.models import Translator
from zerosum.recipes import recipe
from zerosum.studio.home import Home
from zerosum.studio.queue import working_queue


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("translating")


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    for name, made_by in (("cycle", "cyclegan-small"), ("digits", "dcgan-digits")):
        run = folder / "runs" / name
        (run / "checkpoints").mkdir(parents=True)
        (run / "config.json").write_text(json.dumps(to_json(recipe(made_by))))
        (run / "checkpoints" / "latest.safetensors").touch()
    (folder / "album").mkdir()
    Image.new("RGB", (8, 8)).save(folder / "album" / "-x.png")
    shelf, queue = working_queue(Home(folder / "runs"))
    queue.file.pause(True)
    studio = studio_over(folder / "runs", data=(folder / "album",), shelf=shelf, queue=queue)
    with client_of(studio) as client:
        yield client


def ask(client: TestClient, key: str = "cycle", **body: Any) -> Any:
    return client.post(f"/api/v1/networks/{key}/translate", json=body)


def test_a_folder_becomes_a_job_with_results_of_its_own(client: TestClient, folder: Path) -> None:
    run, album = folder / "runs" / "cycle", folder / "album"
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
    before = client.get("/api/v1/queue").json()["jobs"]
    answer = ask(client, **body)
    assert (answer.status_code, words in answer.json()["error"]["message"]) == (status, True)
    assert client.get("/api/v1/queue").json()["jobs"] == before


def test_what_is_not_there_is_refused(client: TestClient, folder: Path) -> None:
    gone = str(folder / "album" / "none")
    assert "does not exist" in ask(client, inputs=[gone]).json()["error"]["message"]
    assert ask(client, "none", inputs=["digits"]).status_code == 404
    other = ask(client, "digits", inputs=["digits"])
    assert other.status_code == 409
    assert "does not translate pictures" in other.json()["error"]["message"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    data = digits_and_negatives(folder / "digits2negatives", count=2, tests=2)
    fields = {"images": 2, "pictures.size": (16, 16), "sample_every": 100}
    config = small("cyclegan-small", data, folder, **fields)
    return train_run(config, out=folder / "runs" / "cycle", quiet=True).run.path


@pytest.fixture(scope="module")
def translator(trained: Path) -> TestClient:
    return client_of(studio_over(trained.parent))


def sent(client: TestClient, image: Image.Image) -> str:
    content = BytesIO()
    image.save(content, "PNG")
    answer = client.post("/api/v1/pictures", files={"files": ("a.png", content.getvalue())})
    identity: str = answer.json()["pictures"][0]["id"]
    return identity


def pixels(address: str) -> Any:
    with Image.open(BytesIO(b64decode(address.partition("base64,")[2]))) as image:
        return np.array(image).astype(int)


def result_of(events: str) -> Any:
    kind, data = re.findall(r"event: (\w+)\ndata: (.*)", events)[-1]
    assert kind == "result", events
    return json.loads(data)


def test_a_picture_is_shown_as_the_library_translates_it_and_back(
    translator: TestClient, trained: Path
) -> None:
    path = "/api/v1/networks/cycle"
    assert translator.get(f"{path}/directions").json() == {
        "directions": ["a2b", "b2a"],
        "domains": ["digits", "negatives"],
    }
    image = Image.effect_noise((21, 18), 80)
    picture = sent(translator, image)
    body = {"picture": picture, "direction": "b2a"}
    found = translator.post(f"{path}/translation", json=body).json()
    assert (found["width"], found["height"], found["direction"]) == (21, 18, "b2a")
    source = np.array(image.convert("RGB")).astype(int)
    assert np.array_equal(pixels(found["source"]), source)
    model = load(trained, kind=Translator, device="cpu")
    given = torch.tensor(source, dtype=torch.uint8).permute(2, 0, 1)[None]
    there = model.translate(scale(given), direction="b2a")
    back = model.translate(there, direction="a2b")
    for address, expected in ((found["made"], there), (found["back"], back)):
        assert np.array_equal(pixels(address), np.array(to_images(expected)[0]))
    with_events = translator.post(f"{path}/translation/stream", json=body)
    assert result_of(with_events.text)["made"] == found["made"]


def test_large_pictures_are_made_smaller_unless_they_are_asked_for(translator: TestClient) -> None:
    picture = sent(translator, Image.new("RGB", (600, 30)))
    body = {"picture": picture, "most": 2048}
    found = translator.post("/api/v1/networks/cycle/translation", json=body).json()
    assert (found["width"], found["height"]) == (512, 26)
    whole = translator.post("/api/v1/networks/cycle/translation/stream", json=body)
    assert result_of(whole.text)["width"] == 600


def test_a_translation_is_saved_with_its_provenance(translator: TestClient) -> None:
    path = "/api/v1/networks/cycle"
    body = {"picture": sent(translator, Image.new("RGB", (20, 20), 99)), "name": "é.png"}
    state = {"right": "back", "picture": body["picture"]}
    answer = translator.post(
        f"{path}/translation/save", json={**body, "title": "T", "state": state}
    )
    saved = result_of(answer.text)
    assert (saved["page"], saved["title"], saved["state"]) == ("translate", "T", state)
    shown = translator.post(f"{path}/translation", json=body).json()["made"]
    content = translator.get(f"{path}/saved/{saved['id']}/file").content
    with Image.open(BytesIO(content)) as image:
        assert image.info["zerosum:run"] == "cycle"
        assert (image.info["zerosum:direction"], image.info["zerosum:source"]) == ("a2b", "é.png")
        assert np.array_equal(np.array(image), pixels(shown))


def test_what_cannot_be_translated_is_refused(translator: TestClient) -> None:
    address = "/api/v1/networks/cycle/translation"
    gone = translator.post(address, json={"picture": "0" * 32})
    assert (gone.status_code, "no longer" in gone.text) == (404, True)
    thin = translator.post(address, json={"picture": sent(translator, Image.new("RGB", (1, 40)))})
    assert (thin.status_code, "needs at least" in thin.text) == (400, True)
    assert translator.post(address, json={"picture": "../x"}).status_code == 404
