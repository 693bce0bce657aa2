"""A run in which a classifier learns."""

from dataclasses import dataclass
from typing import ClassVar

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

    game: ClassificationConfig
    """Who plays, and for what."""


CONFIG = ClassificationRunConfig
