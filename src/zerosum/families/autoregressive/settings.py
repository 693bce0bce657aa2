"""A run in which a network learns how likely images are, number by number."""

from dataclasses import dataclass
from typing import ClassVar

from zerosum.config.run import RunConfig
from zerosum.games.autoregressive_settings import AutoregressiveConfig

__all__ = ["CONFIG", "AutoregressiveRunConfig"]


@dataclass(frozen=True, kw_only=True)
class AutoregressiveRunConfig(RunConfig):
    """A fully visible belief network alone.

    Example:
        >>> from zerosum.recipes.autoregressive import fvbn_digits
        >>> type(fvbn_digits()).family
        'autoregressive'
    """

    family: ClassVar[str] = "autoregressive"

    game: AutoregressiveConfig
    """Who plays, and for what."""


CONFIG = AutoregressiveRunConfig
