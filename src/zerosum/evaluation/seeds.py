"""Runs that differ in their seed alone, as one: the mean of their scores and how far they spread.

One run says little of a recipe: with another seed it would have ended elsewhere. The standard
error of a score tells how well one network was measured, not how networks differ.
"""

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from zerosum.evaluation.protocol import Score
from zerosum.metrics.estimate import Estimate

__all__ = ["SeedGroup", "SeedMean", "group_by_seed", "mean_over_seeds"]

Series = Sequence[tuple[int, Score]]
"""One score of one run: after how many images, and what it was."""


@dataclass(frozen=True, kw_only=True)
class SeedGroup:
    """Runs whose configurations differ in ``seed`` alone.

    Attributes:
        name: What to call them together.
        seeds: The seed of each run, by the run's name; no two are equal.
    """

    name: str
    seeds: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class SeedMean:
    """One score of a `SeedGroup` after so many images.

    Attributes:
        images_seen: By each of the runs.
        mean: Of their values.
        deviation: The sample standard deviation of their values, with n − 1; the standard error
            of the mean would be smaller by √n.
        count: n, the number of runs.

    Example:
        >>> print(SeedMean(images_seen=64, mean=2.0, deviation=0.5, count=3))
        2.00 ± 0.50
    """

    images_seen: int
    mean: float
    deviation: float
    count: int

    def __str__(self) -> str:
        return str(Estimate(value=self.mean, error=self.deviation))


def group_by_seed(configs: Mapping[str, Mapping[str, Any]]) -> list[SeedGroup]:
    """Find the runs that repeat each other with another seed.

    A run that repeats another one with the same seed adds nothing to what is known of the spread,
    so the first of each seed counts.

    Args:
        configs: Configurations as ``config.json`` holds them, by the run's name.

    Returns:
        Groups of at least two runs, named by what the names of their runs have in common.

    Example:
        >>> group_by_seed({
        ...     "faces-10": {"batch_size": 32, "seed": 0},
        ...     "wide": {"batch_size": 64, "seed": 1},
        ...     "faces-11": {"batch_size": 32, "seed": 2},
        ... })
        [SeedGroup(name='faces', seeds={'faces-10': 0, 'faces-11': 2})]
    """
    alike: dict[str, dict[str, int]] = {}
    for name, config in configs.items():
        rest = {field: value for field, value in config.items() if field != "seed"}
        group = alike.setdefault(json.dumps(rest, sort_keys=True), {})
        if "seed" in config and config["seed"] not in group.values():
            group[name] = config["seed"]
    groups = [group for group in alike.values() if len(group) > 1]
    shared = [_shared_name(list(group)) for group in groups]
    return [
        SeedGroup(name=name if shared.count(name) == 1 else ", ".join(group), seeds=group)
        for name, group in zip(shared, groups, strict=True)
    ]


def _shared_name(names: Sequence[str]) -> str:
    """What names have in common at their beginning; where that is nothing, the first of them."""
    shared = "".join(letters[0] for letters in takewhile(_are_equal, zip(*names, strict=False)))
    if any(name[len(shared) : len(shared) + 1].isdigit() for name in names):
        shared = shared.rstrip("0123456789")  # No number is cut in two.
    return shared.rstrip("-_. ") or names[0]


def _are_equal(letters: tuple[str, ...]) -> bool:
    return len(set(letters)) == 1


def mean_over_seeds(runs: Iterable[Series]) -> list[SeedMean]:
    """Compute the mean and the spread of one score over runs, wherever all of them have it.

    Args:
        runs: Of each run, the score after so many images; of several measured after equally many
            the last counts.

    Returns:
        One for each number of images after which all runs were scored, rising.

    Example:
        >>> def after(images, value):
        ...     estimate = Estimate(value=value, error=0.1)
        ...     return images, Score(estimate=estimate, how="", lower_is_better=True)
        >>> found = mean_over_seeds([[after(64, 1.0), after(128, 9.0)], [after(64, 3.0)]])
        >>> [(each.images_seen, str(each)) for each in found]
        [(64, '2.0 ± 1.4')]
    """
    tables = [{images: score.estimate.value for images, score in run} for run in runs]
    if len(tables) < 2:
        return []
    shared = sorted(set.intersection(*(set(table) for table in tables)))
    return [_mean(images, [table[images] for table in tables]) for images in shared]


def _mean(images: int, values: Sequence[float]) -> SeedMean:
    mean = statistics.fmean(values)
    squares = sum((value - mean) ** 2 for value in values)
    return SeedMean(
        images_seen=images,
        mean=mean,
        deviation=(squares / (len(values) - 1)) ** 0.5,
        count=len(values),
    )
