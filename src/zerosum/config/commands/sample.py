"""What ``zerosum sample`` can be told."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from zerosum.config.commands.options import Checkpoint, Commas, Device

__all__ = ["SampleConfig"]


@dataclass(frozen=True, kw_only=True)
class SampleConfig:
    """Which new images a run's generator is to make, and where they go.

    Example:
        >>> SampleConfig(classes=("cat", "dog")).count
        64
    """

    count: int = 64
    """Number of pictures."""
    seed: int = 0
    """From which the pictures follow."""
    grid: Path | None = None
    """PNG file for one picture with all of them in rows. Without --grid and --out: grid-SEED.png
    in the run folder."""
    out: Path | None = None
    """Folder or .zip for one PNG each, or .npz for one array (n, h, w, c) of bytes."""
    truncation: float | None = None
    """Less varied pictures, of which more are good. For normal latents the greatest |z| that is
    drawn, in standard deviations, such as 0.5 or 1.5; for uniform latents and styles the part of
    the distance to the mean that is kept, above 0 and at most 1."""
    classes: Annotated[Commas | None, tyro.conf.arg(name="class", metavar="NAME,...")] = None
    """Of a run trained with --game.conditional: the class of the pictures, by name or by number
    from 0 (where classes are called by numbers, by name alone); several between commas are drawn
    one after the other, each in a column of the grid. By default classes come as often as in the
    data."""
    checkpoint: Checkpoint = "latest"
    device: Device = "auto"
