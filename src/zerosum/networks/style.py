"""StyleGAN's networks: a style for every layer, computed from the latent vector by a mapping.

A style is a vector w. Coarse layers set pose and shape, fine ones colours and texture, so images
can be mixed: different layers get the styles of different latents.
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from math import sqrt

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from zerosum.networks.discriminator import Discriminator
from zerosum.networks.kinds import StyledGenerator
from zerosum.networks.progan import activated, logit_head
from zerosum.networks.resnet import ResidualBlock
from zerosum.networks.rows import latent_rows
from zerosum.networks.sizes import count_downsamplings, doubled_channels
from zerosum.networks.style_layers import (
    SLOPE,
    STYLES,
    ModulatedColours,
    ModulatedLayer,
)
from zerosum.networks.style_settings import StyleDiscriminatorConfig, StyleGeneratorConfig
from zerosum.nn import HE_GAIN, EqualisedConv2d, EqualisedLinear, PixelNorm
from zerosum.nn.precision import in_full_precision, widened
from zerosum.nn.resampling import upsample
from zerosum.types import AnyLatents, Images, ImageShape, Latents

__all__ = ["MappingNetwork", "StyleDiscriminator", "StyleGenerator"]

Styles = Float[Tensor, "n layers s"]
"""w for each image and layer."""

_MEAN_DECAY = 0.995
"""Decay of the moving average of styles per batch, as in the authors' programs."""


