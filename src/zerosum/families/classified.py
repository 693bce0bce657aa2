"""Classifiers, examined while they learn and scored afterwards; for all families that have one."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from zerosum.config.evaluation import EvaluateConfig
from zerosum.counting import counting
from zerosum.data import absolute
from zerosum.errors import ConfigError
from zerosum.evaluation.accuracy import score_classifier
from zerosum.families.classifier_settings import ClassifierRunConfig
from zerosum.families.labels import find_questions
from zerosum.families.scoring import (
    Evaluated,
    load_to_evaluate,
    refuse_direction,
    subject_of,
)
from zerosum.games.classification import ClassifyingGame
from zerosum.models.classifier import Classifier
from zerosum.training.evaluation import AnswerExam, Exam

__all__ = ["classifier_steps", "evaluate_classifier", "examine_classifier"]


def examine_classifier(
    config: ClassifierRunConfig, game: ClassifyingGame[Any], *, quiet: bool
) -> Sequence[Exam]:
    """How often the classifier is right, if there are pictures to ask it about."""
    questions = find_questions(config, quiet=quiet)
    return [AnswerExam(score=partial(score_classifier, game, questions))] if len(questions) else []


def classifier_steps(path: Path) -> list[tuple[str, str]]:
    """What users may want to do with a trained classifier."""
    return [
        ("classify", f"zerosum classify {path} PICTURE..."),
        ("class by class", f"zerosum evaluate {path}"),
    ]


def evaluate_classifier(
    subject: str, options: EvaluateConfig, *, quiet: bool = False
) -> Evaluated:
    """Test a run's classifier on pictures that it has not learnt from, each class by itself too.

    Args:
        subject: The run folder.
        options: How.
        quiet: No progress bars.

    Raises:
        ConfigError: The options ask for what a classifier has not.
        DataError: The pictures have no labels, or classes that the run does not know.
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
    questions = find_questions(
        config,
        data=None if options.against is None else absolute(options.against),
        split=options.split or options.against_split,
        count=options.count,
        seed=options.seed,
        quiet=quiet,
    )
    if not len(questions):
        raise ConfigError(
            f"{options.against or config.data} has no pictures of two classes that "
            "the run has not learnt from; name labelled pictures: --against SOURCE."
        )
    with counting(f"{model.run.path} classifies pictures", quiet=quiet) as progress:
        scores = score_classifier(
            model.game,
            questions,
            subject=subject_of(model, options),
            by_class=True,
            progress=progress,
        )
    return Evaluated(scores=scores)
