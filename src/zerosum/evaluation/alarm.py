"""The collapse alarm: from a run's scores and diagnostics to the name of what went wrong.

Some things go wrong with adversarial training, and each has its sign:

- **mode collapse**: the generated images differ far less from each other than the real ones do;
- **discriminator has won**: it tells nearly every pair apart, and the score no longer improves;
- **generator's gradient vanished**: what the generator is told no longer says where to go;
- **collapse of the target's classes**: a classifier that is adapted to another domain takes its
  images for a few classes only;
- **divergence**: the images are far worse than they were.

Each must be seen at three evaluations in a row: a game that swings is not a game that is lost.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from zerosum.evaluation.protocol import Scores

__all__ = ["SYMPTOMS", "Finding", "diagnose"]

PATIENCE = 3
"""Evaluations in a row at which a symptom must be seen."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A symptom that the collapse alarm found.

    Attributes:
        name: The name of the symptom.
        images_seen: Real images seen when it was found.
        reason: The numbers that it was found by.
        remedy: What helps.

    Example:
        >>> print(Finding(name="mode collapse", images_seen=64, reason="0.1", remedy="R1."))
        mode collapse after 64 images: 0.1. R1.
    """

    name: str
    images_seen: int
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.name} after {self.images_seen:,} images: {self.reason}. {self.remedy}"


Symptom = Callable[[Sequence[Scores]], str | None]
"""Looks at the evaluations up to one of them; gives the numbers that it finds wrong, or None."""


def diagnose(history: Sequence[Scores]) -> Finding | None:
    """What is wrong with a run, or None; the gravest first.

    Args:
        history: All evaluations so far, oldest first, of one run by one protocol.

    Example:
        >>> from zerosum.evaluation.protocol import Protocol, Score
        >>> from zerosum.metrics.estimate import Estimate
        >>> def evaluation(images, value, diversity):
        ...     estimate = Estimate(value=value, error=1.0)
        ...     return Scores(
        ...         subject={"images": images},
        ...         protocol=Protocol(network={}, real={}, generated=2_048),
        ...         scores={"FD": Score(estimate=estimate, how="", lower_is_better=True)},
        ...         diagnostics={"diversity": diversity},
        ...     )
        >>> good = [evaluation(0, 90.0, 0.1), evaluation(10, 50.0, 0.8)]
        >>> diagnose(good) is None
        True
        >>> diagnose(good + [evaluation(10 * n, 60.0, 0.1) for n in range(2, 8)]).name
        'mode collapse'
    """
    for name, (symptom, remedy) in SYMPTOMS.items():
        seen = [symptom(history[: len(history) - back]) for back in range(PATIENCE)]
        if all(reason is not None for reason in seen):
            return Finding(
                name=name, images_seen=history[-1].images_seen, reason=seen[0] or "", remedy=remedy
            )
    return None


def _gradient_vanished(history: Sequence[Scores]) -> str | None:
    """The generator's gradient is a ten-thousandth of what it has been at its median, or less."""
    gradients = [
        scores.diagnostics["generator gradient"]
        for scores in history
        if "generator gradient" in scores.diagnostics
    ]
    if len(gradients) < PATIENCE:
        return None
    usual, last = median(gradients), gradients[-1]
    if last > 1e-4 * usual and last > 1e-7:
        return None
    return f"the norm of its gradient is {last:.1e}; at its highest it was {max(gradients):.1e}"


def _diverged(history: Sequence[Scores]) -> str | None:
    """The distance is more than three times as bad as at its best, and as the error explains."""
    if len(history) < 1 + PATIENCE:
        return None
    name = history[-1].leading
    if not history[-1].scores[name].lower_is_better:
        return None
    values = [scores.scores[name].estimate for scores in history]
    best, last = min(values, key=lambda estimate: estimate.value), values[-1]
    if last.value <= 3.0 * best.value + 4.0 * (last.error + best.error):
        return None
    return f"{name} is {last}, after {best} at its best"


def _collapsed(history: Sequence[Scores]) -> str | None:
    """Generated images differ from each other a quarter as much as real ones, or less.

    An untrained generator's images are all alike, so as long as they come to differ more
    nothing is wrong; but not for ever.
    """
    if len(history) < 1 + PATIENCE or not history[-PATIENCE].images_seen:
        return None
    diversity = history[-1].diagnostics.get("diversity", 1.0)
    before = history[-1 - PATIENCE].diagnostics.get("diversity", 1.0)
    is_young = len(history) <= 1 + 2 * PATIENCE
    if diversity >= 0.25 or (is_young and diversity > 1.5 * before):
        return None
    return f"generated pictures differ from each other {diversity:.2f} times as much as real ones"


def _discriminator_won(history: Sequence[Scores]) -> str | None:
    """D rates 98 in 100 pairs rightly, G fools it nowhere, and the score does not improve.

    A discriminator that is far ahead is usual at first; then the score falls all the same.
    """
    if len(history) < 1 + PATIENCE:
        return None
    diagnostics, name = history[-1].diagnostics, history[-1].leading
    accuracy = diagnostics.get("discriminator accuracy", 0.5)
    if accuracy < 0.98 or diagnostics.get("generator accuracy", 1.0) > 0.02:
        return None
    before, last = (history[place].scores[name].estimate for place in (-1 - PATIENCE, -1))
    if last.value < 0.95 * before.value - 2.0 * (before.error + last.error):
        return None
    return (
        f"the discriminator tells {accuracy:.1%} of pairs apart, and {name} does not fall: it is "
        f"{last}, and was {before} {PATIENCE} evaluations before"
    )


def _target_collapsed(history: Sequence[Scores]) -> str | None:
    """The answers on the target vary less than half as much as the source's classes do."""
    if len(history) < 1 + PATIENCE or not history[-PATIENCE].images_seen:
        return None
    share = history[-1].diagnostics.get("target classes", 1.0)
    if share >= 0.5:
        return None
    return (
        "what pictures of the target are taken for varies only "
        f"{share:.2f} times as much as the classes of the source do"
    )


SYMPTOMS: Mapping[str, tuple[Symptom, str]] = {
    "the generator's gradient vanished": (
        _gradient_vanished,
        "Use the non-saturating objective, smooth the real labels, or weaken the discriminator.",
    ),
    "the discriminator has won": (
        _discriminator_won,
        "Add R1 (penalties.r1.weight) or instance noise, smooth the real labels, narrow the "
        "discriminator or lower its learning rate.",
    ),
    "mode collapse": (
        _collapsed,
        "Add R1 (penalties.r1.weight), lower the generator's learning rate, or enlarge the batch.",
    ),
    "the target's classes collapsed": (
        _target_collapsed,
        "Lower game.weight, lengthen game.ramp, or see whether the target has all the classes.",
    ),
    "divergence": (
        _diverged,
        "Lower both learning rates; the best checkpoint is checkpoints/best.safetensors.",
    ),
}
"""Name → how it is seen, and what helps; the gravest first."""
