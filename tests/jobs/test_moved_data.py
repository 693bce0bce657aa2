"""A run whose pictures were moved goes on with them, and with no others."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import zerosum
from helpers.command_line import call
from helpers.runs_in_processes import assert_same, weights
from zerosum import jobs
from zerosum.config import RunConfig, change
from zerosum.errors import ConfigError, RunError
from zerosum.recipes import recipe
from zerosum.runs import Run


def save(path: Path, seed: int, *, size: int = 28) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (size, size), np.uint8)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for number in range(20):
        save(tmp_path / "set" / f"{number:02d}.png", number)
    return tmp_path / "set"


@pytest.fixture
def run(tiny: RunConfig, pictures: Path, tmp_path: Path) -> Run:
    config = replace(tiny, data=str(pictures), total_images=32)
    return jobs.train_run(config, out=tmp_path / "run", quiet=True).run


def test_it_resumes_to_the_weights_of_a_run_whose_pictures_stayed(
    tiny: RunConfig, run: Run, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    longer = replace(tiny, data=str(pictures), total_images=64)
    stayed = jobs.train_run(longer, out=tmp_path / "stayed", quiet=True).run
    pictures.rename(tmp_path / "moved")
    with pytest.raises(RunError, match=r"no longer in .*set\. .* --data NEW"):
        zerosum.resume(run.path, images=64, quiet=True)
    monkeypatch.chdir(tmp_path)
    assert call("resume", str(run.path), "--images", "64", "--quiet", "--data", "moved") == 0
    assert_same(weights(stayed), weights(run))
    assert run.config().data == str(tmp_path / "moved")
    assert zerosum.resume(run.path, images=80, quiet=True).images_seen == 80


def change_pixel(folder: Path) -> None:
    save(folder / "07.png", 99)


def remove(folder: Path) -> None:
    (folder / "07.png").unlink()


def add(folder: Path) -> None:
    save(folder / "99.png", 99)


def swap(folder: Path) -> None:
    (folder / "07.png").rename(folder / "x.png")
    (folder / "08.png").rename(folder / "07.png")
    (folder / "x.png").rename(folder / "08.png")


@pytest.mark.parametrize("change", [change_pixel, remove, add, swap])
def test_other_pictures_are_refused_and_nothing_is_changed(
    run: Run, pictures: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    other = tmp_path / "other"
    shutil.copytree(pictures, other)
    change(other)
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    with pytest.raises(RunError, match=r"not those that the run began with.*--data NEW"):
        zerosum.resume(run.path, images=64, data=other, quiet=True)
    with pytest.raises(RunError, match="not those that the run began with"):
        zerosum.load(run.path, data=other, device="cpu")
    after = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    assert before == after


def test_load_and_evaluate_take_the_new_place(
    run: Run, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures.rename(tmp_path / "moved")
    options = ["--features", "pixels", "--count", "16", "--metrics", "kid", "--device", "cpu"]
    assert call("evaluate", str(run.path), *options) == 1
    assert "does not exist" in capsys.readouterr().err
    assert call("evaluate", str(run.path), *options, "--data", str(tmp_path / "moved")) == 0
    model = zerosum.load(run.path, data=tmp_path / "moved", device="cpu")
    assert model.run.config().data == str(tmp_path / "moved")
    assert run.config().data == str(pictures)  # the run folder stays as it is


def test_a_source_that_the_run_has_not_is_refused(run: Run, pictures: Path) -> None:
    with pytest.raises(ConfigError, match=r"has no data_a; say .* by --data\b"):
        zerosum.load(run.path, data_a=pictures)
    assert call("evaluate", "digits", "--against", "digits", "--data", str(pictures)) == 1


def test_a_classifier_notices_that_its_test_split_is_gone(tmp_path: Path) -> None:
    """Without one it would hold pictures out, and learn from others than before."""
    for number in range(24):
        save(tmp_path / "set" / "train" / f"{number % 2}" / f"{number}.png", number)
        save(tmp_path / "set" / "test" / f"{number % 2}" / f"{number}.png", 100 + number)
    zerosum.train(
        "classifier",
        data=tmp_path / "set",
        images=16,
        batch_size=8,
        device="cpu",
        fields={"game.network.base_channels": 4, "evaluate_every": 0},
        out=tmp_path / "run",
        quiet=True,
    )
    shutil.copytree(tmp_path / "set" / "train", tmp_path / "alone")
    with pytest.raises(RunError, match=r"tested on the split test .* now there is none"):
        zerosum.resume(tmp_path / "run", images=32, data=tmp_path / "alone", quiet=True)
    shutil.move(tmp_path / "set", tmp_path / "moved")
    model = zerosum.resume(tmp_path / "run", images=32, data=tmp_path / "moved", quiet=True)
    assert model.images_seen == 32


def test_a_run_is_not_evaluated_on_pictures_that_were_changed(run: Run, pictures: Path) -> None:
    change_pixel(pictures)
    with pytest.raises(RunError, match="not those that the run began with"):
        zerosum.evaluate(run.path, features="pixels", metrics="kid", count=16, quiet=True)
    found = zerosum.evaluate(
        run.path, against=pictures, features="pixels", metrics="kid", count=16, quiet=True
    )
    assert found.leading == "KD-pixels"


def test_before_its_first_checkpoint_a_run_takes_no_other_pictures(
    run: Run, pictures: Path, tmp_path: Path
) -> None:
    shutil.copytree(pictures, tmp_path / "copy")
    run.checkpoint_path.unlink()
    with pytest.raises(RunError, match="no checkpoint yet"):
        zerosum.resume(run.path, data=tmp_path / "copy", quiet=True)
    assert run.config().data == str(pictures)
    assert zerosum.resume(run.path, quiet=True).images_seen == 32


def test_what_a_command_says_of_a_run_cannot_command_a_terminal(
    tiny: RunConfig, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = tmp_path / "red\x1b[31m"
    pictures.rename(odd)
    out = str(tmp_path / "run\x1b[31m")
    options = [
        "--images",
        "32",
        "--batch-size",
        "16",
        "--evaluate-every",
        "0",
        "--device",
        "cpu",
        "--quiet",
    ]
    narrow = ["--game.generator.base-channels", "4", "--game.discriminator.base-channels", "4"]
    metrics = ["--features", "pixels", "--count", "16", "--metrics", "kid", "--device", "cpu"]
    commands = [
        ["train", "dcgan-digits", "--data", str(odd), "--out", out, *options, *narrow],
        ["evaluate", out, *metrics],
        ["sample", out, "--count", "2", "--out", str(tmp_path / "o\x1b[31m")],
    ]
    for words in commands:
        assert call(*words) == 0
        said = capsys.readouterr()
        assert "\x1b" not in said.out + said.err


def test_each_domain_can_move_by_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a").mkdir()
    fields = {"data": "", "data_a": str(tmp_path / "a"), "data_b": str(tmp_path / "a")}
    run = Run(tmp_path / "run")
    run.create(change(recipe("cyclegan-small"), {**fields, "device": "cpu"}))
    moved: Any = run.relocated(data=None, data_a=None, data_b="other").config()
    assert (moved.data, moved.data_a, moved.data_b) == ("", str(tmp_path / "a"), "other")
    for option, field in (("--data-a", "data_a"), ("--target", "data_b")):
        nowhere = tmp_path / f"nowhere-{field}"
        nowhere.mkdir()
        assert call("resume", str(run.path), option, str(nowhere)) == 1
        assert "no checkpoint yet" in capsys.readouterr().err
        nowhere.rmdir()
        assert call("evaluate", str(run.path), option, str(nowhere)) == 1
        assert "no checkpoint" in capsys.readouterr().err
