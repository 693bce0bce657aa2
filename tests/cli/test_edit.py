"""`zerosum edit` as a user meets it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import zerosum
from helpers.command_line import call
from zerosum.config import RunConfig
from zerosum.jobs import train_run
from zerosum.latent.directions import find_directions
from zerosum.latent.kept import KeptDirection
from zerosum.media.images import to_images


@pytest.mark.parametrize("method", ["pca", "sefa"])
def test_a_sheet_with_the_picture_in_the_middle(
    method: str, tiny: RunConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = train_run(tiny, out=tmp_path / "run", quiet=True).run.path
    words = ["--directions", method, "--rows", "2", "--columns", "3", "--seed", "4"]
    assert call("edit", str(run), *words) == 0
    out = run / f"edits-{method}-4.png"
    assert capsys.readouterr().out.strip() == str(out)
    (picture,) = to_images(zerosum.load(run, kind=zerosum.Generator).sample(1, seed=4))
    with Image.open(out) as sheet:
        assert sheet.size == (88, 58)
        middle = np.asarray(sheet)[:28, 30:58].astype(int)
        assert np.abs(middle - np.asarray(picture)).max() <= 1
        assert sheet.text["zerosum:directions"] == method  # type: ignore[attr-defined]
    assert call("edit", str(run), "--columns", "4") == 1
    assert "odd number of columns" in capsys.readouterr().err


def test_directions_that_were_given_names(
    tiny: RunConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = train_run(tiny, out=tmp_path / "run", quiet=True).run.path
    words = ["edit", str(run), "--directions", "kept", "--columns", "3"]
    assert call(*words) == 1
    assert "no directions are kept" in capsys.readouterr().err
    model = zerosum.load(run, kind=zerosum.Generator)
    for name, step in zip(
        ("slant", "weight"), find_directions(model.latent, "pca", 2), strict=True
    ):
        model.kept_directions.keep(KeptDirection(name=name, step=step))
    assert call(*words) == 0
    with Image.open(run / "edits-kept-0.png") as sheet:
        assert sheet.size == (88, 58)  # Two rows.
    assert call(*words, "--rows", "0") == 1
