"""Settings of the autoregressive game."""

from dataclasses import dataclass
from typing import Annotated, Literal

import tyro

from zerosum.checks import require_between, require_positive
from zerosum.games.parts.settings import OptimizerConfig
from zerosum.networks.made_settings import MadeConfig

__all__ = ["AutoregressiveConfig"]

_NETWORK = MadeConfig()
_OPTIMIZER = OptimizerConfig(learning_rate=1e-3, betas=(0.9, 0.999))


@dataclass(frozen=True, kw_only=True)
class AutoregressiveConfig:
    """One player: the distribution of each number of an image given those before it.

    Example:
        >>> AutoregressiveConfig(levels=256).components
        5
        >>> AutoregressiveConfig(levels=1)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: levels must be from 2 to 256, got 1.
    """

    kind: Literal["autoregressive"] = "autoregressive"
    network: MadeConfig = _NETWORK
    """The network that gives the distributions."""
    levels: Annotated[int, tyro.conf.arg(aliases=["--levels"])] = 2
    """Values that each number of an image may have. 2: black or white; a grey number is the
    probability of white, and is drawn anew each time that the image is shown. 256: as in files."""
    components: int = 5
    """Logistic distributions in the mixture for more than two levels."""
    optimizer: OptimizerConfig = _OPTIMIZER
    """How the network learns."""
    held_out: float = 0.1
    """Share of the images that is kept for testing where the source has no split test."""
    ema_half_life: int | None = None
    """Images after which a past weight counts half in an averaged network; None: no average."""

    def __post_init__(self) -> None:
        require_between("levels", self.levels, 2, 256)
        require_between("components", self.components, 1, 100)
        require_between("held_out", self.held_out, 0.0, 0.9)
        if self.ema_half_life is not None:
            require_positive("ema_half_life", self.ema_half_life)
