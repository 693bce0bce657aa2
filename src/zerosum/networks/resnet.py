"""The residual networks of WGAN-GP: every block adds a correction to its input.

Blocks are pre-activated: x → shortcut(x) + conv(relu(norm(conv(relu(norm(x)))))), where kernel 3
and padding 1 keep the size, and upsampling (nearest) or downsampling (mean of 2x2) stands where
the authors' program has it.

Weights start as there: U(−√(3 v), √(3 v)) with the variance v = 2 g² / (inputs per output +
outputs per input), where g = √2 in the 3x3 convolutions of blocks and 1 elsewhere, and biases 0
(Glorot & Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html, and He's factor of 2).
"""

from torch import Tensor, nn

from zerosum import nn as nn_layers
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.kinds import LayeredGenerator
from zerosum.networks.resnet_settings import ResnetDiscriminatorConfig, ResnetGeneratorConfig
from zerosum.networks.rows import flat_logits
from zerosum.networks.sizes import count_downsamplings
from zerosum.nn import HE_GAIN, normalisation
from zerosum.types import ImageShape

__all__ = ["ResidualBlock", "ResnetDiscriminator", "ResnetGenerator"]


class ResidualBlock(nn.Module):
    """The sum of two branches: y = shortcut(x) + main(x).

    Args:
        main: The layers that learn the correction.
        shortcut: The identity, or at most resampling and a 1x1 convolution.

    Paper:
        He et al. 2016, equation 1, https://arxiv.org/abs/1603.05027

    Example:
        >>> import torch
        >>> block = ResidualBlock(main=nn.ReLU(), shortcut=nn.Identity())
        >>> block(torch.tensor([-1.0, 1.0]))
        tensor([-1.,  2.])
    """

    def __init__(self, *, main: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.main = main
        self.shortcut = shortcut

    def forward(self, maps: Tensor) -> Tensor:
        """Add the correction to the shortcut."""
        total: Tensor = self.shortcut(maps) + self.main(maps)
        return total


class ResnetGenerator(LayeredGenerator):
    """Latent vectors to images, through residual blocks that double the size.

    z (n, latent_size) → linear → the smallest map (n, base_channels, h >> k, w >> k) → k
    upsampling blocks → normalisation, ReLU, convolution, tanh.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image; sides are multiples of 4.
        class_size: Numbers behind z in each latent vector that stand for a class.

    Raises:
        ConfigError: The image cannot be downsampled twice, or a name is unknown.

    Paper:
        Gulrajani et al. 2017, the appendix's CIFAR-10 ResNet, https://arxiv.org/abs/1704.00028;
        where the text doubles before a block's second convolution, the authors' program, which
        gave the published results, doubles before the first, and so do we.

    Example:
        >>> import torch
        >>> generator = ResnetGeneratorConfig(base_channels=8).build((3, 32, 32))
        >>> generator(torch.zeros(2, 128)).shape
        torch.Size([2, 3, 32, 32])
    """

    def __init__(
        self, settings: ResnetGeneratorConfig, *, image_shape: ImageShape, class_size: int = 0
    ) -> None:
        super().__init__()
        self.latent_size = settings.latent_size + class_size
        self.image_shape = image_shape
        image_channels, height, width = image_shape
        count = count_downsamplings(height, width)
        rows, columns = height >> count, width >> count
        channels = settings.base_channels
        self.layers = nn.Sequential(
            nn.Linear(self.latent_size, channels * rows * columns),
            nn.Unflatten(1, (channels, rows, columns)),
            *(_upsampling_block(channels, "batch") for _ in range(count)),
            normalisation("batch", channels),  # Blocks are pre-activated: their sum is not.
            nn.ReLU(),
            _convolution(channels, image_channels),
            nn.Tanh(),
        )
        _initialise(self)


class ResnetDiscriminator(Discriminator):
    """Images to logits, through downsampling residual blocks and two that keep the size.

    x (n, c, h, w) → first block (stride 2, no pre-activation) → downsampling blocks → two blocks
    that keep the size → ReLU → mean over places → linear → logits (n,). It downsamples once less
    than the generator upsamples, but at least twice: 32x32 → 8x8, 64x64 → 8x8, 28x28 → 7x7. The
    authors' program normalises nothing, the paper's text by ``layer``.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image; sides are multiples of 4.
        outputs: Logits of each image.

    Raises:
        ConfigError: The image cannot be downsampled twice, or a name is unknown.

    Paper:
        Gulrajani et al. 2017, the appendix's CIFAR-10 ResNet, https://arxiv.org/abs/1704.00028

    Example:
        >>> import torch
        >>> discriminator = ResnetDiscriminatorConfig(base_channels=8).build((3, 32, 32))
        >>> discriminator(torch.zeros(2, 3, 32, 32)).shape
        torch.Size([2])
    """

    def __init__(
        self, settings: ResnetDiscriminatorConfig, *, image_shape: ImageShape, outputs: int = 1
    ) -> None:
        super().__init__()
        self.image_shape = image_shape
        image_channels, height, width = image_shape
        count = max(2, count_downsamplings(height, width) - 1)
        channels, norm = settings.base_channels, settings.norm
        self.layers = nn.Sequential(
            _first_block(image_channels, channels, norm),
            *(_downsampling_block(channels, norm) for _ in range(count - 1)),
            _same_size_block(channels, norm),
            _same_size_block(channels, norm),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(channels, outputs),
            flat_logits(outputs),
        )
        _initialise(self)
        # Last, as weights are derived from then on and can no longer be initialised.
        if settings.spectral_norm:
            nn_layers.add_spectral_norm(self)


def _initialise(network: nn.Module) -> None:
    """Initialise all weights as the authors' program does."""
    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    for block in network.modules():
        if isinstance(block, ResidualBlock):
            for layer in block.main.modules():
                if isinstance(layer, nn.Conv2d):
                    nn.init.xavier_uniform_(layer.weight, gain=HE_GAIN)


def _convolution(inputs: int, outputs: int, *, bias: bool = True) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1, bias=bias)


