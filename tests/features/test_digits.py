"""The shipped classifier of digits: small, accurate, and with an eye for what can go wrong."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from zerosum.data import Source, open_source
from zerosum.errors import ConfigError
from zerosum.features import FeatureNetwork
from zerosum.features.digits import FEATURES, DigitsClassifier, load_digits, weights_file
from zerosum.metrics.frechet import frechet_distance_of_features


@pytest.fixture(scope="module")
def network() -> FeatureNetwork:
    return load_digits()


def digits(source: Source, count: int | None = None) -> tuple[Tensor, Tensor]:
    indices = range(count or len(source))
    pictures = source.chunk(0, len(indices))
    assert pictures is not None
    labels = [label for index in indices if (label := source.label(index)) is not None]
    return torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2), torch.tensor(labels)


def probabilities(network: FeatureNetwork, pictures: Tensor) -> Tensor:
    found = network(pictures).probabilities
    assert found is not None
    return found


def test_a_damaged_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(weights_file().read_bytes())
    content[-1] ^= 1
    (tmp_path / "digits.safetensors").write_bytes(content)
    monkeypatch.setattr(
        "zerosum.features.digits.weights_file", lambda: tmp_path / "digits.safetensors"
    )
    with pytest.raises(ConfigError, match=r"is damaged: .* 15579deb.*Install zerosum again"):
        load_digits()


def test_it_is_small() -> None:
    assert sum(p.numel() for p in DigitsClassifier().parameters()) < 240_000
    assert weights_file().stat().st_size < 1_000_000
    assert 64 <= FEATURES <= 128


def test_it_knows_mnists_test_digits(network: FeatureNetwork, real_data: Path) -> None:
    if not (real_data / "MNIST").is_dir():
        pytest.skip("no MNIST here")
    source = open_source(f"mnist:{real_data}", split="test")
    pictures, labels = digits(source)
    assert len(labels) == 10_000
    found = torch.cat(
        [probabilities(network, batch).argmax(1) for batch in torch.split(pictures, 500)]
    )
    assert (found == labels).double().mean() >= 0.985


def test_other_sizes_and_colours_are_read_as_well(network: FeatureNetwork) -> None:
    pictures, labels = digits(open_source("digits"), 200)
    large = torch.nn.functional.interpolate(pictures, scale_factor=3)
    opaque = torch.full_like(large, 255)
    clear = torch.cat([large, large, large, opaque], dim=1)
    for shown in (large, clear):
        assert (probabilities(network, shown).argmax(1) == labels).double().mean() > 0.98


@pytest.fixture(scope="module")
def halves(network: FeatureNetwork) -> tuple[Tensor, Tensor]:
    """Features of 1,500 digits, and of 1,500 others."""
    seen = network(digits(open_source("digits"), 3000)[0]).features
    return seen[:1500], seen[1500:]


def noisy(pictures: Tensor, amount: float) -> Tensor:
    noise = torch.randn(pictures.shape, generator=torch.Generator().manual_seed(0))
    return (pictures + amount * noise).round().clamp(0, 255).to(torch.uint8)


def blurred(pictures: Tensor, amount: float) -> Tensor:
    weak = torch.nn.functional.avg_pool2d(pictures.float(), 3, 1, 1)
    return torch.lerp(pictures.float(), weak, amount).round().to(torch.uint8)


def shifted(pictures: Tensor, amount: float) -> Tensor:
    return pictures.roll(int(amount), dims=3)


def few(pictures: Tensor, amount: float) -> Tensor:
    """The more of it, the fewer different pictures."""
    return pictures[torch.arange(len(pictures)) % int(len(pictures) / amount)]


@pytest.mark.parametrize(
    ("spoil", "amounts"),
    [
        (noisy, (16, 32, 64)),
        (blurred, (0.3, 0.6, 1.0)),
        (shifted, (1, 2, 4)),
        (few, (20, 100, 500)),
    ],
)
def test_the_frechet_distance_grows_with_every_fault(
    network: FeatureNetwork,
    halves: tuple[Tensor, Tensor],
    spoil: Callable[[Tensor, float], Tensor],
    amounts: tuple[float, ...],
) -> None:
    (real, good), pictures = halves, digits(open_source("digits"), 3000)[0][1500:]
    spoilt = [network(spoil(pictures, amount)).features for amount in amounts]
    values = [frechet_distance_of_features(real, seen).value for seen in (good, *spoilt)]
    assert all(worse > 1.3 * better for better, worse in pairwise(values)), values
