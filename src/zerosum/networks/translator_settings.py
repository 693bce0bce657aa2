"""Settings of networks that turn one picture into another of the same size."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from zerosum.checks import require, require_between, require_layers, require_positive
from zerosum.networks.settings import Initialisation, Norm, TranslatorSettings, require_widths
from zerosum.sizes import ImageShape

if TYPE_CHECKING:
    from zerosum.networks.translator import ResnetTranslator, UnetTranslator

__all__ = ["ResnetTranslatorConfig", "UnetTranslatorConfig"]


@dataclass(frozen=True, kw_only=True)
class ResnetTranslatorConfig(TranslatorSettings):
    """Residual blocks between a few halvings and as many doublings.

    Example:
        >>> course = ResnetTranslatorConfig(stem=False, halvings=3, blocks=6, norm="batch")
        >>> course.width
        64
    """

    kind: Literal["resnet-translator"] = "resnet-translator"
    width: int = 64
    """Channels of the first layer; doubled with each halving."""
    halvings: int = 2
    """How often the sides are halved."""
    blocks: int = 9
    """Residual blocks at the smallest size."""
    stem: bool = True
    """First and last layer at full size with kernel 7, as in the paper; else all with kernel 4."""
    norm: Norm = "instance"
    """Normalisation after every convolution but the last."""
    padding: Literal["reflect", "zero"] = "reflect"
    """What lies beyond the border: the mirror image, or 0."""
    filtered: bool = False
    """Filter maps where their size changes, as CUT does; it takes a stem."""
    residual: bool = False
    """Draw a change of the picture instead of a new one, so that training begins with copies."""
    initialisation: Initialisation = "normal"
    """``normal``: N(0, 0.02) as in the paper; ``xavier``: as in CUT; ``default``: PyTorch's."""

    def __post_init__(self) -> None:
        require_positive("width", self.width)
        require_layers("halvings", self.halvings)
        require_layers("blocks", self.blocks)
        require(
            self.stem or not self.filtered,
            "filtered is for networks whose first and last layer work at full size: set stem too.",
        )

    def build(self, image_shape: ImageShape) -> "ResnetTranslator":
        """See `TranslatorSettings.build`."""
        from zerosum.networks.translator import ResnetTranslator

        return ResnetTranslator(self, image_shape=image_shape)


@dataclass(frozen=True, kw_only=True)
class UnetTranslatorConfig(TranslatorSettings):
    """Halvings down to a few pixels and doublings back, with a shortcut at every size.

    Example:
        >>> UnetTranslatorConfig(depth=6).dropout
        0.5
    """

    kind: Literal["unet"] = "unet"
    width: int = 64
    """Channels of the first layer; doubled with each halving."""
    max_width: int = 512
    """Upper limit of the channels."""
    depth: int = 8
    """How often the sides are halved; they must be multiples of 2^depth."""
    norm: Norm = "batch"
    """Normalisation of all layers but those next to the picture and the smallest map."""
    dropout: float = 0.5
    """Share of values that are dropped in the first three doublings while training."""
    initialisation: Initialisation = "normal"
    """``normal``: N(0, 0.02) as in the paper; ``xavier``: as in CUT; ``default``: PyTorch's."""

    def __post_init__(self) -> None:
        require_widths(self.width, self.max_width)
        require_between("depth", self.depth, 2, 12)
        require_between("dropout", self.dropout, 0.0, 0.99)

    def build(self, image_shape: ImageShape) -> "UnetTranslator":
        """See `TranslatorSettings.build`."""
        from zerosum.networks.translator import UnetTranslator

        return UnetTranslator(self, image_shape=image_shape)
