"""A run in which a classifier learns in one domain for another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from zerosum.checks import require
from zerosum.config.run import Ability, TwoDomainsConfig
from zerosum.families.classifier_settings import ClassifierRunConfig
from zerosum.games.invariance_settings import InvarianceConfig

__all__ = ["CONFIG", "AdaptationRunConfig"]


@dataclass(frozen=True, kw_only=True)
class AdaptationRunConfig(TwoDomainsConfig, ClassifierRunConfig):
    """A classifier of a labelled source that is meant for a target without labels.

    Example:
        >>> from zerosum.recipes.adaptation import dann
        >>> type(dann()).family
        'adaptation'
    """

    family: ClassVar[str] = "adaptation"
    abilities: ClassVar[tuple[Ability, ...]] = ("classify", "domains")

    game: InvarianceConfig
    """Who plays, and for what."""

    @property
    def example_data(self) -> str:
        """The options by which users say what to train on."""
        return "--source mnist --target FOLDER"

    def require_sources(self) -> None:
        """Require that the labelled domain and the other one are named."""
        require(
            bool(self.data_a and self.data_b and not self.data),
            f"{self.recipe} learns from labelled pictures of one domain and adapts to another, "
            "whose labels it does not need; name both: --source SOURCE --target SOURCE (data_a "
            "and data_b), and leave --data out.",
        )

    def schedule_ends(self) -> Iterator[tuple[str, int]]:
        """Until when the ramp rises, and the source alone is learnt from."""
        yield "ramp", self.game.ramp
        yield "pretraining", self.game.pretraining if self.game.method == "adda" else 0

    def next_steps(self, path: Path) -> Sequence[tuple[str, str]]:
        """Classify, and see how alike the domains look."""
        from zerosum.families.steps import classifier_steps, named

        seen = f"zerosum evaluate {named(path)} --picture {named(path, '.png')}"
        return [*classifier_steps(path), ("what is to see", seen)]


CONFIG = AdaptationRunConfig
