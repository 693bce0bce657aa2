"""Runs side by side, as their folders tell of them: what may be compared, and what may not."""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from typing_extensions import TypedDict

from zerosum.config import to_json
from zerosum.errors import ConfigError, ZerosumError, printable
from zerosum.evaluation.comparing import Comparison, compare, compare_apart
from zerosum.evaluation.protocol import Scores, unlike
from zerosum.evaluation.records import as_scores
from zerosum.evaluation.seeds import group_by_seed
from zerosum.runs import Run
from zerosum.studio.reading import as_object, lines_at_end, object_in

__all__ = ["Compared", "RunCompared", "compared", "table_of"]

_COLUMNS = (
    *("protocol", "runs", "score", "images", "value", "error", "deviation", "count"),
    *("features", "real", "generated"),
)


class RunCompared(TypedDict):
    """A run among others.

    ``problem`` says why nothing is known of it; ``cores`` is how many processors it kept busy, by
    its environment: processes × threads.
    """

    name: str
    problem: str | None
    seed: int | None
    is_scored: bool
    cores: int | None


class Compared(TypedDict):
    """What may be set side by side.

    ``comparisons`` has one for each protocol, that of most runs first, as `Comparison.to_json`
    gives it, with ``differs``: in what its protocol differs from the first. ``refused`` says why
    not all of the runs that were scored can be compared.
    """

    runs: list[RunCompared]
    groups: list[dict[str, Any]]
    comparisons: list[dict[str, Any]]
    refused: str | None


class _Read(TypedDict):
    about: RunCompared
    config: dict[str, Any] | None
    scores: list[Scores]


def compared(folders: Sequence[Path]) -> Compared:
    """What may be set side by side, and why the rest may not.

    Args:
        folders: Those of the runs; what is missing or damaged is told of.
    """
    runs = [_read(folder) for folder in folders]
    apart, groups = _apart(runs)
    return Compared(
        runs=[each["about"] for each in runs],
        groups=groups,
        comparisons=[
            {**each.to_json(), "differs": unlike(apart[0].protocol, each.protocol)}
            for each in apart
        ],
        refused=_refusal({each["about"]["name"]: each["scores"] for each in runs}),
    )


def table_of(folders: Sequence[Path]) -> str:
    """All scores as comma-separated values, one a row, each with its protocol.

    Args:
        folders: Those of the runs.
    """
    file = StringIO()
    table = csv.DictWriter(file, _COLUMNS, restval="", lineterminator="\n")
    table.writeheader()
    for number, each in enumerate(_apart([_read(folder) for folder in folders])[0], start=1):
        about = {
            "protocol": number,
            "features": each.protocol.network.get("network", ""),
            "real": each.protocol.real.get("source", ""),
            "generated": each.protocol.generated,
        }
        table.writerows({**about, **row} for row in each.rows())
    return file.getvalue()


def _apart(runs: Sequence[_Read]) -> tuple[list[Comparison], list[dict[str, Any]]]:
    configs = {each["about"]["name"]: each["config"] for each in runs}
    groups = group_by_seed({name: config for name, config in configs.items() if config})
    scores = {each["about"]["name"]: each["scores"] for each in runs}
    told = [{"name": group.name, "seeds": dict(group.seeds)} for group in groups]
    return compare_apart(scores, groups=groups), told


def _refusal(runs: dict[str, list[Scores]]) -> str | None:
    """Why the runs that were scored cannot all be compared; None where they can."""
    scored = {name: scores for name, scores in runs.items() if scores}
    if len(scored) < 2:
        return None
    try:
        compare(scored)
    except ConfigError as error:
        return str(error)
    return None


def _read(folder: Path) -> _Read:
    """What a run folder says, as far as it can be read."""
    about = RunCompared(
        name=folder.name, problem=None, seed=None, is_scored=False, cores=_cores(folder)
    )
    try:
        config = to_json(Run.open(folder).config())
    except (ZerosumError, OSError, ValueError) as error:
        about["problem"] = printable(str(error))
        return _Read(about=about, config=None, scores=[])
    lines = lines_at_end(folder / "scores.jsonl")[::-1]
    scores = [found for line in lines if (found := _scores(line)) is not None]
    about["seed"], about["is_scored"] = config["seed"], bool(scores)
    return _Read(about=about, config=config, scores=scores)


def _scores(line: bytes) -> Scores | None:
    """What a line says; None for one that is not whole, or of another version."""
    values = as_object(line)
    try:
        return None if values is None else as_scores(values)
    except (ValueError, TypeError):
        return None


def _cores(folder: Path) -> int | None:
    """Processes × threads; runs that are older than the number of processes had one."""
    environment = object_in(folder / "environment.json") or {}
    threads, processes = environment.get("threads"), environment.get("processes", 1)
    if not isinstance(threads, int) or not isinstance(processes, int):
        return None
    return max(1, threads) * max(1, processes)
