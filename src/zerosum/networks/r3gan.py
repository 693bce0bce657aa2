"""R3GAN's networks: plain residual networks without normalisation, generator and mirror image.

Config E of Huang et al. 2024, "The GAN is dead; long live the GAN! A Modern GAN Baseline",
https://arxiv.org/abs/2501.05441, section 4. There is no normalisation, no noise,
no style and no minibatch statistic. Training is stable without them because of the cost (the
relativistic objective with the penalties R1 and R2) and of the initialisation: every block starts
as the identity, and the other weights as by Fixup.

There are biases before activations and nowhere else. Sizes change through the binomial filter of
`zerosum.nn.resampling`, the authors' "bilinear" one.
"""

from functools import partial
from itertools import pairwise
from math import sqrt

import torch
from torch import Tensor, nn

from zerosum import nn as nn_layers
from zerosum.errors import ConfigError
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.kinds import LayeredGenerator
from zerosum.networks.r3gan_settings import R3ganDiscriminatorConfig, R3ganGeneratorConfig
from zerosum.networks.resnet import ResidualBlock
from zerosum.networks.rows import flat_logits
from zerosum.networks.sizes import count_downsamplings, doubled_channels
from zerosum.nn.resampling import downsample, upsample
from zerosum.types import ImageShape, Latents

__all__ = ["R3ganDiscriminator", "R3ganGenerator", "bottleneck"]

_SLOPE = 0.2
"""Negative slope of the leaky ReLU."""


class R3ganGenerator(LayeredGenerator):
    """Latent vectors to images, through residual blocks at every size.

    z (n, latent_size) → a learnt map (channels of the smallest size, h >> k, w >> k), each channel
    times a linear function of z → blocks → k times (1x1 convolution where the channels
    change, upsampling, blocks) → 1x1 convolution to the image. In the paper images are
    not bounded to [-1, 1]; they are clamped when they are turned into bytes.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image; sides are multiples of 4.
        class_size: Numbers behind z in each latent vector that stand for a class.

    Raises:
        ConfigError: The image cannot be downsampled twice, or channels do not divide into
            groups.

    Paper:
        Huang et al. 2024, section 4, https://arxiv.org/abs/2501.05441

    Example:
        >>> generator = R3ganGeneratorConfig(base_channels=8).build((3, 48, 36))
        >>> generator(torch.zeros(2, 64)).shape
        torch.Size([2, 3, 48, 36])
    """

    def __init__(
        self, settings: R3ganGeneratorConfig, *, image_shape: ImageShape, class_size: int = 0
    ) -> None:
        super().__init__()
        self.latent_size = settings.latent_size + class_size
        self.image_shape = image_shape
        channels, height, width = image_shape
        count = count_downsamplings(height, width)
        layer_channels = doubled_channels(
            settings.base_channels, count + 1, max_channels=settings.max_channels
        )[::-1]
        stages = [_stage(each, settings) for each in layer_channels]
        border = settings.repeat_border
        upsamplings = [
            upsampling(*step, repeat_border=border) for step in pairwise(layer_channels)
        ]
        self.layers = nn.Sequential(
            _Basis(self.latent_size, layer_channels[0], (height >> count, width >> count)),
            stages[0],
            *(layer for pair in zip(upsamplings, stages[1:], strict=True) for layer in pair),
            nn.Conv2d(layer_channels[-1], channels, 1, bias=False),
            nn.Tanh() if settings.bounded else nn.Identity(),
        )
        _initialise_by_fixup(self)


class R3ganDiscriminator(Discriminator):
    """Images to logits: the generator's mirror image.

    In mixed precision the layers behind the last downsampling compute in 32 bits, as in the paper.

    x (n, c, h, w) → 1x1 convolution → blocks → k times (downsampling, 1x1 convolution where the
    channels change, blocks) → depthwise convolution that covers the smallest map → linear →
    logits (n,).

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image; sides are multiples of 4.
        outputs: Logits of each image.

    Raises:
        ConfigError: The image cannot be downsampled twice, or channels do not divide into
            groups.

    Paper:
        Huang et al. 2024, section 4, https://arxiv.org/abs/2501.05441

    Example:
        >>> discriminator = R3ganDiscriminatorConfig(base_channels=8).build((3, 48, 36))
        >>> discriminator(torch.zeros(2, 3, 48, 36)).shape
        torch.Size([2])
    """

    in_full = 4

    def __init__(
        self, settings: R3ganDiscriminatorConfig, *, image_shape: ImageShape, outputs: int = 1
    ) -> None:
        super().__init__()
        self.image_shape = image_shape
        channels, height, width = image_shape
        count = count_downsamplings(height, width)
        layer_channels = doubled_channels(
            settings.base_channels, count + 1, max_channels=settings.max_channels
        )
        stages = [_stage(each, settings) for each in layer_channels]
        downsamplings = [
            downsampling(inputs, outputs) for inputs, outputs in pairwise(layer_channels)
        ]
        self.layers = nn.Sequential(
            nn.Conv2d(channels, layer_channels[0], 1, bias=False),
            stages[0],
            *(layer for pair in zip(downsamplings, stages[1:], strict=True) for layer in pair),
            GlobalConv(layer_channels[-1], (height >> count, width >> count)),
            nn.Linear(layer_channels[-1], outputs, bias=False),
            flat_logits(outputs),
        )
        _initialise_by_fixup(self)
        # Last, as weights are derived from then on and can no longer be initialised.
        if settings.spectral_norm:
            nn_layers.add_spectral_norm(self)


