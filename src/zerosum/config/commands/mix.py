"""What ``zerosum mix`` can be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from zerosum.config.commands.options import Checkpoint, Commas, Device
from zerosum.errors import ConfigError

__all__ = ["MixConfig"]


@dataclass(frozen=True, kw_only=True)
class MixConfig:
    """Whose styles are mixed, and where the mixtures go.

    Raises:
        ConfigError: A seed is no number.

    Example:
        >>> MixConfig(coarse=(1, 2), fine=("3",)).columns
        (3,)
    """

    coarse: Annotated[Commas, tyro.conf.arg(metavar="SEED,...")]
    """Seeds of the pictures that give the coarse layers, one for each row."""
    fine: Annotated[Commas, tyro.conf.arg(metavar="SEED,...")]
    """Seeds of those that give the fine layers, one for each column."""
    grid: Path | None = None
    """PNG file for the table. Without --grid and --out: mixtures.png in the run folder."""
    out: Path | None = None
    """Folder or .zip for one PNG of each mixture, row by row, or .npz for one array (n, h, w, c)
    of bytes."""
    from_layer: int | None = None
    """The first layer that is fine, from 1; by default half of the layers are."""
    truncation: float | None = None
    """Less varied pictures, of which more are good: the part of the distance to the mean style
    that is kept, above 0 and at most 1."""
    classes: Annotated[Commas | None, tyro.conf.arg(name="class", metavar="NAME,...")] = None
    """Of a conditional run: the class of the sources, by name or number; several between commas
    are taken in turn, by the rows and by the columns."""
    checkpoint: Checkpoint = "latest"
    device: Device = "auto"

    def __post_init__(self) -> None:
        _ = self.rows, self.columns

    @property
    def rows(self) -> tuple[int, ...]:
        """The seeds of the rows."""
        return _seeds("coarse", self.coarse)

    @property
    def columns(self) -> tuple[int, ...]:
        """The seeds of the columns."""
        return _seeds("fine", self.fine)


def _seeds(name: str, values: Sequence[str | int]) -> tuple[int, ...]:
    try:
        return tuple(int(seed) for seed in values)
    except ValueError as error:
        raise ConfigError(
            f"expected seeds between commas for --{name}, such as 1,2,3, "
            f"got {','.join(map(str, values))!r}."
        ) from error
