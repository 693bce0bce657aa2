"""All that is special to games that turn pictures of one domain into another."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from zerosum.config.evaluation import EvaluateConfig
from zerosum.data import DomainBatches, Domains, make_domain_batches
from zerosum.families.base import Draw, Family
from zerosum.families.image_scorer import load_feature_network, require_feature_network
from zerosum.families.preparation import batching, size_to_train_on
from zerosum.families.scoring import Evaluated, refuse_baseline, score_pictures
from zerosum.families.translation.building import build_translation
from zerosum.families.translation.pictures import (
    all_sides,
    direction_evaluator,
    examples_of,
    open_pictures,
    translated_grid,
)
from zerosum.families.translation.settings import TranslationRunConfig
from zerosum.features.content import load_content
from zerosum.files import cache_folder
from zerosum.games.translation import TranslationGame
from zerosum.models.translator import Translator
from zerosum.runs import Run
from zerosum.training.engine import Engine
from zerosum.training.evaluation import Evaluators

__all__ = ["FAMILY", "Translation"]


class Translation(Family[TranslationRunConfig, Domains, TranslationGame, Translator]):
    """Translators between two domains."""

    def require_networks(self, config: TranslationRunConfig) -> None:
        """The network of the content, and that which sees the pictures."""
        content = config.game.content_network
        if content is not None:
            load_content(content, config.pictures.shape, cache=cache_folder())
        require_feature_network(config)

    def open(self, config: TranslationRunConfig, *, quiet: bool = False) -> Domains:
        """The pictures of both domains."""
        return open_pictures(config, size=size_to_train_on(config), quiet=quiet)

    def batches(
        self, config: TranslationRunConfig, data: Domains, engine: Engine
    ) -> DomainBatches:
        """Pictures of both, partners together where there are any."""
        paired = config.pairing != "none"
        return make_domain_batches(data, paired=paired, **batching(config, engine))

    def build(
        self, config: TranslationRunConfig, engine: Engine, aids: Any = None
    ) -> TranslationGame:
        """The translators, and who judges them."""
        return build_translation(config.game, config.pictures.shape, engine)

    def grid(self, config: TranslationRunConfig, game: TranslationGame, data: Domains) -> Draw:
        """Pictures, their translations, and the way back."""
        return partial(translated_grid, game, examples_of(config, data))

    def evaluators(
        self,
        config: TranslationRunConfig,
        game: TranslationGame,
        data: Domains,
        engine: Engine,
        *,
        quiet: bool,
    ) -> Evaluators:
        """The translations of each direction against the domain that it leads to."""
        network = load_feature_network(config, engine)
        is_cut = config.pictures.crop_from is not None
        domains = open_pictures(config, quiet=quiet) if is_cut else data
        return {
            direction: direction_evaluator(config, game, domains, direction, network, quiet=quiet)
            for direction in game.directions
        }

    def model(self, run: Run, game: TranslationGame, images_seen: int) -> Translator:
        """A translator."""
        return Translator(run=run, game=game, images_seen=images_seen)

    def evaluate(self, subject: str, options: EvaluateConfig, *, quiet: bool = False) -> Evaluated:
        """Its translations against pictures of the domain that they lead to."""
        refuse_baseline(subject, options)
        sides = partial(all_sides, subject, options, quiet=quiet)
        return score_pictures(subject, options, sides, quiet=quiet)

    def next_steps(self, config: TranslationRunConfig, path: Path) -> Sequence[tuple[str, str]]:
        """Translate, and more scores."""
        return [
            ("translate", f"zerosum translate {path} PICTURE... --page {path}.html"),
            ("more scores", f"zerosum evaluate {path} --metrics frechet,kid,prdc"),
        ]

    def recipe_for_own_pictures(self, config: TranslationRunConfig) -> str:
        """What is for faces does for most photographs."""
        return "dcgan-faces"


FAMILY = Translation()
