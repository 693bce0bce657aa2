"""Classifying and attacking one picture by the studio's API, with the digits of zerosum."""

import json
from base64 import b64decode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from helpers.short_runs import KINDS, start
from helpers.studios import NearWorker, client_of, studio_over
from zerosum.config import change
from zerosum.data import open_source
from zerosum.studio.home import Home
from zerosum.studio.queue import working_queue

BASE = "/api/v1/networks/@digits"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that has learnt a little to mislead the digits classifier, and one for itself."""
    folder = tmp_path_factory.mktemp("runs")
    quick = {"images": 16, "evaluate_every": 0, "on_collapse": "warn", "game.epsilon": 0.2}
    start(change(KINDS["perturbation"](folder), quick), folder / "advgan")
    return folder


@pytest.fixture(scope="module")
def client(runs: Path) -> Any:
    return client_of(studio_over(runs))


@pytest.fixture(scope="module")
def picture(client: Any) -> Any:
    """The first example, an easy one."""
    return client.get(f"{BASE}/examples?count=1&seed=2").json()["pictures"][0]


def pixels(address: str) -> Any:
    kind, _, text = address.partition(",")
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(BytesIO(b64decode(text)))).astype(float) / 255


def test_examples_are_pictures_with_their_classes(client: Any) -> None:
    found = client.get(f"{BASE}/examples?count=5&seed=2").json()["pictures"]
    source = open_source("digits")
    index = {source.image_name(each): each for each in range(len(source))}
    assert len(found) == 5
    for each in found:
        assert each["label"] == str(source.label(index[each["name"]]))
        content = client.get(f"/api/v1/pictures/{each['id']}").content
        kept = np.asarray(Image.open(BytesIO(content)))
        assert np.array_equal(kept, np.asarray(source.read(index[each["name"]])))
    assert client.get(f"{BASE}/examples?domain=b").json()["error"]["message"].count("one source")
    assert client.get(f"{BASE}/examples?count=101").status_code == 422


def test_a_picture_is_classified_as_the_network_sees_it(client: Any, picture: Any) -> None:
    found = client.post(f"{BASE}/classify", json={"picture": picture["id"]}).json()
    assert found["classes"][0]["name"] == picture["label"]
    assert [each["name"] for each in found["classes"]] != list("0123456789")
    probabilities = [each["probability"] for each in found["classes"]]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1)
    assert pixels(found["seen"]).shape == (found["height"], found["width"]) == (28, 28)


def test_the_slope_is_that_of_the_chosen_class(client: Any, picture: Any) -> None:
    asked = {"picture": picture["id"]}
    first = client.post(f"{BASE}/gradient", json=asked).json()
    assert first["name"] == picture["label"]
    other = client.post(f"{BASE}/gradient", json={**asked, "label": 5}).json()
    assert (other["label"], other["name"]) == (5, "5")
    assert other["loss"] > first["loss"]
    assert other["gradient"] != first["gradient"]
    assert np.abs(pixels(other["gradient"]) - 0.5).max() == pytest.approx(0.5, abs=0.01)
    refused = client.post(f"{BASE}/gradient", json={**asked, "label": 10})
    assert "from 0 to 9, got 10" in refused.json()["error"]["message"]


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_an_attack_stands_beside_noise_of_its_size(client: Any, picture: Any, norm: str) -> None:
    epsilon = 0.1 if norm == "linf" else 1.5
    asked = {"picture": picture["id"], "attack": "pgd", "norm": norm, "epsilon": epsilon}
    found = client.post(f"{BASE}/attacked", json=asked).json()
    assert found["fooled"]
    assert found["kept"]
    assert not found["noise_fooled"]
    assert found["answers"]["original"][0]["name"] == picture["label"]
    assert found["answers"]["attacked"][0]["name"] != picture["label"]
    assert found[norm] == pytest.approx(epsilon, rel=0.01)
    moved = {
        name: pixels(found[name]) - pixels(found["original"]) for name in ("attacked", "noise")
    }
    sizes = {
        name: np.abs(each).max() if norm == "linf" else np.sqrt((each**2).sum())
        for name, each in moved.items()
    }
    assert sizes["attacked"] == pytest.approx(sizes["noise"], rel=0.03)
    # The picture between is the difference of the two beside it, times its factor.
    change = (pixels(found["change"]) - 0.5) / found["factor"]
    assert np.abs(change - moved["attacked"]).max() < 0.01


def test_a_slow_attack_comes_as_events(client: Any, picture: Any) -> None:
    asked = {"picture": picture["id"], "attack": "square", "epsilon": 0.3}
    text = client.post(f"{BASE}/attacked/stream", json=asked).text
    event, _, data = text.rstrip().rpartition("event: ")[2].partition("\ndata: ")
    assert event == "result"
    assert json.loads(data)["linf"] == pytest.approx(0.3, rel=0.01)
    refused = client.post(f"{BASE}/attacked/stream", json={**asked, "epsilon": 2}).text
    assert "event: failed" in refused
    assert "epsilon must be from 0 to 1" in refused


def test_a_target_is_reached_and_always_told_of(client: Any, picture: Any) -> None:
    target = (int(picture["label"]) + 3) % 10
    asked = {"picture": picture["id"], "attack": "pgd", "epsilon": 0.4, "target": target}
    found = client.post(f"{BASE}/attacked", json=asked).json()
    assert found["answers"]["attacked"][0]["label"] == target
    own = client.post(f"{BASE}/attacked", json={**asked, "target": int(picture["label"])})
    assert "choose another target" in own.json()["error"]["message"]


def test_all_attacks_are_offered_with_the_norms_that_they_are_for(client: Any) -> None:
    found = client.get(f"{BASE}/attackable").json()
    assert found["classes"] == list("0123456789")
    by_name = {each["name"]: each for each in found["attacks"]}
    assert "noise" not in by_name
    quick = {"minimal": False, "slow": False}
    assert by_name["fgsm"] == {"name": "fgsm", "norms": ["linf", "l2"], **quick}
    assert by_name["cw"] == {"name": "cw", "norms": ["l2"], "minimal": True, "slow": True}
    assert found["learnt"] == [{"run": "advgan", "epsilon": 0.2, "target": None}]


def test_what_a_run_has_learnt_is_an_attack_on_its_victim(client: Any, picture: Any) -> None:
    found = client.get("/api/v1/networks/advgan/attackable").json()
    assert (found["classifier"], found["learned"]) == ("@digits", "advgan")
    asked = {"picture": picture["id"], "learned": "advgan", "epsilon": 0.2}
    made = client.post(f"{BASE}/attacked", json=asked).json()
    assert 0 < made["linf"] <= 0.2 + 1e-6
    for wrong, why in (({"norm": "l2"}, "linf"), ({"target": 3}, "learnt to reach")):
        refused = client.post(f"{BASE}/attacked", json={**asked, **wrong})
        assert why in refused.json()["error"]["message"]
    none = client.post(f"{BASE}/attacked", json={**asked, "learned": "@digits"})
    assert "does not mislead a classifier" in none.json()["error"]["message"]


def test_what_was_attacked_is_saved_and_says_what_it_is(client: Any, picture: Any) -> None:
    attack = {"picture": picture["id"], "attack": "fgsm", "epsilon": 0.25, "seed": 3}
    asked = {"attack": attack, "title": "FGSM", "state": {"epsilon": 0.25}}
    saved = client.post(f"{BASE}/attacked/saved", json=asked).json()
    (listed,) = client.get(f"{BASE}/saved?page=attack").json()["saved"]
    assert listed == saved
    assert (listed["title"], listed["state"]) == ("FGSM", {"epsilon": 0.25})
    image = Image.open(BytesIO(client.get(f"{BASE}/saved/{saved['id']}/file").content))
    made = client.post(f"{BASE}/attacked", json=attack).json()
    assert np.array_equal(np.asarray(image), pixels(made["attacked"]) * 255)
    said = image.info
    assert said["zerosum:generated"] == "true"
    assert (said["zerosum:attack"], said["zerosum:epsilon"]) == ("fgsm", "0.25")
    assert said["zerosum:before"] == picture["label"] != said["zerosum:after"]


@pytest.mark.parametrize(
    ("wrong", "status", "why"),
    [
        ({"picture": "f" * 32}, 404, "no longer here"),
        ({"picture": "../x"}, 404, "no longer here"),
        ({"epsilon": 1.5}, 400, "epsilon must be from 0 to 1"),
        ({"epsilon": -1}, 422, "epsilon"),
        ({"attack": "fgms"}, 400, "did you mean"),
        ({"attack": "cw"}, 400, "for --norm l2"),
        ({"seed": -1}, 422, "seed"),
        ({"more": 1}, 422, "more"),
    ],
)
def test_what_cannot_be_is_refused(
    client: Any, picture: Any, wrong: dict[str, Any], status: int, why: str
) -> None:
    asked = {"picture": picture["id"], "epsilon": 0.1, **wrong}
    refused = client.post(f"{BASE}/attacked", json=asked)
    assert why in refused.json()["error"]["message"]
    assert refused.status_code == status


def test_who_does_not_classify_is_refused(runs: Path, client: Any, picture: Any) -> None:
    answer = client.post("/api/v1/networks/advgan/classify", json={"picture": picture["id"]})
    assert answer.status_code == 409
    assert "does not classify pictures" in answer.json()["error"]["message"]


@pytest.fixture(scope="module")
def queueing(runs: Path) -> Iterator[Any]:
    """A studio whose queue stands still, so that nothing is attacked."""
    shelf, queue = working_queue(Home(runs))
    queue.file.pause(True)
    with client_of(studio_over(runs, data=(runs / "none",), shelf=shelf, queue=queue)) as client:
        yield client


def test_many_pictures_are_a_job(queueing: Any, runs: Path) -> None:
    options = {"attacks": ["fgsm", "pgd"], "epsilon": "8/255", "count": 20}
    asked = {"options": options, "learned": ["advgan"]}
    job = queueing.post(f"{BASE}/attack", json=asked).json()
    assert (job["kind"], job["network"], job["run"]) == ("attack", "@digits", "")
    assert job["results"] == "attacked/fgsm-pgd-advgan"
    out = f"{runs}/.studio/networks/@digits/{job['results']}"
    assert job["command"] == (
        f"zerosum attack digits --data digits --attack fgsm pgd {runs}/advgan "
        f"--report {out}/report.html --out {out} --epsilon 8/255 --count 20"
    )
    again = queueing.post(f"{BASE}/attack", json={**asked, "against": "@digits"}).json()
    assert again["results"] == "attacked/fgsm-pgd-advgan-2"
    assert again["command"].endswith("--against digits")
    alone = queueing.post(f"{BASE}/attack", json={"learned": ["advgan"], "name": "x"}).json()
    assert f"--attack {runs}/advgan --report" in alone["command"]
    usual = queueing.post(f"{BASE}/attack", json={}).json()
    assert "--attack pgd --report" in usual["command"]
    for job in queueing.get("/api/v1/queue").json()["jobs"]:
        queueing.delete(f"/api/v1/queue/{job['id']}")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"options": {"attacks": ["pgd", "../advgan"]}}, "only the command line takes paths"),
        ({"options": {"against": "digits"}}, "only the command line takes paths"),
        ({"options": {"attacks": []}}, "at least one attack"),
        ({"options": {"epsilon": "2"}}, "at most 1 for linf"),
        ({"options": {"colour": 1}}, "no option colour"),
        ({"data": "/etc"}, "none of the folders"),
        ({"learned": ["nobody"]}, "there is no run nobody"),
        ({"learned": ["@digits"]}, "does not mislead a classifier"),
        ({"against": "advgan"}, "does not classify"),
        ({"name": "../x"}, "a set of results cannot be called"),
    ],
)
def test_a_job_that_cannot_be_is_refused_at_once(
    queueing: Any, wrong: dict[str, Any], why: str
) -> None:
    answer = queueing.post(f"{BASE}/attack", json=wrong)
    assert why in answer.json()["error"]["message"]
    assert queueing.get("/api/v1/queue").json()["jobs"] == []


def test_what_is_slow_is_saved_by_the_worker_that_knows_it(runs: Path, picture: Any) -> None:
    asked: list[str] = []

    class Noting(NearWorker):
        async def ask(self, task: str, arguments: Any, **options: Any) -> Any:
            asked.append(task)
            return await super().ask(task, arguments, **options)

    client = client_of(studio_over(runs, long=Noting()))
    for name in ("fgsm", "square"):
        attack = {"picture": picture["id"], "attack": name, "epsilon": 0.3}
        saved = client.post(f"{BASE}/attacked/saved", json={"attack": attack}).json()
        client.delete(f"{BASE}/saved/{saved['id']}")
    assert asked == ["attack"]
