"""Networks that translate an image into another of the same size.

All of them are convolutional, so a trained one takes images of any size whose sides are
multiples of its ``multiple`` and at least ``smallest``.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.networks.discriminator import apply_layers
from zerosum.networks.kinds import MappedTranslator, Translator
from zerosum.networks.resnet import ResidualBlock
from zerosum.networks.sizes import doubled_channels
from zerosum.networks.translator_settings import ResnetTranslatorConfig, UnetTranslatorConfig
from zerosum.nn import INITIALISATIONS, normalisation
from zerosum.nn.convolution import Downsample, Upsample
from zerosum.nn.resampling import blur_pool
from zerosum.registry import Table
from zerosum.types import Images, ImageShape

__all__ = ["PADDINGS", "ResnetTranslator", "UnetTranslator"]

PaddingMode = Literal["zeros", "reflect"]

PADDINGS: Table[PaddingMode] = Table("padding", {"reflect": "reflect", "zero": "zeros"})
"""Padding beyond an image's border, by name: its mirror image, or 0."""

_SHRUNK = 0.98  # of white and black, whose artanh would be infinite


class ResnetTranslator(MappedTranslator):
    """Downsample a few times, transform the small maps by residual blocks, and upsample again.

    With ``stem`` this is the paper's network: a convolution of kernel 7, ``downsamplings`` times
    one of kernel 3 and stride 2, the residual blocks, as many transposed convolutions, one of
    kernel 7, tanh. Without it the course's: the first downsampling takes the image and the last
    upsampling draws it, all with kernel 4. Every convolution but the last is followed by
    normalisation and ReLU, and has no bias, which the normalisation would cancel. ``filtered``
    makes it CUT's network, which downsamples by `zerosum.nn.resampling.blur_pool` behind a
    convolution, and upsamples by bilinear interpolation before one. The paper has 6 residual
    blocks for images of 128 pixels, 9 from 256 on.

    With ``residual`` the output is a change of the image, y = tanh(f(x) + artanh(s x)) with
    s = 0.98, instead of y = tanh(f(x)): an untrained translator then nearly is the identity, and
    need not learn to reproduce images first. Not in the paper.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of the images that it is to be trained on.

    Attributes:
        map_channels: Channels of each of the maps of `with_maps`.

    Raises:
        ConfigError: A side is too small or no multiple of 2^downsamplings; or a name is unknown.

    Paper:
        Zhu et al. 2017, section 7.2, https://arxiv.org/abs/1703.10593; after Johnson et al. 2016

    Example:
        >>> network = ResnetTranslatorConfig(base_channels=4, blocks=1).build((3, 32, 48))
        >>> network(torch.zeros(2, 3, 32, 48)).shape
        torch.Size([2, 3, 32, 48])
    """

    def __init__(self, settings: ResnetTranslatorConfig, *, image_shape: ImageShape) -> None:
        super().__init__()
        self.image_shape = image_shape
        self.residual = settings.residual
        self.multiple = 2**settings.downsamplings
        self.smallest = 2 * self.multiple  # A map of one place has no mirror image.
        _check_size(image_shape, multiple=self.multiple, smallest=self.smallest)
        channels = image_shape[0]
        base, stem, norm = settings.base_channels, settings.stem, settings.norm
        mode = PADDINGS[settings.padding]
        layer_channels = doubled_channels(
            base, settings.downsamplings + stem, max_channels=base << settings.downsamplings
        )
        steps = [*([] if stem else [(channels, base)]), *pairwise(layer_channels)]
        self.stem = (
            nn.Sequential(
                _kernel_seven(channels, base, mode, bias=False), *_norm_and_relu(norm, base)
            )
            if stem
            else nn.Identity()
        )
        kind: _Kind = "filtered" if settings.filtered else "strided" if stem else "plain"
        # These two names stand in checkpoints, like those of the U-Net's below.
        self.halvings = nn.ModuleList(_downsampling(*step, norm, kind) for step in steps)
        self.map_channels: list[int] = [channels, *(outputs for _, outputs in steps)]
        self.map_channels += [layer_channels[-1] for _ in _compared_blocks(settings.blocks)]
        self.blocks = nn.ModuleList(
            _block(layer_channels[-1], norm, mode) for _ in range(settings.blocks)
        )
        back = [(outputs, inputs) for inputs, outputs in reversed(steps)]
        inner = back if stem else back[:-1]
        self.doublings = nn.Sequential(*(_upsampling(*step, norm, kind) for step in inner))
        draw = (
            _kernel_seven(base, channels, mode, bias=True)
            if stem
            else _last_upsampling(base, channels)
        )
        self.draw = draw
        INITIALISATIONS[settings.initialisation](self)

    def forward(self, images: Images) -> Images:
        """Translate images, shape (n, c, h, w) in and out."""
        return self.with_maps(images)[0]

    def with_maps(self, images: Images) -> tuple[Images, list[Tensor]]:
        """Translate images, and return intermediate maps.

        The maps are those that CUT compares: the pixels, the output of each downsampling's
        convolution before its normalisation, and the output of the first and of the middle
        residual block. (The authors' program takes the pixels with the mirrored border that the
        first layer adds.) Park et al. 2020, section 4 and appendix C.1,
        https://arxiv.org/abs/2007.15651
        """
        maps: list[Tensor] = [images]
        inner = self.stem(images)
        for downsampling in self.halvings:
            assert isinstance(downsampling, nn.Sequential)
            # The convolution by itself: CUT compares maps before they are normalised.
            convolution, *others = downsampling
            maps.append(convolution(inner))
            inner = apply_layers(others, maps[-1])
        for number, block in enumerate(self.blocks):
            inner = block(inner)
            if number in _compared_blocks(len(self.blocks)):
                maps.append(inner)
        result: Images = self.draw(self.doublings(inner))
        if self.residual:
            result = result + torch.atanh(_SHRUNK * images)
        return torch.tanh(result), maps


