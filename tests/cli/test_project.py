"""`zerosum project` as a user meets it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import zerosum
from helpers.command_line import call
from helpers.two_domains import digits_and_negatives, small
from zerosum.config import RunConfig
from zerosum.jobs import train_run

QUICK = ["--steps", "5", "--starts", "2", "--device", "cpu"]


@pytest.fixture
def run(tiny: RunConfig, tmp_path: Path) -> Path:
    return train_run(tiny, out=tmp_path / "run", quiet=True).run.path


def test_targets_and_projections_side_by_side(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "photos", tmp_path / "out"
    (folder / "a").mkdir(parents=True)
    Image.new("RGB", (60, 40), (255, 0, 0)).save(folder / "a/red.jpg")
    Image.new("RGBA", (28, 28), (0, 0, 0, 0)).save(folder / "clear.png")
    (folder / "broken.png").write_bytes(b"\x89PNG no more")
    Image.new("L", (8, 8)).save(folder / "small.png")
    (folder / "notes.txt").write_text("words")
    Image.new("F", (28, 28)).save(folder / "float.tif")
    words = [str(run), str(folder), "--out", str(out), "--features", "digits", *QUICK]
    assert call("project", *words) == 1
    printed = capsys.readouterr()
    for text in ("projection  nearest random  mean picture", "a/red.jpg", str(out)):
        assert text in printed.out
    assert "3 pictures were not projected" in printed.err
    assert "notes.txt: not a picture, judging by its suffix" in printed.err
    assert "float.tif: its numbers (mode F) have no range" in printed.err
    assert "broken.png: " in printed.err
    assert "small.png: the picture has only 8x8 pixels" in printed.err
    files = sorted(str(file.relative_to(out)) for file in out.rglob("*") if file.is_file())
    assert files == ["a/red.npz", "a/red.png", "clear.npz", "clear.png"]
    with Image.open(out / "clear.png") as sheet:
        assert (sheet.mode, sheet.size) == ("L", (58, 28))
        assert np.asarray(sheet)[:, :28].min() == 255  # On the run's background.
        drawn = np.asarray(sheet)[:, 30:].astype(int)
        assert sheet.text["zerosum:source"] == "clear.png"  # type: ignore[attr-defined]
        assert sheet.text["zerosum:generated"] == "true"  # type: ignore[attr-defined]
    with np.load(out / "clear.npz") as saved:
        point = torch.from_numpy(saved["z"])
    model = zerosum.load(run, device="cpu", kind=zerosum.Generator)
    pixels = ((model.latent.draw(point[None])[0, 0] + 1) * 127.5).numpy()
    assert np.abs(pixels - drawn).max() <= 1


def test_in_python(run: Path, tmp_path: Path) -> None:
    model = zerosum.load(run, device="cpu", kind=zerosum.Generator)
    model.save(tmp_path / "made", count=1, seed=77)
    done = zerosum.project(run, tmp_path / "made/000000.png", steps=60, device="cpu", quiet=True)
    assert (done.out, done.failed) == (run / "projected", ())
    (found,) = done.pictures
    assert found.name == "000000.png"
    assert found.distance < found.random < found.mean


def test_bad_input(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "1.png"
    Image.new("L", (28, 28)).save(picture)
    for words, message in (
        ([str(run), str(tmp_path / "no.png")], "no.png does not exist"),
        ([str(run), str(picture), "--out", str(picture)], "--out is a folder; got '1.png'"),
        ([str(run), str(picture), "--steps", "0"], "expected 1 ≤ steps ≤ 1,000,000"),
        ([str(run), str(picture), "--pixel-limit", "0"], "--pixel-limit must be greater than 0"),
        ([str(run), str(picture), "--features", "digit"], "did you mean 'digits'?"),
    ):
        assert call("project", *words) == (2 if "mean" in message else 1)
        assert message in capsys.readouterr().err
    assert not (run / "projected").exists()


def test_two_pictures_of_one_name_are_refused_rather_than_one_lost(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        Image.new("L", (28, 28)).save(tmp_path / name / "1.png")
    pictures = [str(tmp_path / name / "1.png") for name in ("a", "b")]
    assert call("project", str(run), *pictures, "--out", str(tmp_path / "out"), *QUICK) == 1
    assert "hold a picture 1.png, and both projections would have" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_run_that_translates_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = digits_and_negatives(tmp_path / "data", count=4, tests=2)
    config = small("cyclegan-small", data, tmp_path, images=4)
    run = train_run(config, out=tmp_path / "run", quiet=True).run.path
    assert call("project", str(run), str(data)) == 1
    assert "it translates pictures" in capsys.readouterr().err
