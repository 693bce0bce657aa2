"""What ``zerosum translate`` can be told."""

from dataclasses import dataclass
from pathlib import Path

from zerosum.checks import require_positive, require_sound
from zerosum.config.commands.options import (
    Checkpoint,
    Device,
    Direction,
    PixelLimit,
    require_pixels,
)

__all__ = ["TranslateConfig"]


@dataclass(frozen=True, kw_only=True)
class TranslateConfig:
    """How to translate images of one domain into the other.

    Raises:
        ConfigError: A number is not greater than 0.

    Example:
        >>> TranslateConfig(direction="b2a").tile
        1024
    """

    direction: Direction | None = None
    """From which domain into which; by default the run's first."""
    out: Path | None = None
    """Folder for the translations, named as their sources. By default translated-a2b, or
    translated-b2a, in the run folder."""
    page: Path | None = None
    """HTML file that shows pictures, translations and those translated back."""
    originals: bool = False
    """Keep each picture as the network has it, and the translation translated back, beside: the
    folder then holds translations/, originals/ and, where the run goes both ways, back/."""
    split: str | None = None
    """Which part of folders and archives: testA, train, ... By default the domain that the
    direction goes from, for tests if there are any; else everything."""
    checkpoint: Checkpoint = "latest"
    device: Device = "auto"
    tile: int = 1024
    """Pictures of more than TILE x TILE pixels go through in tiles of this side; smaller ones
    take less memory."""
    pixel_limit: PixelLimit = None

    def __post_init__(self) -> None:
        require_sound(self)
        require_positive("--tile", self.tile)
        require_pixels(self.pixel_limit)