class UnetTranslator(Translator):
    """Downsample to a few pixels and upsample again, with a skip connection at every size (U-Net).

    The maps of the encoder at each size are concatenated to the decoder's of that size, so that
    fine detail need not pass through the smallest map. Encoder: C64-C128-C256-C512-...;
    decoder likewise backwards, with dropout in its first three layers, the paper's source of
    randomness while training. The paper downsamples 8 times, from 256 pixels to one place.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of the images that it is to be trained on.

    Raises:
        ConfigError: If a side is no multiple of 2^depth, or a name is unknown.

    Paper:
        Isola et al. 2017, sections 3.2 and 6.1, https://arxiv.org/abs/1611.07004

    Example:
        >>> network = UnetTranslatorConfig(base_channels=4, depth=5).build((3, 32, 64))
        >>> network(torch.zeros(2, 3, 32, 64)).shape
        torch.Size([2, 3, 32, 64])
    """

    def __init__(self, settings: UnetTranslatorConfig, *, image_shape: ImageShape) -> None:
        super().__init__()
        self.image_shape = image_shape
        depth, norm = settings.depth, settings.norm
        self.multiple = self.smallest = 2**depth
        _check_size(image_shape, multiple=self.multiple, smallest=self.smallest)
        channels = image_shape[0]
        layer_channels = doubled_channels(
            settings.base_channels, depth, max_channels=settings.max_channels
        )
        self.halvings = nn.ModuleList(
            _unet_downsampling(inputs, outputs, norm, first=number == 0, last=number == depth - 1)
            for number, (inputs, outputs) in enumerate(pairwise([channels, *layer_channels]))
        )
        # Twice the channels, as the encoder's maps are concatenated.
        inputs = [layer_channels[-1], *(2 * each for each in layer_channels[-2::-1])]
        outputs = [*layer_channels[-2::-1], channels]
        self.doublings = nn.ModuleList(
            _unet_upsampling(*pair, norm, settings.dropout if number < 3 else 0.0)
            for number, pair in enumerate(list(zip(inputs, outputs, strict=True))[:-1])
        )
        self.draw = nn.Sequential(nn.ReLU(), Upsample(inputs[-1], channels), nn.Tanh())
        INITIALISATIONS[settings.initialisation](self)

    def forward(self, images: Images) -> Images:
        """Translate images, shape (n, c, h, w) in and out."""
        maps: list[Tensor] = []
        inner: Tensor = images
        for downsampling in self.halvings:
            inner = downsampling(inner)
            maps.append(inner)
        maps.pop()
        for upsampling in self.doublings:
            inner = torch.cat([upsampling(inner), maps.pop()], dim=1)
        translated: Images = self.draw(inner)
        return translated


