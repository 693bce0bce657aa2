"""Fully connected networks: the smallest pair that can generate digits."""

from itertools import pairwise
from math import prod

from torch import Tensor, nn

from zerosum import nn as nn_layers
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.kinds import LayeredGenerator
from zerosum.networks.mlp_settings import (
    MaxoutDiscriminatorConfig,
    MlpDiscriminatorConfig,
    MlpGeneratorConfig,
)
from zerosum.networks.rows import flat_logits
from zerosum.types import ImageShape

__all__ = ["Maxout", "MaxoutDiscriminator", "MlpDiscriminator", "MlpGenerator"]


class MlpGenerator(LayeredGenerator):
    """Latent vectors to images, through fully connected layers.

    h₀ = z, hᵢ = dropout(LeakyReLU(Wᵢ hᵢ₋₁ + bᵢ)), G(z) = tanh(W h + b), with z (n, latent_size),
    hᵢ (n, widthᵢ) and G(z) (n, c, h, w) in (-1, 1). Dropout acts in training mode only. Instead of
    tanh the last may be 2 σ(·) − 1, where the first GAN had σ, for pixels in (0, 1).

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
            *([nn.Tanh()] if settings.output == "tanh" else [nn.Sigmoid(), _Affine(2.0, -1.0)]),
            nn.Unflatten(1, image_shape),
        )
        _initialise(self, settings.weight_range)


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


class Maxout(nn.Module):
    """The greatest of each unit's numbers: h (n, units) of a (n, units · pieces).

    hⱼ = maxₖ aⱼₖ. With a linear layer before it a unit is a convex function of its input, and no
    unit ever has a gradient of 0, as a ReLU may.

    Args:
        pieces: Numbers of a unit.

    Paper:
        Goodfellow et al. 2013, section 3, https://arxiv.org/abs/1302.4389

    Example:
        >>> import torch
        >>> Maxout(2)(torch.tensor([[1.0, 3.0, -2.0, -5.0]]))
        tensor([[ 3., -2.]])
    """

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, numbers: Tensor) -> Tensor:
        """Take the greatest of each unit's numbers."""
        return numbers.reshape(len(numbers), -1, self.pieces).amax(dim=2)


class MaxoutDiscriminator(Discriminator):
    """Images to logits, through maxout units: the discriminator of the first GAN.

    h₀ = dropout((x + 1) / 2), pixels in [0, 1] of which dropped ones are black; then
    hᵢ = dropout(maxout(Wᵢ hᵢ₋₁ + bᵢ)), D(x) = wᵀh + b.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image.
        outputs: Logits of each image.

    Paper:
        Goodfellow et al. 2014, section 5, https://arxiv.org/abs/1406.2661, in the numbers of
        their program, https://github.com/goodfeli/adversarial

    Example:
        >>> import torch
        >>> discriminator = MaxoutDiscriminatorConfig().build((1, 28, 28))
        >>> discriminator(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2])
    """

    def __init__(
        self, settings: MaxoutDiscriminatorConfig, *, image_shape: ImageShape, outputs: int = 1
    ) -> None:
        super().__init__()
        self.image_shape = image_shape
        hidden: list[nn.Module] = []
        for before, after in pairwise([prod(image_shape), *settings.widths]):
            hidden += [
                nn.Linear(before, after * settings.pieces),
                Maxout(settings.pieces),
                nn.Dropout(settings.dropout),
            ]
        self.layers = nn.Sequential(
            _Affine(0.5, 0.5),
            nn.Flatten(),
            nn.Dropout(settings.input_dropout),
            *hidden,
            nn.Linear(settings.widths[-1], outputs),
            flat_logits(outputs),
        )
        _initialise(self, settings.weight_range)


class _Affine(nn.Module):
    """x · scale + shift."""

    def __init__(self, scale: float, shift: float) -> None:
        super().__init__()
        self.scale, self.shift = scale, shift

    def forward(self, numbers: Tensor) -> Tensor:
        return numbers * self.scale + self.shift


def _initialise(network: nn.Module, weight_range: float | None) -> None:
    """Give linear layers uniform weights and no biases, where a range is asked for."""
    if weight_range is None:
        return
    for layer in network.modules():
        if isinstance(layer, nn.Linear):
            nn.init.uniform_(layer.weight, -weight_range, weight_range)
            nn.init.zeros_(layer.bias)


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
