"""Names of networks, and the names of their scores."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from zerosum.errors import ConfigError, UnknownNameError
from zerosum.features import FEATURES, load_features, score_name


def test_the_table() -> None:
    assert list(FEATURES) == [
        "digits",
        "efficientnet-lite0",
        "inception",
        "pixels",
        "torchvision:NAME",
        "FILE.py:FUNCTION",
    ]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("digit", "digits"), ("inceptionv3", "inception"), ("torchvision", "torchvision:NAME")],
)
def test_an_unknown_name_suggests_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(UnknownNameError, match=rf"did you mean '{nearest}'\? Known: FILE.py:"):
        load_features(name, cache=Path("unused"))


def test_networks_with_weights_of_their_own_take_no_others() -> None:
    with pytest.raises(ConfigError, match="'digits' has its own weights"):
        load_features("digits", cache=Path("unused"), weights=Path("other.pth"))


def test_only_the_standard_inception_gives_fid() -> None:
    digits = load_features("digits", cache=Path("unused"))
    standard = replace(digits, name="inception")
    other = replace(digits, name="inception-0a1b2c3d")
    measures = ("frechet", "kernel", "inception", "recall")
    assert [score_name(digits, measure) for measure in measures] == [
        "FD-digits",
        "KD-digits",
        "IS-digits",
        "recall-digits",
    ]
    assert [score_name(standard, measure) for measure in measures] == [
        "FID",
        "KID",
        "IS",
        "recall",
    ]
    assert score_name(other, "frechet") == "FD-inception-0a1b2c3d"


def test_importing_features_is_light() -> None:
    program = (
        "import sys, zerosum.features; print([name for name in "
        "('torchvision', 'torch_fidelity', 'scipy', 'efficientnet_lite_pytorch') "
        "if name in sys.modules])"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert outcome.stdout.strip() == "[]"
