"""Fully connected networks: the smallest pair that learns to draw digits."""

from collections.abc import Sequence
from itertools import pairwise
from math import prod

from torch import nn

from zerosum.networks.discriminator import Discriminator
from zerosum.networks.latents import latent_rows
from zerosum.networks.opinions import flat_opinions
from zerosum.types import AnyLatents, Images, ImageShape

__all__ = ["MlpDiscriminator", "MlpGenerator"]


class MlpGenerator(nn.Module):
    """Latent vectors to pictures, through fully connected layers.

    h₀ = z, hᵢ = dropout(LeakyReLU(Wᵢ hᵢ₋₁ + bᵢ)), G(z) = tanh(W h + b), with z (n, latent_size),
    hᵢ (n, widthᵢ) and G(z) (n, c, h, w) in (-1, 1). Dropout acts in training mode only.

    Args:
        latent_size: Numbers in one latent vector.
        image_shape: (channels, height, width) of one picture.
        widths: Units of the hidden layers, the one next to the latent vector first.
        slope: Slope of the LeakyReLU for negative inputs.
        dropout: Probability with which a hidden unit is silenced; 0 for none.

    Paper:
        Goodfellow et al. 2014, section 5, https://arxiv.org/abs/1406.2661

    Example:
        >>> import torch
        >>> MlpGenerator()(torch.zeros(2, 100)).shape
        torch.Size([2, 1, 28, 28])
    """

    def __init__(
        self,
        *,
        latent_size: int = 100,
        image_shape: ImageShape = (1, 28, 28),
        widths: Sequence[int] = (32, 64, 128),
        slope: float = 0.2,
        dropout: float = 0.3,
    ) -> None:
        super().__init__()
        self.latent_size = latent_size
        self.image_shape = image_shape
        self.layers = nn.Sequential(
            *_hidden_layers([latent_size, *widths], slope, dropout),
            nn.Linear(widths[-1], prod(image_shape)),
            nn.Tanh(),
            nn.Unflatten(1, image_shape),
        )

    def forward(self, latents: AnyLatents) -> Images:
        """Draw one picture per latent vector."""
        images: Images = self.layers(latent_rows(latents))
        return images


class MlpDiscriminator(Discriminator):
    """Pictures to opinions, through fully connected layers.

    h₀ = x as one row of c·h·w numbers, hᵢ = dropout(LeakyReLU(Wᵢ hᵢ₋₁ + bᵢ)), D(x) = wᵀh + b.

    Args:
        image_shape: (channels, height, width) of one picture.
        widths: Units of the hidden layers, the one next to the picture first.
        slope: Slope of the LeakyReLU for negative inputs.
        dropout: Probability with which a hidden unit is silenced; 0 for none.
        outputs: Opinions of each picture.

    Paper:
        Goodfellow et al. 2014, section 5, https://arxiv.org/abs/1406.2661

    Example:
        >>> import torch
        >>> MlpDiscriminator()(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2])
    """

    def __init__(
        self,
        *,
        image_shape: ImageShape = (1, 28, 28),
        widths: Sequence[int] = (128, 64, 32),
        slope: float = 0.2,
        dropout: float = 0.3,
        outputs: int = 1,
    ) -> None:
        super().__init__()
        self.image_shape = image_shape
        self.layers = nn.Sequential(
            nn.Flatten(),
            *_hidden_layers([prod(image_shape), *widths], slope, dropout),
            nn.Linear(widths[-1], outputs),
            flat_opinions(outputs),
        )


def _hidden_layers(sizes: Sequence[int], slope: float, dropout: float) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.LeakyReLU(slope), nn.Dropout(dropout)]
    return layers
