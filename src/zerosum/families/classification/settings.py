"""A run in which a classifier learns."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from zerosum.config.run import Ability
from zerosum.families.classifier_settings import ClassifierRunConfig
from zerosum.games.classification_settings import ClassificationConfig

__all__ = ["CONFIG", "ClassificationRunConfig"]


@dataclass(frozen=True, kw_only=True)
class ClassificationRunConfig(ClassifierRunConfig):
    """A classifier alone.

    Example:
        >>> from zerosum.recipes.classifier import classifier
        >>> type(classifier()).family
        'classification'
    """

    family: ClassVar[str] = "classification"
    abilities: ClassVar[tuple[Ability, ...]] = ("classify",)

    game: ClassificationConfig
    """Who plays, and for what."""

    def next_steps(self, path: Path) -> Sequence[tuple[str, str]]:
        """Commands that classify images and score the classifier."""
        from zerosum.families.steps import classifier_steps

        return classifier_steps(path)


CONFIG = ClassificationRunConfig
