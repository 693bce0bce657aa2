"""What a classifier that adapts to another domain learns from, and what it is tested on."""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from zerosum.config import EvaluateConfig, InvarianceConfig, RunConfig
from zerosum.config.build import build_game
from zerosum.data import AdaptationBatches, Batches, Domains, Store
from zerosum.errors import ConfigError, DataError
from zerosum.evaluation.accuracy import Questions
from zerosum.evaluation.adaptation import (
    DomainQuestions,
    domain_features,
    probe_scores,
    score_adaptation,
)
from zerosum.evaluation.protocol import Scores
from zerosum.evaluation.records import summary
from zerosum.evaluation.seeing import Pictures, choose_pictures
from zerosum.explaining import explained
from zerosum.games import AdaptingGame, Game
from zerosum.jobs.labels import find_questions, held_out, labelled_batches
from zerosum.jobs.preparation import describe, prepare_domains
from zerosum.model import Model, load
from zerosum.plots.features import draw_features
from zerosum.randomness import derive_seed
from zerosum.training.engine import Engine, choose_device

__all__ = ["adaptation_batches", "domain_questions", "evaluate_adaptation"]

_PROBED = 2_000
"""Pictures of each domain that probes learn from and are tested on."""

_UNLABELLED = 2_000
"""Pictures of a target without labels that the answers are looked at of."""


def adaptation_batches(config: RunConfig, domains: Domains, **how: Any) -> AdaptationBatches:
    """Batches of both domains, without what is held out; the target's labels only if asked for.

    Args:
        config: The run.
        domains: Its pictures.
        how: What `Batches` takes besides.

    Raises:
        ConfigError: A batch is impossible.
        DataError: Labels are missing, or the domains have unlike classes.
    """
    game = _game(config)
    numbers = _renumbered(config, domains.b)
    if game.target_labels and numbers is None:
        raise DataError(
            f"game.target_labels asks for the labels of the target, but {config.data_b} has none; "
            "leave it out, or label its pictures."
        )
    source = labelled_batches(of_domain(config, "a"), domains.a, **how)
    kept = None if numbers is None else held_out(of_domain(config, "b"), domains.b)[0]
    how = {**how, "seed": derive_seed(how["seed"], "domain b")}
    target = Batches(domains.b, only=kept, **how)
    return AdaptationBatches(source, target, renumbered=numbers if game.target_labels else None)


def domain_questions(
    config: RunConfig, domains: Domains, *, count: int | None = None, quiet: bool = False
) -> DomainQuestions:
    """Pictures of both domains to test the run's classifier on.

    They are those of the split for tests, or what was held out. Of a target without labels they
    are pictures that were adapted to, and nobody knows what they are.

    Args:
        config: The run.
        domains: Its pictures to learn from.
        count: The most pictures of each domain; None: all.
        quiet: No progress bar.

    Raises:
        DataError: There is nothing to test the source on, or the classes are unlike.
    """
    source = find_questions(of_domain(config, "a"), count=count, quiet=quiet)
    _require(source, config.data_a)
    if _renumbered(config, domains.b) is None:
        pictures = Pictures(
            domains.b.images, choose_pictures(len(domains.b), count or _UNLABELLED, 0)
        )
        about = {**describe(config.data_b or "", "train"), "pictures": len(pictures)}
        labels = None
    else:
        target = find_questions(of_domain(config, "b"), count=count, quiet=quiet)
        _require(target, config.data_b)
        pictures, labels, about = target.pictures, target.labels, dict(target.about)
    named = {"source": source.about, "target": about}
    return DomainQuestions(
        source=source,
        target=pictures,
        target_labels=labels,
        about={
            f"{domain} {name}" if name != "source" else f"{domain} domain": value
            for domain, facts in named.items()
            for name, value in facts.items()
        },
    )


