"""Fully connected networks: the smallest pair that can generate digits."""

from itertools import pairwise
from math import prod

from torch import nn

from zerosum import nn as nn_layers
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.kinds import LayeredGenerator
from zerosum.networks.mlp_settings import MlpDiscriminatorConfig, MlpGeneratorConfig
from zerosum.networks.rows import flat_logits
from zerosum.types import ImageShape

__all__ = ["MlpDiscriminator", "MlpGenerator"]


class MlpGenerator(LayeredGenerator):
    """Latent vectors to images, through fully connected layers.

    h₀ = z, hᵢ = dropout(LeakyReLU(Wᵢ hᵢ₋₁ + bᵢ)), G(z) = tanh(W h + b), with z (n, latent_size),
    hᵢ (n, widthᵢ) and G(z) (n, c, h, w) in (-1, 1). Dropout acts in training mode only.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image.
        class_size: Numbers behind z in each latent vector that stand for a class.

    Paper:
        Goodfellow et al. 2014, section 5, https://arxiv.org/abs/1406.2661

    Example:
        >>> import torch
        >>> generator = MlpGeneratorConfig().build((1, 28, 28))
        >>> generator(torch.zeros(2, 100)).shape
        torch.Size([2, 1, 28, 28])
    """

    def __init__(
        self, settings: MlpGeneratorConfig, *, image_shape: ImageShape, class_size: int = 0
    ) -> None:
        super().__init__()
        self.latent_size = settings.latent_size + class_size
        self.image_shape = image_shape
        self.layers = nn.Sequential(
            *_hidden_layers(self.latent_size, settings),
            nn.Linear(settings.widths[-1], prod(image_shape)),
            nn.Tanh(),
            nn.Unflatten(1, image_shape),
        )


class MlpDiscriminator(Discriminator):
    """Images to logits, through fully connected layers.

    h₀ = x as one row of c·h·w numbers, hᵢ = dropout(LeakyReLU(Wᵢ hᵢ₋₁ + bᵢ)), D(x) = wᵀh + b.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image.
        outputs: Logits of each image.

    Paper:
        Goodfellow et al. 2014, section 5, https://arxiv.org/abs/1406.2661

    Example:
        >>> import torch
        >>> discriminator = MlpDiscriminatorConfig().build((1, 28, 28))
        >>> discriminator(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2])
    """

    def __init__(
        self, settings: MlpDiscriminatorConfig, *, image_shape: ImageShape, outputs: int = 1
    ) -> None:
        super().__init__()
        self.image_shape = image_shape
        self.layers = nn.Sequential(
            nn.Flatten(),
            *_hidden_layers(prod(image_shape), settings),
            nn.Linear(settings.widths[-1], outputs),
            flat_logits(outputs),
        )
        if settings.spectral_norm:
            nn_layers.add_spectral_norm(self)


def _hidden_layers(
    first: int, settings: MlpGeneratorConfig | MlpDiscriminatorConfig
) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise([first, *settings.widths]):
        layers += [
            nn.Linear(inputs, outputs),
            nn.LeakyReLU(settings.slope),
            nn.Dropout(settings.dropout),
        ]
    return layers
