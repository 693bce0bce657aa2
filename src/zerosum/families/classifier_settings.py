"""What runs of which a classifier comes out have in common."""

from dataclasses import dataclass

from zerosum.config.run import RunConfig
from zerosum.games.classification_settings import GameWithClassifierConfig

__all__ = ["ClassifierRunConfig"]


@dataclass(frozen=True, kw_only=True)
class ClassifierRunConfig(RunConfig):
    """A run of which a classifier comes out.

    Example:
        >>> from zerosum.recipes.classifier import classifier
        >>> isinstance(classifier(), ClassifierRunConfig)
        True
    """

    game: GameWithClassifierConfig
    """Who plays, and for what."""
