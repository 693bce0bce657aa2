"""Settings of R3GAN's networks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from zerosum.checks import require_layers, require_positive
from zerosum.networks.settings import DiscriminatorSettings, GeneratorSettings, require_channels
from zerosum.sizes import ImageShape

if TYPE_CHECKING:
    from zerosum.networks.r3gan import R3ganDiscriminator, R3ganGenerator

__all__ = ["R3ganDiscriminatorConfig", "R3ganGeneratorConfig"]


@dataclass(frozen=True, kw_only=True)
class R3ganGeneratorConfig(GeneratorSettings):
    """Residual generator of R3GAN, without normalisation.

    Example:
        >>> R3ganGeneratorConfig(base_channels=32, max_channels=128).latent_size
        64
    """

    kind: Literal["r3gan"] = "r3gan"
    latent_size: int = 64
    """Numbers in a latent vector."""
    base_channels: int = 64
    """Channels at the size of the picture; doubled with each downsampling."""
    max_channels: int = 512
    """Upper limit of the channels."""
    blocks: int = 2
    """Residual blocks at each size."""
    group_size: int = 16
    """Channels of a group in the 3x3 convolutions, at most."""
    expansion: int = 2
    """Channels within a block per channel outside of it."""
    bounded: bool = False
    """Keep pictures in [-1, 1] by tanh, which the paper does not: for pictures with much plain
    black or white, digits say, of which training without it often makes one and the same."""
    repeat_border: bool = False
    """Repeat the outermost pixel beyond the border where maps are doubled; the paper has 0 there.
    For pictures with a plain border, which would begin far off, and drive tanh to its end."""

    def __post_init__(self) -> None:
        require_positive("latent_size", self.latent_size)
        _check_r3gan(self)

    def build(self, image_shape: ImageShape, *, class_size: int = 0) -> "R3ganGenerator":
        """See `GeneratorSettings.build`."""
        from zerosum.networks.r3gan import R3ganGenerator

        return R3ganGenerator(self, image_shape=image_shape, class_size=class_size)


@dataclass(frozen=True, kw_only=True)
class R3ganDiscriminatorConfig(DiscriminatorSettings):
    """Residual discriminator of R3GAN, without normalisation.

    Example:
        >>> R3ganDiscriminatorConfig(blocks=0)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: blocks must be from 1 to 1000, got 0.
    """

    kind: Literal["r3gan"] = "r3gan"
    base_channels: int = 64
    """Channels at the size of the picture; doubled with each downsampling."""
    max_channels: int = 512
    """Upper limit of the channels."""
    blocks: int = 2
    """Residual blocks at each size."""
    group_size: int = 16
    """Channels of a group in the 3x3 convolutions, at most."""
    expansion: int = 2
    """Channels within a block per channel outside of it."""
    spectral_norm: bool = False
    """Divide each weight by its largest singular value; what would start at 0 then does not."""

    def __post_init__(self) -> None:
        _check_r3gan(self)

    def build(self, image_shape: ImageShape, *, outputs: int = 1) -> "R3ganDiscriminator":
        """See `DiscriminatorSettings.build`."""
        from zerosum.networks.r3gan import R3ganDiscriminator

        return R3ganDiscriminator(self, image_shape=image_shape, outputs=outputs)


def _check_r3gan(config: R3ganGeneratorConfig | R3ganDiscriminatorConfig) -> None:
    require_channels(config.base_channels, config.max_channels)
    require_layers("blocks", config.blocks)
    for name in ("group_size", "expansion"):
        require_positive(name, getattr(config, name))
