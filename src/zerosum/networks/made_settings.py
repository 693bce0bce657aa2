"""Settings of MADE, the masked autoencoder for distribution estimation."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from zerosum.checks import require_layers, require_positive
from zerosum.networks.settings import NetworkSettings
from zerosum.sizes import ImageShape

if TYPE_CHECKING:
    from zerosum.networks.made import Made

__all__ = ["MadeConfig"]


@dataclass(frozen=True, kw_only=True)
class MadeConfig(NetworkSettings):
    """Masked autoencoder, fully connected: each number depends on those before it.

    Example:
        >>> MadeConfig(widths=(500, 500)).direct
        True
    """

    kind: Literal["made"] = "made"
    widths: tuple[int, ...] = (1000,)
    """Units of the hidden layers."""
    direct: bool = True
    """Connect each number with all before it directly too, beside the hidden layers."""

    def __post_init__(self) -> None:
        require_layers("widths", len(self.widths))
        for width in self.widths:
            require_positive("each of widths", width)

    def build(self, image_shape: ImageShape, *, outputs: int) -> "Made":
        """Make the network, with weights from PyTorch's global random numbers.

        Args:
            image_shape: (c, h, w) of the images.
            outputs: Parameters of the distribution of each number of an image.
        """
        from zerosum.networks.made import Made

        return Made(self, image_shape=image_shape, outputs=outputs)
