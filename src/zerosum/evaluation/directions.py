"""Scores of a game that makes images of two kinds, as one."""

from collections.abc import Mapping
from dataclasses import replace
from math import hypot

from zerosum.evaluation.protocol import Protocol, Score, Scores
from zerosum.metrics.estimate import Estimate

__all__ = ["join_directions"]


def join_directions(parts: Mapping[str, Scores]) -> Scores:
    """Each score's mean over the directions of a translator, then each direction's own.

    Args:
        parts: Scores by the same metrics, by direction.

    Returns:
        Scores named ``KD-pixels`` (the mean), ``KD-pixels a2b``, ``KD-pixels b2a``; those of a
        single direction as they are. The least diverse direction's diversity counts.

    Example:
        >>> def part(value):
        ...     estimate = Estimate(value=value, error=0.3)
        ...     protocol = Protocol(network={}, real={"pictures": 9}, generated=9)
        ...     score = Score(estimate=estimate, how="", lower_is_better=True)
        ...     return Scores(subject={"images": 8}, protocol=protocol, scores={"KD": score})
        >>> joined = join_directions({"a2b": part(1.0), "b2a": part(3.0)})
        >>> [f"{name}: {score}" for name, score in joined.scores.items()]
        ['KD: 2.00 ± 0.21', 'KD a2b: 1.00 ± 0.30', 'KD b2a: 3.00 ± 0.30']
        >>> joined.protocol.real
        {'a2b pictures': 9, 'b2a pictures': 9}
    """
    first = next(iter(parts.values()))
    if len(parts) == 1:
        return first
    scores: dict[str, Score] = {}
    for name in first.scores:
        each = {direction: part.scores[name] for direction, part in parts.items()}
        scores[name] = _mean(list(each.values()))
        scores |= {f"{name} {direction}": score for direction, score in each.items()}
    diagnostics = {
        name: min(part.diagnostics[name] for part in parts.values()) for name in first.diagnostics
    }
    return Scores(
        subject=first.subject, protocol=_joined(parts), scores=scores, diagnostics=diagnostics
    )


def _mean(scores: list[Score]) -> Score:
    values = [score.estimate.value for score in scores]
    errors = [score.estimate.error for score in scores]
    estimate = Estimate(value=sum(values) / len(values), error=hypot(*errors) / len(errors))
    return replace(scores[0], estimate=estimate, how="mean of both directions")


def _joined(parts: Mapping[str, Scores]) -> Protocol:
    """One protocol: the real images are other ones in each direction."""
    protocols = {direction: part.protocol for direction, part in parts.items()}
    real = {
        f"{direction} {name}": value
        for direction, protocol in protocols.items()
        for name, value in protocol.real.items()
    }
    first = next(iter(protocols.values()))
    return replace(first, real=real, generated=sum(each.generated for each in protocols.values()))
