"""Classifiers image by image, by the API: what is counted is what can be looked at."""

import json
from base64 import b64decode
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from helpers.studio_runs import make_shown
from helpers.studios import NearWorker, client_of, studio_over
from helpers.two_domains import adapting, labelled_domains
from zerosum import jobs
from zerosum.config import EvaluateConfig, change
from zerosum.recipes import recipe

FEW = 3
"""Labels of each class."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("studio")
    runs = folder / "runs"
    jobs.train_run(adapting(folder / "domains"), out=runs / "adapted", quiet=True)
    data = str(labelled_domains(folder)[0])
    few = {"images": 16, "batch_size": 4, "device": "cpu", "evaluate_every": 16}
    few |= {"pictures.channels": 1, "game.network.base_channels": 4}
    for labels, name in ((FEW, "few"), (20, "more")):
        fields = {**few, "data": data, "game.labels_per_class": labels}
        jobs.train_run(change(recipe("classifier"), fields), out=runs / name, quiet=True)
    make_shown(runs / "generator")
    return runs


class Idle(NearWorker):
    """A worker for what follows a hand, which has no examined classifiers and shall get none."""

    async def ask(self, task: str, arguments: Mapping[str, Any], **options: Any) -> Any:
        raise AssertionError(task)


@pytest.fixture(scope="module")
def client(runs: Path) -> TestClient:
    return client_of(studio_over(runs, live=Idle()))


def told(client: TestClient, path: str, **body: Any) -> Any:
    """What a call answers; of a stream the last event."""
    answer = client.post(f"/api/v1/networks/{path}", json=body)
    assert answer.status_code == 200, answer.text
    if "event-stream" not in answer.headers["content-type"]:
        return answer.json()
    event, data = answer.text.strip().split("\n\n")[-1].split("\n")
    assert event == "event: result", data
    return json.loads(data.removeprefix("data: "))


def refused(client: TestClient, path: str, **body: Any) -> str:
    answer = client.post(f"/api/v1/networks/{path}", json=body)
    if answer.status_code == 200:
        event, data = answer.text.strip().split("\n\n")[-1].split("\n")
        assert event == "event: failed", data
        return str(json.loads(data.removeprefix("data: "))["message"])
    return str(answer.json()["error"]["message"])


def test_what_is_said_of_domains_is_what_an_evaluation_finds(
    client: TestClient, runs: Path
) -> None:
    found = told(client, "adapted/classes")
    options = EvaluateConfig(device="cpu")
    scores = jobs.evaluate(str(runs / "adapted"), options, quiet=True).scores.scores
    assert found["images_seen"] == 32
    assert not found["note"]
    for each in found["domains"]:
        estimate = scores[f"{each['domain']} accuracy"].estimate
        assert each["accuracy"] == {"value": estimate.value, "error": estimate.error}
        confusion = np.array(each["confusion"])
        assert confusion.sum() == each["pictures"] == 20
        assert confusion.sum(axis=0).tolist() == each["said"]
        for row, of_class in zip(confusion, each["by_class"], strict=True):
            assert row.sum() == of_class["pictures"]
    assert [each["domain"] for each in found["domains"]] == ["source", "target"]


def test_every_cell_opens_as_many_pictures_as_it_counts(client: TestClient) -> None:
    (_, target) = told(client, "adapted/classes")["domains"]
    seen = []
    for true, said in ((0, 0), (0, 1), (1, 0), (1, 1)):
        asked = {"domain": "target", "true": true, "said": said, "right": true == said}
        page = told(client, "adapted/classes/pictures", **asked)
        assert page["total"] == len(page["pictures"]) == target["confusion"][true][said]
        assert {(each["true"], each["said"]) for each in page["pictures"]} <= {(true, said)}
        seen += [each["number"] for each in page["pictures"]]
    assert sorted(seen) == list(range(20))


def test_pages_follow_each_other_and_pictures_are_the_runs_own(
    client: TestClient, runs: Path
) -> None:
    whole = told(client, "adapted/classes/pictures", domain="source", right=True)
    whole["pictures"] += told(client, "adapted/classes/pictures", domain="source")["pictures"]
    with np.load(runs.parent / "domains" / "light.npz") as arrays:
        for each in whole["pictures"]:
            content = b64decode(each["url"].removeprefix("data:image/png;base64,"))
            shown = np.asarray(Image.open(BytesIO(content)))
            assert np.array_equal(shown, arrays["x_test"][each["number"]])
            assert each["true"] == arrays["y_test"][each["number"]]
    right = told(client, "adapted/classes/pictures", domain="source", right=True)
    confidences = [each["confidence"] for each in right["pictures"]]
    assert confidences == sorted(confidences, reverse=True)
    asked = {"domain": "source", "right": True, "count": 2}
    first, second = (
        told(client, "adapted/classes/pictures", start=start, **asked)["pictures"]
        for start in (0, 2)
    )
    assert first + second == right["pictures"][:4]


def test_a_point_of_the_map_is_a_picture(client: TestClient) -> None:
    seen = told(client, "adapted/classes/map")
    assert seen["method"] == "principal components"
    for each in seen["domains"]:
        columns = [each[name] for name in ("numbers", "x", "y", "true", "said")]
        assert {len(column) for column in columns} == {20}
        asked = {"domain": each["domain"], "numbers": each["numbers"][3:5]}
        page = told(client, "adapted/classes/pictures", **asked)
        assert [it["number"] for it in page["pictures"]] == each["numbers"][3:5]
        assert [it["said"] for it in page["pictures"]] == each["said"][3:5]


def test_the_labels_that_a_run_had_and_how_others_do_with_more(client: TestClient) -> None:
    found = told(client, "few/classes/labels")
    assert (found["per_class"], found["total"]) == (FEW, 2 * FEW)
    assert [each["true"] for each in found["pictures"]] == [0] * FEW + [1] * FEW
    assert [(each["run"], each["labels"]) for each in found["runs"]] == [("few", 6), ("more", 40)]
    assert found["runs"][1]["differs"] == []
    page = told(client, "few/classes/labels", start=2, count=3)
    assert page["pictures"] == found["pictures"][2:5]
    every = told(client, "adapted/classes/labels")
    assert (every["per_class"], every["pictures"]) == (None, [])


def test_the_digits_that_come_with_zerosum_were_learnt_from(client: TestClient) -> None:
    found = told(client, "@digits/classes")
    assert "learnt from these very pictures" in found["note"]
    (digits,) = found["domains"]
    assert digits["pictures"] == 5000
    assert digits["accuracy"]["value"] > 0.98
    mistakes = told(client, "@digits/classes/pictures")
    assert mistakes["total"] == sum(each["count"] for each in digits["confused"]) > 0
    assert "nobody knows from which" in refused(client, "@digits/classes/labels")


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "generator/classes": ({}, "generator does not classify"),
    "nobody/classes": ({}, "no run nobody"),
    "adapted/classes/pictures": ({"domain": "third"}, "the domains are 'source', 'target'"),
    "few/classes/pictures": ({"true": 2}, "class number 2 is not known: there are 2"),
    "few/classes": ({"checkpoint": "third"}, "'latest' or 'best'"),
    "more/classes/pictures": ({"numbers": [20]}, "there is no picture 20: there are 20"),
    "more/classes/map": ({"method": "umap"}, "'pca' or 't-sne'"),
}


@pytest.mark.parametrize("path", REFUSED)
def test_what_cannot_be_answered_says_why(path: str, client: TestClient) -> None:
    body, words = REFUSED[path]
    assert words in refused(client, path, **body)


def test_a_checkpoint_that_was_replaced_is_examined_anew(client: TestClient, runs: Path) -> None:
    before = told(client, "few/classes")
    assert told(client, "few/classes") == before
    jobs.resume_run(runs / "few", images=32, quiet=True)
    after = told(client, "few/classes")
    assert before["stamp"] != after["stamp"]
    assert (before["images_seen"], after["images_seen"]) == (16, 32)


def test_pictures_that_are_gone_are_named(client: TestClient, runs: Path) -> None:
    data = runs.parent / "light.npz"
    moved = data.rename(data.with_suffix(".moved"))
    try:
        assert "light.npz does not exist" in refused(client, "more/classes", checkpoint="best")
    finally:
        moved.rename(data)
