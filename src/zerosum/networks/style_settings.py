"""Settings of StyleGAN's networks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from zerosum.checks import require_between, require_layers, require_positive
from zerosum.networks.settings import DiscriminatorSettings, GeneratorSettings, require_channels
from zerosum.sizes import ImageShape

if TYPE_CHECKING:
    from zerosum.networks.style import StyleDiscriminator, StyleGenerator

__all__ = ["StyleDiscriminatorConfig", "StyleGeneratorConfig"]


@dataclass(frozen=True, kw_only=True)
class StyleGeneratorConfig(GeneratorSettings):
    """Generator whose layers each have a style: StyleGAN's or StyleGAN2's.

    Example:
        >>> StyleGeneratorConfig(style="adain").depth
        8
        >>> StyleGeneratorConfig(mixing=2.0)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: mixing must be from 0.0 to 1.0, got 2.0.
    """

    is_styled: ClassVar[bool] = True
    kind: Literal["style"] = "style"
    latent_size: int = 512
    """Numbers in a latent vector."""
    style: Literal["adain", "modulation"] = "modulation"
    """``adain``: StyleGAN, adaptive instance normalisation; ``modulation``: StyleGAN2, modulated
    convolutions, the picture a sum over all sizes."""
    base_channels: int = 32
    """Channels at full size; doubled with each downsampling."""
    max_channels: int = 512
    """Upper limit of the channels."""
    style_size: int = 512
    """Numbers in a style."""
    depth: int = 8
    """Layers from the latent vector to the style."""
    mapping_rate: float = 0.01
    """Factor of the learning rate in those layers."""
    mixing: float = 0.9
    """Share of pictures that are drawn under two styles while training."""
    truncation: float = 1.0
    """Distance of samples' styles from the mean style; below 1 more typical, less diverse."""
    noise: bool = True
    """Give every layer noise at every place, as the papers do. Small networks may use it to draw
    grain before they learn to draw detail."""
    bounded: bool = False
    """Keep pictures in [-1, 1] by tanh, which the paper does not: for pictures with much plain
    black or white, digits say, of which training without it often makes one and the same."""

    def __post_init__(self) -> None:
        for name in ("latent_size", "style_size", "mapping_rate"):
            require_positive(name, getattr(self, name))
        require_layers("depth", self.depth)
        require_channels(self.base_channels, self.max_channels)
        require_between("mixing", self.mixing, 0.0, 1.0)
        require_between("truncation", self.truncation, 0.0, 1.0)

    @property
    def draws_latents(self) -> bool:
        """Whether styles are mixed."""
        return self.mixing > 0

    def build(self, image_shape: ImageShape, *, class_size: int = 0) -> "StyleGenerator":
        """See `GeneratorSettings.build`."""
        from zerosum.networks.style import StyleGenerator

        return StyleGenerator(self, image_shape=image_shape, class_size=class_size)


@dataclass(frozen=True, kw_only=True)
class StyleDiscriminatorConfig(DiscriminatorSettings):
    """Discriminator of StyleGAN or, with residual blocks, of StyleGAN2.

    Example:
        >>> StyleDiscriminatorConfig(base_channels=16).residual
        True
    """

    kind: Literal["style"] = "style"
    base_channels: int = 32
    """Channels at full size; doubled with each downsampling."""
    max_channels: int = 512
    """Upper limit of the channels."""
    residual: bool = True
    """Residual blocks, as in StyleGAN2."""
    group: int = 4
    """Pictures in a group of the minibatch deviation; 1: there is none."""

    def __post_init__(self) -> None:
        require_channels(self.base_channels, self.max_channels)
        require_positive("group", self.group)

    def build(self, image_shape: ImageShape, *, outputs: int = 1) -> "StyleDiscriminator":
        """See `DiscriminatorSettings.build`."""
        from zerosum.networks.style import StyleDiscriminator

        return StyleDiscriminator(self, image_shape=image_shape, outputs=outputs)
