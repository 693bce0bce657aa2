"""The lesson on networks, with what a reader brings."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import zerosum
from helpers.command_line import call
from zerosum.lessons.figures import Gallery

CODE = """
import torch
from torch import nn

def ramp():
    layer = nn.Linear(12, 2, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.stack([torch.arange(12.0), -torch.arange(12.0)]) / 100)
    network = nn.Sequential(nn.Flatten(), layer)
    network.input_size, network.channels = (3, 4), 1
    return network

def constant():
    class Constant(nn.Module):
        input_size, channels = (3, 4), 1
        def forward(self, images):
            return torch.zeros(len(images), 2)
    return Constant()

def broken():
    raise OSError("no weights here")
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(CODE)
    Image.fromarray(np.full((3, 4), 255, np.uint8)).save(tmp_path / "white.png")
    (tmp_path / "text.png").write_text("no picture")
    return path


def test_the_gradient_of_a_network_of_one_s_own(mine: Path, tmp_path: Path) -> None:
    learned = zerosum.learn(
        "network", network=f"{mine}:ramp", picture=str(tmp_path / "white.png"), quiet=True
    )
    picture = learned.results.figures["drawn"]
    assert isinstance(picture, Gallery)
    shown, _, size = picture.images
    assert (shown == 255).all()
    # A linear network: the gradient is a multiple of its weights, 0 to 11.
    assert np.abs(size.flatten() - np.arange(12) / 11 * 255).max() <= 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--network", "nothing"], "'nothing' is no classifier"),
        (["--network", "mine.py:missing"], "missing"),
        (["--network", "mine.py:broken"], "no weights here"),
        (["--network", "mine.py:constant"], "lets no gradient through"),
        (["--picture", "nowhere.png"], "nowhere.png does not exist"),
        (["--picture", "text.png"], "text.png"),
        (["--hidden", "0"], "hidden must be between 1 and 16, got 0"),
        (["--activation", "gelu"], "gelu"),
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
    assert call("learn", "network", *words) in (1, 2)
    printed = capfd.readouterr()
    assert message in printed.err + printed.out
    assert not (tmp_path / "network.html").exists()
