"""What runs of which a classifier comes out have in common."""

from dataclasses import dataclass

from zerosum.config.classification import ClassifyingConfig
from zerosum.config.run import RunConfig

__all__ = ["ClassifierRunConfig"]


@dataclass(frozen=True, kw_only=True)
class ClassifierRunConfig(RunConfig):
    """A run of which a classifier comes out.

    Example:
        >>> from zerosum.recipes.classifier import classifier
        >>> isinstance(classifier(), ClassifierRunConfig)
        True
    """

    game: ClassifyingConfig
    """Who plays, and for what."""
