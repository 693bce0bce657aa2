"""A run in which a classifier learns from few labels, beside a generator."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from zerosum.config.run import Ability
from zerosum.families.classifier_settings import ClassifierRunConfig
from zerosum.games.semi_supervised_settings import SemiSupervisedConfig

__all__ = ["CONFIG", "SemiSupervisedRunConfig"]


@dataclass(frozen=True, kw_only=True)
class SemiSupervisedRunConfig(ClassifierRunConfig):
    """A generator against a classifier that learns from few labels.

    Example:
        >>> from zerosum.recipes.semi_supervised import sgan
        >>> type(sgan()).family
        'semi_supervised'
    """

    family: ClassVar[str] = "semi_supervised"
    abilities: ClassVar[tuple[Ability, ...]] = ("classify", "generate", "few-labels")

    game: SemiSupervisedConfig
    """Who plays, and for what."""

    def next_steps(self, path: Path) -> Sequence[tuple[str, str]]:
        """Commands that classify and generate images."""
        from zerosum.families.steps import classifier_steps, generator_steps

        return [*classifier_steps(path), *generator_steps(path)]


CONFIG = SemiSupervisedRunConfig
