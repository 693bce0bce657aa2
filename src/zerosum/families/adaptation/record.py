"""All that is special to classifiers that learn in one domain for another."""

from functools import partial
from typing import Any

from zerosum.config.evaluation import EvaluateConfig
from zerosum.data import AdaptationBatches, Domains
from zerosum.evaluation.accuracy import LabelledSet
from zerosum.evaluation.adaptation import score_adaptation
from zerosum.evaluation.answers import DomainTest
from zerosum.families.adaptation.building import build_invariance
from zerosum.families.adaptation.data import adaptation_batches, of_domain, open_domain_sets
from zerosum.families.adaptation.evaluating import adaptation_tests, evaluate_adaptation
from zerosum.families.adaptation.settings import AdaptationRunConfig
from zerosum.families.base import Family
from zerosum.families.classifier_evaluation import evaluate_classifier
from zerosum.families.generator_scores import evaluate_generator
from zerosum.families.labels import labels_learnt_from, name_classes, splits_for_tests
from zerosum.families.preparation import batching, size_to_train_on
from zerosum.families.scoring import Evaluated
from zerosum.families.two_domains import prepare_domains
from zerosum.games.invariance import AdaptingGame
from zerosum.models.adapted import AdaptedClassifier
from zerosum.runs import Run
from zerosum.training.engine import Engine
from zerosum.training.evaluation import Evaluators

__all__ = ["FAMILY", "Adaptation"]


class Adaptation(Family[AdaptationRunConfig, Domains, AdaptingGame, AdaptedClassifier]):
    """A classifier of a labelled source, for a target without labels."""

    def read(self, config: AdaptationRunConfig) -> AdaptationRunConfig:
        """With its classes named by the source.

        Raises:
            ConfigError: Two domains are needed, and one is not named.
            DataError: The source has no labels, or fewer than two classes.
        """
        if config.game.classes:
            return config
        config.require_sources()
        assert config.data_a is not None
        return name_classes(config, config.data_a)

    def open(self, config: AdaptationRunConfig, *, quiet: bool = False) -> Domains:
        """The stores of both domains."""
        return prepare_domains(config, size=size_to_train_on(config), quiet=quiet)

    def tests(self, config: AdaptationRunConfig) -> list[str | None]:
        """What it is tested on, in each domain."""
        return splits_for_tests(config)

    def batches(
        self, config: AdaptationRunConfig, data: Domains, engine: Engine
    ) -> AdaptationBatches:
        """Labelled images of the source, and images of the target."""
        return adaptation_batches(config, data, **batching(config, engine))

    def build(self, config: AdaptationRunConfig, engine: Engine, aids: Any = None) -> AdaptingGame:
        """The classifier, and the head that tells the domains apart."""
        return build_invariance(config.game, config.pictures.shape, engine)

    def evaluators(
        self,
        config: AdaptationRunConfig,
        game: AdaptingGame,
        data: Domains,
        engine: Engine,
        *,
        quiet: bool,
    ) -> Evaluators:
        """How it does in both domains."""
        labelled = open_domain_sets(config, data, quiet=quiet)
        return {"": partial(score_adaptation, game, labelled)}

    def model(self, run: Run, game: AdaptingGame, images_seen: int) -> AdaptedClassifier:
        """The trained classifier."""
        return AdaptedClassifier(run=run, game=game, images_seen=images_seen)

    def evaluate(self, subject: str, options: EvaluateConfig, *, quiet: bool = False) -> Evaluated:
        """How it does in both domains, or on other images."""
        if not options.asks_for_accuracy:
            return evaluate_generator(subject, options, quiet=quiet)
        if options.against is not None:
            return evaluate_classifier(subject, options, quiet=quiet)
        return evaluate_adaptation(subject, options, quiet=quiet)

    def classifier_tests(
        self, model: AdaptedClassifier, *, quiet: bool = False
    ) -> dict[str, DomainTest]:
        """The images of both domains, each with the classifier for it."""
        return adaptation_tests(model, quiet=quiet)

    def learnt_labels(self, config: AdaptationRunConfig, *, quiet: bool = False) -> LabelledSet:
        """The images of the source whose labels it learns from."""
        return labels_learnt_from(of_domain(config, "a"), self.open(config, quiet=quiet).a)


FAMILY = Adaptation()
