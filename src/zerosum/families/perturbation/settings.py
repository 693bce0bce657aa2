"""A run in which a generator learns to mislead a classifier."""

from dataclasses import dataclass
from typing import ClassVar

from zerosum.config.run import RunConfig
from zerosum.games.perturbation_settings import PerturbationConfig

__all__ = ["CONFIG", "PerturbationRunConfig"]


@dataclass(frozen=True, kw_only=True)
class PerturbationRunConfig(RunConfig):
    """A generator of small changes against a trained classifier.

    Example:
        >>> from zerosum.recipes.perturbation import advgan
        >>> type(advgan()).family
        'perturbation'
    """

    family: ClassVar[str] = "perturbation"

    game: PerturbationConfig
    """Who plays, and for what."""

    @property
    def example_data(self) -> str:
        """The options by which users say what to train on."""
        return "--victim runs/classifier --data FOLDER"


CONFIG = PerturbationRunConfig
