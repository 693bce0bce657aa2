"""Drawing by the studio's API, with the generator and the classifier of digits of zerosum."""

import json
from base64 import b64decode, b64encode
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.glyphs import drawn
from helpers.quick_runs import KINDS
from helpers.short_runs import start
from helpers.studio_runs import make_shown
from helpers.studios import client_of, studio_over
from zerosum.config import change, to_json
from zerosum.data import open_source
from zerosum.features.digits import load_digits
from zerosum.latent.strokes import Stroke
from zerosum.recipes import recipe

BASE = "/api/v1/networks/@digits/draw"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Of a studio with a run that has styles, and with one that classifies."""
    runs = tmp_path_factory.mktemp("drawing") / "runs"
    start(change(KINDS["styles"](runs), {"images": 16}), runs / "styled")
    other = make_shown(runs / "classifier")
    (other / "config.json").write_text(json.dumps(to_json(recipe("classifier"))))
    return client_of(studio_over(runs))


def told(strokes: list[Stroke]) -> list[dict[str, Any]]:
    return [{"kind": each.kind, "places": each.places, "width": each.width} for each in strokes]


def pixels(content: bytes | str) -> Any:
    if isinstance(content, str):
        content = b64decode(content.partition(",")[2])
    return np.asarray(Image.open(BytesIO(content)))


def digit_in(content: bytes | str) -> int:
    seen = load_digits()(torch.from_numpy(pixels(content).copy())[None, None])
    assert seen.probabilities is not None
    return int(seen.probabilities.argmax())


def sent(client: Any, picture: Any) -> str:
    """A picture that is sent, by its id."""
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG")
    files = {"files": ("mine.png", buffer.getvalue(), "image/png")}
    identity: str = client.post("/api/v1/pictures", files=files).json()["pictures"][0]["id"]
    return identity


def asked(client: Any, **fields: Any) -> Any:
    answer = client.post(BASE, json=fields)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_a_seven_is_drawn_improved_and_saved(client: Any) -> None:
    strokes = told(drawn(7, 0))
    first = asked(client, strokes=strokes)
    assert first["background"] == "#000000"
    assert 1 < len(first["candidates"]) <= 6
    costs = [each["cost"] for each in first["candidates"]]
    assert costs == sorted(costs)
    assert digit_in(first["candidates"][0]["image"]) == 7
    kept = {
        name: [each[name[:-1]] for each in first["candidates"]] for name in ("points", "origins")
    }
    more = asked(client, strokes=strokes, **kept, beside="none")
    assert more["candidates"][0]["cost"] <= costs[0]
    best = more["candidates"][0]
    state = {"strokes": strokes}
    ends = {"start": best["origin"], "end": best["point"]}
    saved = client.post(f"{BASE}/saved", json={**ends, "strokes": 1, "state": state}).json()
    assert (saved["page"], saved["state"]) == ("draw", json.loads(json.dumps(state)))
    content = client.get(f"/api/v1/networks/@digits/saved/{saved['id']}/file").content
    assert np.array_equal(pixels(content), pixels(best["image"]))
    facts = Image.open(BytesIO(content)).info
    assert facts["zerosum:generated"] == "true"
    assert facts["zerosum:z_to"] == best["point"]
    assert facts["zerosum:drawn"] == "1 strokes"


def test_nothing_drawn_shows_what_the_generator_makes(client: Any) -> None:
    found = asked(client, candidates=3)["candidates"]
    assert [each["cost"] for each in found] == [0, 0, 0]
    assert [each["point"] for each in found] == [each["origin"] for each in found]


def test_an_own_picture_is_found_and_edited(client: Any) -> None:
    own = np.asarray(open_source("digits").read(0))
    picture = {"picture": sent(client, 255 - own), "invert": True}
    text = client.post(f"{BASE}/project", json=picture).text
    found = json.loads(text.rpartition("event: result\ndata: ")[2].strip())
    assert np.array_equal(pixels(found["own"]), own)
    assert found["distance"] < found["random"]
    row, column = np.unravel_index(pixels(found["image"]).argmax(), (28, 28))
    ink = [(column + 0.5) / 28, (row + 0.5) / 28]
    line = [{"kind": "colour", "places": [ink], "width": 0.3, "colour": "#000000"}]
    first = {"points": [found["point"]], "origins": [found["point"]]}
    fields = {"strokes": line, **picture, **first, "beside": "near", "keep_first": True}
    fields |= {"candidates": 2, "steps": 60}
    near = asked(client, **fields, smoothness=0.05)["candidates"]
    assert {each["origin"] for each in near} == {found["point"]}
    assert len(near) > 1
    edited = near[0]
    assert pixels(edited["image"])[row, column] < 0.8 * pixels(found["image"])[row, column]
    closer = asked(client, **fields, smoothness=1)["candidates"][0]
    assert closer["cost"] > edited["cost"]
    ends = {"start": found["point"], "end": edited["point"], **picture}
    before = client.post(f"{BASE}/between", json={**ends, "time": 0}).json()["image"]
    assert np.abs(pixels(before).astype(int) - own).max() <= 1
    after = client.post(f"{BASE}/between", json={**ends, "time": 1}).json()["image"]
    change = pixels(edited["image"]).astype(int) - pixels(found["image"])
    expected = np.clip(own.astype(int) + change, 0, 255)
    assert np.abs(pixels(after) - expected).max() <= 2


def test_a_patch_is_dragged_in_the_picture_of_its_point(client: Any) -> None:
    base = asked(client, candidates=1)["candidates"][0]
    warp = {"kind": "warp", "centre": [0.5, 0.5], "end": [0.5, 0.5], "radius": 0.5}
    found = asked(client, strokes=[{**warp, "source": base["point"]}], candidates=1)["candidates"]
    assert found[0]["cost"] == pytest.approx(0, abs=1e-3)
    moved = asked(
        client,
        strokes=[{**warp, "end": [0.7, 0.5], "source": base["point"]}],
        candidates=1,
        steps=0,
    )
    assert moved["candidates"][0]["cost"] > 0.01


def test_below_may_be_the_picture_of_a_point(client: Any) -> None:
    base = asked(client, candidates=2)["candidates"]
    dot = [{"kind": "colour", "places": [[0.02, 0.02]], "width": 0.05, "colour": "#000000"}]
    found = asked(client, strokes=dot, below=base[1]["point"], candidates=1, steps=0)
    assert found["candidates"][0]["point"] == base[1]["point"]


def test_styles_are_kept_as_one_of_their_layers(client: Any) -> None:
    base = "/api/v1/networks/styled/draw"
    found = client.post(base, json={"candidates": 2}).json()["candidates"]
    again = {"points": [found[1]["point"]], "origins": [found[1]["point"]], "beside": "none"}
    shown = client.post(base, json={**again, "steps": 0}).json()["candidates"]
    assert shown[0]["image"] == found[1]["image"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"points": ["AAAA"]}, "begin anew"),
        ({"points": ["no base 64"]}, "begin anew"),
        ({"points": [b64encode(np.full(100, np.nan, "<f4").tobytes()).decode()]}, "begin anew"),
        ({"strokes": [{"kind": "colour", "places": [], "width": 0.1}]}, "at least 1 item"),
        ({"strokes": [{"kind": "smear", "places": [[0, 0]], "width": 0.1}]}, "smear"),
        ({"picture": "0" * 32}, "no longer here"),
    ],
)
def test_what_is_no_drawing_is_refused(client: Any, wrong: dict[str, Any], says: str) -> None:
    answer = client.post(BASE, json=wrong)
    assert 400 <= answer.status_code < 500
    assert says in answer.json()["error"]["message"]


def test_what_makes_no_pictures_is_no_good(client: Any) -> None:
    answer = client.post("/api/v1/networks/classifier/draw", json={})
    assert answer.status_code == 409
    assert "does not make pictures from latents" in answer.json()["error"]["message"]
