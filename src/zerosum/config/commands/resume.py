"""What ``zerosum resume`` can be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import tyro

__all__ = ["ResumeConfig"]


@dataclass(frozen=True, kw_only=True)
class ResumeConfig:
    """How a run is to go on; what is not said stays as it is.

    Example:
        >>> ResumeConfig(images=400_000, log_every=1000).changes["log_every"]
        1000
    """

    images: int | None = None
    """Real images to see in all, instead of what the run was made for."""
    stretch: bool = False
    """Scale the schedules of the learning rates to the new number of images; without it a run
    whose rates have fallen to 0 cannot be made longer."""
    device: str | None = None
    """Another device than before."""
    data: str | None = None
    """Where the pictures are now, if they have moved since; they must be the same ones."""
    data_a: Annotated[str | None, tyro.conf.arg(aliases=("--source",))] = None
    """Likewise for domain A, or the source."""
    data_b: Annotated[str | None, tyro.conf.arg(aliases=("--target",))] = None
    """Likewise for domain B, or the target."""
    log_every: int | None = None
    """Images between two lines of the log, from now on."""
    sample_every: int | None = None
    """Images between two sample grids, from now on."""
    evaluate_every: int | None = None
    """Images between two evaluations, from now on; 0: none."""
    checkpoint_seconds: float | None = None
    """Seconds between two checkpoints, from now on."""
    on_collapse: Literal["warn", "stop", "rollback"] | None = None
    """What to do when an evaluation shows a collapse, from now on."""

    @property
    def moved(self) -> dict[str, str | None]:
        """Where the run's images are now, by field of its configuration."""
        return {"data": self.data, "data_a": self.data_a, "data_b": self.data_b}

    @property
    def changes(self) -> Mapping[str, Any]:
        """What holds from now on, by field of the run's configuration."""
        return {
            "log_every": self.log_every,
            "sample_every": self.sample_every,
            "evaluate_every": self.evaluate_every,
            "checkpoint_seconds": self.checkpoint_seconds,
            "on_collapse": self.on_collapse,
        }
