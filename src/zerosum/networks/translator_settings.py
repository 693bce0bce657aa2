"""Settings of networks that translate an image into another of the same size."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from zerosum.checks import require, require_between, require_layers, require_positive
from zerosum.networks.settings import Initialisation, Norm, TranslatorSettings, require_channels
from zerosum.sizes import ImageShape

if TYPE_CHECKING:
    from zerosum.networks.translator import ResnetTranslator, UnetTranslator

__all__ = ["ResnetTranslatorConfig", "UnetTranslatorConfig"]


@dataclass(frozen=True, kw_only=True)
class ResnetTranslatorConfig(TranslatorSettings):
    """Residual blocks between a few downsamplings and as many upsamplings.

    Example:
        >>> course = ResnetTranslatorConfig(stem=False, downsamplings=3, blocks=6, norm="batch")
        >>> course.base_channels
        64
    """

    kind: Literal["resnet-translator"] = "resnet-translator"
    base_channels: int = 64
    """Channels of the first layer; doubled with each downsampling."""
    downsamplings: int = 2
    """Number of times that the sides are halved."""
    blocks: int = 9
    """Residual blocks at the smallest size."""
    stem: bool = True
    """First and last layer at full size with kernel 7, as in the paper; else all with kernel 4."""
    norm: Norm = "instance"
    """Normalisation after every convolution but the last."""
    padding: Literal["reflect", "zero"] = "reflect"
    """Padding beyond the border: the mirror image, or 0."""
    filtered: bool = False
    """Filter maps where their size changes, as CUT does; it takes a stem."""
    residual: bool = False
    """Draw a change of the picture instead of a new one, so that training begins with copies."""
    initialisation: Initialisation = "normal"
    """``normal``: N(0, 0.02) as in the paper; ``xavier``: as in CUT; ``default``: PyTorch's."""

    def __post_init__(self) -> None:
        require_positive("base_channels", self.base_channels)
        require_layers("downsamplings", self.downsamplings)
        require_layers("blocks", self.blocks)
        require(
            self.stem or not self.filtered,
            "filtered is for networks whose first and last layer work at full size: set stem too.",
        )

    @property
    def draws_changes(self) -> bool:
        """Whether it is ``residual``."""
        return self.residual

    def build(self, image_shape: ImageShape) -> "ResnetTranslator":
        """See `TranslatorSettings.build`."""
        from zerosum.networks.translator import ResnetTranslator

        return ResnetTranslator(self, image_shape=image_shape)


@dataclass(frozen=True, kw_only=True)
class UnetTranslatorConfig(TranslatorSettings):
    """Downsamplings to a few pixels and upsamplings back, with a shortcut at every size.

    Example:
        >>> UnetTranslatorConfig(depth=6).dropout
        0.5
    """

    kind: Literal["unet"] = "unet"
    base_channels: int = 64
    """Channels of the first layer; doubled with each downsampling."""
    max_channels: int = 512
    """Upper limit of the channels."""
    depth: int = 8
    """Number of times that the sides are halved; they must be multiples of 2^depth."""
    norm: Norm = "batch"
    """Normalisation of all layers but those next to the picture and the smallest map."""
    dropout: float = 0.5
    """Share of values that are dropped in the first three upsamplings while training."""
    initialisation: Initialisation = "normal"
    """``normal``: N(0, 0.02) as in the paper; ``xavier``: as in CUT; ``default``: PyTorch's."""

    def __post_init__(self) -> None:
        require_channels(self.base_channels, self.max_channels)
        require_between("depth", self.depth, 2, 12)
        require_between("dropout", self.dropout, 0.0, 0.99)

    def build(self, image_shape: ImageShape) -> "UnetTranslator":
        """See `TranslatorSettings.build`."""
        from zerosum.networks.translator import UnetTranslator

        return UnetTranslator(self, image_shape=image_shape)
