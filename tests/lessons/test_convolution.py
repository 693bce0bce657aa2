"""The lesson on convolutions, with what a reader brings."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.command_line import call
from zerosum.config import RunConfig, change
from zerosum.errors import ConfigError
from zerosum.families.building import build_game
from zerosum.families.loading import load_game
from zerosum.jobs.training import train_run
from zerosum.lessons.convolution_figures import filters_figure
from zerosum.lessons.figures import Gallery
from zerosum.lessons.learning import learn
from zerosum.lessons.packaged import packaged_discriminator
from zerosum.networks.first_layer import first_layer
from zerosum.training.engine import Engine

SMALL: dict[str, Any] = {"side": 32, "kernel": 5, "quiet": True}
CODE = """
from torch import nn

def flat():
    layer = nn.Conv2d(3, 2, 3)
    nn.init.ones_(layer.weight)
    return nn.Sequential(nn.ReLU(), layer)

def critic(*, image_shape, outputs):
    return nn.Sequential(nn.Conv2d(image_shape[0], 4, 5), nn.Flatten(), nn.LazyLinear(outputs))

def other(*, width):
    return nn.Conv2d(3, width, 3)

def dense():
    return nn.Linear(4, 2)

def text():
    return "no network"
"""


def first_of(**controls: Any) -> Gallery:
    figure = learn("convolution", **SMALL, **controls).results.figures["first"]
    assert isinstance(figure, Gallery)
    return figure


def test_the_filters_of_a_network_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(CODE)
    figure = first_of(network=f"{tmp_path}/mine.py:flat")
    assert figure.title.endswith("mine.py:flat: 2 filters of 3x3 for RGB (1)")
    assert figure.images.shape == (2, 3, 3, 3)
    assert (figure.images == 255).all()


def test_the_filters_of_a_discriminator_made_as_for_training(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(CODE)
    figure = first_of(network=f"{tmp_path}/mine.py:critic")
    assert figure.title.endswith("4 filters of 5x5 for RGB (0)")


def test_the_filters_of_a_run_are_those_of_its_checkpoint(tiny: RunConfig, tmp_path: Path) -> None:
    run = train_run(change(tiny, {"images": 32}), out=tmp_path / "run", quiet=True).run
    figure = first_of(run=run.path)
    assert "for grey pictures (layers.0)" in figure.title
    trained, _ = load_game(run, device="cpu")
    untrained = build_game(run.config(), Engine(device=torch.device("cpu")))
    for game, is_shown in ((trained, True), (untrained, False)):
        weight = first_layer(game.players["discriminator"].network).weight
        images = filters_figure(weight, "", columns=4).images
        assert np.array_equal(figure.images, images) == is_shown


def test_without_either_they_are_the_packaged_discriminator_s() -> None:
    assert len(first_of().images) == len(first_layer(packaged_discriminator()).weight)


def test_a_grey_picture_gives_three_equal_channels(tmp_path: Path) -> None:
    grey = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
    Image.fromarray(grey).save(tmp_path / "grey.png")
    results = learn("convolution", **SMALL, picture=tmp_path / "grey.png").results
    channels = results.figures["channels"]
    assert isinstance(channels, Gallery)
    assert (channels.images[0] == channels.images[1]).all()
    # So that a filter for colours, such as the one that is followed, sees nothing at all.
    assert results.numbers["map"].abs().max() < 1e-4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--network", "mine.py:dense"], "Linear has no convolution that takes pictures"),
        (["--network", "mine.py:text"], "returned str; expected a torch.nn.Module"),
        (["--network", "mine.py:other"], "expected a file that can be imported, and in it"),
        (["--network", "mine.py:tex"], "did you mean 'text'"),
        (["--network", "no-such"], "unknown feature network 'no-such'"),
        (["--network", "pixels"], "has no convolution"),
        (["--run", "nowhere"], "there is no folder nowhere"),
        (["--run", ".", "--network", "digits"], "--run and --network both say whose"),
        (["--picture", "mine.py"], "mine.py"),
        (["--side", "31"], "side must be between 32 and 256, got 31"),
        (["--filters", "learnt"], "learnt"),
    ],
)
def test_what_cannot_be_used_is_explained(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(CODE)
    assert call("learn", "convolution", *words) in (1, 2)
    printed = capfd.readouterr()
    assert message in printed.err + printed.out
    assert not (tmp_path / "convolution.html").exists()


def test_a_run_without_a_network_for_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="choose one"):
        learn("convolution", run=tmp_path, network="digits")
