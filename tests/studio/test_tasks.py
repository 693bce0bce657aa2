"""The worker's tasks: looking at pictures, and trying a run."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from zerosum.config import change, to_json
from zerosum.data.sets import TEXTS
from zerosum.data.sources.named import NAMED
from zerosum.errors import DataError
from zerosum.files import cache_folder
from zerosum.recipes import recipe
from zerosum.studio.tasks import estimate, inspect, names


def nobody(done: int, total: int) -> None:
    """Nobody waits."""


def photos(folder: Path, count: int, *, classes: tuple[str, ...] = ("",)) -> Path:
    """Random colour pictures of 20 x 24 pixels, in sub-folders."""
    random = np.random.default_rng(0)
    for name in classes:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            pixels = random.integers(0, 256, (20, 24, 3), np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return folder


def look(source: Path | str, name: str | None = "dcgan-faces") -> Any:
    asked = {"source": str(source), "recipe": name, "pixel_limit": 10**6}
    return inspect.run(asked, nobody)


def test_a_folder_is_told_of_before_anything_starts(tmp_path: Path) -> None:
    folder = photos(tmp_path / "photos", 5, classes=("cat", "dog"))
    (folder / "cat" / "broken.png").write_bytes(b"no picture")
    found = look(folder)
    assert found["pictures"] == 10
    assert found["sizes"] == [{"height": 20, "width": 24, "pictures": 10}]
    assert found["classes"] == [{"name": "cat", "count": 5}, {"name": "dog", "count": 5}]
    assert "1 files are left out (cat/broken.png" in found["problems"][0]
    assert "all 10 pictures are smaller than 64x64 pixels" in found["notes"][0]
    assert any("10 pictures are few" in note for note in found["notes"])
    assert len(found["thumbnails"]) == 10
    assert all(each.startswith("data:image/png;base64,") for each in found["thumbnails"])


def test_a_source_that_is_not_there_is_refused_in_the_librarys_words(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no data set and no file is called"):
        look("digit")


def test_nothing_is_downloaded_to_look_at_it(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("ZEROSUM_DATA", str(tmp_path))
    with pytest.raises(DataError, match="it is downloaded when a run begins"):
        look("mnist")
    config = to_json(change(recipe("dcgan-mnist"), {"images": 100}))
    with pytest.raises(DataError, match="it is downloaded when a run begins"):
        estimate.run({"recipe": "dcgan-mnist", "config": config}, nobody)
    found = {each["name"]: each["here"] for each in names.run({}, nobody)}
    assert found["digits"]
    assert not found["mnist"]


def test_every_data_set_is_told_of() -> None:
    assert list(TEXTS) == list(NAMED)


def test_a_run_is_tried_as_it_is_filled_in() -> None:
    narrow = {"game.generator.base_channels": 4, "game.discriminator.base_channels": 4}
    config = change(recipe("dcgan-digits"), {**narrow, "images": 1_000, "device": "cpu"})
    found = estimate.run({"recipe": "dcgan-digits", "config": to_json(config)}, nobody)
    assert found["pictures"] == [5_000]
    assert {each["name"] for each in found["players"]} == {"generator", "discriminator"}
    assert min(found[each] for each in ("seconds", "memory", "free_memory", "disk")) > 0


def test_a_recipe_without_pictures_is_tried_on_random_ones(monkeypatch: Any) -> None:
    narrow = change(recipe("dann-digits"), {"batch_size": 4, "images": 400})
    monkeypatch.setattr(estimate, "recipe", lambda name: narrow)
    before = set(cache_folder().glob("*"))
    found = estimate.run({"recipe": "dann-digits", "config": None}, nobody)
    assert len(found["pictures"]) == 2
    assert set(cache_folder().glob("*")) <= before


def test_large_recipes_are_tried_in_small_rounds(monkeypatch: Any) -> None:
    narrow = change(recipe("dann-digits"), {"batch_size": 8, "images": 400})
    monkeypatch.setattr(estimate, "recipe", lambda name: narrow)
    monkeypatch.setattr(estimate, "WORK", 1)
    found = estimate.run({"recipe": "dann-digits", "config": None}, nobody)
    assert found["batch_size"] == 4
    assert found["memory"] is None
    assert found["seconds"] > 0


class LeftError(Exception):
    """Nobody waits any more."""


def test_who_waits_no_more_ends_a_trial() -> None:
    def leave(done: int, total: int) -> None:
        raise LeftError

    with pytest.raises(LeftError):
        estimate.run({"recipe": "dcgan-mnist", "config": None}, leave)
