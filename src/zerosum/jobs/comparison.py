"""Compare runs by what their folders say of their scores."""

from collections.abc import Sequence
from pathlib import Path

from zerosum.errors import ConfigError
from zerosum.evaluation.comparing import Comparison, compare
from zerosum.evaluation.records import read_scores
from zerosum.runs import Run

__all__ = ["compare_runs"]


def compare_runs(paths: Sequence[Path]) -> Comparison:
    """Set the scores of runs side by side.

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
    histories = {}
    for path in paths:
        run = Run.open(path)
        scores = read_scores(run.scores_path)
        if not scores:
            raise ConfigError(f"{path} has no scores yet: zerosum evaluate {path}.")
        name = run.name if run.name not in histories else str(path)
        histories[name] = scores
    return compare(histories)
