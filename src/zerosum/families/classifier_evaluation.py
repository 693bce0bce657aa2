"""Evaluation of classifiers, while they learn and afterwards; for all families that have one."""

from functools import partial
from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor

from zerosum.config.evaluation import EvaluateConfig
from zerosum.counting import counting
from zerosum.data import absolute
from zerosum.errors import ConfigError
from zerosum.evaluation.accuracy import answer, score_classifier
from zerosum.evaluation.answers import DomainTest
from zerosum.families.classifier_settings import ClassifierRunConfig
from zerosum.families.labels import open_labelled_set
from zerosum.families.scoring import (
    Evaluated,
    load_to_evaluate,
    refuse_direction,
    subject_of,
)
from zerosum.games.classification import GameWithClassifier, features_of
from zerosum.metrics import confusion_counts
from zerosum.models.classifier import Classifier
from zerosum.training.evaluation import Evaluators

__all__ = [
    "classifier_evaluators",
    "classifier_test",
    "evaluate_classifier",
    "held_out_confusion",
]


def classifier_evaluators(
    config: ClassifierRunConfig, game: GameWithClassifier[Any], *, quiet: bool
) -> Evaluators:
    """How often the classifier is right, if there are labelled images to test it on."""
    labelled = open_labelled_set(config, quiet=quiet)
    return {"": partial(score_classifier, game, labelled)} if len(labelled) else {}


def evaluate_classifier(
    subject: str, options: EvaluateConfig, *, quiet: bool = False
) -> Evaluated:
    """Test a run's classifier on images that it has not learnt from, each class by itself too.

    Args:
        subject: The run folder.
        options: How.
        quiet: No progress bars.

    Raises:
        ConfigError: The options ask for what a classifier has not.
        DataError: The images have no labels, or classes that the run does not know.
    """
    model = load_to_evaluate(subject, options, Classifier, quiet=quiet)
    refuse_direction(model, options)
    if options.picture is not None or options.baseline is not None:
        raise ConfigError(
            "--picture and --baseline say nothing of a classifier that is tested on pictures of "
            "one domain; leave them out."
        )
    config = model.run.config()
    assert isinstance(config, ClassifierRunConfig)  # As all whose models are classifiers.
    labelled = open_labelled_set(
        config,
        data=None if options.against is None else absolute(options.against),
        split=options.split or options.against_split,
        count=options.count,
        seed=options.seed,
        quiet=quiet,
    )
    if not len(labelled):
        raise ConfigError(
            f"{options.against or config.data} has no pictures of two classes that "
            "the run has not learnt from; name labelled pictures: --against SOURCE."
        )
    with counting(f"{model.run.path} classifies pictures", quiet=quiet) as progress:
        scores = score_classifier(
            model.game,
            labelled,
            subject=subject_of(model, options),
            by_class=True,
            progress=progress,
        )
    return Evaluated(scores=scores)


def classifier_test(model: Classifier, *, quiet: bool = False) -> DomainTest:
    """What a run's classifier is tested on, with the classifier.

    Args:
        model: The classifier, of one domain.
        quiet: No progress bar.

    Raises:
        ConfigError: There are no pictures that it has not learnt from.
        DataError: The run's images are no longer there.
    """
    config = model.run.config()
    assert isinstance(config, ClassifierRunConfig)  # As all whose models are classifiers.
    labelled = open_labelled_set(config, quiet=quiet)
    if not len(labelled):
        raise ConfigError(
            f"{config.data} has no pictures of two classes that the run has not learnt from, so "
            "there is nothing to test it on; train with some held out (--game.held-out 0.1), or "
            "test it on others: zerosum evaluate RUN --against SOURCE."
        )
    return DomainTest(
        images=labelled.images,
        labels=labelled.labels,
        about=labelled.about,
        answer=model.game.answer,
        encode=partial(features_of, model.game.classifier),
    )


def held_out_confusion(model: Classifier, *, quiet: bool = False) -> Int[Tensor, "k k"]:
    """What a run's classifier takes images for that it has not learnt from.

    Args:
        model: The classifier.
        quiet: No progress bar.

    Returns:
        Row i holds what images of class i are taken for; zeros, where there are no such images.

    Raises:
        DataError: The run's images are no longer there.
    """
    config = model.run.config()
    assert isinstance(config, ClassifierRunConfig)  # As all whose models are classifiers.
    labelled, count = open_labelled_set(config, quiet=quiet), len(model.classes)
    if not len(labelled):
        return torch.zeros(count, count, dtype=torch.int64)
    taken = answer(model.game, labelled.images).argmax(dim=1).cpu()
    return confusion_counts(torch.from_numpy(labelled.labels), taken, classes=count)
