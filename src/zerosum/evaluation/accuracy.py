"""How often a classifier is right: scores of images whose classes are known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from zerosum.data import scale
from zerosum.evaluation.extraction import ImageSubset
from zerosum.evaluation.protocol import Protocol, Score, Scores
from zerosum.games import GameWithClassifier
from zerosum.metrics import Estimate
from zerosum.metrics.shares import share
from zerosum.objectives import cross_entropy
from zerosum.types import ClassLogits, Labels, Progress

__all__ = ["LabelledSet", "accuracy_scores", "answer", "score_classifier"]

_AT_ONCE = 256


@dataclass(frozen=True, kw_only=True)
class LabelledSet:
    """Images whose classes are known, and which nothing was learnt from.

    Attributes:
        images: The n images.
        labels: Their classes, shape (n,), as the classifier numbers them.
        about: Facts on them for the protocol.

    Example:
        >>> black = ImageSubset(np.zeros((2, 4, 4, 1), dtype=np.uint8))
        >>> len(LabelledSet(images=black, labels=np.array([0, 1]), about={}))
        2
    """

    images: ImageSubset
    labels: NDArray[np.int64]
    about: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.labels)


def score_classifier(
    game: GameWithClassifier[Any],
    labelled: LabelledSet,
    *,
    subject: Mapping[str, Any],
    diagnostics: Mapping[str, float] | None = None,
    by_class: bool = False,
    progress: Progress | None = None,
) -> Scores:
    """Test a game's best classifier.

    Args:
        game: Whose classifier.
        labelled: What it is tested on.
        subject: Whose scores they are.
        diagnostics: Signs of the game's health.
        by_class: Whether each class is scored by itself too.
        progress: Called as it goes.
    """
    logits = answer(game, labelled.images, progress=progress)
    labels = torch.from_numpy(labelled.labels)
    return Scores(
        subject=subject,
        protocol=Protocol(
            network={"network": "its own"}, real=labelled.about, generated=0, seed=0
        ),
        scores=accuracy_scores(logits, labels, classes=game.classes if by_class else ()),
        diagnostics=diagnostics or {},
    )


def answer(
    game: GameWithClassifier[Any], images: ImageSubset, *, progress: Progress | None = None
) -> ClassLogits:
    """The logits that a game's best classifier gives the classes, shape (n, k)."""
    batches = images.batches(_AT_ONCE, progress=progress)
    return torch.cat([game.answer(scale(batch)) for batch in batches])


def accuracy_scores(
    logits: ClassLogits, labels: Labels, *, classes: tuple[str, ...] = ()
) -> dict[str, Score]:
    """Accuracy, the cross-entropy of the right class, and of each class how many were found.

    Args:
        logits: Shape (n, k); their logarithms, where only probabilities are known.
        labels: The right classes, shape (n,).
        classes: Their names, for scores of each class; empty for none.

    Example:
        >>> sure = torch.tensor([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.1, 0.9]])
        >>> labels = torch.tensor([0, 1, 1, 1])
        >>> scores = accuracy_scores(sure.log(), labels, classes=("cat", "dog"))
        >>> scores["accuracy"].estimate.value, scores["accuracy of dog"].how
        (0.75, 'of 3 pictures; most often taken for cat: 1')
    """
    taken = logits.argmax(dim=1)
    costs = cross_entropy(logits.double(), labels)
    error = costs.std().item() / len(costs) ** 0.5
    cost = Estimate(value=costs.mean().item(), error=error)
    how = f"share of {len(labels):,} pictures"
    scores = {
        "accuracy": Score(estimate=share(taken == labels), how=how, lower_is_better=False),
        "cross-entropy": Score(estimate=cost, how="in nats; its mean", lower_is_better=True),
    }
    for label, name in enumerate(classes):
        mine = taken[labels == label]
        if len(mine):
            how = f"of {len(mine):,} pictures{_mistaken(mine, label, classes)}"
            scores[f"accuracy of {name}"] = Score(
                estimate=share(mine == label), how=how, lower_is_better=False
            )
    return scores


def _mistaken(taken: torch.Tensor, label: int, classes: tuple[str, ...]) -> str:

    wrong = taken[taken != label].bincount()
    if not len(wrong):
        return ""
    most = int(wrong.argmax())
    return f"; most often taken for {classes[most]}: {int(wrong[most]):,}"