def bottleneck(channels: int, *, group_size: int, expansion: int) -> ResidualBlock:
    """Make one residual block: x + W₃ a(W₂ a(W₁ x)), with a a leaky ReLU after a bias.

    W₁ is a 1x1 convolution to ``expansion`` times the channels, W₂ a 3x3 convolution in groups, W₃
    a 1x1 convolution back. There is no activation on the sum.

    Args:
        channels: Channels of input and output.
        group_size: Channels of a group in W₂; fewer where there are not as many.
        expansion: Channels between W₁ and W₃ per channel of the block.

    Raises:
        ConfigError: If the channels of W₂ are not a multiple of the group size.

    Paper:
        Huang et al. 2024, section 4, config D (groups) and E (the inner width is the greater),
        https://arxiv.org/abs/2501.05441

    Example:
        >>> block = bottleneck(32, group_size=16, expansion=2)
        >>> block(torch.zeros(1, 32, 7, 7)).shape
        torch.Size([1, 32, 7, 7])
    """
    inner = channels * expansion
    size = min(group_size, inner)
    if inner % size:
        raise ConfigError(
            f"{channels} channels, {expansion} times as many within a block, do not make groups "
            f"of {size}; choose base_channels of which they do, or another group_size."
        )
    return ResidualBlock(
        main=nn.Sequential(
            nn.Conv2d(channels, inner, 1),
            nn.LeakyReLU(_SLOPE, inplace=True),
            nn.Conv2d(inner, inner, 3, padding=1, groups=inner // size),
            nn.LeakyReLU(_SLOPE, inplace=True),
            nn.Conv2d(inner, channels, 1, bias=False),  # Biases only before activations.
        ),
        shortcut=nn.Identity(),
    )


class _Basis(nn.Module):
    """A learnt map, each channel multiplied by a linear function of z: y_c = b_c · (A z)_c."""

    def __init__(self, latent_size: int, channels: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.basis = nn.Parameter(torch.randn(channels, *size))
        self.modulation = nn.Linear(latent_size, channels, bias=False)

    def forward(self, latents: Latents) -> Tensor:
        maps: Tensor = self.modulation(latents)[:, :, None, None] * self.basis
        return maps


class GlobalConv(nn.Conv2d):
    """A depthwise convolution as large as the map: y_c = Σ_p w_cp x_cp, shape (n, channels).

    As a product and a sum, which on the CPU took a third of the time of the convolution.
    """

    def __init__(self, channels: int, size: tuple[int, int]) -> None:
        super().__init__(channels, channels, size, groups=channels, bias=False)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - PyTorch's own word
        return (input * self.weight[:, 0]).sum(dim=(2, 3))


class _FilteredUpsample(nn.Module):
    """`zerosum.nn.resampling.upsample` as a layer."""

    def forward(self, maps: Tensor) -> Tensor:
        return upsample(maps)


class _FilteredDownsample(nn.Module):
    """`zerosum.nn.resampling.downsample` as a layer."""

    def forward(self, maps: Tensor) -> Tensor:
        return downsample(maps)


def _stage(
    channels: int, settings: R3ganGeneratorConfig | R3ganDiscriminatorConfig
) -> nn.Sequential:
    make = partial(bottleneck, group_size=settings.group_size, expansion=settings.expansion)
    return nn.Sequential(*(make(channels) for _ in range(settings.blocks)))


def upsampling(inputs: int, outputs: int, *, repeat_border: bool = False) -> nn.Sequential:
    # The convolution comes first: it commutes with the filter, and is cheaper at the small size.
    filtered = (
        nn.Upsample(scale_factor=2, mode="bilinear") if repeat_border else _FilteredUpsample()
    )
    return nn.Sequential(*_pointwise(inputs, outputs), filtered)


def downsampling(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(_FilteredDownsample(), *_pointwise(inputs, outputs))


def _pointwise(inputs: int, outputs: int) -> list[nn.Module]:
    return [] if inputs == outputs else [nn.Conv2d(inputs, outputs, 1, bias=False)]


def _initialise_by_fixup(network: nn.Module) -> None:
    """Initialise all weights so that signals keep their size for any number of blocks.

    In each block the last weight is 0 and the others are N(0, g² / fan-in) · L^(−1/4), with L the
    number of blocks and g² = 2 / (1 + slope²) for the leaky ReLU; outside of blocks g = 1. Biases
    are 0 (Zhang et al. 2019, https://arxiv.org/abs/1901.09321, with 3 layers in a block: the
    exponent is −1 / (2 · 3 − 2)).
    """
    blocks = [layer for layer in network.modules() if isinstance(layer, ResidualBlock)]
    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            _initialise(layer, gain=1.0)
    for block in blocks:
        *earlier, last = [layer for layer in block.modules() if isinstance(layer, nn.Conv2d)]
        for layer in earlier:
            _initialise(layer, gain=sqrt(2 / (1 + _SLOPE**2)) * len(blocks) ** -0.25)
        nn.init.zeros_(last.weight)


def _initialise(layer: nn.Conv2d | nn.Linear, *, gain: float) -> None:
    inputs = layer.weight[0].numel()
    nn.init.normal_(layer.weight, std=gain / sqrt(inputs))
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
