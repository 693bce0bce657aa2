"""`zerosum walk` as a user meets it."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import zerosum
from helpers.command_line import call
from zerosum.config import RunConfig
from zerosum.jobs import train_run
from zerosum.media.images import to_images


@pytest.fixture
def run(tiny: RunConfig, tmp_path: Path) -> Path:
    return train_run(tiny, out=tmp_path / "run", quiet=True).run.path


def test_a_walk_through_pictures_that_sample_draws(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "walk.gif"
    words = ["--seeds", "4", "9", "--frames", "3", "--seconds", "1.2"]
    assert call("walk", str(run), "--out", str(out), *words) == 0
    assert capsys.readouterr().out.strip() == str(out)
    model = zerosum.load(run, kind=zerosum.Generator)
    with Image.open(out) as animation:
        assert animation.n_frames == 6  # type: ignore[attr-defined]
        facts = json.loads(animation.info["comment"])
        for frame, seed in ((0, 4), (3, 9)):
            animation.seek(frame)
            assert animation.info["duration"] == 200
            expected = to_images(model.sample(1, seed=seed))[0]
            found = np.asarray(animation.convert("L")).astype(int)
            assert np.abs(found - np.asarray(expected)).max() <= 2
    assert facts["zerosum:generated"] == "true"
    assert (facts["zerosum:run"], facts["zerosum:seeds"]) == ("run", "4 9")


def test_walks_side_by_side(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "walk.gif"
    words = ["--seeds", "1", "2", "--frames", "2", "--columns", "3", "--truncation", "0.7"]
    assert call("walk", str(run), "--out", str(out), *words) == 0
    with Image.open(out) as animation:
        assert animation.size == (3 * 30 - 2, 3 * 30 - 2)
        assert json.loads(animation.info["comment"])["zerosum:truncation"] == "0.7"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--out", "walk.avi"], "expected a file that ends in .gif or .mp4"),
        (["--out", "walk.gif", "--seeds", "1"], "at least two seeds"),
        (["--out", "walk.gif", "--columns", "0"], "at least one column of walks, got 0"),
        (["--out", "walk.gif", "--seconds", "0.1"], "too fast"),
        (["--out", "walk.gif", "--truncation", "9"], "expected a truncation"),
    ],
)
def test_bad_input(
    words: list[str],
    message: str,
    run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert call("walk", str(run), *words) == 1
    assert message in capsys.readouterr().err
    assert list(folder.iterdir()) == []
