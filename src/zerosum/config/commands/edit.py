"""What ``zerosum edit`` can be told."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from zerosum.config.commands.options import Checkpoint, Commas, Device

__all__ = ["EditConfig"]


@dataclass(frozen=True, kw_only=True)
class EditConfig:
    """Which image is moved, along which directions, and how far.

    Example:
        >>> EditConfig(directions="sefa").rows
        6
    """

    out: Path | None = None
    """The sheet, FILE.png; by default edits-DIRECTIONS-SEED.png in the run folder."""
    seed: int = 0
    """Whose first picture, as `zerosum sample` draws it, is moved."""
    directions: Literal["pca", "sefa", "kept"] = "pca"
    """How they are found; kept: those that were given names, on the page Play or in Python."""
    rows: int = 6
    """How many directions, at most; the most important first."""
    columns: int = 9
    """Pictures in a row, an odd number."""
    reach: float = 3.0
    """How far the first and last picture are moved, in standard deviations."""
    classes: Annotated[Commas | None, tyro.conf.arg(name="class", metavar="NAME,...")] = None
    """Of a conditional run: the class of the picture, by name or number. With one, the directions
    are those within it; without, they lead from class to class as well."""
    checkpoint: Checkpoint = "latest"
    device: Device = "auto"