class StyleGenerator(StyledGenerator):
    """Latent vectors to styles, and styles to images.

    mapping: z → pixel norm → ``depth`` times (linear, LeakyReLU) → w, for each of 2 k + 2 layers.
    synthesis: a learnt constant → k upsamplings, two layers per size → colours. With ``adain``
    (StyleGAN) the constant starts as 1, and the last maps become colours; with ``modulation``
    (StyleGAN2) it starts as N(0, 1), the maps of every size become colours, and the image is
    their sum, each upsampled to the full size.

    In training mode ``mean_style`` is a moving average of w, and with the probability ``mixing`` a
    image gets the styles of another latent vector, of N(0, 1), from a random layer on. In
    evaluation mode styles are truncated by ``truncation`` ψ, see `truncate`. In the papers colours
    are a linear function of the maps, not bounded to [-1, 1]. StyleGAN3 has no noise (Karras et
    al. 2021, configuration C, https://arxiv.org/abs/2106.12423).

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image; sides are multiples of 4.
        class_size: Numbers behind z in each latent vector that stand for a class; mixed styles
            have the same class.

    Raises:
        ConfigError: The image cannot be downsampled twice, or a name is unknown.

    Paper:
        Karras et al. 2019 and 2020, https://arxiv.org/abs/1812.04948 and .../1912.04958

    Example:
        >>> network = StyleGeneratorConfig(latent_size=8, base_channels=4).build((1, 28, 28))
        >>> styles = network.mapping(torch.zeros(2, 8))
        >>> styles.shape, network.synthesis(styles).shape
        (torch.Size([2, 6, 512]), torch.Size([2, 1, 28, 28]))
    """

    def __init__(
        self, settings: StyleGeneratorConfig, *, image_shape: ImageShape, class_size: int = 0
    ) -> None:
        super().__init__()
        self.latent_size, self.class_size = settings.latent_size + class_size, class_size
        self.image_shape = image_shape
        self.mixing, self.truncation = settings.mixing, settings.truncation
        channels, height, width = image_shape
        count = count_downsamplings(height, width)
        layer_channels = doubled_channels(
            settings.base_channels, count + 1, max_channels=settings.max_channels
        )[::-1]
        style_size = settings.style_size
        sizes = [(height >> times, width >> times) for times in range(count, -1, -1)]
        self.layers = 2 * (count + 1)
        self.map = MappingNetwork(
            self.latent_size, style_size, depth=settings.depth, rate=settings.mapping_rate
        )
        self.register_buffer("mean_style", torch.zeros(style_size))
        kind = STYLES[settings.style]
        # StyleGAN2 sums colours of all sizes; StyleGAN has colours of the last size alone.
        self.skips = kind is ModulatedLayer
        start = torch.randn if self.skips else torch.ones
        self.constant = nn.Parameter(start(1, layer_channels[0], *sizes[0]))
        self.blocks = nn.ModuleList()
        self.colours = nn.ModuleList()
        make = partial(kind, style_size=style_size, noise=settings.noise)
        for number, step in enumerate(pairwise([layer_channels[0], *layer_channels])):
            build = partial(make, size=sizes[number])
            self.blocks.append(_block(build, step, first=number == 0, bare=not self.skips))
            if self.skips:
                self.colours.append(ModulatedColours(step[1], channels, style_size=style_size))
        if not self.skips:
            self.colours.append(EqualisedConv2d(layer_channels[-1], channels, 1))
        self.bound = nn.Tanh() if settings.bounded else nn.Identity()

    def forward(self, latents: AnyLatents) -> Images:
        """Generate one image per latent vector."""
        latents = latent_rows(latents)
        styles = self.mapping(latents)
        if self.training:
            self.update_mean(styles)
            return self.synthesis(self._randomly_mixed(styles, latents))
        return self.synthesis(self.truncate(styles, self.truncation))

    def mapping(self, latents: Latents) -> Styles:
        """Compute the styles w of latents z, the same for each layer: shape (n, layers, s)."""
        # In 32 bits: rounding errors of w would act on all layers.
        style = in_full_precision(self.map, latents)
        return style[:, None].expand(-1, self.layers, -1)

    def synthesis(self, styles: Styles) -> Images:
        """Generate images from styles (n, layers, s), which may differ from layer to layer."""
        # Not `len`: a traced program would take its result for a constant.
        maps = self.constant.expand(styles.shape[0], -1, -1, -1)
        images: Tensor | None = None
        index = 0  # of the style
        for number, block in enumerate(self.blocks):
            assert isinstance(block, nn.ModuleList)
            for layer in block:
                maps = layer(maps, styles[:, index])
                index += 1
            if self.skips:
                # Colours share their style with the next layer, hence no step of the index. Their
                # sum is in 32 bits, as 16 are too coarse for a sum over many layers.
                colours = widened(self.colours[number](maps, styles[:, index]))
                images = colours if images is None else upsample(images) + colours
        result: Tensor = self.bound(self.colours[0](maps) if images is None else images)
        return result

    def truncate(self, styles: Styles, share: float) -> Styles:
        """Pull styles towards the mean: w' = w̄ + ψ (w − w̄), with ψ = ``share``.

        Below 1 images are more typical and less diverse (Karras et al. 2019, appendix B).
        """
        return styles if share == 1 else self.mean_style.lerp(styles, share)

    @staticmethod
    def mix(first: Styles, second: Styles, crossover: Int[Tensor, " n"]) -> Styles:
        """Take the first styles below the layer ``crossover``, the second ones from there on."""
        later = torch.arange(first.shape[1], device=first.device) >= crossover[:, None]
        return torch.where(later[:, :, None], second, first)

    def _randomly_mixed(self, styles: Styles, latents: Latents) -> Styles:
        if self.mixing == 0:
            return styles
        z, classes = latents.tensor_split([self.latent_size - self.class_size], dim=1)
        other = self.mapping(torch.cat([torch.randn_like(z), classes], dim=1))
        n, device = len(latents), latents.device
        crossover = torch.randint(1, self.layers, (n,), device=device)
        mixed = torch.rand(n, device=device) < self.mixing
        # A crossover behind the last layer keeps all of the first styles; no branch on values, for
        # which the host would wait for the device.
        return self.mix(styles, other, torch.where(mixed, crossover, self.layers))

    @torch.no_grad()
    def update_mean(self, styles: Styles) -> None:
        """Move the mean style towards the mean of these styles."""
        self.mean_style.lerp_(styles[:, 0].mean(dim=0).to(self.mean_style.dtype), 1 - _MEAN_DECAY)


