"""The record of semi-supervised games."""

from functools import partial
from typing import Any

from zerosum.config.evaluation import EvaluateConfig
from zerosum.data import Store
from zerosum.evaluation.accuracy import LabelledSet
from zerosum.evaluation.answers import DomainTest
from zerosum.families.base import Draw, OneSource
from zerosum.families.classifier_evaluation import (
    classifier_evaluators,
    classifier_test,
    evaluate_classifier,
)
from zerosum.families.generator_evaluation import generated_grid
from zerosum.families.generator_scores import evaluate_generator
from zerosum.families.labels import labels_learnt_from, name_classes, splits_for_tests
from zerosum.families.preparation import batching
from zerosum.families.scoring import Evaluated
from zerosum.families.semi_supervised.building import build_semi_supervised
from zerosum.families.semi_supervised.data import SemiSupervisedBatches, semi_supervised_batches
from zerosum.families.semi_supervised.settings import SemiSupervisedRunConfig
from zerosum.games.semi_supervised import SemiSupervisedGame
from zerosum.models.semi_supervised import SemiSupervised
from zerosum.randomness import Randomness
from zerosum.runs import Run
from zerosum.training.engine import Engine
from zerosum.training.evaluation import Evaluators

__all__ = ["FAMILY", "SemiSupervision"]


class SemiSupervision(OneSource[SemiSupervisedRunConfig, SemiSupervisedGame, SemiSupervised]):
    """A generator against a classifier that learns from few labels."""

    def read(self, config: SemiSupervisedRunConfig) -> SemiSupervisedRunConfig:
        """The run with the names of its classes filled in."""
        return name_classes(config, config.data)

    def tests(self, config: SemiSupervisedRunConfig) -> list[str | None]:
        """The split that the classifier is tested on."""
        return splits_for_tests(config)

    def batches(
        self, config: SemiSupervisedRunConfig, data: Store, engine: Engine
    ) -> SemiSupervisedBatches:
        """Batches of all images without labels, and of a few with theirs."""
        return semi_supervised_batches(config, data, **batching(config, engine))

    def build(
        self, config: SemiSupervisedRunConfig, engine: Engine, aids: Any = None
    ) -> SemiSupervisedGame:
        """The game; its classifier is the discriminator too."""
        random = Randomness(seed=config.seed, stream="reference batch")
        return build_semi_supervised(config.game, config.pictures.shape, engine, random)

    def grid(self, config: SemiSupervisedRunConfig, game: SemiSupervisedGame, data: Store) -> Draw:
        """A sample grid of fixed latents."""
        return partial(generated_grid, config, game)

    def evaluators(
        self,
        config: SemiSupervisedRunConfig,
        game: SemiSupervisedGame,
        data: Store,
        engine: Engine,
        *,
        quiet: bool,
    ) -> Evaluators:
        """The evaluator of the classifier's accuracy."""
        return classifier_evaluators(config, game, quiet=quiet)

    def model(self, run: Run, game: SemiSupervisedGame, images_seen: int) -> SemiSupervised:
        """The trained classifier and generator."""
        return SemiSupervised(run=run, game=game, images_seen=images_seen)

    def evaluate(self, subject: str, options: EvaluateConfig, *, quiet: bool = False) -> Evaluated:
        """The classifier's accuracy, or scores of generated images if requested."""
        if options.asks_for_accuracy:
            return evaluate_classifier(subject, options, quiet=quiet)
        return evaluate_generator(subject, options, quiet=quiet)

    def classifier_tests(
        self, model: SemiSupervised, *, quiet: bool = False
    ) -> dict[str, DomainTest]:
        """The images for tests, or those that were held out."""
        return {"": classifier_test(model, quiet=quiet)}

    def learnt_labels(
        self, config: SemiSupervisedRunConfig, *, quiet: bool = False
    ) -> LabelledSet:
        """The images whose labels it learns from."""
        return labels_learnt_from(config, self.open(config, quiet=quiet))


FAMILY = SemiSupervision()
