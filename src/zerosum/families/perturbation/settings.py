"""A run in which a generator learns to mislead a classifier."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import ClassVar

from zerosum.config.run import Ability, RunConfig
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
    abilities: ClassVar[tuple[Ability, ...]] = ("perturb",)

    game: PerturbationConfig
    """Who plays, and for what."""

    @property
    def example_data(self) -> str:
        """The options by which users say what to train on."""
        return "--victim runs/classifier --data FOLDER"

    def next_steps(self, path: Path) -> Sequence[tuple[str, str]]:
        """Commands that compare it with attacks that climb for each image."""
        from zerosum.families.steps import named

        victim, data = quote(self.game.victim), quote(self.data)
        attack = f"zerosum attack {victim} --data {data} --attack pgd {named(path)}"
        report = f"--epsilon {self.game.epsilon:g} --report {named(path, '.html')}"
        return [("beside pgd", f"{attack} {report}")]

    @property
    def recipe_for_own_images(self) -> str:
        """The same recipe, with another victim."""
        return f"{self.recipe} --victim CLASSIFIER"


CONFIG = PerturbationRunConfig
