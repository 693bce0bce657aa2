"""The record of games that translate images from one domain into another."""

from functools import partial
from typing import Any

from zerosum.config.evaluation import EvaluateConfig
from zerosum.data import DomainBatches, Domains, make_domain_batches
from zerosum.families.base import Draw, Family
from zerosum.families.image_scorer import load_feature_network, require_feature_network
from zerosum.families.preparation import batching, size_to_train_on
from zerosum.families.scoring import Evaluated, refuse_baseline, score_images
from zerosum.families.translation.building import build_translation
from zerosum.families.translation.images import (
    all_sides,
    direction_evaluator,
    examples_of,
    open_images,
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
        """Require the content network and the one that extracts features for the evaluation."""
        content = config.game.content_network
        if content is not None:
            load_content(content, config.pictures.shape, cache=cache_folder())
        require_feature_network(config)

    def open(self, config: TranslationRunConfig, *, quiet: bool = False) -> Domains:
        """The stores of both domains."""
        return open_images(config, size=size_to_train_on(config), quiet=quiet)

    def batches(
        self, config: TranslationRunConfig, data: Domains, engine: Engine
    ) -> DomainBatches:
        """Batches of both domains, with partners together where there are any."""
        paired = config.pairing != "none"
        return make_domain_batches(data, paired=paired, **batching(config, engine))

    def build(
        self, config: TranslationRunConfig, engine: Engine, aids: Any = None
    ) -> TranslationGame:
        """The game, with its translators and discriminators."""
        return build_translation(config.game, config.pictures.shape, engine)

    def grid(self, config: TranslationRunConfig, game: TranslationGame, data: Domains) -> Draw:
        """A sample grid of images, their translations, and the way back."""
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
        """The evaluators of each direction's translations against its target domain."""
        network = load_feature_network(config, engine)
        is_cut = config.pictures.crop_from is not None
        domains = open_images(config, quiet=quiet) if is_cut else data
        return {
            direction: direction_evaluator(config, game, domains, direction, network, quiet=quiet)
            for direction in game.directions
        }

    def model(self, run: Run, game: TranslationGame, images_seen: int) -> Translator:
        """The trained translator."""
        return Translator(run=run, game=game, images_seen=images_seen)

    def evaluate(self, subject: str, options: EvaluateConfig, *, quiet: bool = False) -> Evaluated:
        """Scores of its translations against images of the target domain."""
        refuse_baseline(subject, options)
        sides = partial(all_sides, subject, options, quiet=quiet)
        return score_images(subject, options, sides, quiet=quiet)


FAMILY = Translation()
