"""Runs side by side: only scores of one protocol."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zerosum.errors import ConfigError
from zerosum.evaluation.protocol import Protocol, Scores, check_alike, unlike

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Scores of several runs by the one protocol that they have in common.

    Attributes:
        protocol: How all of it was measured.
        names: The scores that all runs have; the leading one first.
        runs: Each run's evaluations by that protocol, in the order of images seen.
    """

    protocol: Protocol
    names: tuple[str, ...]
    runs: Mapping[str, Sequence[Scores]]

    def best(self, run: str) -> Scores:
        """The evaluation of a run with the best leading score; not the untrained network's."""
        name = self.names[0]
        trained = [scores for scores in self.runs[run] if scores.images_seen] or self.runs[run]
        best = trained[0]
        for scores in trained[1:]:
            if scores.scores[name].is_better_than(best.scores[name]):
                best = scores
        return best

    def to_json(self) -> dict[str, Any]:
        """Plain values: the protocol once, and the shared scores of every evaluation."""
        return {
            "protocol": self.protocol.to_json(),
            "scores": list(self.names),
            "runs": {
                name: {
                    "best": self._values(self.best(name)),
                    "last": self._values(evaluations[-1]),
                    "evaluations": [self._values(each) for each in evaluations],
                }
                for name, evaluations in self.runs.items()
            },
        }

    def _values(self, evaluation: Scores) -> dict[str, Any]:
        estimates = {name: evaluation.scores[name].estimate for name in self.names}
        scores = {name: {"value": it.value, "error": it.error} for name, it in estimates.items()}
        return {"images": evaluation.images_seen, "scores": scores}


def compare(runs: Mapping[str, Sequence[Scores]]) -> Comparison:
    """Set side by side what may be compared.

    Args:
        runs: By name, all that was measured of each run.

    Raises:
        ConfigError: The runs were not scored by one protocol, or by no metric in common.

    Example:
        >>> from zerosum.evaluation.protocol import Score
        >>> from zerosum.metrics.estimate import Estimate
        >>> def after(images, value):
        ...     estimate = Estimate(value=value, error=0.1)
        ...     return Scores(
        ...         subject={"images": images},
        ...         protocol=Protocol(network={}, real={}, generated=2_048),
        ...         scores={"FD": Score(estimate=estimate, how="", lower_is_better=True)},
        ...     )
        >>> comparison = compare({"a": [after(64, 9.0), after(128, 4.0)], "b": [after(64, 7.0)]})
        >>> comparison.names, comparison.best("a").images_seen
        (('FD',), 128)
    """
    protocol = check_alike(
        {name: [each.protocol for each in scores] for name, scores in runs.items()}
    )
    alike = {
        name: sorted(
            (each for each in scores if not unlike(each.protocol, protocol)),
            key=lambda each: each.images_seen,
        )
        for name, scores in runs.items()
    }
    every = [each for scores in alike.values() for each in scores]
    names = tuple(name for name in every[0].scores if all(name in each.scores for each in every))
    if not names:
        raise ConfigError(
            f"{', '.join(runs)} have no score in common. Score all of them by the same metrics "
            "with `zerosum evaluate RUN --metrics NAME,NAME`, then compare."
        )
    return Comparison(protocol=protocol, names=names, runs=alike)
