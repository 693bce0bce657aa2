"""Runs side by side: only scores of one protocol."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from zerosum.errors import ConfigError
from zerosum.evaluation.protocol import Protocol, Score, Scores, check_alike, unlike
from zerosum.evaluation.seeds import SeedGroup, SeedMean, mean_over_seeds

__all__ = ["Comparison", "compare", "compare_apart"]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Scores of several runs by one protocol.

    Attributes:
        protocol: How all of it was measured.
        names: The scores; the leading one first.
        runs: Each run's evaluations by that protocol, in the order of images seen.
        groups: The runs that differ in their seed alone.
    """

    protocol: Protocol
    names: tuple[str, ...]
    runs: Mapping[str, Sequence[Scores]]
    groups: Sequence[SeedGroup] = ()

    def series(self, run: str, name: str) -> list[tuple[int, Score]]:
        """One score of a run after so many images, wherever it was measured."""
        return [
            (each.images_seen, each.scores[name]) for each in self.runs[run] if name in each.scores
        ]

    def best(self, run: str) -> Scores:
        """The evaluation of a run with the best leading score; not the untrained network's."""
        name = next(name for name in self.names if self.series(run, name))
        scored = [each for each in self.runs[run] if name in each.scores]
        known = [each for each in scored if isfinite(each.scores[name].estimate.value)] or scored
        trained = [each for each in known if each.images_seen] or known
        best = trained[0]
        for each in trained[1:]:
            if each.scores[name].is_better_than(best.scores[name]):
                best = each
        return best

    def over_seeds(self, group: SeedGroup, name: str) -> list[SeedMean]:
        """The mean of a score over runs that differ in their seed, where all of them have it."""
        return mean_over_seeds([self.series(run, name) for run in group.seeds])

    def to_json(self) -> dict[str, Any]:
        """Plain values: the protocol once, and the shared scores of every evaluation."""
        return {
            "protocol": self.protocol.to_json(),
            "scores": list(self.names),
            "lower_is_better": {name: self._score(name).lower_is_better for name in self.names},
            "runs": {
                name: {
                    "best": self._values(self.best(name)),
                    "last": self._values(evaluations[-1]),
                    "evaluations": [self._values(each) for each in evaluations],
                }
                for name, evaluations in self.runs.items()
            },
            "groups": [self._group(group) for group in self.groups],
        }

    def rows(self) -> Iterator[dict[str, Any]]:
        """A table of all numbers, one a row, as for a file of comma-separated values.

        ``error`` is the standard error of one measurement; ``deviation`` that of ``count`` runs
        with different seeds, of which ``value`` is the mean.
        """
        for name in self.names:
            for run in self.runs:
                for images, score in self.series(run, name):
                    value = {"value": score.estimate.value, "error": score.estimate.error}
                    yield {"runs": run, "score": name, "images": images, **value}
            for group in self.groups:
                for each in self.over_seeds(group, name):
                    spread = {"deviation": each.deviation, "count": each.count}
                    about = {"runs": " ".join(group.seeds), "score": name}
                    yield {**about, "images": each.images_seen, "value": each.mean, **spread}

    def _score(self, name: str) -> Score:
        return next(series[0][1] for run in self.runs if (series := self.series(run, name)))

    def _values(self, evaluation: Scores) -> dict[str, Any]:
        shared = [name for name in self.names if name in evaluation.scores]
        estimates = {name: evaluation.scores[name].estimate for name in shared}
        scores = {name: {"value": it.value, "error": it.error} for name, it in estimates.items()}
        return {"images": evaluation.images_seen, "scores": scores}

    def _group(self, group: SeedGroup) -> dict[str, Any]:
        return {
            "name": group.name,
            "seeds": dict(group.seeds),
            "scores": {
                name: [
                    {
                        "images": each.images_seen,
                        "mean": each.mean,
                        "deviation": each.deviation,
                        "count": each.count,
                    }
                    for each in self.over_seeds(group, name)
                ]
                for name in self.names
            },
        }


def compare(
    runs: Mapping[str, Sequence[Scores]], *, groups: Sequence[SeedGroup] = ()
) -> Comparison:
    """Set side by side what may be compared.

    Args:
        runs: By name, all that was measured of each run.
        groups: Those that differ in their seed alone.

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
    alike = _by_images(runs, lambda each: not unlike(each.protocol, protocol))
    every = [each for scores in alike.values() for each in scores]
    names = tuple(name for name in every[0].scores if all(name in each.scores for each in every))
    if not names:
        raise ConfigError(
            f"{', '.join(runs)} have no score in common. Score all of them by the same metrics "
            "with `zerosum evaluate RUN --metrics NAME,NAME`, then compare."
        )
    return Comparison(protocol=protocol, names=names, runs=alike, groups=groups)


def compare_apart(
    runs: Mapping[str, Sequence[Scores]], *, groups: Sequence[SeedGroup] = ()
) -> list[Comparison]:
    """Set side by side what may be compared, and apart what may not.

    Args:
        runs: By name, all that was measured of each run; that may be nothing.
        groups: Those that differ in their seed alone.

    Returns:
        One comparison for each protocol, of the runs that were scored by it, with all their
        scores; those of more runs first, then those of the first run, its last one first.

    Example:
        >>> from zerosum.evaluation.protocol import Score
        >>> from zerosum.metrics.estimate import Estimate
        >>> fd = Score(estimate=Estimate(value=2.0, error=0.1), how="", lower_is_better=True)
        >>> def of(generated):
        ...     protocol = Protocol(network={}, real={}, generated=generated)
        ...     return Scores(subject={"images": 64}, protocol=protocol, scores={"FD": fd})
        >>> apart = compare_apart({"a": [of(100), of(500)], "b": [of(500)], "c": []})
        >>> [(each.protocol.generated, list(each.runs)) for each in apart]
        [(500, ['a', 'b']), (100, ['a'])]
    """
    protocols: dict[str, Protocol] = {}
    for scores in runs.values():
        for each in reversed(scores):
            protocols.setdefault(_key(each.protocol), each.protocol)
    found = [_by_one(runs, key, protocol, groups) for key, protocol in protocols.items()]
    return sorted(found, key=lambda each: -len(each.runs))


def _by_one(
    runs: Mapping[str, Sequence[Scores]],
    key: str,
    protocol: Protocol,
    groups: Sequence[SeedGroup],
) -> Comparison:
    every = _by_images(runs, lambda each: _key(each.protocol) == key)
    alike = {name: scores for name, scores in every.items() if scores}
    # A dictionary keeps the order in which the names came.
    names = dict.fromkeys(
        name for scores in alike.values() for each in scores for name in each.scores
    )
    scored = (
        replace(group, seeds={run: seed for run, seed in group.seeds.items() if run in alike})
        for group in groups
    )
    return Comparison(
        protocol=protocol,
        names=tuple(names),
        runs=alike,
        groups=[group for group in scored if len(group.seeds) > 1],
    )


def _by_images(
    runs: Mapping[str, Sequence[Scores]], wanted: Callable[[Scores], bool]
) -> dict[str, list[Scores]]:
    return {
        name: sorted(filter(wanted, scores), key=lambda each: each.images_seen)
        for name, scores in runs.items()
    }


def _key(protocol: Protocol) -> str:
    """Text that is equal for protocols that are not unlike."""
    return json.dumps(protocol.compared(), sort_keys=True, default=str)
