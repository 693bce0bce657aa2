"""StyleGAN's networks: a style for every layer, chosen by a mapping of the latent vector.

What is called a style is a vector w. Coarse layers set pose and shape, fine ones colours and
texture, so pictures can be mixed by giving different layers the styles of different latents.
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
"""w for each picture and layer."""

_CALM = 0.995  # the share that the mean style keeps of itself


class StyleGenerator(StyledGenerator):
    """Latent vectors to styles, and styles to pictures.

    mapping: z → pixel norm → ``depth`` times (linear, LeakyReLU) → w, for each of 2 k + 2 layers.
    synthesis: a learnt constant → k times doubled, two layers per size → colours. With ``adain``
    (StyleGAN) the constant starts as 1, and the last maps are turned into colours; with
    ``modulation`` (StyleGAN2) it starts as N(0, 1), the maps of every size are turned into
    colours, and the picture is the sum of them all, each doubled to the full size.

    While training, the mean of w is followed in ``mean_style``, and with the probability
    ``mixing`` a picture gets the styles of another latent vector, of N(0, 1), from some layer on.
    In the papers colours are a linear function of the maps: nothing holds them within [-1, 1].
    Pictures are drawn with ``truncation`` ψ in evaluation mode, see `truncate`. Of noise StyleGAN3
    does without (Karras et al. 2021, configuration C, https://arxiv.org/abs/2106.12423).

    Args:
        settings: All that may be chosen of it.
        image_shape: (channels, height, width) of one picture; sides are multiples of 4.
        given: Numbers behind z in each latent vector that stand for a class: mixed styles have
            them in common.

    Raises:
        ConfigError: If the picture cannot be halved twice, or a name is unknown.

    Paper:
        Karras et al. 2019 and 2020, https://arxiv.org/abs/1812.04948 and .../1912.04958

    Example:
        >>> network = StyleGeneratorConfig(latent_size=8, base_channels=4).build((1, 28, 28))
        >>> styles = network.mapping(torch.zeros(2, 8))
        >>> styles.shape, network.synthesis(styles).shape
        (torch.Size([2, 6, 512]), torch.Size([2, 1, 28, 28]))
    """

    def __init__(
        self, settings: StyleGeneratorConfig, *, image_shape: ImageShape, given: int = 0
    ) -> None:
        super().__init__()
        self.latent_size, self.given = settings.latent_size + given, given
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
        """Draw one picture per latent vector."""
        latents = latent_rows(latents)
        styles = self.mapping(latents)
        if self.training:
            self._follow(styles)
            return self.synthesis(self._mixed_by_chance(styles, latents))
        return self.synthesis(self.truncate(styles, self.truncation))

    def mapping(self, latents: Latents) -> Styles:
        """Styles w of latents z, the same for each layer: shape (n, layers, s)."""
        style = in_full_precision(self.map, latents)
        return style[:, None].expand(-1, self.layers, -1)

    def synthesis(self, styles: Styles) -> Images:
        """Pictures drawn under the styles (n, layers, s), which may differ from layer to layer."""
        # Not `len`: a program that is traced would take what it gives for a constant.
        maps = self.constant.expand(styles.shape[0], -1, -1, -1)
        images: Tensor | None = None
        given = 0
        for number, block in enumerate(self.blocks):
            assert isinstance(block, nn.ModuleList)
            for layer in block:
                maps = layer(maps, styles[:, given])
                given += 1
            if self.skips:
                # Colours share their style with the layer that comes next.
                colours = widened(self.colours[number](maps, styles[:, given]))
                images = colours if images is None else upsample(images) + colours
        drawn: Tensor = self.bound(self.colours[0](maps) if images is None else images)
        return drawn

    def truncate(self, styles: Styles, share: float) -> Styles:
        """Pull styles towards the mean: w' = w̄ + ψ (w − w̄), with ψ = ``share``.

        Below 1 pictures are more usual and less various (Karras et al. 2019, appendix B).
        """
        return styles if share == 1 else self.mean_style.lerp(styles, share)

    @staticmethod
    def mix(first: Styles, second: Styles, crossover: Int[Tensor, " n"]) -> Styles:
        """The first styles below the layer ``crossover``, the second ones from there on."""
        later = torch.arange(first.shape[1], device=first.device) >= crossover[:, None]
        return torch.where(later[:, :, None], second, first)

    def _mixed_by_chance(self, styles: Styles, latents: Latents) -> Styles:
        if self.mixing == 0:
            return styles
        drawn, given = latents.tensor_split([self.latent_size - self.given], dim=1)
        other = self.mapping(torch.cat([torch.randn_like(drawn), given], dim=1))
        n, device = len(latents), latents.device
        crossover = torch.randint(1, self.layers, (n,), device=device)
        mixed = torch.rand(n, device=device) < self.mixing
        return self.mix(styles, other, torch.where(mixed, crossover, self.layers))

    @torch.no_grad()
    def _follow(self, styles: Styles) -> None:
        self.mean_style.lerp_(styles[:, 0].mean(dim=0).to(self.mean_style.dtype), 1 - _CALM)


class MappingNetwork(nn.Sequential):
    """Latent vectors z to styles w: pixel norm, then ``depth`` times (linear, LeakyReLU).

    Args:
        latent_size: Numbers in z.
        style_size: Numbers in w.
        depth: How many linear layers.
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
    """Pictures to logits, with a blur before every downsampling and the deviation of the batch.

    x → 1x1 convolution → k downsampling blocks of two convolutions → deviation of the minibatch →
    convolution → linear → linear → logits (n,), with LeakyReLU between. With ``residual`` a block
    is (x + f(x)) / √2, StyleGAN2's; without, f(x), StyleGAN's.

    Args:
        settings: All that may be chosen of it.
        image_shape: (channels, height, width) of one picture; sides are multiples of 4.
        outputs: Logits of each picture.

    Raises:
        ConfigError: If the picture cannot be halved twice.

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
        self.in_full = len(head)
        self.layers = nn.Sequential(
            *activated(channels, layer_channels[0], 1),
            *(_downsampling(*step, settings.residual) for step in pairwise(layer_channels)),
            *head,
        )


def _block(
    build: Callable[..., nn.Module], layer_channels: tuple[int, int], *, first: bool, bare: bool
) -> nn.ModuleList:
    """The layers of one size; the first of all may take the constant as it is, ``bare``."""
    inputs, outputs = layer_channels
    if not first:
        return nn.ModuleList([build(inputs, outputs, resize="up"), build(outputs, outputs)])
    constant = [build(0, outputs)] if bare else []
    return nn.ModuleList([*constant, build(outputs, outputs)])


def _downsampling(inputs: int, outputs: int, residual: bool) -> nn.Module:
    """A block; the gains of its two ways are such that their sum needs no division by √2."""
    first = activated(inputs, inputs, 3)
    if not residual:
        return nn.Sequential(*first, *activated(inputs, outputs, 3, resize="down"))
    last = activated(inputs, outputs, 3, resize="down", gain=HE_GAIN / sqrt(2))
    shortcut = EqualisedConv2d(inputs, outputs, 1, resize="down", gain=1 / sqrt(2), bias=False)
    return ResidualBlock(main=nn.Sequential(*first, *last), shortcut=shortcut)
