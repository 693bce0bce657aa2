"""A run in which an autoencoder learns; light, as all settings are."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from zerosum.checks import require_positive
from zerosum.config import OptimizerConfig, PicturesConfig, RunConfig

__all__ = ["CONFIG", "ReconstructionConfig", "ReconstructionRunConfig", "autoencoder_digits"]

_OPTIMIZER = OptimizerConfig(learning_rate=1e-2)


@dataclass(frozen=True, kw_only=True)
class ReconstructionConfig:
    """One player, which is to give back what it is given."""

    kind: Literal["reconstruction"] = "reconstruction"
    width: int = 16
    """Numbers that a picture goes through."""
    optimizer: OptimizerConfig = _OPTIMIZER
    """How it learns."""

    def __post_init__(self) -> None:
        require_positive("width", self.width)


@dataclass(frozen=True, kw_only=True)
class ReconstructionRunConfig(RunConfig):
    """An autoencoder alone."""

    family: ClassVar[str] = "reconstruction"

    game: ReconstructionConfig
    """Who plays, and for what."""

    def next_steps(self, path: Path) -> Sequence[tuple[str, str]]:
        return [("its error", f"zerosum evaluate {path}")]


CONFIG = ReconstructionRunConfig


def autoencoder_digits() -> ReconstructionRunConfig:
    """Digits through sixteen numbers and back."""
    return ReconstructionRunConfig(
        recipe="autoencoder-digits",
        data="digits",
        pictures=PicturesConfig(size=(28, 28), channels=1),
        game=ReconstructionConfig(),
        total_images=2_000,
    )
