"""A run in which a network learns how likely images are, number by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from zerosum.config.run import Ability, RunConfig
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
    abilities: ClassVar[tuple[Ability, ...]] = ("sample",)

    game: AutoregressiveConfig
    """Who plays, and for what."""

    def next_steps(self, path: Path) -> Sequence[tuple[str, str]]:
        """Commands that sample and evaluate."""
        from zerosum.families.steps import generator_steps, named

        more_pictures, _ = generator_steps(path)
        return [more_pictures, ("likelihood", f"zerosum evaluate {named(path)}")]


CONFIG = AutoregressiveRunConfig
