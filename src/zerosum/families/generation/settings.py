"""A run in which a generator learns to make images."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from zerosum.config.run import Ability, RunConfig
from zerosum.games.adversarial_settings import AdversarialConfig
from zerosum.networks.sizes import count_downsamplings

__all__ = ["CONFIG", "GenerationRunConfig"]


@dataclass(frozen=True, kw_only=True)
class GenerationRunConfig(RunConfig):
    """A generator against a discriminator.

    Example:
        >>> from zerosum.recipes.dcgan import dcgan_digits
        >>> type(dcgan_digits()).family
        'generation'
    """

    family: ClassVar[str] = "generation"
    abilities: ClassVar[tuple[Ability, ...]] = ("generate",)

    game: AdversarialConfig
    """Who plays, and for what."""

    def schedule_ends(self) -> Iterator[tuple[str, int]]:
        """The images at which growth and instance noise end."""
        game = self.game
        if game.growth.is_enabled:
            yield (
                "growth",
                count_downsamplings(*self.pictures.size) * (game.growth.hold + game.growth.fade),
            )
        if game.instance_noise.deviation > 0:
            yield "instance_noise.until", game.instance_noise.until

    def next_steps(self, path: Path) -> Sequence[tuple[str, str]]:
        """Commands that generate and score more images."""
        from zerosum.families.steps import generator_steps

        return generator_steps(path)

    @property
    def recipe_for_own_images(self) -> str:
        """The recipe for photographs: that for faces does for most."""
        return "dcgan-faces"


CONFIG = GenerationRunConfig
