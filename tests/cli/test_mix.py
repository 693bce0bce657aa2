"""`zerosum mix` as a user meets it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import zerosum
from helpers.command_line import call
from helpers.settings import adversarial
from zerosum.config import RunConfig, StyleDiscriminatorConfig, StyleGeneratorConfig
from zerosum.jobs import train_run
from zerosum.media.images import to_images


@pytest.fixture
def run(tiny: RunConfig, tmp_path: Path) -> Path:
    game = replace(
        adversarial(tiny),
        generator=StyleGeneratorConfig(latent_size=8, base_channels=4, style_size=8, depth=2),
        discriminator=StyleDiscriminatorConfig(base_channels=4),
        conditional="projection",
    )
    config = replace(tiny, game=game, total_images=32, sample_every=1_000)
    return train_run(config, out=tmp_path / "run", quiet=True).run.path


def test_a_table_of_mixtures(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grid, out = tmp_path / "grid.png", tmp_path / "made"
    words = ["--coarse", "1,2", "--fine", "4,5,6", "--from-layer", "3", "--class", "7"]
    assert call("mix", str(run), *words, "--grid", str(grid), "--out", str(out)) == 0
    assert capsys.readouterr().out.split() == [str(grid), str(out)]
    with Image.open(grid) as sheet:
        assert sheet.size == (4 * 30 - 2, 3 * 30 - 2)
        facts = sheet.info
        left = np.asarray(sheet)[30:58, :28].astype(int)
    assert (facts["zerosum:coarse"], facts["zerosum:fine"]) == ("1 2", "4 5 6")
    assert (facts["zerosum:from_layer"], facts["zerosum:class"]) == ("3", "7")
    source = zerosum.load(run, kind=zerosum.Generator).of_class(7).sample(1, seed=1)
    assert np.abs(left - np.asarray(to_images(source)[0])).max() <= 1
    files = sorted(out.glob("*.png"))
    assert len(files) == 6
    with Image.open(files[4]) as picture:
        assert (picture.info["zerosum:coarse"], picture.info["zerosum:fine"]) == ("2", "5")


def test_where_the_table_goes_if_nobody_says(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("mix", str(run), "--coarse", "1", "--fine", "2", "--truncation", "0.7") == 0
    assert capsys.readouterr().out.strip() == str(run / "mixtures.png")
    with Image.open(run / "mixtures.png") as sheet:
        assert sheet.info["zerosum:truncation"] == "0.7"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--coarse", "a,2", "--fine", "1"], "expected seeds between commas for --coarse"),
        (["--coarse", "1", "--fine", "2", "--from-layer", "6"], "from 1 to 5"),
        (["--coarse", "1", "--fine", "2", "--truncation", "2"], "expected a truncation"),
        (["--coarse", "1", "--fine", "2", "--grid", "it.jpg"], "ends in .png"),
    ],
)
def test_bad_input(
    words: list[str], message: str, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("mix", str(run), *words) == 1
    assert message in capsys.readouterr().err


def test_a_run_without_styles(
    tiny: RunConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = train_run(replace(tiny, total_images=16), out=tmp_path / "run", quiet=True).run.path
    assert call("mix", str(plain), "--coarse", "1", "--fine", "2") == 1
    assert "generator whose layers have styles" in capsys.readouterr().err
