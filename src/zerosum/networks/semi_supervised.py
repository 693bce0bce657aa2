"""Networks of semi-supervised GANs, with normalised weights and noise in every layer.

Feature matching compares the features of the classifier.
"""

from itertools import pairwise
from math import prod

import torch
from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.networks.classifier import ClassifierNetwork
from zerosum.networks.kinds import Generator
from zerosum.networks.rows import latent_rows
from zerosum.networks.semi_supervised_settings import (
    DeepClassifierConfig,
    MlpClassifierConfig,
    SoftplusGeneratorConfig,
)
from zerosum.nn.noise import GaussianNoise
from zerosum.nn.weightnorm import NormedConv2d, NormedLinear
from zerosum.types import AnyLatents, Features, Images, ImageShape

__all__ = ["DeepClassifier", "MlpClassifier", "SoftplusGenerator"]


_DEVIATION = 0.05
"""Initial standard deviation of the directions of a DeepClassifier's weights."""

_HEAD_SPREAD = 0.1
"""Initial standard deviation of a DeepClassifier's logits."""

_LEAST = 9
"""Least pixels of a side: two downsamplings and a convolution of kernel 3 leave one place."""


class MlpClassifier(ClassifierNetwork):
    """Images to logits of classes, through noisy fully connected layers.

    h₀ = x + σ₀ ε, hᵢ = relu(Wᵢ (hᵢ₋₁ + σ ε) + bᵢ) with normalised Wᵢ, logits = W (h + σ ε) + b.
    σ₀ is ``input_noise``: pixels are in [-1, 1], so it is twice that for pixels in [0, 1]; σ is
    ``noise``. The features are the last h. The lengths of all weights but the last are initialised
    from data and not learnt, as in the code that was published with the paper.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image.
        classes: Number of classes.

    Paper:
        Salimans et al. 2016, section 5.1, https://arxiv.org/abs/1606.03498

    Example:
        >>> classifier = MlpClassifierConfig().build((1, 28, 28), classes=10)
        >>> classifier(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2, 10])
    """

    def __init__(
        self, settings: MlpClassifierConfig, *, image_shape: ImageShape, classes: int
    ) -> None:
        super().__init__()
        self.classes = classes
        self.image_shape = image_shape
        widths, noise = settings.widths, settings.noise
        layers: list[nn.Module] = [nn.Flatten()]
        for index, (inputs, outputs) in enumerate(pairwise([prod(image_shape), *widths])):
            layers.append(GaussianNoise(noise if index else settings.input_noise))
            layers += [NormedLinear(inputs, outputs), nn.ReLU(inplace=True)]
        self.feature_size = widths[-1]
        self.body = nn.Sequential(*layers)
        last = NormedLinear(widths[-1], classes, learn_length=True)
        self.head = nn.Sequential(GaussianNoise(noise), last)


class DeepClassifier(ClassifierNetwork):
    """Images to logits of classes, through nine convolutions with normalised weights.

    Three convolutions of ``base_channels`` and three of twice as many, the third of each with
    stride 2; then one without padding and two of kernel 1, and the mean over all places, which are
    the features. LeakyReLU of slope 0.2; dropout on the image and after each downsampling. As in
    the authors' program logits start with a deviation of 0.1, all other maps with 1. The paper's
    ``base_channels`` are 96 for CIFAR-10 and 64 for SVHN.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image; sides of at least 9.
        classes: Number of classes.

    Raises:
        ConfigError: A side is shorter than 9 pixels.

    Paper:
        Salimans et al. 2016, section 5.2, https://arxiv.org/abs/1606.03498

    Example:
        >>> classifier = DeepClassifierConfig(base_channels=4).build((3, 32, 32), classes=7)
        >>> images = torch.zeros(2, 3, 32, 32)
        >>> classifier(images).shape, classifier.features(images).shape
        (torch.Size([2, 7]), torch.Size([2, 8]))
    """

    def __init__(
        self, settings: DeepClassifierConfig, *, image_shape: ImageShape, classes: int
    ) -> None:
        super().__init__()
        if min(image_shape[1:]) < _LEAST:
            raise ConfigError(
                f"this classifier needs sides of at least {_LEAST} pixels, got {image_shape[1:]}."
            )
        self.classes = classes
        self.image_shape = image_shape
        channels = settings.base_channels
        self.feature_size = wide = 2 * channels
        self.body = nn.Sequential(
            nn.Dropout(settings.input_dropout),
            *_three_convolutions(image_shape[0], channels),
            nn.Dropout(settings.dropout),
            *_three_convolutions(channels, wide),
            nn.Dropout(settings.dropout),
            *_convolution(wide, wide, 3, padding=0),
            *_convolution(wide, wide, 1, padding=0),
            *_convolution(wide, wide, 1, padding=0),
        )
        self.head = NormedLinear(
            wide, classes, learn_length=True, deviation=_DEVIATION, spread=_HEAD_SPREAD
        )

    def features(self, images: Images) -> Features:
        """Extract the means of the last maps."""
        maps: Tensor = self.body(images)
        return maps.mean(dim=(2, 3))


class SoftplusGenerator(Generator):
    """Latent vectors to images, through fully connected layers with softplus.

    h₀ = z, hᵢ = softplus(BN(Wᵢ hᵢ₋₁) + bᵢ), G(z) = 2 sigmoid(W h + b) − 1 with normalised W, whose
    lengths are learnt.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image.
        class_size: Numbers behind z in each latent vector that stand for a class.

    Paper:
        Salimans et al. 2016, section 5.1, https://arxiv.org/abs/1606.03498

    Example:
        >>> generator = SoftplusGeneratorConfig().build((1, 28, 28))
        >>> generator(torch.zeros(2, 100)).shape
        torch.Size([2, 1, 28, 28])
    """

    def __init__(
        self, settings: SoftplusGeneratorConfig, *, image_shape: ImageShape, class_size: int = 0
    ) -> None:
        super().__init__()
        self.latent_size = settings.latent_size + class_size
        self.image_shape = image_shape
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise([self.latent_size, *settings.widths]):
            norm = nn.BatchNorm1d(outputs)
            norm.weight.requires_grad_(False)  # As published: only the shift is learnt.
            layers += [nn.Linear(inputs, outputs, bias=False), norm, nn.Softplus()]
        last = NormedLinear(settings.widths[-1], prod(image_shape), learn_length=True)
        self.layers = nn.Sequential(*layers, last, nn.Unflatten(1, image_shape))

    def forward(self, latents: AnyLatents) -> Images:
        """Generate one image per latent vector."""
        images: Images = 2 * torch.sigmoid(self.layers(latent_rows(latents))) - 1
        return images


def _convolution(
    inputs: int, outputs: int, kernel: int, *, stride: int = 1, padding: int = 1
) -> list[nn.Module]:
    layer = NormedConv2d(
        inputs, outputs, kernel, stride=stride, padding=padding, deviation=_DEVIATION
    )
    return [layer, nn.LeakyReLU(0.2, inplace=True)]


def _three_convolutions(inputs: int, outputs: int) -> list[nn.Module]:
    return [
        *_convolution(inputs, outputs, 3),
        *_convolution(outputs, outputs, 3),
        *_convolution(outputs, outputs, 3, stride=2),
    ]
