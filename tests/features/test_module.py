"""The user's own network, and what can be wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from zerosum.errors import ConfigError
from zerosum.features import FeatureNetwork
from zerosum.features.module import load_module

ImageMaker = Callable[..., Tensor]


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., FeatureNetwork]:
    def write_and_load(source: str, function: str = "make") -> FeatureNetwork:
        path = tmp_path / "own.py"
        path.write_text(source)
        return load_module(f"{path}:{function}")

    return write_and_load


PLAIN = "def make(): return lambda images: images.mean((2, 3))"
STATED = """
class Means:
    input_size, channels, mean, std = (8, 6), 3, (0.5, 0.0, 1.0), 0.25
    def __call__(self, images):
        self.shape = images.shape
        return images.mean((2, 3)), images.amax((2, 3))
def make(): return Means()
"""
LINEAR = """
import torch
def make():
    layer = torch.nn.Linear(4, 2)
    torch.nn.init.constant_(layer.weight, {weight})
    torch.nn.init.zeros_(layer.bias)
    return torch.nn.Sequential(torch.nn.Flatten(), layer)
"""


def test_a_function_is_given_pictures_in_0_to_1_as_they_are(
    load: Callable[..., FeatureNetwork], pictures: ImageMaker
) -> None:
    network = load(PLAIN)
    shown = pictures(2, 1, 7, 9)
    expected = shown.double().mean((2, 3)).float() / 255
    torch.testing.assert_close(network(shown).features, expected)
    assert network(shown).probabilities is None
    assert network.name == "own.py:make"
    assert network.facts["input"] == "own size"
    assert network.facts["resize"] == "none"


def test_it_is_given_what_it_states(load: Callable[..., FeatureNetwork]) -> None:
    network = load(STATED)
    seen = network(torch.full((2, 1, 20, 20), 255, dtype=torch.uint8))
    torch.testing.assert_close(seen.features, torch.tensor([[2.0, 4.0, 0.0]]).repeat(2, 1))
    assert seen.probabilities is not None
    torch.testing.assert_close(seen.probabilities, seen.features.softmax(1))
    assert network.facts["input"] == "8x6"


def test_the_hash_changes_with_the_weights_and_with_the_file(
    load: Callable[..., FeatureNetwork],
) -> None:
    hashes = [
        load(source).weights
        for source in (LINEAR.format(weight=1), LINEAR.format(weight=2), PLAIN, PLAIN + "\n")
    ]
    assert len(set(hashes)) == 4
    assert load(PLAIN).weights == hashes[2]
    assert load(LINEAR.format(weight=1)).weights == hashes[0]


def test_the_weights_matter_even_if_the_file_stays(
    load: Callable[..., FeatureNetwork], tmp_path: Path
) -> None:
    source = "import torch\ndef make(): return torch.load({!r}, weights_only=False)"
    hashes = []
    for weight in (1.0, 2.0):
        layer = torch.nn.Linear(1, 1)
        torch.nn.init.constant_(layer.weight, weight)
        torch.nn.init.zeros_(layer.bias)
        torch.save(layer, tmp_path / "layer.pt")
        hashes.append(load(source.format(str(tmp_path / "layer.pt"))).weights)
    assert hashes[0] != hashes[1]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def other(): pass", "has no function make.* a function make()"),
        ("import nothing_of_this_name", "ModuleNotFoundError"),
        ("def make(): raise OSError('no file')", "OSError: no file"),
        ("def make(): return 3", "returned int; expected a torch.nn.Module"),
        (PLAIN.replace("(2, 3)", "(1, 2, 3)"), r"gave torch.float32 of shape \(2,\)"),
        ("def make(): return lambda x: 'two'", "gave str"),
        ("def make(): return lambda x: (x.mean((2, 3)), 0)", "should give logits.*gave int"),
        ("def make(): return lambda x: x.mean((2, 3)) / 0 * 0", "NaN or infinity in 2"),
        (STATED.replace("(8, 6)", "'large'"), "states input_size 'large'"),
        (STATED.replace("(8, 6)", "(8, 0)"), r"states input_size \(8, 0\)"),
        (STATED.replace(" 3, (0.5", " 2, (0.5"), "states channels 2"),
        (STATED.replace("0.0, 1.0)", "0.0)"), "one number, or one for each channel"),
        (STATED.replace("0.25", "0"), "divided by 0"),
    ],
)
def test_what_is_wrong_is_said(
    load: Callable[..., FeatureNetwork], source: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load(source)(torch.zeros(2, 1, 4, 4, dtype=torch.uint8))


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ConfigError, match=r"no/such.py cannot be read: .*file.py:function"):
        load_module("no/such.py:make")