def _check_size(shape: ImageShape, *, multiple: int, smallest: int) -> None:
    height, width = shape[1:]
    if height % multiple or width % multiple or min(height, width) < smallest:
        raise ConfigError(
            f"this translator halves pictures down to 1/{multiple}, so it takes heights and "
            f"widths that are multiples of {multiple} and at least {smallest}; got "
            f"{height}x{width}. Change pictures.size, or let it halve less often."
        )


def _compared_blocks(blocks: int) -> list[int]:
    """Return the residual blocks whose maps are compared: the 1st and the 5th of 9."""
    return sorted({0, blocks // 2})


def _norm_and_relu(norm: str, channels: int) -> Iterator[nn.Module]:
    yield normalisation(norm, channels)
    # In place only where no other code uses the input: `with_maps` returns it if there is no norm.
    yield nn.ReLU(inplace=norm != "none")


def _kernel_seven(inputs: int, outputs: int, mode: PaddingMode, *, bias: bool) -> nn.Module:
    return nn.Conv2d(inputs, outputs, 7, padding=3, padding_mode=mode, bias=bias)


_Kind = Literal["plain", "strided", "filtered"]
"""Resampling: by kernels of 4, by kernels of 3 and stride 2, or by a filter beside a kernel."""


def _downsampling(inputs: int, outputs: int, norm: str, kind: _Kind) -> nn.Sequential:
    bias = norm == "none"
    convolution: nn.Module
    if kind == "plain":
        convolution = Downsample(inputs, outputs, bias=bias)
    else:
        stride = 1 if kind == "filtered" else 2
        convolution = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=bias)
    filters = [blur_pool()] if kind == "filtered" else []
    return nn.Sequential(convolution, *_norm_and_relu(norm, outputs), *filters)


def _upsampling(inputs: int, outputs: int, norm: str, kind: _Kind) -> nn.Sequential:
    bias = norm == "none"
    layers: list[nn.Module]
    match kind:
        case "plain":
            layers = [Upsample(inputs, outputs, bias=bias)]
        case "strided":
            layers = [nn.ConvTranspose2d(inputs, outputs, 3, 2, 1, 1, bias=bias)]
        case "filtered":
            enlarge = nn.Upsample(scale_factor=2, mode="bilinear")
            layers = [enlarge, nn.Conv2d(inputs, outputs, 3, padding=1, bias=bias)]
    return nn.Sequential(*layers, *_norm_and_relu(norm, outputs))


def _last_upsampling(inputs: int, outputs: int) -> nn.Module:
    return Upsample(inputs, outputs, bias=False)


def _block(channels: int, norm: str, mode: PaddingMode) -> ResidualBlock:
    def convolution() -> nn.Module:
        return nn.Conv2d(channels, channels, 3, padding=1, padding_mode=mode, bias=norm == "none")

    return ResidualBlock(
        main=nn.Sequential(
            convolution(),
            *_norm_and_relu(norm, channels),
            convolution(),
            normalisation(norm, channels),
        ),
        shortcut=nn.Identity(),
    )


def _unet_downsampling(
    inputs: int, outputs: int, norm: str, *, first: bool, last: bool
) -> nn.Module:
    """Make a downsampling; without a norm next to the image, and where one place may be left."""
    bare = first or last
    layers: list[nn.Module] = [Downsample(inputs, outputs, bias=bare or norm == "none")]
    if not first:
        layers.insert(0, nn.LeakyReLU(0.2))
    return nn.Sequential(*layers, *([] if bare else [normalisation(norm, outputs)]))


def _unet_upsampling(inputs: int, outputs: int, norm: str, dropout: float) -> nn.Module:
    layers = [
        nn.ReLU(),
        Upsample(inputs, outputs, bias=norm == "none"),
        normalisation(norm, outputs),
    ]
    return nn.Sequential(*layers, *([nn.Dropout(dropout)] if dropout else []))
