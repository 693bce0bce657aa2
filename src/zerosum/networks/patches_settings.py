"""Settings of networks that classify patches of an image."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from zerosum.checks import require_layers, require_positive
from zerosum.networks.settings import Initialisation, NetworkSettings, Norm
from zerosum.sizes import ImageShape

if TYPE_CHECKING:
    from zerosum.networks.patches import PatchDiscriminator

__all__ = ["PatchDiscriminatorConfig"]


@dataclass(frozen=True, kw_only=True)
class PatchDiscriminatorConfig(NetworkSettings):
    """Convolutions that classify an image patch by patch; the paper's patches are 70x70 pixels.

    Example:
        >>> PatchDiscriminatorConfig(downsamplings=4, smooth=False, norm="batch").base_channels
        64
    """

    kind: Literal["patch"] = "patch"
    base_channels: int = 64
    """Channels of the first layer; doubled with each further one, up to 8 times."""
    downsamplings: int = 3
    """Layers of stride 2; patches are 16, 34, 70 and 142 pixels wide after 1, 2, 3 and 4."""
    smooth: bool = True
    """A layer of stride 1 before the last one, as in the paper."""
    bias: bool = True
    """Biases in the first and the last layer."""
    filtered: bool = False
    """Filter maps where they are halved, as CUT does."""
    norm: Norm = "instance"
    """Normalisation of all layers but the first and the last."""
    slope: float = 0.2
    """Slope of the leaky ReLU for negative values."""
    initialisation: Initialisation = "normal"
    """``normal``: N(0, 0.02) as in the paper; ``xavier``: as in CUT; ``default``: PyTorch's."""
    spectral_norm: bool = False
    """Divide each weight by its largest singular value."""

    def __post_init__(self) -> None:
        require_positive("base_channels", self.base_channels)
        require_layers("downsamplings", self.downsamplings)

    def build(self, image_shape: ImageShape) -> "PatchDiscriminator":
        """Make the network, with weights from PyTorch's global random numbers.

        Args:
            image_shape: (c, h, w) of the images.

        Raises:
            ConfigError: If the images are too small.
        """
        from zerosum.networks.patches import PatchDiscriminator

        return PatchDiscriminator(self, image_shape=image_shape)
