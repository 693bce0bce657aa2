"""Settings of the residual networks of WGAN-GP."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from zerosum.checks import require_positive
from zerosum.networks.settings import DiscriminatorSettings, GeneratorSettings
from zerosum.sizes import ImageShape

if TYPE_CHECKING:
    from zerosum.networks.resnet import ResnetDiscriminator, ResnetGenerator

__all__ = ["ResnetDiscriminatorConfig", "ResnetGeneratorConfig"]


@dataclass(frozen=True, kw_only=True)
class ResnetGeneratorConfig(GeneratorSettings):
    """Residual generator of WGAN-GP.

    Example:
        >>> ResnetGeneratorConfig(base_channels=64).latent_size
        128
    """

    kind: Literal["resnet"] = "resnet"
    latent_size: int = 128
    """Numbers in a latent vector."""
    base_channels: int = 128
    """Channels of every layer."""

    def __post_init__(self) -> None:
        require_positive("latent_size", self.latent_size)
        require_positive("base_channels", self.base_channels)

    @property
    def has_batch_norm(self) -> bool:
        """Always true."""
        return True

    def build(self, image_shape: ImageShape, *, class_size: int = 0) -> "ResnetGenerator":
        """See `GeneratorSettings.build`."""
        from zerosum.networks.resnet import ResnetGenerator

        return ResnetGenerator(self, image_shape=image_shape, class_size=class_size)


@dataclass(frozen=True, kw_only=True)
class ResnetDiscriminatorConfig(DiscriminatorSettings):
    """Residual critic of WGAN-GP.

    Example:
        >>> ResnetDiscriminatorConfig(base_channels=64).norm
        'none'
    """

    kind: Literal["resnet"] = "resnet"
    base_channels: int = 128
    """Channels of every layer."""
    norm: Literal["layer", "none"] = "none"
    """Normalisation; batch normalisation would couple the pictures of a batch."""
    spectral_norm: bool = False
    """Divide each weight by its largest singular value."""

    def __post_init__(self) -> None:
        require_positive("base_channels", self.base_channels)

    def build(self, image_shape: ImageShape, *, outputs: int = 1) -> "ResnetDiscriminator":
        """See `DiscriminatorSettings.build`."""
        from zerosum.networks.resnet import ResnetDiscriminator

        return ResnetDiscriminator(self, image_shape=image_shape, outputs=outputs)
