"""What ``zerosum walk`` can be told."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from zerosum.config.commands.options import Checkpoint, Commas, Device

__all__ = ["WalkConfig"]


@dataclass(frozen=True, kw_only=True)
class WalkConfig:
    """By which images an animation is to pass, and how fast.

    Example:
        >>> WalkConfig(out=Path("walk.gif")).seeds
        (1, 2, 3, 4, 5)
    """

    out: Path
    """The animation: FILE.gif, or FILE.mp4 with the package imageio-ffmpeg."""
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5)
    """Of the pictures to pass by, at least two."""
    frames: int = 30
    """From one picture to the next, on average."""
    seconds: float | None = None
    """How long the loop takes; by default 25 frames a second."""
    columns: int = 1
    """Columns, and rows, of walks side by side."""
    truncation: float | None = None
    """Less varied pictures, of which more are good: as for `zerosum sample`."""
    classes: Annotated[Commas | None, tyro.conf.arg(name="class", metavar="NAME,...")] = None
    """Of a conditional run: the class to show, by name or number; of several between commas one
    for each seed, so that the walk leads from class to class."""
    checkpoint: Checkpoint = "latest"
    device: Device = "auto"
