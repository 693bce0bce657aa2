"""Each recipe has a picture, made by a run that is named, and small enough for a page."""

import json
from pathlib import Path

from PIL import Image

import zerosum.studio
from zerosum.recipes import RECIPES

FOLDER = Path(zerosum.studio.__file__).parent / "static" / "recipes"
NOTED = json.loads((FOLDER / "pictures.json").read_text(encoding="utf-8"))


def test_each_recipe_has_a_picture_of_a_run() -> None:
    assert list(NOTED) == list(RECIPES)
    for noted in NOTED.values():
        assert noted["text"].startswith(("made by", "pictures and"))
        assert noted["command"]
        assert noted["images"] > 0
        assert (FOLDER / noted["file"]).is_file()


def test_a_picture_of_another_recipe_says_so() -> None:
    for name, noted in NOTED.items():
        of = Path(noted["file"]).stem
        assert of == name or f"{of}, a recipe like it" in noted["text"]


def test_pictures_are_small_and_none_is_too_many() -> None:
    files = sorted(FOLDER.glob("*.webp"))
    assert {file.name for file in files} == {noted["file"] for noted in NOTED.values()}
    for file in files:
        assert file.stat().st_size <= 15_000, file.name
        with Image.open(file) as picture:
            assert max(picture.size) <= 340
