"""What ``zerosum project`` can be told."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from zerosum.checks import require_sound
from zerosum.config.commands.options import (
    Checkpoint,
    Commas,
    Device,
    PixelLimit,
    require_pixels,
)

__all__ = ["ProjectConfig"]


@dataclass(frozen=True, kw_only=True)
class ProjectConfig:
    """How to look for the latents whose images are nearest to real ones.

    Raises:
        ConfigError: The limit of pixels is not greater than 0.

    Example:
        >>> ProjectConfig(features="digits").steps
        500
    """

    out: Path | None = None
    """Folder for what is found; by default projected in the run folder."""
    steps: int = 500
    """Steps of gradient descent."""
    starts: int = 4
    """From how many points; the best counts."""
    seed: int = 0
    """Whose first 1,000 pictures are the random samples; the noise follows from it too."""
    features: str | None = None
    """A feature network to compare by, besides pixels: digits, efficientnet-lite0, ..."""
    classes: Annotated[Commas | None, tyro.conf.arg(name="class", metavar="NAME,...")] = None
    """Of a conditional run: the class to look in, by name or number, or several between commas;
    by default all."""
    checkpoint: Checkpoint = "latest"
    device: Device = "auto"
    pixel_limit: PixelLimit = None

    def __post_init__(self) -> None:
        require_sound(self)
        require_pixels(self.pixel_limit)
