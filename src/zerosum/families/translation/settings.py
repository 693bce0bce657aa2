"""A run in which images of one domain become images of another."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from zerosum.checks import require
from zerosum.config.run import Ability, TwoDomainsConfig
from zerosum.data.two_sources import require_two_sources
from zerosum.games.translation_settings import (
    CartoonConfig,
    ContrastiveConfig,
    CycleConfig,
    PairedConfig,
)

__all__ = ["CONFIG", "TranslationRunConfig"]


@dataclass(frozen=True, kw_only=True)
class TranslationRunConfig(TwoDomainsConfig):
    """Translators between two domains, with or without partners.

    Example:
        >>> from zerosum.recipes.translation import pix2pix
        >>> pix2pix().pairing
        'names'
    """

    family: ClassVar[str] = "translation"
    abilities: ClassVar[tuple[Ability, ...]] = ("translate",)

    game: CycleConfig | ContrastiveConfig | PairedConfig | CartoonConfig
    """Who plays, and for what."""
    pairing: Literal["none", "names", "side-by-side"] = "none"
    """How pictures of two domains belong together: not; by equal file names; or as the left (A)
    and right (B) half of one picture."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            not self.game.needs_partners or self.pairing != "none",
            "this game needs partners: set pairing to names (equal file names in both "
            "domains) or side-by-side (both halves of one picture).",
        )

    def require_sources(self) -> None:
        """Require that both domains are named, as the pairing wants them."""
        require_two_sources(self.data, self.data_a, self.data_b, pairing=self.pairing)

    @property
    def example_calls(self) -> tuple[str, ...]:
        """What may follow ``zerosum train RECIPE``, for its help."""
        own = f"{self.example_data} --dry-run", f"{self.example_data} --images 50000"
        return ("--data FOLDER  # with trainA and trainB in it", *own)

    @property
    def example_data(self) -> str:
        """The options by which users say what to train on."""
        return "--data-a FOLDER --data-b FOLDER"

    def next_steps(self, path: Path) -> Sequence[tuple[str, str]]:
        """Commands that translate images and score more."""
        from zerosum.families.steps import named

        page = named(path, ".html")
        return [
            ("translate", f"zerosum translate {named(path)} PICTURE... --page {page}"),
            ("more scores", f"zerosum evaluate {named(path)} --metrics frechet,kid,prdc"),
        ]

    @property
    def recipe_for_own_images(self) -> str:
        """The recipe for photographs: that for faces does for most."""
        return "dcgan-faces"


CONFIG = TranslationRunConfig
