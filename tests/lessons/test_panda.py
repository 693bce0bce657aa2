"""The lesson on the panda, with what a reader brings."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import zerosum
from helpers.command_line import call
from zerosum.families.victims import load_victim
from zerosum.lessons.figures import Gallery
from zerosum.lessons.packaged import picture_for

CODE = """
import torch
from torch import nn

def ramp():
    layer = nn.Linear(4, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[2.0, -1.0, 0.0, 0.0], [0.0] * 4]))
        layer.bias.zero_()
    network = nn.Sequential(nn.Flatten(), layer)
    network.input_size, network.channels = (2, 2), 1
    network.classes = ("bright", "dark")
    return network
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(CODE)
    grey = np.array([[102, 51], [255, 0]], np.uint8)
    Image.fromarray(grey).save(tmp_path / "grey.png")
    (tmp_path / "text.png").write_text("no picture")
    folder = tmp_path / "many"
    folder.mkdir()
    for level in (0, 60, 250):
        Image.fromarray(np.full((2, 2), level, np.uint8)).save(folder / f"{level}.png")
    return path


def test_a_linear_network_of_one_s_own_by_hand(mine: Path, tmp_path: Path) -> None:
    learned = zerosum.learn(
        "panda",
        network=f"{mine}:ramp",
        picture=tmp_path / "grey.png",
        data=str(tmp_path / "many"),
        epsilon=0.3,
        quiet=True,
    )
    numbers = learned.results.numbers
    # f = 2 · 0.4 − 0.2; the log-odds against "bright" are −f, and rise by ε ‖w‖₁.
    assert numbers["said"]["before"]["class"] == "bright"
    assert numbers["said"]["before"]["confidence"] == pytest.approx(1 / (1 + np.exp(-0.6)))
    assert numbers["lengths"] == pytest.approx((3.0, 5**0.5))
    assert numbers["rises"]["sign"] == pytest.approx(0.9, abs=1e-5)
    assert numbers["first_order"]["sign"] == pytest.approx(0.9, abs=1e-5)
    assert numbers["said"]["sign"]["class"] == "dark"
    # Of the three grey pictures f is their level: the darkest two fall by less than 0.3 · 3.
    assert learned.results.tables["measured"].rows[-1][1].startswith("66.7 ±")


def test_pictures_are_taken_as_the_classifier_takes_them(tmp_path: Path) -> None:
    Image.fromarray(np.full((56, 40, 3), 255, np.uint8)).save(tmp_path / "white.png")
    victim = load_victim("digits", device=torch.device("cpu"))
    white = picture_for(victim, tmp_path / "white.png", number=0)
    assert white.shape == (1, 1, 28, 28)
    assert torch.allclose(white, torch.ones(1))
    first, last = (picture_for(victim, None, number=number) for number in (0, 5000))
    assert torch.equal(first, last)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--network", "nothing"], "'nothing' is no classifier"),
        (["--network", "mine.py:ramp", "--run", "here"], "got both"),
        (["--run", "here"], "here"),
        (["--picture", "text.png"], "text.png"),
        (["--epsilon", "0.6"], "epsilon must be between 0 and 0.5, got 0.6"),
        (["--data", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_used_is_explained(
    words: list[str],
    message: str,
    mine: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("learn", "panda", *words) in (1, 2)
    printed = capfd.readouterr()
    assert message in printed.err + printed.out
    assert not (tmp_path / "panda.html").exists()


def test_a_large_picture_is_shown_smaller(tmp_path: Path) -> None:
    path = tmp_path / "large.py"
    path.write_text(CODE.replace("nn.Flatten()", "nn.AdaptiveAvgPool2d(2), nn.Flatten()"))
    path.write_text(path.read_text().replace("(2, 2), 1", "(448, 336), 1"))
    Image.fromarray(np.full((448, 336), 128, np.uint8)).save(tmp_path / "grey.png")
    learned = zerosum.learn(
        "panda",
        network=f"{path}:ramp",
        picture=tmp_path / "grey.png",
        count=1,
        quiet=True,
    )
    figure = learned.results.figures["sum"]
    assert isinstance(figure, Gallery)
    assert figure.images.shape == (6, 224, 168)