def _activated(channels: int, norm: str, *resize: nn.Module) -> list[nn.Module]:
    convolution = _convolution(channels, channels, bias=norm == "none")
    return [normalisation(norm, channels), nn.ReLU(), *resize, convolution]


def _upsampling_block(channels: int, norm: str) -> ResidualBlock:
    upsample = nn.Upsample(scale_factor=2)
    mix = nn.Conv2d(channels, channels, 1, bias=norm == "none")
    return ResidualBlock(
        main=nn.Sequential(*_activated(channels, norm, upsample), *_activated(channels, norm)),
        shortcut=nn.Sequential(mix, upsample),
    )


def _downsampling_block(channels: int, norm: str) -> ResidualBlock:
    downsample = nn.AvgPool2d(2)
    mix = nn.Conv2d(channels, channels, 1, bias=norm == "none")
    return ResidualBlock(
        main=nn.Sequential(*_activated(channels, norm), *_activated(channels, norm), downsample),
        shortcut=nn.Sequential(downsample, mix),
    )


def _same_size_block(channels: int, norm: str) -> ResidualBlock:
    return ResidualBlock(
        main=nn.Sequential(*_activated(channels, norm), *_activated(channels, norm)),
        shortcut=nn.Identity(),
    )


def _first_block(image_channels: int, channels: int, norm: str) -> ResidualBlock:
    downsample = nn.AvgPool2d(2)
    bias = norm == "none"
    return ResidualBlock(
        main=nn.Sequential(
            _convolution(image_channels, channels),
            nn.ReLU(),
            _convolution(channels, channels, bias=bias),
            downsample,
        ),
        shortcut=nn.Sequential(downsample, nn.Conv2d(image_channels, channels, 1, bias=bias)),
    )