class MappingNetwork(nn.Sequential):
    """From latent vectors z to styles w: pixel norm, then ``depth`` times (linear, LeakyReLU).

    Args:
        latent_size: Numbers in z.
        style_size: Numbers in w.
        depth: Number of linear layers.
        rate: Factor of their learning rate.

    Paper:
        Karras et al. 2019, section 2 and appendix C, https://arxiv.org/abs/1812.04948

    Example:
        >>> MappingNetwork(100, 512, depth=8)(torch.zeros(2, 100)).shape
        torch.Size([2, 512])
    """

    def __init__(
        self, latent_size: int, style_size: int, *, depth: int = 8, rate: float = 0.01
    ) -> None:
        layers: list[nn.Module] = [PixelNorm()]
        for sizes in pairwise([latent_size, *[style_size] * depth]):
            layers += [EqualisedLinear(*sizes, gain=HE_GAIN, rate=rate), nn.LeakyReLU(SLOPE)]
        super().__init__(*layers)


class StyleDiscriminator(Discriminator):
    """Images to logits, with a blur before every downsampling and the deviation of the batch.

    x → 1x1 convolution → k downsampling blocks of two convolutions → deviation of the minibatch →
    convolution → linear → linear → logits (n,), with LeakyReLU between. With ``residual`` a block
    is (x + f(x)) / √2, StyleGAN2's; without, f(x), StyleGAN's.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image; sides are multiples of 4.
        outputs: Logits of each image.

    Raises:
        ConfigError: The image cannot be downsampled twice.

    Paper:
        Karras et al. 2020, section 4.1 and figure 7c, https://arxiv.org/abs/1912.04958

    Example:
        >>> discriminator = StyleDiscriminatorConfig(base_channels=4).build((1, 28, 28))
        >>> discriminator(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2])
    """

    def __init__(
        self, settings: StyleDiscriminatorConfig, *, image_shape: ImageShape, outputs: int = 1
    ) -> None:
        super().__init__()
        self.image_shape = image_shape
        channels, height, width = image_shape
        count = count_downsamplings(height, width)
        layer_channels = doubled_channels(
            settings.base_channels, count + 1, max_channels=settings.max_channels
        )
        smallest = (height >> count, width >> count)
        head = logit_head(layer_channels[-1], smallest, settings.group, outputs)
        self.in_full = len(head)  # From the minibatch deviation on.
        self.layers = nn.Sequential(
            *activated(channels, layer_channels[0], 1),
            *(_downsampling(*step, settings.residual) for step in pairwise(layer_channels)),
            *head,
        )


def _block(
    build: Callable[..., nn.Module], layer_channels: tuple[int, int], *, first: bool, bare: bool
) -> nn.ModuleList:
    """Make the layers of one size; with ``bare`` the first has no convolution of the constant."""
    inputs, outputs = layer_channels
    if not first:
        return nn.ModuleList([build(inputs, outputs, resize="up"), build(outputs, outputs)])
    constant = [build(0, outputs)] if bare else []
    return nn.ModuleList([*constant, build(outputs, outputs)])


def _downsampling(inputs: int, outputs: int, residual: bool) -> nn.Module:
    """Make a block; gains divided by √2 keep the variance of the sum of both branches."""
    first = activated(inputs, inputs, 3)
    if not residual:
        return nn.Sequential(*first, *activated(inputs, outputs, 3, resize="down"))
    last = activated(inputs, outputs, 3, resize="down", gain=HE_GAIN / sqrt(2))
    shortcut = EqualisedConv2d(inputs, outputs, 1, resize="down", gain=1 / sqrt(2), bias=False)
    return ResidualBlock(main=nn.Sequential(*first, *last), shortcut=shortcut)
