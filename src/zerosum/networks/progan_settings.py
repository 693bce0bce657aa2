"""Settings of ProGAN's networks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from zerosum.checks import require_positive
from zerosum.networks.settings import DiscriminatorSettings, GeneratorSettings, require_channels
from zerosum.sizes import ImageShape

if TYPE_CHECKING:
    from zerosum.networks.progan import GrowingDiscriminator, GrowingGenerator

__all__ = ["ProganDiscriminatorConfig", "ProganGeneratorConfig"]


@dataclass(frozen=True, kw_only=True)
class ProganGeneratorConfig(GeneratorSettings):
    """Generator that grows by one size after the other.

    Example:
        >>> course = ProganGeneratorConfig(latent_size=128, base_channels=32, pixel_norm=False)
        >>> course.max_channels
        512
    """

    grows: ClassVar[bool] = True
    kind: Literal["progan"] = "progan"
    latent_size: int = 512
    """Numbers in a latent vector."""
    base_channels: int = 16
    """Channels at full size; doubled with each downsampling."""
    max_channels: int = 512
    """Upper limit of the channels."""
    pixel_norm: bool = True
    """Normalise latents and maps along the channels."""
    bounded: bool = False
    """Keep pictures in [-1, 1] by tanh, which the paper does not: for pictures with much plain
    black or white, digits say, of which training without it often makes one and the same."""

    def __post_init__(self) -> None:
        require_positive("latent_size", self.latent_size)
        require_channels(self.base_channels, self.max_channels)

    def build(self, image_shape: ImageShape, *, class_size: int = 0) -> "GrowingGenerator":
        """See `GeneratorSettings.build`."""
        from zerosum.networks.progan import GrowingGenerator

        return GrowingGenerator(self, image_shape=image_shape, class_size=class_size)


@dataclass(frozen=True, kw_only=True)
class ProganDiscriminatorConfig(DiscriminatorSettings):
    """Discriminator that grows by one size after the other.

    Example:
        >>> ProganDiscriminatorConfig(base_channels=32).group
        4
    """

    grows: ClassVar[bool] = True
    kind: Literal["progan"] = "progan"
    base_channels: int = 16
    """Channels at full size; doubled with each downsampling."""
    max_channels: int = 512
    """Upper limit of the channels."""
    group: int = 4
    """Pictures in a group of the minibatch deviation; 1: there is none."""

    def __post_init__(self) -> None:
        require_channels(self.base_channels, self.max_channels)
        require_positive("group", self.group)

    def build(self, image_shape: ImageShape, *, outputs: int = 1) -> "GrowingDiscriminator":
        """See `DiscriminatorSettings.build`."""
        from zerosum.networks.progan import GrowingDiscriminator

        return GrowingDiscriminator(self, image_shape=image_shape, outputs=outputs)
