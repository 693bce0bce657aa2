"""ProGAN's networks: they start with small images and grow by one size after the other.

The game sets ``progress``, a number of sizes: 0 is the smallest map, 1 the next size, and at 1.3
the third size is fading in with a share of 0.3. Input and output have the full size at any
progress: small images are enlarged, each pixel to a square, and reduced by the mean of the
    square.
"""

from functools import partial
from itertools import pairwise
from math import ceil

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from zerosum.errors import ConfigError
from zerosum.networks.discriminator import Discriminator, Maps, apply_layers
from zerosum.networks.kinds import Generator
from zerosum.networks.progan_settings import ProganDiscriminatorConfig, ProganGeneratorConfig
from zerosum.networks.rows import flat_logits, latent_rows
from zerosum.networks.sizes import count_downsamplings, doubled_channels
from zerosum.nn import HE_GAIN, EqualisedConv2d, EqualisedLinear, MinibatchStd, PixelNorm
from zerosum.nn.precision import in_full_precision
from zerosum.nn.resampling import Resize
from zerosum.types import AnyLatents, AnyLogits, Images, ImageShape, Latents

__all__ = ["GrowingDiscriminator", "GrowingGenerator", "activated", "logit_head"]

_Maps = Float[Tensor, "n c _ _"]


class Growing(nn.Module):
    """The state of growth of both networks; they start fully grown.

    Args:
        growths: Number of times that the smallest size is doubled.
    """

    progress: Tensor

    def __init__(self, growths: int) -> None:
        super().__init__()
        self.growths = growths
        self.settled: tuple[int, float] | None = None
        # Part of the state, so that a network that is loaded draws as it did.
        self.register_buffer("progress", torch.tensor(float(growths)))
        self._cache(float(growths))

    def grow(self, progress: float) -> None:
        """Set the progress: sizes up to it are used, all of them from ``growths`` on.

        Raises:
            ConfigError: The progress is negative.
        """
        if progress < 0:
            raise ConfigError(f"progress must be at least 0, got {progress}.")
        progress = min(progress, self.growths)
        self.progress.fill_(progress)
        self._cache(progress)

    def _cache(self, progress: float) -> None:
        """Cache the value of the buffer: to read it from a GPU, the host would have to wait."""
        self._cached = (self.progress, self.progress._version, progress)

    def settle(self) -> None:
        """Fix the present stage, whatever the state becomes.

        A traced program has one branch, and cannot read a tensor to choose it.
        """
        self.settled = self.stage

    @property
    def stage(self) -> tuple[int, float]:
        """The number of the largest size in use, and its share α in (0, 1]."""
        if self.settled is not None:
            return self.settled
        buffer, version, progress = self._cached
        if buffer is not self.progress or version != buffer._version:
            progress = self.progress.item()
            self._cache(progress)
        size = ceil(progress)
        return size, progress - size + 1 if size else 1.0


class GrowingGenerator(Growing, Generator):
    """Latent vectors to images, by alternating upsampling and two convolutions.

    z → pixel norm → linear and a convolution → smallest maps → for each size: every pixel doubled,
    two convolutions of kernel 3 → colours. All layers are equalised and but the last followed by
    LeakyReLU and pixel norm. While size s fades in, x = α colours_s + (1 − α) doubled colours_s−1.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image; sides are multiples of 4.
        class_size: Numbers behind z in each latent vector that stand for a class.

    Raises:
        ConfigError: The image cannot be downsampled twice.

    Paper:
        Karras et al. 2018, sections 2 and 4, table 2, https://arxiv.org/abs/1710.10196

    Example:
        >>> generator = ProganGeneratorConfig(base_channels=4, latent_size=8).build((3, 16, 16))
        >>> generator.grow(0.5)
        >>> generator(torch.zeros(2, 8)).shape
        torch.Size([2, 3, 16, 16])
    """

    def __init__(
        self, settings: ProganGeneratorConfig, *, image_shape: ImageShape, class_size: int = 0
    ) -> None:
        channels, height, width = image_shape
        count = count_downsamplings(height, width)
        super().__init__(count)
        self.latent_size, self.image_shape = settings.latent_size + class_size, image_shape
        layer_channels = doubled_channels(
            settings.base_channels, count + 1, max_channels=settings.max_channels
        )[::-1]
        pixel_norm = settings.pixel_norm
        smallest = (height >> count, width >> count)
        self.start = nn.Sequential(
            *_pixel_norm(pixel_norm),
            _Stem(self.latent_size, layer_channels[0], smallest),
            *_pixel_norm(pixel_norm),
            *activated(layer_channels[0], layer_channels[0], 3),
            *_pixel_norm(pixel_norm),
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Upsample(scale_factor=2),
                *activated(inputs, outputs, 3),
                *_pixel_norm(pixel_norm),
                *activated(outputs, outputs, 3),
                *_pixel_norm(pixel_norm),
            )
            for inputs, outputs in pairwise(layer_channels)
        )
        # Colours of every size: while one fades in, those of the size before it are needed, too.
        self.colours = nn.ModuleList(EqualisedConv2d(each, channels, 1) for each in layer_channels)
        self.bound = nn.Tanh() if settings.bounded else nn.Identity()

    def forward(self, latents: AnyLatents) -> Images:
        """Generate one image per latent vector."""
        stage, share = self.stage
        maps = previous = self.start(latent_rows(latents))
        for block in self.blocks[:stage]:
            previous, maps = maps, block(maps)
        images: Tensor = self.bound(self.colours[stage](maps))
        if share < 1:
            coarse: Tensor = self.bound(self.colours[stage - 1](previous))
            images = _enlarge(coarse, 1).lerp(images, share)
        return _enlarge(images, self.growths - stage)


