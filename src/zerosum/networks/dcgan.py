"""DCGAN: convolutional networks that double or halve the size at every layer.

Every such layer is a convolution of kernel 4, stride 2 and padding 1: o = (i + 2 − 4)/2 + 1 = i/2,
and its transpose doubles. The defaults are the paper's, except for its kernels of 5, whose
transpose turns i into 2 i − 1; the course's published forms are other values of these settings.
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import interpolate

from zerosum import nn as nn_layers
from zerosum.networks.dcgan_settings import DcganDiscriminatorConfig, DcganGeneratorConfig
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.kinds import LayeredGenerator
from zerosum.networks.rows import flat_logits
from zerosum.networks.sizes import count_downsamplings, doubled_channels
from zerosum.nn import INITIALISATIONS, normalisation
from zerosum.nn.convolution import Downsample, Upsample
from zerosum.registry import Table
from zerosum.types import ImageShape

__all__ = [
    "HEADS",
    "STEMS",
    "UPSAMPLINGS",
    "DcganDiscriminator",
    "DcganGenerator",
    "EnlargedConv2d",
]

Maps = Float[Tensor, "n _ _ _"]


def _linear_stem(latents: int, channels: int, size: tuple[int, int], bias: bool) -> nn.Module:
    rows, columns = size
    return nn.Sequential(
        nn.Linear(latents, channels * rows * columns, bias=bias),
        nn.Unflatten(1, (channels, rows, columns)),
    )


def _convolution_stem(latents: int, channels: int, size: tuple[int, int], bias: bool) -> nn.Module:
    return nn.Sequential(
        nn.Unflatten(1, (latents, 1, 1)),
        nn.ConvTranspose2d(latents, channels, size, bias=bias),
    )


def _linear_head(channels: int, outputs: int, size: tuple[int, int], bias: bool) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(channels * size[0] * size[1], outputs))


def _convolution_head(channels: int, outputs: int, size: tuple[int, int], bias: bool) -> nn.Module:
    return nn.Conv2d(channels, outputs, size, bias=bias)


STEMS: Table[Callable[[int, int, tuple[int, int], bool], nn.Module]] = Table(
    "stem", {"linear": _linear_stem, "convolution": _convolution_stem}
)
"""From a latent vector to the smallest map: a linear layer and a reshape, or a transposed
convolution of a 1x1 image. They are the same functions of z with other initial weights."""

HEADS: Table[Callable[[int, int, tuple[int, int], bool], nn.Module]] = Table(
    "head", {"linear": _linear_head, "convolution": _convolution_head}
)
"""From the smallest map to the logits, mostly one: a linear layer (always with a bias), or a
convolution that covers the map."""


class EnlargedConv2d(nn.Conv2d):
    """Interpolate maps to twice their height and width, then convolve with kernel 3 and padding 1.

    Every pixel is the sum of as many products as its neighbours, so a constant map stays constant
    except for its border. In a transposed convolution the weights depend on a pixel's place in a
    cell of stride x stride pixels, and their sums differ: the result is a checkerboard.

    Args:
        inputs: Channels of the input (n, inputs, h, w).
        outputs: Channels of the output (n, outputs, 2h, 2w).
        mode: ``nearest``: each pixel becomes four; ``bilinear``: a mean of neighbours.
        bias: Whether there is a bias per channel.

    Paper:
        Odena et al. 2016, https://doi.org/10.23915/distill.00003

    Example:
        >>> import torch
        >>> layer = EnlargedConv2d(8, 4, mode="nearest", bias=False)
        >>> layer(torch.zeros(2, 8, 5, 7)).shape
        torch.Size([2, 4, 10, 14])
    """

    def __init__(self, inputs: int, outputs: int, *, mode: str, bias: bool = True) -> None:
        super().__init__(inputs, outputs, 3, padding=1, bias=bias)
        self.mode = mode

    def forward(self, input: Maps) -> Maps:  # noqa: A002 - PyTorch's own word
        """Interpolate, then convolve."""
        return super().forward(interpolate(input, scale_factor=2.0, mode=self.mode))


UPSAMPLINGS: Table[Callable[..., nn.Module]] = Table(
    "upsampling",
    {
        "transposed": Upsample,
        "nearest": partial(EnlargedConv2d, mode="nearest"),
        "bilinear": partial(EnlargedConv2d, mode="bilinear"),
    },
)
"""Layers that double the size: the paper's transposed convolution of kernel 4, or interpolation
and a convolution of kernel 3, which has no checkerboard artefacts."""


class DcganGenerator(LayeredGenerator):
    """Latent vectors to images, through transposed convolutions.

    z (n, latent_size) → stem → the smallest map (n, channels, h >> k, w >> k) → k times
    (transposed convolution, normalisation, ReLU), of which the last is followed by tanh instead,
    without normalisation. Layers before a normalisation have no bias: it would cancel. A stem
    without normalisation has a bias, and is followed by the first transposed convolution directly.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image; sides are multiples of 4.
        class_size: Numbers behind z in each latent vector that stand for a class.

    Raises:
        ConfigError: The image cannot be downsampled twice, or a name is unknown.

    Paper:
        Radford et al. 2016, section 3 and Figure 1, https://arxiv.org/abs/1511.06434

    Example:
        >>> import torch
        >>> generator = DcganGeneratorConfig(base_channels=8).build((3, 48, 36))
        >>> generator(torch.zeros(2, 100)).shape
        torch.Size([2, 3, 48, 36])
    """

    def __init__(
        self, settings: DcganGeneratorConfig, *, image_shape: ImageShape, class_size: int = 0
    ) -> None:
        super().__init__()
        self.latent_size = settings.latent_size + class_size
        self.image_shape = image_shape
        channels, height, width = image_shape
        count = count_downsamplings(height, width)
        layer_channels = doubled_channels(
            settings.base_channels, count, max_channels=settings.max_channels
        )[::-1]
        smallest = (height >> count, width >> count)
        norm, stem_norm = settings.norm, settings.stem_norm
        stem_bias = norm == "none" or not stem_norm  # It would cancel in a normalisation.
        upsample = UPSAMPLINGS[settings.upsampling]
        self.layers = nn.Sequential(
            STEMS[settings.stem](self.latent_size, layer_channels[0], smallest, stem_bias),
            *(
                [normalisation(norm, layer_channels[0]), nn.ReLU(inplace=True)]
                if stem_norm
                else []
            ),
            *(_upsampling(upsample, *step, norm) for step in pairwise(layer_channels)),
            upsample(layer_channels[-1], channels, bias=settings.output_bias),
            nn.Tanh(),
        )
        INITIALISATIONS[settings.initialisation](self)


class DcganDiscriminator(Discriminator):
    """Images to logits, through strided convolutions.

    x (n, c, h, w) → convolution, LeakyReLU → k − 1 times (convolution, normalisation, LeakyReLU)
    → the smallest map → head → logits (n,). With ``norm="none"`` the convolutions have biases and
    this is the plain convolutional critic of WGAN-GP; otherwise none of them has.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image; sides are multiples of 4.
        outputs: Logits of each image.

    Raises:
        ConfigError: The image cannot be downsampled twice, or a name is unknown.

    Paper:
        Radford et al. 2016, section 3, https://arxiv.org/abs/1511.06434

    Example:
        >>> import torch
        >>> discriminator = DcganDiscriminatorConfig(base_channels=8).build((3, 48, 36))
        >>> discriminator(torch.zeros(2, 3, 48, 36)).shape
        torch.Size([2])
    """

    def __init__(
        self, settings: DcganDiscriminatorConfig, *, image_shape: ImageShape, outputs: int = 1
    ) -> None:
        super().__init__()
        self.image_shape = image_shape
        channels, height, width = image_shape
        count = count_downsamplings(height, width)
        layer_channels = doubled_channels(
            settings.base_channels, count, max_channels=settings.max_channels
        )
        smallest = (height >> count, width >> count)
        norm, slope = settings.norm, settings.slope
        bias = norm == "none"
        self.layers = nn.Sequential(
            Downsample(channels, layer_channels[0], bias=bias),
            nn.LeakyReLU(slope, inplace=True),
            *(
                _downsampling(inputs, outputs, norm, slope)
                for inputs, outputs in pairwise(layer_channels)
            ),
            HEADS[settings.head](layer_channels[-1], outputs, smallest, bias),
            flat_logits(outputs),
        )
        INITIALISATIONS[settings.initialisation](self)
        # Last, as weights are derived from then on and can no longer be initialised.
        if settings.spectral_norm:
            nn_layers.add_spectral_norm(self)


def _upsampling(
    upsample: Callable[..., nn.Module], inputs: int, outputs: int, norm: str
) -> nn.Sequential:
    return nn.Sequential(
        upsample(inputs, outputs, bias=norm == "none"),
        normalisation(norm, outputs),
        nn.ReLU(inplace=True),
    )


def _downsampling(inputs: int, outputs: int, norm: str, slope: float) -> nn.Sequential:
    return nn.Sequential(
        Downsample(inputs, outputs, bias=norm == "none"),
        normalisation(norm, outputs),
        nn.LeakyReLU(slope, inplace=True),
    )
