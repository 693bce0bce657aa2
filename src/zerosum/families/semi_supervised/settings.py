"""A run in which a classifier learns from few labels, beside a generator."""

from dataclasses import dataclass
from typing import ClassVar

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

    game: SemiSupervisedConfig
    """Who plays, and for what."""


CONFIG = SemiSupervisedRunConfig
