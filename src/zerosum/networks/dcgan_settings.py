"""Settings of DCGAN's networks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from zerosum.checks import require_positive
from zerosum.networks.settings import (
    DiscriminatorSettings,
    GeneratorSettings,
    Initialisation,
    Norm,
    require_channels,
)
from zerosum.sizes import ImageShape

if TYPE_CHECKING:
    from zerosum.networks.dcgan import DcganDiscriminator, DcganGenerator

__all__ = ["DcganDiscriminatorConfig", "DcganGeneratorConfig"]


@dataclass(frozen=True, kw_only=True)
class DcganGeneratorConfig(GeneratorSettings):
    """Transposed convolutions of stride 2 from a small map to the image.

    Example:
        >>> DcganGeneratorConfig(base_channels=32, stem="linear").norm
        'batch'
        >>> DcganGeneratorConfig(base_channels=64, max_channels=32)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: max_channels must be at least base_channels 64, got 32.
    """

    kind: Literal["dcgan"] = "dcgan"
    latent_size: int = 100
    """Numbers in a latent vector."""
    base_channels: int = 64
    """Channels of the last hidden layer; doubled with each downsampling."""
    max_channels: int = 512
    """Upper limit of the channels."""
    stem: Literal["linear", "convolution"] = "convolution"
    """Layer from the latent to the first map."""
    stem_norm: bool = True
    """Normalise the first map."""
    output_bias: bool = False
    """Give the last layer a bias."""
    upsampling: Literal["transposed", "nearest", "bilinear"] = "transposed"
    """Upsampling: ``transposed`` convolutions as in the paper, or ``nearest`` or
    ``bilinear`` interpolation and a convolution, which has no checkerboard artefacts."""
    norm: Norm = "batch"
    """Normalisation of the hidden layers."""
    initialisation: Initialisation = "normal"
    """``normal``: N(0, 0.02) as in the paper; ``xavier``: as in CUT; ``default``: PyTorch's."""

    def __post_init__(self) -> None:
        require_positive("latent_size", self.latent_size)
        require_channels(self.base_channels, self.max_channels)

    def build(self, image_shape: ImageShape, *, class_size: int = 0) -> "DcganGenerator":
        """See `GeneratorSettings.build`."""
        from zerosum.networks.dcgan import DcganGenerator

        return DcganGenerator(self, image_shape=image_shape, class_size=class_size)


@dataclass(frozen=True, kw_only=True)
class DcganDiscriminatorConfig(DiscriminatorSettings):
    """Convolutions of stride 2 from the image to one logit.

    Example:
        >>> DcganDiscriminatorConfig(norm="none", spectral_norm=True).base_channels
        64
    """

    kind: Literal["dcgan"] = "dcgan"
    base_channels: int = 64
    """Channels of the first layer; doubled with each downsampling."""
    max_channels: int = 512
    """Upper limit of the channels."""
    head: Literal["linear", "convolution"] = "convolution"
    """Layer from the last map to the logit; a linear head has a bias."""
    norm: Norm = "batch"
    """Normalisation of all hidden layers but the first."""
    slope: float = 0.2
    """Slope of the leaky ReLU for negative values."""
    initialisation: Initialisation = "normal"
    """``normal``: N(0, 0.02) as in the paper; ``xavier``: as in CUT; ``default``: PyTorch's."""
    spectral_norm: bool = False
    """Divide each weight by its largest singular value."""

    def __post_init__(self) -> None:
        require_channels(self.base_channels, self.max_channels)

    def build(self, image_shape: ImageShape, *, outputs: int = 1) -> "DcganDiscriminator":
        """See `DiscriminatorSettings.build`."""
        from zerosum.networks.dcgan import DcganDiscriminator

        return DcganDiscriminator(self, image_shape=image_shape, outputs=outputs)
