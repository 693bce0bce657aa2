"""``--json``: everywhere the same, nothing but JSON on standard output."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from helpers.command_line import call
from zerosum.cli.data import ACTIONS
from zerosum.config import RunConfig, change
from zerosum.data.audit import audit
from zerosum.jobs import train_run
from zerosum.recipes import RECIPES
from zerosum.runs import Run

ANSWERING = (
    "recipes",
    "project",
    "translate",
    "classify",
    "detect",
    "attack",
    "evaluate",
    "compare",
)


def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def run(tiny: RunConfig, tmp_path: Path) -> Run:
    return train_run(tiny, out=tmp_path / "run", quiet=True).run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures of two sizes, two of them the same, and one that is none."""
    path = tmp_path / "pictures"
    path.mkdir()
    for name, (width, height) in {"a": (40, 12), "b": (40, 12), "c": (9, 9)}.items():
        Image.fromarray(np.full((height, width), 7, dtype=np.uint8)).save(path / f"{name}.png")
    (path / "d.png").write_bytes(b"none")
    return path


def test_every_command_that_answers_has_it_and_says_so_alike() -> None:
    commands = [import_module(f"zerosum.cli.{name}").COMMAND for name in ANSWERING]
    for command in (*commands, *ACTIONS.values()):
        (option,) = [each for each in command.options() if each.field == "json"]
        assert option.text.startswith("Print ")
        assert option.text.endswith(" as JSON, and nothing else.")


def test_recipes(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("recipes", "--json") == 0
    listed = printed(capsys)
    assert [each["name"] for each in listed] == list(RECIPES)
    assert call("recipes", "dcgan-faces", "--json") == 0
    one = printed(capsys)
    assert (one["height"], one["channels"], one["family"]) == (64, 3, "new pictures")
    assert one["config"]["game"]["generator"]["latent_size"] == 128
    assert "--data FOLDER" in one["text"]


def test_inspect(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    look = folder.parent / "look.png"
    assert call("data", "inspect", str(folder), "--json", "--picture", str(look)) == 0
    found = printed(capsys)
    assert look.exists()
    (part,) = found["parts"]
    assert (part["pictures"], part["readable"], part["surplus"]) == (4, 3, 1)
    assert part["sizes"][0] == {"height": 12, "width": 40, "pictures": 2}
    assert part["duplicates"] == [{"pictures": 2, "names": ["a.png", "b.png"]}]
    assert part["unreadable"][0]["picture"] == "d.png"
    assert part["readable"] == audit(str(folder)).parts[0].readable


def test_compare(
    run: Run,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["evaluate", str(run.path), "--count", "8", "--real-count", "8", "--device", "cpu"]
    assert call(*words, "--json") == 0
    scores = printed(capsys)
    assert call("compare", str(run.path), "--json") == 0
    found = printed(capsys)
    assert found["protocol"] == scores["protocol"]
    value = {name: each["value"] for name, each in scores["scores"].items()}
    assert {n: it["value"] for n, it in found["runs"]["run"]["last"]["scores"].items()} == value
    assert found["runs"]["run"]["best"] in found["runs"]["run"]["evaluations"]
    assert not (tmp_path / "compare.png").exists()
    assert call("compare", str(run.path), "--json", "--plot", "curves.png") == 0
    assert (tmp_path / "curves.png").exists()
    printed(capsys)
    assert call("compare", str(run.path)) == 0
    assert (tmp_path / "compare.png").exists()


def test_project_names_what_failed_and_still_fails(
    run: Run, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("L", (28, 28), 9).save(folder / "e.png")
    words = ["--steps", "1", "--starts", "1", "--device", "cpu", "--json"]
    assert call("project", str(run.path), str(folder), *words) == 1
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert [each["picture"] for each in found["pictures"]] == ["e.png"]
    assert found["pictures"][0]["distance"] > 0
    assert {each["picture"] for each in found["failed"]} == {"a.png", "b.png", "c.png", "d.png"}
    assert Path(found["out"]).is_dir()
    assert "4 pictures were not projected" in captured.err


def test_translate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("trainA", "trainB"):
        (tmp_path / name).mkdir()
        for number in range(4):
            colour = (9, 60 * number, 200 if name == "trainA" else 0)
            Image.new("RGB", (16, 16), colour).save(tmp_path / name / f"{number}.png")
    small = {
        "game.generator.base_channels": 4,
        "game.generator.blocks": 1,
        "game.discriminator.base_channels": 4,
    }
    size = {"pictures.size": [16, 16], "batch_size": 2, "images": 2, "evaluate_every": 0}
    fields = {**small, **size, "device": "cpu", "data": str(tmp_path)}
    config = change(RECIPES["cyclegan-small"](), fields)
    made = train_run(config, out=tmp_path / "run", quiet=True).run
    page = tmp_path / "look.html"
    words = ["--page", str(page), "--device", "cpu", "--json"]
    assert call("translate", str(made.path), str(tmp_path / "trainA"), *words) == 0
    found = printed(capsys)
    assert (found["translated"], found["page"], found["failed"]) == (4, str(page), [])
    assert len(list(Path(found["out"]).glob("*.png"))) == 4
