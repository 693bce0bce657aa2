"""Networks of semi-supervised GANs, with normalised weights and noise in every layer.

A classifier's features are what the generator matches.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import prod

import torch
from torch import Tensor, nn

from zerosum.networks.classifier import Classifier
from zerosum.networks.latents import latent_rows
from zerosum.nn.noise import GaussianNoise
from zerosum.nn.weightnorm import NormedConv2d, NormedLinear
from zerosum.types import AnyLatents, Features, Images, ImageShape

__all__ = ["DeepClassifier", "MlpClassifier", "SoftplusGenerator"]


_DEVIATION = 0.05
"""Of the first directions of a DeepClassifier's weights."""

_HEAD_SPREAD = 0.1
"""Of a DeepClassifier's first logits."""


class MlpClassifier(Classifier):
    """Pictures to logits of classes, through noisy fully connected layers.

    h₀ = x + σ₀ ε, hᵢ = relu(Wᵢ (hᵢ₋₁ + σ ε) + bᵢ) with normalised Wᵢ, logits = W (h + σ ε) + b.
    The features are the last h. The lengths of all weights but the last are set by the data and
    not learnt, as in the code that was published with the paper.

    Args:
        classes: How many classes there are.
        image_shape: (channels, height, width) of one picture.
        widths: Units of the hidden layers, the one next to the picture first.
        input_noise: σ₀; pixels live in [-1, 1], so this is twice that of pixels in [0, 1].
        noise: σ.

    Paper:
        Salimans et al. 2016, section 5.1, https://arxiv.org/abs/1606.03498

    Example:
        >>> MlpClassifier(classes=10, image_shape=(1, 28, 28))(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2, 10])
    """

    def __init__(
        self,
        *,
        classes: int,
        image_shape: ImageShape,
        widths: Sequence[int] = (1000, 500, 250, 250, 250),
        input_noise: float = 0.6,
        noise: float = 0.5,
    ) -> None:
        super().__init__()
        self.classes = classes
        self.image_shape = image_shape
        layers: list[nn.Module] = [nn.Flatten()]
        for index, (inputs, outputs) in enumerate(pairwise([prod(image_shape), *widths])):
            layers.append(GaussianNoise(noise if index else input_noise))
            layers += [NormedLinear(inputs, outputs), nn.ReLU(inplace=True)]
        self.feature_size = widths[-1]
        self.body = nn.Sequential(*layers)
        last = NormedLinear(widths[-1], classes, learn_length=True)
        self.head = nn.Sequential(GaussianNoise(noise), last)


class DeepClassifier(Classifier):
    """Pictures to logits of classes, through nine convolutions with normalised weights.

    Three convolutions of ``width`` channels and three of twice as many, the third of each halving
    the picture; then one without padding and two of kernel 1, and the mean over all places, which
    are the features. LeakyReLU of slope 0.2; dropout on the picture and after each halving. As in
    the authors' program logits start with a deviation of 0.1, all other maps with 1.

    Args:
        classes: How many classes there are.
        image_shape: (channels, height, width) of one picture; sides of at least 9.
        width: Channels of the first layers; 96 for CIFAR-10 and 64 for SVHN in the paper.
        input_dropout: Part of the picture's values that is dropped while training.
        dropout: Part of the maps' values that is dropped after each halving.

    Paper:
        Salimans et al. 2016, section 5.2, https://arxiv.org/abs/1606.03498

    Example:
        >>> classifier = DeepClassifier(classes=7, image_shape=(3, 32, 32), width=4)
        >>> images = torch.zeros(2, 3, 32, 32)
        >>> classifier(images).shape, classifier.features(images).shape
        (torch.Size([2, 7]), torch.Size([2, 8]))
    """

    def __init__(
        self,
        *,
        classes: int,
        image_shape: ImageShape,
        width: int = 64,
        input_dropout: float = 0.2,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.classes = classes
        self.image_shape = image_shape
        self.feature_size = wide = 2 * width
        self.body = nn.Sequential(
            nn.Dropout(input_dropout),
            *_three(image_shape[0], width),
            nn.Dropout(dropout),
            *_three(width, wide),
            nn.Dropout(dropout),
            *_convolution(wide, wide, 3, padding=0),
            *_convolution(wide, wide, 1, padding=0),
            *_convolution(wide, wide, 1, padding=0),
        )
        self.head = NormedLinear(
            wide, classes, learn_length=True, deviation=_DEVIATION, spread=_HEAD_SPREAD
        )

    def features(self, images: Images) -> Features:
        """The means of the last maps."""
        maps: Tensor = self.body(images)
        return maps.mean(dim=(2, 3))


class SoftplusGenerator(nn.Module):
    """Latent vectors to pictures, through fully connected layers with softplus.

    h₀ = z, hᵢ = softplus(BN(Wᵢ hᵢ₋₁) + bᵢ), G(z) = 2 sigmoid(W h + b) − 1 with normalised W, whose
    lengths are learnt.

    Args:
        latent_size: Numbers in one latent vector.
        image_shape: (channels, height, width) of one picture.
        widths: Units of the hidden layers, the one next to the latent vector first.

    Paper:
        Salimans et al. 2016, section 5.1, https://arxiv.org/abs/1606.03498

    Example:
        >>> SoftplusGenerator()(torch.zeros(2, 100)).shape
        torch.Size([2, 1, 28, 28])
    """

    def __init__(
        self,
        *,
        latent_size: int = 100,
        image_shape: ImageShape = (1, 28, 28),
        widths: Sequence[int] = (500, 500),
    ) -> None:
        super().__init__()
        self.latent_size = latent_size
        self.image_shape = image_shape
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise([latent_size, *widths]):
            norm = nn.BatchNorm1d(outputs)
            norm.weight.requires_grad_(False)
            layers += [nn.Linear(inputs, outputs, bias=False), norm, nn.Softplus()]
        last = NormedLinear(widths[-1], prod(image_shape), learn_length=True)
        self.layers = nn.Sequential(*layers, last, nn.Unflatten(1, image_shape))

    def forward(self, latents: AnyLatents) -> Images:
        """Draw one picture per latent vector."""
        images: Images = 2 * torch.sigmoid(self.layers(latent_rows(latents))) - 1
        return images


def _convolution(
    inputs: int, outputs: int, kernel: int, *, stride: int = 1, padding: int = 1
) -> list[nn.Module]:
    layer = NormedConv2d(
        inputs, outputs, kernel, stride=stride, padding=padding, deviation=_DEVIATION
    )
    return [layer, nn.LeakyReLU(0.2, inplace=True)]


def _three(inputs: int, outputs: int) -> list[nn.Module]:
    return [
        *_convolution(inputs, outputs, 3),
        *_convolution(outputs, outputs, 3),
        *_convolution(outputs, outputs, 3, stride=2),
    ]
