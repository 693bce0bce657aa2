"""torchvision's classifiers: the right features, the right input, and honest weights."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torchvision import models

from zerosum.errors import ConfigError, UnknownNameError
from zerosum.features import load_features
from zerosum.features.torchvision_models import load_torchvision, renamed

ImageMaker = Callable[..., Tensor]

SMALL = {"shufflenet_v2_x0_5": 1024, "mobilenet_v3_small": 1024, "resnet18": 512}


@pytest.fixture
def build(enliven: Callable[[nn.Module], nn.Module]) -> Callable[[str], nn.Module]:
    """Build a classifier, always with the same random weights."""
    return lambda name: enliven(models.get_model(name, weights=None))


@pytest.fixture
def weights(
    request: pytest.FixtureRequest, build: Callable[[str], nn.Module], tmp_path: Path
) -> Path:
    path = tmp_path / "own.pth"
    torch.save(build(request.param).state_dict(), path)
    return path


@pytest.mark.parametrize(("name", "weights"), [(n, n) for n in SMALL], indirect=["weights"])
def test_it_is_the_classifier_without_its_last_layer(
    name: str,
    weights: Path,
    build: Callable[[str], nn.Module],
    tmp_path: Path,
    pictures: ImageMaker,
) -> None:
    network = load_features(f"torchvision:{name}", cache=tmp_path, weights=weights)
    shown = pictures(2, 3, 224)
    seen = network(shown)
    classifier = build(name)
    given: list[Tensor] = []
    last = list(classifier.modules())[-1]
    last.register_forward_pre_hook(lambda _, inputs: given.append(inputs[0]))
    preset = models.get_model_weights(name).DEFAULT.transforms()
    mean, std = torch.tensor(preset.mean), torch.tensor(preset.std)
    with torch.no_grad():
        classifier((shown / 255 - mean.view(3, 1, 1)) / std.view(3, 1, 1))
        probabilities = last(seen.features).softmax(1)
    assert seen.features.shape == (2, SMALL[name])
    assert network.dimensions == SMALL[name]
    scale = float(given[0].abs().max())
    assert (seen.features[0] - seen.features[1]).abs().max() > 0.01 * scale
    torch.testing.assert_close(seen.features, given[0], rtol=1e-4, atol=1e-5 * scale)
    assert seen.probabilities is not None
    torch.testing.assert_close(seen.probabilities, probabilities, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("weights", ["resnet18"], indirect=True)
def test_files_under_the_official_name_must_be_the_official_ones(
    weights: Path, tmp_path: Path, no_torch_home: Path
) -> None:
    weights.rename(no_torch_home / "resnet18-f37072fd.pth")
    with pytest.raises(ConfigError, match=r"resnet18-f37072fd.pth is damaged .* with f37072fd"):
        load_torchvision("resnet18", cache=tmp_path)


@pytest.mark.parametrize("weights", ["resnet18"], indirect=True)
def test_weights_of_another_classifier_are_refused(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="do not fit the network ShuffleNetV2"):
        load_torchvision("shufflenet_v2_x0_5", cache=tmp_path, weights=weights)


def test_names_and_versions_that_are_unknown_suggest_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'resnet18'"):
        load_torchvision("resnet_18", cache=tmp_path)
    with pytest.raises(UnknownNameError, match="did you mean 'IMAGENET1K_V1'"):
        load_torchvision("resnet18:IMAGENET_V1", cache=tmp_path)


def test_a_classifier_without_a_linear_end_is_refused_before_a_download(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="squeezenet1_1 ends in AdaptiveAvgPool2d"):
        load_torchvision("squeezenet1_1", cache=tmp_path)


def test_old_names_in_densenets_are_repaired() -> None:
    old = {
        "features.denseblock1.denselayer1.norm.1.weight": torch.ones(1),
        "features.denseblock1.denselayer1.conv.2.weight": torch.ones(1),
        "features.norm0.weight": torch.ones(1),
        "layer1.0.conv1.weight": torch.ones(1),
    }
    assert list(renamed(old)) == [
        "features.denseblock1.denselayer1.norm1.weight",
        "features.denseblock1.denselayer1.conv2.weight",
        "features.norm0.weight",
        "layer1.0.conv1.weight",
    ]
