"""``zerosum data inspect --classifier --against``: how many of each class, and how many made."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import zerosum
from helpers.command_line import call
from helpers.quick_runs import KINDS
from helpers.two_domains import labelled_domains
from zerosum import Generator
from zerosum.config import RunConfig, change
from zerosum.data import open_source, unscale
from zerosum.jobs import train_run
from zerosum.recipes import recipe

BY_BRIGHTNESS = """
import torch
from torch import nn

class Brightness(nn.Module):
    classes = ("dark", "light")
    input_size = (28, 28)
    channels = 1

    def forward(self, images):
        mean = images.mean(dim=(1, 2, 3))
        return 50 * torch.stack([0.5 - mean, mean - 0.5], dim=1)

def network():
    return Brightness()
"""


def greys(folder: Path, *, dark: int, light: int, labelled: bool = True) -> str:
    """Pictures of one grey each, in folders of their class or all in one."""
    for name, count, low in (("dark", dark, 0), ("light", light, 200)):
        place = folder / name if labelled else folder
        place.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            Image.new("L", (8, 8), low + number % 50).save(place / f"{name}{number}.png")
    return str(folder)


@pytest.fixture
def classifier(tmp_path: Path) -> str:
    (tmp_path / "model.py").write_text(BY_BRIGHTNESS)
    return f"{tmp_path / 'model.py'}:network"


def shares(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert call("data", "inspect", *words, "--json") == 0
    return json.loads(capsys.readouterr().out)["shares"]


def values(side: Any) -> list[float]:
    return [each["share"]["value"] for each in side["classes"].values()]


def test_labels_are_set_beside_what_a_classifier_counts(
    classifier: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = greys(tmp_path / "data", dark=60, light=40)
    other = greys(tmp_path / "other", dark=40, light=10, labelled=False)
    found = shares(capsys, data, "--classifier", classifier, "--against", other)
    assert (found["data"]["by"], values(found["data"])) == ("labels", [0.6, 0.4])
    assert (found["against"]["by"], values(found["against"])) == (classifier, [0.8, 0.2])
    assert (found["accuracy"], found["agreement"]["value"]) == (None, 1.0)
    assert found["comparison"]["total_variation"] == pytest.approx(0.2)
    assert found["comparison"]["more"] == ["dark"]
    assert found["comparison"]["fewer"] == ["light"]
    assert 0 < found["comparison"]["p"] < 0.05


def test_equal_shares_are_told_to_be_equal_and_drawn(
    classifier: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = greys(tmp_path / "data", dark=30, light=10, labelled=False)
    picture = tmp_path / "bars.png"
    words = ["--classifier", classifier, "--against", data, "--picture", str(picture)]
    assert call("data", "inspect", data, *words) == 0
    printed = capsys.readouterr().out
    assert "no class differs beyond chance" in printed
    assert "is not corrected for its mistakes" in printed
    assert f"the shares of the classes: {picture}" in printed
    with Image.open(picture) as drawn:
        assert len(drawn.convert("RGB").getcolors(1 << 20) or []) > 4


def test_two_sources_with_labels_need_no_classifier(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = greys(tmp_path / "data", dark=6, light=4)
    other = greys(tmp_path / "other", dark=1, light=4)
    found = shares(capsys, data, "--against", other)
    assert values(found["against"]) == [0.2, 0.8]
    assert found["classifier"] is None


def test_what_a_run_makes_is_counted(
    classifier: str, tiny: RunConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = _run(change(tiny, {"images": 16}), tmp_path / "run")
    data = greys(tmp_path / "data", dark=6, light=4)
    words = ["--classifier", classifier, "--against", made, "--count", "40", "--seed", "3"]
    found = shares(capsys, data, *words, "--device", "cpu")
    counts = [each["pictures"] for each in found["against"]["classes"].values()]
    assert (sum(counts), len(counts), found["against"]["corrected"]) == (40, 2, False)
    pictures = zerosum.load(made, kind=Generator, device="cpu").sample(40, seed=3)
    light = unscale(pictures).float().mean(dim=(1, 2, 3)) > 127.5
    assert abs(counts[1] - int(light.sum())) <= 1  # One may lie on the border.


def test_a_classifier_that_is_a_run_is_tested_and_corrected_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, other = labelled_domains(tmp_path / "classes", train=60, tests=20)
    fields = {"images": 640, "batch_size": 32, "evaluate_every": 0, "data": str(data)}
    small = {"game.network.base_channels": 4, "device": "cpu"}
    config = change(recipe("classifier"), {**fields, **small})
    run = str(train_run(config, out=tmp_path / "run", quiet=True).run.path)
    source = open_source("digits")
    zeros = [index for index in range(len(source)) if source.label(index) == 0][:40]
    np.save(tmp_path / "zeros.npy", np.stack([np.asarray(source.read(it)) for it in zeros]))
    words = ["--classifier", run, "--against", str(tmp_path / "zeros.npy"), "--device", "cpu"]
    found = shares(capsys, str(data), *words)
    assert found["accuracy"]["value"] > 0.8
    assert (found["data"]["corrected"], found["against"]["corrected"]) == (False, True)
    assert sum(values(found["against"])) == pytest.approx(1)
    assert values(found["against"])[0] > 0.8
    assert call("data", "inspect", str(data), *words) == 0
    assert "is corrected for its mistakes there" in capsys.readouterr().out
    Path(data).unlink()
    assert call("data", "inspect", str(other), *words) == 0
    printed = capsys.readouterr()
    assert "how good" in printed.err
    assert "is not corrected for its mistakes" in printed.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["DATA", "DATA", "--classifier", "MODEL"], "classes are counted in one source"),
        (["DATA", "--against", "BARE"], "a classifier is needed: --classifier RUN"),
        (["DATA", "--against", "RUN"], "a classifier is needed: --classifier RUN"),
        (["DATA", "--against", "digits"], "do not have the same classes"),
        (["DATA", "--classifier", "no-such"], "'no-such' is no classifier"),
        (["DATA", "--classifier", "MODEL", "--against", "no-such"], "no file is called 'no-such'"),
        (["DATA", "--classifier", "MODEL", "--against", "CLASSIFIER"], "not a run that makes"),
        (["DATA", "--classifier", "RUN"], "not a run that classifies"),
        (["DATA", "--classifier", "MODEL", "--count", "1"], "count must be from 2"),
        (["DATA", "--classifier", "MODEL", "--seed", "-1"], "expected a seed from 0"),
    ],
)
def test_what_cannot_be_counted(
    words: list[str],
    message: str,
    classifier: str,
    tiny: RunConfig,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    known = {
        "DATA": lambda: greys(tmp_path / "data", dark=6, light=4),
        "BARE": lambda: greys(tmp_path / "bare", dark=6, light=4, labelled=False),
        "MODEL": lambda: classifier,
        "RUN": lambda: _run(change(tiny, {"images": 16}), tmp_path / "run"),
        "CLASSIFIER": lambda: _run(KINDS["classification"](tmp_path), tmp_path / "classifier"),
    }
    assert call("data", "inspect", *(known[word]() if word in known else word for word in words))
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def _run(config: RunConfig, path: Path) -> str:
    return str(train_run(config, out=path, quiet=True).run.path)


def test_labels_that_the_classifier_does_not_know_are_left_out(
    classifier: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Path(greys(tmp_path / "data", dark=6, light=4))
    (data / "dark").rename(data / "night")
    found = shares(capsys, str(data), "--classifier", classifier)
    assert found["data"]["by"] == classifier
    assert values(found["data"]) == [0.6, 0.4]
