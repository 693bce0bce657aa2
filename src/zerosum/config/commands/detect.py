"""What ``zerosum detect`` can be told."""

from dataclasses import dataclass

from zerosum.checks import require, require_between
from zerosum.config.commands.options import Checkpoint, Device, PixelLimit, require_pixels

__all__ = ["DetectConfig"]

_FEWEST = 20
_MOST = 100_000


@dataclass(frozen=True, kw_only=True)
class DetectConfig:
    """How to tell pictures that a run makes from real ones.

    Raises:
        ConfigError: A number is out of range.

    Example:
        >>> DetectConfig().samples
        5000
        >>> DetectConfig(samples=3)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: samples must be from 20 to 100000, got 3.
    """

    samples: int = 5_000
    """Pictures of each side, real and generated, for the run's detector; a fifth of them is held
    out to test it. Where there are fewer real ones, fewer of both."""
    images: int = 60_000
    """Pictures that the detector sees while it is trained, counted as often as it sees them."""
    seed: int = 0
    """From which the detector's weights, its pictures and their order follow."""
    checkpoint: Checkpoint = "latest"
    device: Device = "auto"
    pixel_limit: PixelLimit = None

    def __post_init__(self) -> None:
        require_between("samples", self.samples, _FEWEST, _MOST)
        require_between("images", self.images, 1, 100 * _MOST)
        require(self.seed >= 0, f"expected a seed from 0, got {self.seed}.")
        require_pixels(self.pixel_limit)
