"""Compare runs by what their folders say of their scores."""

from collections.abc import Sequence
from pathlib import Path

from zerosum.config import to_json
from zerosum.errors import ConfigError
from zerosum.evaluation.comparing import Comparison, compare
from zerosum.evaluation.records import read_scores
from zerosum.evaluation.seeds import group_by_seed
from zerosum.runs import Run

__all__ = ["compare_runs"]


def compare_runs(paths: Sequence[Path]) -> Comparison:
    """Set the scores of runs side by side; those that differ in their seed alone also as one.

    Raises:
        RunError: A folder is no run.
        ConfigError: A run has no scores, or they were not scored by one protocol.

    Example:
        >>> compare_runs([])
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: expected run folders to compare: zerosum compare RUN RUN.
    """
    if not paths:
        raise ConfigError("expected run folders to compare: zerosum compare RUN RUN.")
    histories, configs = {}, {}
    for path in paths:
        run = Run.open(path)
        scores = read_scores(run.scores_path)
        if not scores:
            raise ConfigError(f"{path} has no scores yet: zerosum evaluate {path}.")
        name = run.name if run.name not in histories else str(path)
        histories[name], configs[name] = scores, to_json(run.config())
    return compare(histories, groups=group_by_seed(configs))
