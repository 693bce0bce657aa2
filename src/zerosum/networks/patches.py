"""Networks that classify patches of an image, one by one, rather than the whole."""

from collections.abc import Sequence
from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import normalize

from zerosum import nn as nn_layers
from zerosum.errors import ConfigError
from zerosum.networks.patches_settings import PatchDiscriminatorConfig
from zerosum.networks.sizes import doubled_channels
from zerosum.nn import INITIALISATIONS, normalisation
from zerosum.nn.convolution import Downsample
from zerosum.nn.resampling import blur_pool
from zerosum.sizes import in_pixels
from zerosum.types import Images, ImageShape

__all__ = ["PatchDiscriminator", "PatchHeads"]


class PatchDiscriminator(nn.Module):
    """Images to maps of logits, one for every patch; the paper's patches are 70x70 pixels.

    C64-C128-C256-C512 and a layer to one channel, all of kernel 4: the first ``downsamplings`` of
    stride 2, then one of stride 1 if ``smooth``, then the last of stride 1. All but the first and
    the last are normalised. ``filtered`` makes it CUT's network: layers of stride 2 have stride 1
    there, and `zerosum.nn.resampling.blur_pool` behind their activation.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of the images.

    Raises:
        ConfigError: If the image is too small for so many layers, or a name is unknown.

    Paper:
        Isola et al. 2017, section 6.1.2, https://arxiv.org/abs/1611.07004

    Example:
        >>> import torch
        >>> discriminator = PatchDiscriminatorConfig(base_channels=4).build((3, 128, 128))
        >>> discriminator(torch.zeros(2, 3, 128, 128)).shape
        torch.Size([2, 14, 14])
    """

    def __init__(self, settings: PatchDiscriminatorConfig, *, image_shape: ImageShape) -> None:
        super().__init__()
        self.image_shape = image_shape
        _check_size(image_shape, settings)
        norm, filtered = settings.norm, settings.filtered
        count = settings.downsamplings + settings.smooth
        layer_channels = doubled_channels(
            settings.base_channels, count, max_channels=8 * settings.base_channels
        )
        filters = [blur_pool()] if filtered else []
        layers: list[nn.Module] = []
        for number, (inputs, outputs) in enumerate(pairwise([image_shape[0], *layer_channels])):
            first, downsamples = number == 0, number < settings.downsamplings
            make = Downsample if downsamples and not filtered else _stride_one
            layers += [
                make(inputs, outputs, bias=settings.bias if first else norm == "none"),
                *([] if first else [normalisation(norm, outputs)]),
                nn.LeakyReLU(settings.slope, inplace=True),
                *(filters if downsamples else []),
            ]
        last = _stride_one(layer_channels[-1], 1, bias=settings.bias)
        self.layers = nn.Sequential(*layers, last, nn.Flatten(1, 2))
        INITIALISATIONS[settings.initialisation](self)
        # Last, as weights are derived from then on and can no longer be initialised.
        if settings.spectral_norm:
            nn_layers.add_spectral_norm(self)

    def forward(self, images: Images) -> Float[Tensor, "n rows columns"]:
        """Compute a logit for every patch: positive means "real"."""
        logits: Tensor = self.layers(images)
        return logits


class PatchHeads(nn.Module):
    """Heads from places of a translator's maps to unit vectors: CUT's H_l.

    Args:
        map_channels: Channels of each map.
        units: Numbers in a vector.
        initialisation: A name in ``zerosum.nn.INITIALISATIONS``.

    Paper:
        Park et al. 2020, section 3, https://arxiv.org/abs/2007.15651

    Example:
        >>> import torch
        >>> heads = PatchHeads(map_channels=[3, 8], units=16)
        >>> maps = [torch.rand(2, 3, 8, 8), torch.rand(2, 8, 4, 4)]
        >>> vectors = heads(maps, [torch.tensor([0, 63]), torch.tensor([5, 7])])
        >>> vectors[1].shape, round(vectors[1].norm(dim=2).max().item(), 4)
        (torch.Size([2, 2, 16]), 1.0)
    """

    def __init__(
        self, *, map_channels: Sequence[int], units: int = 256, initialisation: str = "normal"
    ) -> None:
        super().__init__()
        self.heads = nn.ModuleList(
            nn.Sequential(nn.Linear(channels, units), nn.ReLU(), nn.Linear(units, units))
            for channels in map_channels
        )
        INITIALISATIONS[initialisation](self)

    def forward(self, maps: Sequence[Tensor], places: Sequence[Tensor]) -> list[Tensor]:
        """Compute unit vectors (n, places, units) for each map.

        Args:
            maps: The maps, each (n, channels, h, w).
            places: For each map the places to compare, as indices into its h · w.
        """
        return [
            normalize(head(each.flatten(2)[:, :, chosen].transpose(1, 2)), dim=2)
            for head, each, chosen in zip(self.heads, maps, places, strict=True)
        ]


def _stride_one(inputs: int, outputs: int, *, bias: bool) -> nn.Module:
    """Make a convolution of kernel 4 and stride 1, which removes one row and one column."""
    return nn.Conv2d(inputs, outputs, 4, 1, 1, bias=bias)


def _check_size(shape: ImageShape, settings: PatchDiscriminatorConfig) -> None:
    """Refuse images too small: each layer of kernel 4 and stride 1 removes one pixel."""
    count = settings.downsamplings
    sides = [side >> count for side in shape[1:]]
    least = 2 + settings.smooth
    if min(sides) < least:
        raise ConfigError(
            f"this discriminator halves pictures {count} times and needs {least} pixels after "
            f"that, so at least {least << count} of them; got {in_pixels(shape[1:])}. Enlarge "
            "pictures.size, or let it halve less often."
        )
