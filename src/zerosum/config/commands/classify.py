"""What ``zerosum classify`` can be told."""

from dataclasses import dataclass

from zerosum.config.commands.options import Checkpoint, Device, PixelLimit, require_pixels

__all__ = ["ClassifyConfig"]


@dataclass(frozen=True, kw_only=True)
class ClassifyConfig:
    """How to say which class images are of.

    Raises:
        ConfigError: The limit of pixels is not greater than 0.

    Example:
        >>> ClassifyConfig().checkpoint
        'latest'
    """

    checkpoint: Checkpoint = "latest"
    device: Device = "auto"
    pixel_limit: PixelLimit = None

    def __post_init__(self) -> None:
        require_pixels(self.pixel_limit)
