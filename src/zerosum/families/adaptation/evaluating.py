"""How a classifier does in both of its domains, while it learns and afterwards."""

from dataclasses import replace
from functools import partial

from zerosum.config.evaluation import EvaluateConfig
from zerosum.errors import ConfigError
from zerosum.evaluation.adaptation import (
    domain_features,
    probe_scores,
    score_adaptation,
)
from zerosum.evaluation.answers import DomainTest
from zerosum.evaluation.records import summary
from zerosum.explaining import explained
from zerosum.families.adaptation.data import open_domain_sets
from zerosum.families.adaptation.settings import AdaptationRunConfig
from zerosum.families.building import build_game
from zerosum.families.loading import load
from zerosum.families.scoring import Evaluated, load_to_evaluate, subject_of
from zerosum.families.two_domains import prepare_domains
from zerosum.games.invariance import AdaptingGame
from zerosum.models.adapted import AdaptedClassifier
from zerosum.plots.features import draw_features
from zerosum.training.engine import Engine, choose_device

__all__ = ["adaptation_tests", "evaluate_adaptation"]

_PROBED = 2_000
"""Images of each domain that probes learn from and are tested on."""


def evaluate_adaptation(
    subject: str, options: EvaluateConfig, *, quiet: bool = False
) -> Evaluated:
    """Score and probe a run's classifier in both of its domains, and perhaps a baseline's.

    Args:
        subject: The run folder.
        options: How; an image shows the features before (the baseline's, or untrained) and after.
        quiet: No progress bars.
        quiet: No progress bar.

    Raises:
        ConfigError: The options ask for what such a run has not, or the baseline is of another
            kind.
    """
    model = load_to_evaluate(subject, options, AdaptedClassifier, quiet=quiet)
    for name in ("direction", "split", "against_split", "size"):
        if getattr(options, name) is not None:
            raise ConfigError(
                f"{model.run.path} is tested in its two domains as they are; leave "
                f"--{name.replace('_', '-')} out, or name other pictures: --against SOURCE."
            )
    config = _config(model)
    baseline = _load_baseline(config, options)
    domains = prepare_domains(config, quiet=quiet)
    labelled = open_domain_sets(config, domains, count=options.count, quiet=quiet)
    facts = subject_of(model, options)
    game = model.game
    evaluated = score_adaptation(game, labelled, subject=facts, by_class=True)
    scores = dict(evaluated.scores)
    # A probe learns from the features, so a part of the images is enough, and t-SNE is quadratic.
    some = labelled.some(_PROBED)
    features = {"after": domain_features(game, some)}
    scores |= probe_scores(*features["after"])
    if baseline is not None:
        before = score_adaptation(baseline, labelled, subject=facts).scores
        scores |= {f"{name} of baseline": score for name, score in before.items()}
        features = {"before: baseline": domain_features(baseline, some), **features}
        scores |= probe_scores(*features["before: baseline"], whose=" of baseline")
    evaluated = replace(evaluated, scores=scores)
    if options.picture is not None:
        if baseline is None:
            untrained = _untrained(config, options)
            features = {"before: untrained": domain_features(untrained, some), **features}
        with explained(options.picture, then=summary(evaluated)):
            draw_features(features, some, classes=game.classes, path=options.picture)
    return Evaluated(scores=evaluated, picture=options.picture, shows="features")


def adaptation_tests(model: AdaptedClassifier, *, quiet: bool = False) -> dict[str, DomainTest]:
    """What a run's classifier is tested on, in its source and in its target.

    Args:
        model: The trained model.
        quiet: No progress bars.

    Raises:
        DataError: There is nothing to test the source on, or the images are no longer there.
    """
    config, game = _config(model), model.game
    labelled = open_domain_sets(config, prepare_domains(config, quiet=quiet), quiet=quiet)
    source, target = labelled.source, labelled.target
    facts = {
        "source" if name == "target domain" else name.removeprefix("target "): value
        for name, value in labelled.about.items()
        if name.startswith("target ")
    }
    return {
        "source": DomainTest(
            images=source.images,
            labels=source.labels,
            about=source.about,
            answer=partial(game.answer_in, "source"),
            encode=partial(game.encode, domain="source"),
        ),
        "target": DomainTest(
            images=target,
            labels=labelled.target_labels,
            about=facts,
            answer=partial(game.answer_in, "target"),
            encode=partial(game.encode, domain="target"),
        ),
    }


def _load_baseline(config: AdaptationRunConfig, options: EvaluateConfig) -> AdaptingGame | None:
    """The game of the baseline, which must have been given the same images."""
    if options.baseline is None:
        return None
    model = load(options.baseline, device=options.device, checkpoint=options.checkpoint)
    theirs = model.run.config()
    facts = [(each.sources, each.pictures) for each in (config, theirs)]
    if not isinstance(model, AdaptedClassifier) or facts[0] != facts[1]:
        raise ConfigError(
            f"{options.baseline} is no baseline: it must be a run of such a recipe with the same "
            "source, target and pictures, and --game.weight 0."
        )
    return model.game


def _untrained(config: AdaptationRunConfig, options: EvaluateConfig) -> AdaptingGame:
    game = build_game(config, Engine(device=choose_device(options.device)))
    assert isinstance(game, AdaptingGame)
    return game


def _config(model: AdaptedClassifier) -> AdaptationRunConfig:
    config = model.run.config()
    assert isinstance(config, AdaptationRunConfig)
    return config
