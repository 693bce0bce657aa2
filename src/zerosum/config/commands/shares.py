"""What ``zerosum data inspect`` can be told of the shares of classes."""

from dataclasses import dataclass
from typing import Annotated

import tyro

from zerosum.checks import require, require_between
from zerosum.config.commands.options import Checkpoint, Device
from zerosum.sizes import MOST_IMAGES

__all__ = ["SharesConfig"]


@dataclass(frozen=True, kw_only=True)
class SharesConfig:
    """How to set the shares of classes in one source beside those in another.

    Raises:
        ConfigError: The number of pictures or the seed is out of range.

    Example:
        >>> SharesConfig(classifier="digits").asked
        True
        >>> SharesConfig(count=0)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: count must be from 2 to ...
    """

    classifier: Annotated[str | None, tyro.conf.arg(metavar="RUN")] = None
    """Count the classes, by a classifier where the pictures have no labels that it knows: a run,
    digits, torchvision:NAME or path/to/model.py:factory."""
    against: Annotated[str | None, tyro.conf.arg(metavar="RUN|SOURCE")] = None
    """Set the shares of the classes beside those of what a run makes, or of another source."""
    count: int = 5_000
    """Pictures that the run makes; of those without labels, how many the classifier looks at."""
    seed: int = 0
    """From which the run's pictures, and the choice of others, follow."""
    checkpoint: Checkpoint = "latest"
    device: Device = "auto"

    def __post_init__(self) -> None:
        require_between("count", self.count, 2, MOST_IMAGES)
        require(self.seed >= 0, f"expected a seed from 0, got {self.seed}.")

    @property
    def asked(self) -> bool:
        """Whether shares are to be counted at all."""
        return self.classifier is not None or self.against is not None
