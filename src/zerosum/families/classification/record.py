"""The record of classifiers that learn alone."""

from typing import Any

from zerosum.config.evaluation import EvaluateConfig
from zerosum.data import Batches, Store
from zerosum.evaluation.accuracy import LabelledSet
from zerosum.evaluation.answers import DomainTest
from zerosum.families.base import OneSource
from zerosum.families.classification.settings import ClassificationRunConfig
from zerosum.families.classifier_building import classifier_network, classifier_player
from zerosum.families.classifier_evaluation import (
    classifier_evaluators,
    classifier_test,
    evaluate_classifier,
)
from zerosum.families.generator_scores import evaluate_generator
from zerosum.families.labels import (
    labelled_batches,
    labels_learnt_from,
    name_classes,
    splits_for_tests,
)
from zerosum.families.preparation import batching
from zerosum.families.scoring import Evaluated
from zerosum.games.classification import ClassificationGame
from zerosum.games.classification_settings import ClassificationConfig
from zerosum.models.classifier import Classifier
from zerosum.runs import Run
from zerosum.training.engine import Engine
from zerosum.training.evaluation import Evaluators
from zerosum.types import ImageShape

__all__ = ["FAMILY", "Classification"]


class Classification(OneSource[ClassificationRunConfig, ClassificationGame, Classifier]):
    """A classifier alone."""

    def read(self, config: ClassificationRunConfig) -> ClassificationRunConfig:
        """The run with the names of its classes filled in."""
        return name_classes(config, config.data)

    def tests(self, config: ClassificationRunConfig) -> list[str | None]:
        """The split that the classifier is tested on."""
        return splits_for_tests(config)

    def batches(self, config: ClassificationRunConfig, data: Store, engine: Engine) -> Batches:
        """Batches of the images whose labels may be used."""
        return labelled_batches(config, data, **batching(config, engine))

    def build(
        self, config: ClassificationRunConfig, engine: Engine, aids: Any = None
    ) -> ClassificationGame:
        """The game of the classifier, with adversarial training where it is set."""
        return _build(config.game, config.pictures.shape, engine)

    def evaluators(
        self,
        config: ClassificationRunConfig,
        game: ClassificationGame,
        data: Store,
        engine: Engine,
        *,
        quiet: bool,
    ) -> Evaluators:
        """The evaluator of its accuracy."""
        return classifier_evaluators(config, game, quiet=quiet)

    def model(self, run: Run, game: ClassificationGame, images_seen: int) -> Classifier:
        """The trained classifier."""
        return Classifier(run=run, game=game, images_seen=images_seen)

    def evaluate(self, subject: str, options: EvaluateConfig, *, quiet: bool = False) -> Evaluated:
        """The classifier's accuracy on images that it has not learnt from."""
        if not options.asks_for_accuracy:
            return evaluate_generator(subject, options, quiet=quiet)
        return evaluate_classifier(subject, options, quiet=quiet)

    def classifier_tests(self, model: Classifier, *, quiet: bool = False) -> dict[str, DomainTest]:
        """The images for tests, or those that were held out."""
        return {"": classifier_test(model, quiet=quiet)}

    def learnt_labels(
        self, config: ClassificationRunConfig, *, quiet: bool = False
    ) -> LabelledSet:
        """The images whose labels it learns from."""
        return labels_learnt_from(config, self.open(config, quiet=quiet))


def _build(config: ClassificationConfig, shape: ImageShape, engine: Engine) -> ClassificationGame:
    """The game with these settings, for images of that shape.

    Raises:
        ConfigError: It is not known which classes there are.
    """
    network = classifier_network(config, shape)
    return ClassificationGame(config, classifier=classifier_player(config, network, engine))


FAMILY = Classification()
