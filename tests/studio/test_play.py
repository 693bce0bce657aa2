"""Playing with generators, by the calls of the page Play."""

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from helpers.studio_runs import make_shown
from helpers.studios import client_of, studio_over
from helpers.styled import StyledGenerator, game_of
from zerosum.config import change
from zerosum.families.building import build_game
from zerosum.families.victims import load_victim
from zerosum.latent.kept import KeptDirections
from zerosum.latent.spaces import latent_space
from zerosum.lessons.packaged import packaged_game, picture_for
from zerosum.models import Autoregressive
from zerosum.models.generator import Generator
from zerosum.recipes import recipe
from zerosum.runs import Run
from zerosum.studio import opened
from zerosum.studio.played import Played
from zerosum.training.engine import Engine

SEVEN = {"seed": 7}
EIGHT = {"seed": 8, "index": 2}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("play") / "runs"


@pytest.fixture(scope="module")
def client(runs: Path) -> Any:
    return client_of(studio_over(runs))


@pytest.fixture
def styled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Whose run `first` has styles."""
    folder = make_shown(tmp_path / "first")
    torch.manual_seed(0)
    model = Generator(run=Run(folder), game=game_of(StyledGenerator()), images_seen=64)
    monkeypatch.setattr(opened, "load", lambda *_, **__: model)
    return client_of(studio_over(tmp_path))


def post(client: Any, path: str, body: dict[str, Any], *, key: str = "@digits") -> Any:
    """What is answered; of a stream, its result."""
    answer = client.post(f"/api/v1/play/{key}/{path}", json=body)
    if "event-stream" not in answer.headers["content-type"]:
        assert answer.status_code == 200, answer.text
        return answer.json()
    _, _, last = answer.text.strip().rpartition("event: ")
    name, _, data = last.partition("\ndata: ")
    return {**json.loads(data), "event": name}


def refused(client: Any, path: str, body: dict[str, Any], *, key: str = "@digits") -> str:
    answer = client.post(f"/api/v1/play/{key}/{path}", json=body)
    assert 400 <= answer.status_code < 500
    message: str = answer.json()["error"]["message"]
    return message


def drawn(client: Any, *spots: dict[str, Any], key: str = "@digits") -> list[str]:
    pictures: list[str] = post(client, "pictures", {"spots": spots}, key=key)["pictures"]
    return pictures


def test_what_it_can_be_asked_for(client: Any) -> None:
    plain = client.get("/api/v1/play/@digits").json()
    assert (plain["symbol"], plain["layers"], plain["shape"]) == ("z", 0, [1, 28, 28])
    assert plain["methods"] == ["pca", "sefa"]


def test_a_picture_is_that_of_zerosum_sample(client: Any) -> None:
    one, two = drawn(client, EIGHT, SEVEN)
    images = Generator(run=Run(Path("no-such")), game=packaged_game(), images_seen=0).sample(
        3, seed=8
    )
    assert opened.as_addresses(images)[2] == one
    assert drawn(client, SEVEN) == [two]
    (truncated,) = drawn(client, {**SEVEN, "truncation": 0.3})
    assert truncated != two


def test_directions_are_found_and_move_the_picture(client: Any) -> None:
    (before,) = drawn(client, SEVEN)
    moved = {**SEVEN, "moves": [["pca", "1", 2.0]]}
    assert "not found yet" in refused(client, "pictures", {"spots": [moved]})
    found = post(client, "directions", {"method": "pca"})["directions"]
    assert [each["name"] for each in found] == [str(number) for number in range(1, 13)]
    (there,) = drawn(client, moved)
    (back,) = drawn(client, {**SEVEN, "moves": [["pca", "1", 2.0], ["pca", "1", -2.0]]})
    (near,) = drawn(client, {**SEVEN, "moves": [["random", "17", 2.0]]})
    assert len({before, there, near}) == 3
    assert back == before
    for move in (["pca", "13", 1.0], ["random", "x", 1.0], ["kept", "nobody", 1.0]):
        assert refused(client, "pictures", {"spots": [{**SEVEN, "moves": [move]}]})


def test_classes_are_those_of_a_classifier(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zerosum.studio.tasks.play_directions.PICTURES", 200)
    failed = post(client, "directions", {"method": "class"})
    assert "choose a classifier" in failed["message"]
    found = post(client, "directions", {"method": "class", "judge": "@digits"})["directions"]
    assert {each["text"] for each in found} <= set("0123456789")
    method = found[0]["method"]
    assert method == "class:@digits"
    assert drawn(client, {**SEVEN, "moves": [[method, found[0]["name"], 4.0]]}) != drawn(
        client, SEVEN
    )


def test_names_are_kept_where_the_library_finds_them(client: Any, runs: Path) -> None:
    post(client, "directions", {"method": "sefa"})
    moves = [["sefa", "1", 3.0], ["random", "5", -1.0]]
    post(client, "kept", {"name": " slant ", "moves": moves})
    (kept,) = post(client, "kept/rename", {"name": "slant", "new": "lean"})["directions"]
    assert (kept["name"], kept["text"]) == ("lean", "+3 sefa 1 -1 random 5")
    path = runs / ".studio" / "networks" / "@digits" / "directions.safetensors"
    steps = KeptDirections(path, latent_space(packaged_game())).steps()
    torch.testing.assert_close(steps.norm(), torch.tensor(1.0))
    (picture,) = drawn(client, {**SEVEN, "moves": [["kept", "lean", 10**0.5]]})
    assert picture != drawn(client, SEVEN)[0]
    assert "expected a name" in refused(client, "kept", {"name": "", "moves": moves})
    gone = client.request("DELETE", "/api/v1/play/@digits/kept", json={"name": "lean"})
    assert gone.json() == {"directions": []}
    assert client.get("/api/v1/play/@digits/kept").json() == {"directions": []}


def test_a_table_lies_between_its_edges(client: Any) -> None:
    body = {"rows": [SEVEN, EIGHT], "columns": [{"seed": 9}], "time": 0.0}
    table = post(client, "table", body)
    assert table["rows"] == drawn(client, SEVEN, EIGHT) == table["pictures"]
    assert post(client, "table", {**body, "time": 1.0})["pictures"] == 2 * table["columns"]


def test_styles_are_mixed(styled: Any) -> None:
    about = styled.get("/api/v1/play/first").json()
    assert (about["symbol"], about["layers"], about["methods"]) == ("w", 3, ["pca"])
    body = {"rows": [SEVEN], "columns": [EIGHT]}
    one, two = (
        post(styled, "table", {**body, "from_layer": layer}, key="first")["pictures"]
        for layer in (1, 2)
    )
    assert one != two
    assert "from 1 to 2" in refused(styled, "table", {**body, "from_layer": 3}, key="first")
    post(styled, "directions", {"method": "pca"}, key="first")
    moves = [["pca", "1", 3.0], ["random", "3", 1.0]]
    assert drawn(styled, {**SEVEN, "moves": moves}, key="first") != drawn(
        styled, SEVEN, key="first"
    )


def test_frames_of_a_walk_in_lots_are_those_of_the_whole(client: Any) -> None:
    body = {"stops": [SEVEN, EIGHT], "frames": 4}
    whole = post(client, "walk", {**body, "first": 0, "count": 64})
    assert (whole["total"], len(whole["pictures"])) == (8, 8)
    assert whole["pictures"][0] == drawn(client, SEVEN)[0]
    lots = [
        post(client, "walk", {**body, "first": first, "count": 3})["pictures"]
        for first in (0, 3, 6, 9)
    ]
    assert [len(lot) for lot in lots] == [3, 3, 2, 0]
    assert [picture for lot in lots for picture in lot] == whole["pictures"]
    assert refused(client, "walk", {**body, "stops": [SEVEN]})


def test_what_is_saved_says_how_it_was_made(client: Any) -> None:
    named = {"title": "mine", "state": {"spot": SEVEN}}
    spot = {**SEVEN, "truncation": 0.5, "moves": [["random", "5", -1.0]]}
    picture = post(client, "pictures/save", {"spots": [spot], **named})
    table = post(client, "table/save", {"rows": [SEVEN], "columns": [EIGHT, EIGHT], **named})
    walk = {"stops": [SEVEN, EIGHT], "frames": 5, "seconds": 0.4, **named}
    animation = post(client, "walk/save", walk)
    sizes = {}
    for saved in (picture, table, animation):
        assert (saved["title"], saved["state"]) == ("mine", {"spot": SEVEN})
        path = f"/api/v1/networks/@digits/saved/{saved['id']}/file"
        with Image.open(BytesIO(client.get(path).content)) as image:
            image.load()
            sizes[saved["id"]] = image.size
            said = dict(image.info)
        if saved is picture:
            assert said["zerosum:seed"] == "7"
            assert said["zerosum:moves"] == "random 5: -1"
            assert said["zerosum:truncation"] == "0.5"
    assert list(sizes.values()) == [(28, 28), (88, 58), (28, 28)]
    failed = post(client, "walk/save", {**walk, "seconds": 0.01})
    assert (failed["event"], "too fast" in failed["message"]) == ("failed", True)


def test_a_page_that_draws_by_itself_has_the_directions_with_names(client: Any) -> None:
    post(client, "kept", {"name": "seed", "moves": [["random", "1", 1.0]]})
    saved = post(client, "player", {"title": "mine", "state": {"spot": SEVEN}})
    assert (saved["event"], saved["suffix"]) == ("result", ".html")
    file = client.get(f"/api/v1/networks/@digits/saved/{saved['id']}/file")
    assert "attachment" in file.headers["content-disposition"]
    (told,) = re.findall(r'id="model">(.*?)</script>', file.text)
    named, *found = json.loads(told)["directions"]
    assert (named["name"], named["method"]) == ("seed", "Named")
    assert {each["method"] for each in found} == {"PCA", "SeFa"}
    client.request("DELETE", "/api/v1/play/@digits/kept", json={"name": "seed"})


def test_the_nearest_training_picture_of_a_training_picture_is_itself(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = post(client, "nearest", {"spot": SEVEN})
    assert first["compared"] == first["available"] == 5000
    distances = [each["distance"] for each in first["nearest"]]
    assert distances == sorted(distances)
    victim = load_victim("digits", device=torch.device("cpu"))
    digit = picture_for(victim, None, number=first["nearest"][0]["index"]) * 2 - 1
    monkeypatch.setattr(Played, "draw", lambda self, points: digit)
    again = post(client, "nearest", {"spot": SEVEN})["nearest"]
    assert again[0]["index"] == first["nearest"][0]["index"]
    assert again[0]["distance"] == 0
    assert again[1]["distance"] == pytest.approx(again[0]["usual"])


def test_a_checkpoint_that_is_replaced_while_it_is_played_with(
    tmp_path: Path, styled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(styled, "directions", {"method": "pca"}, key="first")
    moved = {**SEVEN, "moves": [["pca", "1", 2.0]]}
    before = post(styled, "pictures", {"spots": [moved]}, key="first")
    torch.manual_seed(1)
    run = Run(tmp_path / "first")
    other = Generator(run=run, game=game_of(StyledGenerator()), images_seen=128)
    monkeypatch.setattr(opened, "load", lambda *_, **__: other)
    run.checkpoint_path.write_bytes(b"others")
    # Directions were of the weights before.
    assert "not found yet" in refused(styled, "pictures", {"spots": [moved]}, key="first")
    post(styled, "directions", {"method": "pca"}, key="first")
    after = post(styled, "pictures", {"spots": [moved]}, key="first")
    assert (before["images_seen"], after["images_seen"]) == (64, 128)
    assert before["pictures"] != after["pictures"]


@pytest.mark.parametrize(
    "spot",
    [
        {"seed": -1},
        {"seed": 2**60},
        {"index": 10_000},
        {"label": 3},
        {"truncation": 2.0},
        {"moves": [["pca", "1"]]},
        {"moves": [["pca", "1", 1e9]]},
        {"moves": 61 * [["random", "1", 1.0]]},
        {"more": 1},
    ],
)
def test_what_is_no_picture_is_refused(spot: dict[str, Any], client: Any) -> None:
    assert refused(client, "pictures", {"spots": [spot]})


def test_a_network_that_makes_none(client: Any) -> None:
    answer = client.get("/api/v1/play/nobody")
    assert (answer.status_code, "no run" in answer.json()["error"]["message"]) == (404, True)


def test_a_network_without_latents_makes_pictures_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(make_shown(tmp_path / "first"))
    narrow = change(recipe("fvbn-digits"), {"game.network.widths": (8,)})
    game: Any = build_game(narrow, Engine(device=torch.device("cpu")))
    model = Autoregressive(run=run, game=game, images_seen=64)
    monkeypatch.setattr(opened, "load", lambda *_, **__: model)
    client = client_of(studio_over(tmp_path))
    about = client.get("/api/v1/play/first").json()
    assert (about["symbol"], about["methods"], about["shape"]) == ("", [], [1, 28, 28])
    spots = [{"seed": 7, "index": index} for index in (1, 0)]
    expected = opened.as_addresses(model.sample(2, seed=7))
    assert drawn(client, *spots, key="first") == expected[::-1]
    table = {"rows": [SEVEN], "columns": [SEVEN]}
    assert "number by number" in refused(client, "table", table, key="first")