class GrowingDiscriminator(Growing, Discriminator):
    """Images to logits, by alternating two convolutions and downsampling.

    x, shrunk to the size in use → 1x1 convolution → for each size: two convolutions of kernel 3,
    mean of 2x2 → deviation of the minibatch → convolution → linear → linear → logits (n,). While
    size s fades in, its maps go into the next smaller size with the share α, and those of the
    image at that size with 1 − α.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image; sides are multiples of 4.
        outputs: Logits of each image.

    Raises:
        ConfigError: The image cannot be downsampled twice.

    Paper:
        Karras et al. 2018, sections 2 and 3, table 2, https://arxiv.org/abs/1710.10196

    Example:
        >>> discriminator = ProganDiscriminatorConfig(base_channels=4).build((3, 16, 16))
        >>> discriminator.grow(0.5)
        >>> discriminator(torch.zeros(2, 3, 16, 16)).shape
        torch.Size([2])
    """

    def __init__(
        self, settings: ProganDiscriminatorConfig, *, image_shape: ImageShape, outputs: int = 1
    ) -> None:
        channels, height, width = image_shape
        count = count_downsamplings(height, width)
        super().__init__(count)
        self.image_shape = image_shape
        layer_channels = doubled_channels(
            settings.base_channels, count + 1, max_channels=settings.max_channels
        )[::-1]
        # In the generator's order, the smallest first, so that index s is size s in both networks.
        self.entries = nn.ModuleList(
            nn.Sequential(*activated(channels, each, 1)) for each in layer_channels
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(
                *activated(outputs, outputs, 3), *activated(outputs, inputs, 3), nn.AvgPool2d(2)
            )
            for inputs, outputs in pairwise(layer_channels)
        )
        smallest = (height >> count, width >> count)
        self.head = nn.Sequential(
            *logit_head(layer_channels[0], smallest, settings.group, outputs)
        )

    def forward_features(self, images: Images) -> Maps:
        """Compute the input of the last layer, by the layers that have grown."""
        stage, share = self.stage
        images = _reduce(images, self.growths - stage)
        maps = self.entries[stage](images)
        for size in range(stage, 0, -1):
            maps = self.blocks[size - 1](maps)
            if size == stage and share < 1:
                maps = self.entries[size - 1](_reduce(images, 1)).lerp(maps, share)
        return in_full_precision(partial(apply_layers, list(self.head)[:-2]), maps)

    def forward_head(self, maps: Maps) -> AnyLogits:
        """Compute logits from what `forward_features` returned."""
        return in_full_precision(partial(apply_layers, list(self.head)[-2:]), maps)

    def coarsen(self, images: Images) -> Images:
        """Reduce real images to the detail of generated ones at this stage.

        Karras et al. 2018, appendix A.1: real images fade between two sizes as generated do.
        """
        stage, share = self.stage
        small = _reduce(images, self.growths - stage)
        if share < 1:
            small = _enlarge(_reduce(small, 1), 1).lerp(small, share)
        return _enlarge(small, self.growths - stage)


def activated(
    inputs: int, outputs: int, kernel: int, *, resize: Resize = "keep", gain: float = HE_GAIN
) -> list[nn.Module]:
    """Make an equalised convolution and a LeakyReLU.

    The gain is in the weights, as in ProGAN and StyleGAN. StyleGAN2's program multiplies behind
    the LeakyReLU, and so scales the biases, too: they start as 0 and act √2 times as strongly.

    Example:
        >>> [type(layer).__name__ for layer in activated(3, 8, 3)]
        ['EqualisedConv2d', 'LeakyReLU']
    """
    convolution = EqualisedConv2d(inputs, outputs, kernel, resize=resize, gain=gain)
    return [convolution, nn.LeakyReLU(0.2, inplace=True)]


def logit_head(
    channels: int, size: tuple[int, int], group: int, outputs: int = 1
) -> list[nn.Module]:
    """Make the layers from the smallest maps to logits, with the deviation of groups as a map.

    Example:
        >>> nn.Sequential(*logit_head(8, (4, 4), group=4))(torch.zeros(5, 8, 4, 4)).shape
        torch.Size([5])
    """
    deviation = group > 1
    return [
        *([MinibatchStd(group=group)] if deviation else []),
        *activated(channels + deviation, channels, 3),
        nn.Flatten(),
        EqualisedLinear(channels * size[0] * size[1], channels, gain=HE_GAIN),
        nn.LeakyReLU(0.2, inplace=True),
        EqualisedLinear(channels, outputs),
        flat_logits(outputs),
    ]


class _Stem(nn.Module):
    """A transposed convolution of a 1x1 image, with a bias per channel, and LeakyReLU."""

    def __init__(self, inputs: int, outputs: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.linear = EqualisedLinear(inputs, outputs * size[0] * size[1], gain=HE_GAIN, bias=None)
        self.bias = nn.Parameter(torch.zeros(outputs, 1, 1))
        self.shape = (outputs, *size)

    def forward(self, latents: Latents) -> _Maps:
        """Compute the first maps."""
        maps = self.linear(latents).view(-1, *self.shape) + self.bias
        return functional.leaky_relu(maps, 0.2)


def _pixel_norm(use: bool) -> list[nn.Module]:
    return [PixelNorm()] if use else []


def _enlarge(images: _Maps, times: int) -> _Maps:
    return functional.interpolate(images, scale_factor=float(1 << times)) if times else images


def _reduce(images: _Maps, times: int) -> _Maps:
    return functional.avg_pool2d(images, 1 << times) if times else images
