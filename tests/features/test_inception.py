"""Where Inception's weights come from, and what it is called with other ones."""

import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import torch
from torch import nn

from zerosum.errors import ConfigError
from zerosum.features import inception, load_features, score_name

OFFICIAL = "weights-inception-2015-12-05-6726825d.pth"


@pytest.fixture(autouse=True)
def without_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(inception.VARIABLE, raising=False)


@pytest.fixture
def as_if_genuine(inception_weights: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make the random weights those that are looked for; the hash of theirs."""
    digest = sha256(inception_weights.read_bytes()).hexdigest()
    genuine = replace(inception.WEIGHTS, hash_prefix=digest[:8])
    monkeypatch.setattr(inception, "WEIGHTS", genuine)
    return digest


def test_other_weights_have_their_hash_in_the_name(
    inception_weights: Path, tmp_path: Path
) -> None:
    network = load_features("inception", cache=tmp_path, weights=inception_weights)
    digest = sha256(inception_weights.read_bytes()).hexdigest()
    assert network.name == f"inception-{digest[:8]}"
    assert network.weights == digest[:16]
    assert network.dimensions == 2048
    assert network.facts["input"] == "299x299"
    assert score_name(network, "frechet") == f"FD-inception-{digest[:8]}"


@pytest.mark.parametrize("name", [OFFICIAL, "pt_inception-2015-12-05-6726825d.pth"])
@pytest.mark.parametrize("place", ["cache", "torch"])
def test_the_right_weights_are_found_and_give_fid(
    inception_weights: Path,
    as_if_genuine: str,
    tmp_path: Path,
    no_torch_home: Path,
    name: str,
    place: str,
) -> None:
    folder = tmp_path / "weights" if place == "cache" else no_torch_home
    folder.mkdir(exist_ok=True)
    (folder / name).symlink_to(inception_weights)
    network = load_features("inception", cache=tmp_path)
    assert network.name == "inception"
    assert network.weights == as_if_genuine[:16]
    assert score_name(network, "frechet") == "FID"


def test_the_variable_names_a_file(
    inception_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(inception.VARIABLE, str(inception_weights))
    assert load_features("inception", cache=tmp_path).name.startswith("inception-")
    with pytest.raises(ConfigError, match=r"gone.pth cannot be read: No such file"):
        load_features("inception", cache=tmp_path, weights=Path("gone.pth"))


def test_a_file_of_the_right_name_and_other_content_is_refused(
    tmp_path: Path, no_torch_home: Path
) -> None:
    pytest.importorskip("torch_fidelity")
    (no_torch_home / OFFICIAL).write_bytes(b"half a file")
    found = sha256(b"half a file").hexdigest()[:8]
    with pytest.raises(ConfigError, match=f"begin with 6726825d, and begins with {found}"):
        load_features("inception", cache=tmp_path)


def test_without_a_network_the_message_says_what_to_do(
    tmp_path: Path, no_torch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch_fidelity")
    nowhere = replace(inception.WEIGHTS, url=f"http://127.0.0.1:9/{OFFICIAL}")
    monkeypatch.setattr(inception, "WEIGHTS", nowhere)
    with pytest.raises(ConfigError) as caught:
        load_features("inception", cache=tmp_path)
    for part in (nowhere.url, f"weights/{OFFICIAL}", "ZEROSUM_INCEPTION=FILE", "pixels"):
        assert part in str(caught.value)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("torch_fidelity")
    torch.save(nn.Linear(2, 2).state_dict(), tmp_path / "line.pth")
    with pytest.raises(ConfigError, match=r"line.pth do not fit the network Inception"):
        load_features("inception", cache=tmp_path, weights=tmp_path / "line.pth")


def test_without_torch_fidelity_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch_fidelity.feature_extractor_inceptionv3", None)
    with pytest.raises(ConfigError, match=r"pip install 'torch-fidelity>"):
        load_features("inception", cache=tmp_path)


def test_the_address_is_that_of_torch_fidelity() -> None:
    theirs = pytest.importorskip("torch_fidelity.feature_extractor_inceptionv3")
    assert inception.WEIGHTS.url == theirs.URL_INCEPTION_V3
    assert all("6726825d" in name for name in inception.WEIGHTS.names)
