"""A small classifier of digits, shipped with the package: scores without a download.

It was trained by ``scripts/train_digits_features.py`` on the 5,000 digits that are part of
zerosum, and knows 99.27 % of MNIST's 10,000 test digits. Its scores are for images of digits,
and are called FD-digits, not FID. For a sense of scale: 5,000 digits of MNIST's test half are at
0.06 from those 5,000, shifted by a pixel at 0.3, only ten different ones of each class at 0.3,
turned by 10° at 1.0, without one of the ten classes at 1, with noise of 16 of 255 at 4, and
blurred (σ of one pixel) at 30.
"""

from importlib.resources import files
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import max_pool2d

from zerosum.errors import ConfigError
from zerosum.features.base import ClassLogits, FeatureNetwork
from zerosum.features.preparation import Preparation, Resize
from zerosum.features.weights import fill, hash_of_file
from zerosum.types import Features, Images

__all__ = ["CLASSES", "FEATURES", "SIDE", "DigitsClassifier", "load_digits", "weights_file"]

SIDE = 28
"""Height and width of its input in pixels."""

FEATURES = 64
"""Numbers in the last layer but one."""

CLASSES = 10
"""The digits 0 to 9."""


_SHA256 = "15579deb6ca6e9abe8c82b535f1b512dd9a211ffe480f84ae4e94434de4cd479"
"""Of the file of weights; ``scripts/train_digits_features.py`` prints that of new ones."""


class DigitsClassifier(nn.Module):
    """Five convolutions with batch normalisation, the mean over all places, one linear layer.

    Example:
        >>> features, logits = DigitsClassifier().eval()(torch.zeros(2, 1, 28, 28))
        >>> features.shape, logits.shape
        (torch.Size([2, 64]), torch.Size([2, 10]))
    """

    def __init__(self) -> None:
        super().__init__()
        self.fine = _convolution(1, 24)
        self.middle = nn.Sequential(_convolution(24, 48), _convolution(48, 48))
        self.coarse = nn.Sequential(_convolution(48, 96), _convolution(96, FEATURES))
        self.judgement = nn.Linear(FEATURES, CLASSES)

    def forward(self, images: Images) -> tuple[Features, ClassLogits]:
        """Give features and logits of grey images in [-1, 1], 28×28 pixels."""
        seen = max_pool2d(self.fine(images), 2)
        seen = max_pool2d(self.middle(seen), 2)
        features: Tensor = self.coarse(seen).mean(dim=(2, 3))
        return features, self.judgement(features)


def load_digits(*, resize: Resize = "antialiased") -> FeatureNetwork:
    """The classifier with its shipped weights: 64 features and 10 probabilities.

    Args:
        resize: The filter that brings images to 28×28.

    Raises:
        ConfigError: If the shipped file is damaged or missing.

    Example:
        >>> seen = load_digits()(torch.zeros(2, 3, 32, 32, dtype=torch.uint8))
        >>> seen.features.shape
        torch.Size([2, 64])
    """
    path = weights_file()
    hash_found = hash_of_file(path)
    if hash_found != _SHA256:
        raise ConfigError(
            f"{path}, which is part of zerosum, is damaged: its SHA-256 should begin with "
            f"{_SHA256[:8]}, and begins with {hash_found[:8]}. Install zerosum again."
        )
    with torch.random.fork_rng(devices=[]):
        classifier = DigitsClassifier()
    fill(classifier, load_file(path), path)
    return FeatureNetwork(
        name="digits",
        weights=hash_found[:16],
        dimensions=FEATURES,
        body=classifier.to(memory_format=torch.channels_last),
        prepare=Preparation(
            channels=1, size=(SIDE, SIDE), shift=(127.5,), spread=(127.5,), resize=resize
        ),
    )


def weights_file() -> Path:
    """Where the weights lie in the installed package.

    Example:
        >>> weights_file().name
        'digits.safetensors'
    """
    return Path(str(files("zerosum.features"))) / "digits.safetensors"


def _convolution(channels: int, filters: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, filters, kernel_size=3, padding=1, bias=False),
        nn.BatchNorm2d(filters),
        nn.ReLU(),
    )