def evaluate_adaptation(model: Model, options: EvaluateConfig, *, quiet: bool = False) -> Scores:
    """Score and probe a run's classifier in both of its domains, and perhaps a baseline's.

    Args:
        model: The run.
        options: How; a picture shows the features before (the baseline's, or untrained) and after.
        quiet: No progress bar.

    Raises:
        ConfigError: The options ask for what such a run has not, or the baseline is of another
            kind.
    """
    for name in ("direction", "split", "against_split", "size"):
        if getattr(options, name) is not None:
            raise ConfigError(
                f"{model.run.path} is tested in its two domains as they are; leave "
                f"--{name.replace('_', '-')} out, or name other pictures: --against SOURCE."
            )
    config = model.run.config()
    baseline = _load_baseline(config, options)
    domains = prepare_domains(config, quiet=quiet)
    questions = domain_questions(config, domains, count=options.count, quiet=quiet)
    subject = {
        "run": model.run.path.name,
        "images": model.images,
        "checkpoint": options.checkpoint,
    }
    game = _adapting(model.game)
    found = score_adaptation(game, questions, subject=subject, by_class=True)
    scores = dict(found.scores)
    some = questions.some(_PROBED)
    seen = {"after": domain_features(game, some)}
    scores |= probe_scores(*seen["after"])
    if baseline is not None:
        before = score_adaptation(baseline, questions, subject=subject).scores
        scores |= {f"{name} of baseline": score for name, score in before.items()}
        seen = {"before: baseline": domain_features(baseline, some), **seen}
        scores |= probe_scores(*seen["before: baseline"], whose=" of baseline")
    found = replace(found, scores=scores)
    if options.picture is not None:
        if baseline is None:
            untrained = _adapting(build_game(config, Engine(device=choose_device(options.device))))
            seen = {"before: untrained": domain_features(untrained, some), **seen}
        with explained(options.picture, then=summary(found)):
            draw_features(seen, some, classes=game.classes, path=options.picture)
    return found


def _load_baseline(config: RunConfig, options: EvaluateConfig) -> AdaptingGame | None:
    """The game of the baseline, which must have been given the same pictures."""
    if options.baseline is None:
        return None
    model = load(options.baseline, device=options.device, checkpoint=options.checkpoint)
    theirs = model.run.config()
    facts = [(each.data_a, each.data_b, each.pictures) for each in (config, theirs)]
    if not theirs.is_adaptation or facts[0] != facts[1]:
        raise ConfigError(
            f"{options.baseline} is no baseline: it must be a run of such a recipe with the same "
            "source, target and pictures, and --game.weight 0."
        )
    return _adapting(model.game)


def _adapting(game: Game[Any]) -> AdaptingGame:
    assert isinstance(game, AdaptingGame)
    return game


def of_domain(config: RunConfig, domain: Literal["a", "b"]) -> RunConfig:
    """The run as if it had one domain only."""
    data = config.data_a if domain == "a" else config.data_b
    return replace(config, data=data or "", data_a=None, data_b=None)


def _renumbered(config: RunConfig, target: Store) -> NDArray[np.int64] | None:
    """Which class of the source each class of the target is; None where it has no labels.

    Raises:
        DataError: They do not have the same classes.
    """
    if target.labels is None or len(target.classes) < 2:
        return None
    ours, theirs = _game(config).classes, target.classes
    if set(ours) != set(theirs):
        only = [
            f"{domain} alone has {', '.join(map(repr, sorted(names)[:5]))}"
            for domain, names in (
                ("the source", set(ours) - set(theirs)),
                ("the target", set(theirs) - set(ours)),
            )
            if names
        ]
        raise DataError(
            f"the source has {len(ours)} classes and the target {len(theirs)}, and they must be "
            f"the same ones, by name: {'; '.join(only)}. Rename or remove folders; if the "
            "target's folders are no classes at all, put its pictures into one."
        )
    return np.array([ours.index(name) for name in theirs], dtype=np.int64)


def _require(questions: Questions, data: str | None) -> None:
    if not len(questions):
        raise DataError(
            f"{data} has no split test, and game.held_out is 0, so that there is nothing to test "
            "on; hold some pictures out, or set evaluate_every to 0."
        )


def _game(config: RunConfig) -> InvarianceConfig:
    assert isinstance(config.game, InvarianceConfig)
    return config.game
