"""Networks that pages use: which there are, what they are given, what becomes of them."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from helpers.studio_runs import make_shown
from helpers.studios import client_of, studio_over
from zerosum.config.families import FAMILIES, family_class
from zerosum.families import family_of
from zerosum.lessons.packaged import packaged_game
from zerosum.models import (
    AdaptedClassifier,
    Autoregressive,
    Classifier,
    Generator,
    LearnedAttack,
    Model,
    SemiSupervised,
    Translator,
)
from zerosum.recipes import RECIPES, recipe
from zerosum.runs import Run
from zerosum.studio import networks, opened
from zerosum.studio.app import STATIC
from zerosum.studio.goals import GOALS
from zerosum.studio.networks import find, folder_of
from zerosum.studio.opened import model_of
from zerosum.studio.refusals import ConflictError, MissingError, StudioError
from zerosum.studio.saving import new_place
from zerosum.studio.studio import Limits
from zerosum.studio.tasks.pictures import keep

KINDS: dict[str, type[Model]] = {
    "generate": Generator,
    "sample": Autoregressive,
    "translate": Translator,
    "classify": Classifier,
    "perturb": LearnedAttack,
    "few-labels": SemiSupervised,
    "domains": AdaptedClassifier,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_abilities_say_what_the_models_are(family: str) -> None:
    names = [each for each in RECIPES if recipe(each).family == family]
    made = family_of(recipe(names[0])).model
    kind: Any = made.__annotations__["return"]
    kinds = {each.__name__: each for each in KINDS.values()}
    model = kinds[kind if isinstance(kind, str) else kind.__name__]
    meant = {ability for ability, needed in KINDS.items() if issubclass(model, needed)}
    assert meant == set(family_class(family).abilities)


def test_those_that_come_with_zerosum_are_there_before_any_run(tmp_path: Path) -> None:
    client = client_of(studio_over(tmp_path / "runs"))
    found = client.get("/api/v1/networks?ability=generate").json()["networks"]
    assert [each["key"] for each in found] == ["@digits"]
    classifying = client.get("/api/v1/networks?ability=classify").json()["networks"]
    assert "@digits" in [each["key"] for each in classifying]


def test_a_run_joins_when_it_has_saved(tmp_path: Path) -> None:
    folder = make_shown(tmp_path / "first")
    studio = studio_over(tmp_path)
    assert find(studio, "first")["abilities"] == ["generate"]
    detail = client_of(studio).get("/api/v1/runs/first").json()
    assert detail["abilities"] == ["generate"]  # By which its page leads to others.
    (folder / "checkpoints" / "latest.safetensors").unlink()
    with pytest.raises(ConflictError, match="no checkpoint yet"):
        find(studio, "first")


def test_a_refusal_names_what_was_wanted_once(monkeypatch: Any, tmp_path: Path) -> None:
    studio = studio_over(tmp_path)
    translator = {**find(studio, "@digits"), "abilities": ["translate"]}
    monkeypatch.setattr(networks, "find", lambda studio, key: translator)
    with pytest.raises(
        ConflictError, match="fruit does not make pictures: what it does is to tra"
    ):
        networks.require(studio, "fruit", "generate", "sample")
    with pytest.raises(
        ConflictError, match="fruit does not make pictures from latents: what it d"
    ):
        networks.require(studio, "fruit", "generate")


@pytest.mark.parametrize("key", ["nobody", "../first", "@nobody", ""])
def test_what_is_no_network_is_missing(key: str, tmp_path: Path) -> None:
    make_shown(tmp_path / "runs" / "first")
    with pytest.raises(MissingError):
        find(studio_over(tmp_path / "runs"), key)


def test_a_checkpoint_that_is_replaced_is_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = make_shown(tmp_path / "first") / "checkpoints" / "latest.safetensors"
    game = packaged_game()

    def load(path: str, **_: Any) -> Generator:
        return Generator(run=Run(Path(path)), game=game, images_seen=checkpoint.stat().st_size)

    monkeypatch.setattr(opened, "load", load)
    told = {"key": "first", "path": str(tmp_path / "first"), "checkpoint": "latest"}
    first = model_of(told, Generator)
    assert model_of(told, Generator).model is first.model
    checkpoint.write_text("others")
    second = model_of(told, Generator)
    assert (first.images_seen, second.images_seen) == (len("weights"), len("others"))
    assert first.stamp != second.stamp


def test_the_packaged_generator_is_a_model() -> None:
    model = model_of({"key": "@digits", "path": None, "checkpoint": "latest"}, Generator).model
    assert model.sample(2, seed=1).shape == (2, 1, 28, 28)


def png(side: int = 8) -> bytes:
    file = BytesIO()
    Image.new("RGB", (side, side), "red").save(file, "png")
    return file.getvalue()


def sent(client: Any, *files: tuple[str, bytes]) -> Any:
    return client.post("/api/v1/pictures", files=[("files", each) for each in files]).json()


def test_pictures_are_kept_once_and_the_others_refused(tmp_path: Path) -> None:
    studio = studio_over(tmp_path)
    client = client_of(studio)
    answer = sent(client, ("a.png", png()), ("b.png", png()), ("c.png", b"no"), ("d.txt", b""))
    assert [each["name"] for each in answer["pictures"]] == ["a.png", "b.png"]
    assert len({each["id"] for each in answer["pictures"]}) == 1
    assert sorted(each["file"] for each in answer["refused"]) == ["c.png", "d.txt"]
    (name,) = (each.name for each in studio.home.pictures.iterdir())
    shown = client.get(f"/api/v1/pictures/{name.removesuffix('.png')}")
    assert Image.open(BytesIO(shown.content)).size == (8, 8)


def test_what_is_too_large_is_told_without_options_of_the_command_line(tmp_path: Path) -> None:
    client = client_of(studio_over(tmp_path, limits=Limits(pixels=50)))
    (refused,) = sent(client, ("a.png", png()))["refused"]
    assert "bomb" in refused["why"]
    assert "--" not in refused["why"]


def test_a_large_picture_is_made_smaller(tmp_path: Path) -> None:
    (kept,) = sent(client_of(studio_over(tmp_path)), ("a.png", png(2500)))["pictures"]
    assert (kept["width"], kept["height"]) == (2048, 2048)


@pytest.mark.parametrize("mode", ["CMYK", "LAB", "YCbCr", "P", "1", "I;16", "LA"])
@pytest.mark.parametrize("side", [1, 2100])
def test_pictures_of_all_modes_are_kept(mode: str, side: int, tmp_path: Path) -> None:
    about = keep(Image.new(mode, (side, 1)), tmp_path)
    with Image.open(tmp_path / f"{about['id']}.png") as kept:
        assert kept.size == (about["width"], about["height"]) == (min(side, 2048), 1)


def test_other_names_are_no_pictures(tmp_path: Path) -> None:
    client = client_of(studio_over(tmp_path))
    for name in ("0" * 32, "..", "%2e%2e%2fqueue", "0" * 31):
        assert client.get(f"/api/v1/pictures/{name}").status_code == 404, name


def test_what_was_saved_is_told_shown_and_deleted(tmp_path: Path) -> None:
    make_shown(tmp_path / "first")
    studio = studio_over(tmp_path)
    client = client_of(studio)
    for key in ("first", "@digits"):
        place = new_place(studio, find(studio, key), ".png")
        place.path.write_bytes(png())
        place.keep("play", "seven", {"seed": 7})
        (saved,) = client.get(f"/api/v1/networks/{key}/saved?page=play").json()["saved"]
        assert (saved["title"], saved["state"]) == ("seven", {"seed": 7})
        assert client.get(f"/api/v1/networks/{key}/saved?page=draw").json()["saved"] == []
        path = f"/api/v1/networks/{key}/saved/{place.id}"
        assert client.get(f"{path}/file").content == png()
        assert client.delete(path).json() == {"id": place.id}
        assert client.get(path).status_code == 404
        assert not list((folder_of(studio, find(studio, key)) / "saved").iterdir())


def test_nothing_is_left_of_what_cannot_be_noted(tmp_path: Path) -> None:
    studio = studio_over(tmp_path)
    place = new_place(studio, find(studio, "@digits"), ".png")
    place.path.write_bytes(png())
    with pytest.raises(StudioError, match="too large"):
        place.keep("draw", "much", {"strokes": "x" * 2**20})
    assert not list(place.path.parent.iterdir())


def test_whoever_has_no_network_is_led_to_recipes_that_make_one() -> None:
    pages = (STATIC / "use" / "networks.js").read_text()
    goals = re.findall(r'goal: "([\w-]+)"', pages)
    assert goals
    assert set(goals) <= set(GOALS)
