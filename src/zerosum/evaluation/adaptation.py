"""Scores of a classifier that learnt from one domain and is meant for another."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from zerosum.data import scale
from zerosum.evaluation.accuracy import LabelledSet, accuracy_scores
from zerosum.evaluation.extraction import ImageSubset, choose_images
from zerosum.evaluation.protocol import Protocol, Score, Scores
from zerosum.games import AdaptingGame
from zerosum.games.invariance import Domain
from zerosum.metrics import a_distance, mutual_information, probe_domains
from zerosum.types import ClassLogits, Features, Labels, OtherFeatures, Progress

__all__ = ["LabelledDomains", "domain_features", "probe_scores", "score_adaptation"]

_AT_ONCE = 256


@dataclass(frozen=True, kw_only=True)
class LabelledDomains:
    """Images of two domains that nothing was learnt from.

    Attributes:
        source: Of the domain with labels.
        target: Of the other one.
        target_labels: Its classes as the classifier numbers them, shape (n,), to score with and
            for nothing else; None where they are unknown.
        about: Facts on both for the protocol.
    """

    source: LabelledSet
    target: ImageSubset
    target_labels: NDArray[np.int64] | None
    about: Mapping[str, Any]

    def some(self, count: int) -> "LabelledDomains":
        """At most so many images of each domain, always the same ones."""
        source, labels = self.source, self.target_labels
        ours = choose_images(len(source), count, 0)
        theirs = choose_images(len(self.target), count, 0)
        return replace(
            self,
            source=LabelledSet(
                images=ImageSubset(source.images[ours]),
                labels=source.labels[ours],
                about=source.about,
            ),
            target=ImageSubset(self.target[theirs]),
            target_labels=None if labels is None else labels[theirs],
        )


def score_adaptation(
    game: AdaptingGame,
    labelled: LabelledDomains,
    *,
    subject: Mapping[str, Any],
    diagnostics: Mapping[str, float] | None = None,
    by_class: bool = False,
    progress: Progress | None = None,
) -> Scores:
    """Test a game's best classifier on both domains.

    What leads is how much its answers on the target tell, which needs no labels: so the best
    checkpoint of a run is not one that was chosen by the labels that it is then scored with.

    Args:
        game: Whose classifier.
        labelled: What it is tested on.
        subject: Whose scores they are.
        diagnostics: Signs of the game's health; ``target classes`` comes with them: how much the
            answers on the target vary, exp(H) − 1, against the labels of the source.
        by_class: Whether each class of the target is scored by itself too.
        progress: Called as it goes, for each domain anew.
    """
    logits = _answer(game, labelled.target, "target", progress)
    how = "of the target, without labels, in nats"
    told = mutual_information(logits.softmax(dim=1))
    information = Score(estimate=told, how=how, lower_is_better=False)
    scores = {"target information": information}
    if labelled.target_labels is not None:
        labels = torch.from_numpy(labelled.target_labels)
        classes = game.classes if by_class else ()
        scores |= _named("target", accuracy_scores(logits, labels, classes=classes))
    theirs = torch.from_numpy(labelled.source.labels)
    ours = _answer(game, labelled.source.images, "source", progress)
    scores |= _named("source", accuracy_scores(ours, theirs))
    variety = _further_classes(logits.argmax(dim=1)) / _further_classes(theirs)
    return Scores(
        subject=subject,
        protocol=Protocol(
            network={"network": "its own"}, real=labelled.about, generated=0, seed=0
        ),
        scores=scores,
        diagnostics={**(diagnostics or {}), "target classes": variety},
    )


def domain_features(
    game: AdaptingGame, labelled: LabelledDomains
) -> tuple[Features, OtherFeatures]:
    """The features of the source's and of the target's images by the game's best classifier."""
    return (
        _encode(game, labelled.source.images, "source"),
        _encode(game, labelled.target, "target"),
    )


def probe_scores(source: Features, target: OtherFeatures, *, whose: str = "") -> dict[str, Score]:
    """How well fresh probes tell the domains by these features, which stay as they are.

    Args:
        source: Features, shape (n, d).
        target: Of the other domain, shape (m, d).
        whose: What is put after the names, if they are another network's.

    Example:
        >>> same = torch.randn(64, 3, generator=torch.Generator().manual_seed(0))
        >>> list(probe_scores(same, same + 9.0, whose=" of baseline"))
        ['domain probe of baseline', 'linear domain probe of baseline', 'A-distance of baseline']
    """
    count = min(len(source), len(target))
    how = f"fresh probe on frozen features, {count:,} pictures of each; chance is 0.5"
    accuracy = probe_domains(source, target)
    linear = probe_domains(source, target, hidden=0)
    values = {
        "domain probe": (accuracy, how),
        "linear domain probe": (linear, "the same without hidden units"),
        "A-distance": (a_distance(accuracy), "2 (1 - 2 errors) of the domain probe; 0 to 2"),
    }
    return {
        f"{name}{whose}": Score(estimate=estimate, how=how, lower_is_better=True)
        for name, (estimate, how) in values.items()
    }


def _answer(
    game: AdaptingGame, images: ImageSubset, domain: Domain, progress: Progress | None
) -> ClassLogits:
    batches = images.batches(_AT_ONCE, progress=progress)
    return torch.cat([game.answer_in(domain, scale(batch)) for batch in batches])


def _encode(game: AdaptingGame, images: ImageSubset, domain: Domain) -> Features:
    return torch.cat([game.encode(scale(batch), domain) for batch in images.batches(_AT_ONCE)])


def _named(domain: str, scores: Mapping[str, Score]) -> dict[str, Score]:
    return {f"{domain} {name}": score for name, score in scores.items()}


def _further_classes(labels: Labels) -> float:
    """exp(H) − 1 of the shares of the classes: how many there are in effect, besides one."""
    shares = labels.bincount().double() / len(labels)
    return float(torch.special.entr(shares).sum().exp()) - 1.0
