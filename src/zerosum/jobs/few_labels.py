"""Accuracy against the number of labels, of runs that differ in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zerosum.config import RunConfig, to_json
from zerosum.config.json import flatten
from zerosum.errors import ZerosumError
from zerosum.evaluation.protocol import Scores, unlike
from zerosum.evaluation.records import read_scores
from zerosum.metrics import Estimate
from zerosum.runs import Run, is_free_to_change

__all__ = ["LabelCount", "accuracy_by_labels", "labels_per_class"]

_LABELS = "game.labels_per_class"
_CLASSES = "game.classes."
_ACCURACIES = ("target accuracy", "accuracy")
"""Of a classifier for a domain without labels, and of others."""


@dataclass(frozen=True, kw_only=True)
class LabelCount:
    """How a run does with so many labels.

    Attributes:
        run: Its name.
        labels: How many labels it learns from, of all classes together; None: all there are.
        accuracy: Its newest accuracy.
        images_seen: After so many images.
        differs: Its other settings that are not those of the run that it stands beside, a line
            for each; neither the seed nor what is free to change.
    """

    run: str
    labels: int | None
    accuracy: Estimate
    images_seen: int
    differs: tuple[str, ...]


def accuracy_by_labels(path: Path, others: Iterable[Path] = ()) -> list[LabelCount]:
    """Set a run beside others of its recipe, by how many labels they learn from.

    Taken are those with the same recipe and the same sources whose accuracy was measured by the
    same protocol; what cannot be read is passed over.

    Args:
        path: The run.
        others: Folders of others; of other kinds, too.

    Returns:
        By the number of labels, rising; the run itself is among them. Nothing if it has no
        accuracy yet.

    Raises:
        RunError: The first is no run.
    """
    run = Run.open(path)
    settings = _settings(run)
    mine = _newest(run)
    if mine is None:
        return []
    found = [_count(run.name, settings, settings, *mine)]
    for other in others:
        try:
            candidate = _beside(Run.open(other), settings, mine[1])
        except (ZerosumError, OSError):
            continue
        if candidate is not None and other.resolve() != path.resolve():
            found.append(candidate)
    return sorted(found, key=lambda each: (each.labels is None, each.labels or 0, each.run))


def labels_per_class(config: RunConfig) -> int | None:
    """How many labels of each class a run learns from; None: all, or it has no classifier.

    Example:
        >>> from zerosum.recipes import recipe
        >>> labels_per_class(recipe("sgan")), labels_per_class(recipe("classifier"))
        (10, None)
    """
    count: int | None = flatten(to_json(config)).get(_LABELS)
    return count


def _beside(run: Run, settings: Mapping[str, Any], reference: Scores) -> LabelCount | None:
    """What a run says, where it may stand beside one with these settings and scores."""
    theirs = _settings(run)
    named = ("recipe", *(each for each in ("data", "data_a", "data_b") if each in settings))
    if any(theirs.get(each) != settings[each] for each in named):
        return None
    newest = _newest(run)
    if newest is None or unlike(newest[1].protocol, reference.protocol):
        return None
    return _count(run.name, theirs, settings, *newest)


def _count(
    name: str,
    settings: Mapping[str, Any],
    reference: Mapping[str, Any],
    accuracy: Estimate,
    scores: Scores,
) -> LabelCount:
    per_class = settings.get(_LABELS)
    classes = sum(field.startswith(_CLASSES) for field in settings)
    differs = [
        f"{field}: {reference.get(field, 'absent')} → {settings.get(field, 'absent')}"
        for field in sorted(settings.keys() | reference.keys())
        if settings.get(field, "absent") != reference.get(field, "absent")
        and field not in (_LABELS, "seed")
        and not is_free_to_change(field)
    ]
    return LabelCount(
        run=name,
        labels=None if per_class is None else per_class * classes,
        accuracy=accuracy,
        images_seen=scores.images_seen,
        differs=tuple(differs),
    )


def _settings(run: Run) -> Mapping[str, Any]:
    return flatten(to_json(run.config()))


def _newest(run: Run) -> tuple[Estimate, Scores] | None:
    """The newest accuracy, with all that was measured then."""
    for scores in reversed(read_scores(run.scores_path)):
        for name in _ACCURACIES:
            if name in scores.scores:
                return scores.scores[name].estimate, scores
    return None
