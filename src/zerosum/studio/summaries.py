"""What a run folder says of itself at a glance; no damage to it is an error here."""

import os
import re
from typing import Any, Literal

from typing_extensions import TypedDict

from zerosum.config.families import config_class
from zerosum.errors import ZerosumError, printable
from zerosum.explaining import explain
from zerosum.studio.processes import holds_lock, is_at_work
from zerosum.studio.reading import (
    as_object,
    facts_of,
    lines_at_end,
    names_in,
    read_object,
)

__all__ = ["LIVE", "Sample", "ScoreShown", "State", "Summary", "blank", "is_run", "summarise"]

State = Literal["waiting", "preparing", "training", "stopping", "stopped", "finished", "failed"]
"""What becomes of a run just now."""

LIVE = ("training", "stopping")
"""States in which a process has the run."""

_STATES: dict[str, State] = {
    "training": "training",
    "stopping": "stopping",
    "stopped": "stopped",
    "finished": "finished",
    "failed": "failed",
}
"""What a run says of itself."""
_POINTS = 60
"""Most points of a sparkline."""
_WHILE_TRAINING = b'"while": "training"'
_TAIL = 1 << 14
"""Bytes at the end of a log in which its last line is looked for."""
_MOST = 2.0**63
"""Above all that is counted in a run; beyond it, or no number at all, is damage."""
_GRID = re.compile(r"(\d{1,18})\.png")
_KILLED = "Its process was killed. What was saved is good: resume goes on from there."


class Sample(TypedDict):
    """The newest grid: its file in the run folder, after how many images, and when."""

    file: str
    images: int
    changed: float


class ScoreShown(TypedDict):
    """The leading score of the last evaluation."""

    name: str
    value: float | None
    error: float | None
    higher_is_better: bool


class Summary(TypedDict):
    """A run at a glance.

    ``sparkline`` has [images, value] of the leading score; ``pictures`` is [height, width,
    channels]; ``bytes`` is null until somebody has counted; ``damaged`` says why a run cannot be
    read.
    """

    name: str
    recipe: str
    family: str
    state: State
    phase: str | None
    message: str | None
    alarm: str | None
    images_seen: int
    total_images: int
    images_per_second: float | None
    seconds_left: float | None
    created: float | None
    updated: float | None
    data: str
    pictures: list[int]
    sample: Sample | None
    score: ScoreShown | None
    sparkline: list[list[float]]
    bytes: int | None
    archived: bool
    job: str | None
    damaged: str | None


def blank(name: str) -> Summary:
    """A run of which nothing is known but its name.

    Example:
        >>> blank("faces")["state"]
        'stopped'
    """
    return Summary(
        name=name,
        recipe="",
        family="",
        state="stopped",
        phase=None,
        message=None,
        alarm=None,
        images_seen=0,
        total_images=0,
        images_per_second=None,
        seconds_left=None,
        created=None,
        updated=None,
        data="",
        pictures=[],
        sample=None,
        score=None,
        sparkline=[],
        bytes=None,
        archived=False,
        job=None,
        damaged=None,
    )


def is_run(folder: str) -> bool:
    """Whether a folder is, or was, that of a run; unlike the library, of a damaged one too.

    Example:
        >>> is_run("no/such")
        False
    """
    return any(
        os.path.lexists(f"{folder}/{name}")
        for name in ("config.json", "stats.jsonl", "checkpoints")
    )


def summarise(folder: str, name: str) -> Summary:
    """What a run folder says; where it cannot be read, why.

    Args:
        folder: The folder.
        name: What to call the run.

    Example:
        >>> summarise("no/such", "faces")["damaged"]
        'no/such/config.json cannot be read: No such file or directory. Check the path.'
    """
    summary = blank(name)
    try:
        _configured(summary, read_object(f"{folder}/config.json"))
        _progressed(summary, folder)
        _scored(summary, folder)
        summary["alarm"] = _last_line(f"{folder}/alarms.txt")
        summary["created"] = _changed(f"{folder}/environment.json")
    except ZerosumError as error:
        summary["damaged"] = str(error)
    except OSError as error:
        summary["damaged"] = explain(error, printable(folder), "read")
    return summary


def _configured(summary: Summary, config: dict[str, Any]) -> None:
    """What the configuration says, without the cost of checking all of it."""
    game, pictures = _table(config, "game"), _table(config, "pictures")
    summary["family"] = config_class(_text(game, "kind")).family
    summary["recipe"] = _text(config, "recipe")
    summary["data"] = _text(config, "data") or " and ".join(
        source for name in ("data_a", "data_b") if (source := _text(config, name))
    )
    summary["total_images"] = int(_number(config, "images") or 0)
    size = pictures.get("size")
    sides = [*size, pictures.get("channels")] if isinstance(size, list) else []
    summary["pictures"] = [each for each in sides if isinstance(each, int)]


def _progressed(summary: Summary, folder: str) -> None:
    """How far the run is: by its status, or as it was before runs had one, by its files."""
    last = next(filter(None, map(as_object, lines_at_end(f"{folder}/stats.jsonl", _TAIL))), {})
    summary["sample"] = _newest_sample(folder)
    drawn = summary["sample"]["images"] if summary["sample"] else 0
    summary["images_seen"] = max(int(_number(last, "images") or 0), drawn)
    summary["images_per_second"] = _number(last, "images_per_second")
    files = (f"{folder}/stats.jsonl", f"{folder}/config.json")
    summary["updated"] = max(filter(None, map(_changed, files)), default=None)
    try:
        status = read_object(f"{folder}/status.json")
    except ZerosumError:
        summary["state"] = _state_by_files(summary, folder)
        return
    _by_status(summary, status)


def _by_status(summary: Summary, status: dict[str, Any]) -> None:
    state, alive = _text(status, "state"), is_at_work(status)
    summary["message"] = _text(status, "message") or None
    summary["updated"] = _number(status, "updated") or summary["updated"]
    if (images := _number(status, "images")) is not None:
        summary["images_seen"] = int(images)
    if state in LIVE and not alive:
        summary["state"], summary["message"] = "stopped", _KILLED
    elif state in _STATES:
        summary["state"] = _STATES[state]
    else:
        summary["state"] = "preparing" if alive else "stopped"
    if summary["state"] in LIVE:
        summary["phase"] = _text(status, "phase") or None
        summary["images_per_second"] = _number(status, "images_per_second")
        summary["seconds_left"] = _number(status, "seconds_left")


def _state_by_files(summary: Summary, folder: str) -> State:
    """The state of a run of a version that kept no status."""
    if summary["images_seen"] >= summary["total_images"] > 0:
        return "finished"
    return "training" if holds_lock(f"{folder}/.lock") else "stopped"


def _newest_sample(folder: str) -> Sample | None:
    names = names_in(f"{folder}/samples")
    grids = [(int(match[1]), name) for name in names if (match := _GRID.fullmatch(name))]
    if not grids:
        return None
    images, name = max(grids)
    changed = _changed(f"{folder}/samples/{name}")
    return Sample(file=f"samples/{name}", images=images, changed=changed) if changed else None


def _scored(summary: Summary, folder: str) -> None:
    """The leading score, of the evaluations while training if there are some."""
    written = [line for line in lines_at_end(f"{folder}/scores.jsonl") if line]
    chosen = [line for line in written if _WHILE_TRAINING in line] or written
    lines = [line for line in map(as_object, _thinned(chosen)) if line and _table(line, "scores")]
    if not lines:
        return
    name = next(iter(lines[0]["scores"]))
    score = _table(lines[0]["scores"], name)
    summary["score"] = ScoreShown(
        name=printable(name),
        value=_number(score, "value"),
        error=_number(score, "error"),
        higher_is_better=score.get("lower_is_better") is False,
    )
    summary["sparkline"] = [
        [images, value]
        for line in reversed(lines)
        if (images := _number(_table(line, "subject"), "images")) is not None
        and (value := _number(_table(line["scores"], name), "value")) is not None
    ]


def _thinned(lines: list[bytes]) -> list[bytes]:
    """Some of many lines, evenly chosen, with the first and the last one."""
    if len(lines) <= _POINTS:
        return lines
    step = (len(lines) - 1) / (_POINTS - 1)
    return [lines[round(number * step)] for number in range(_POINTS)]


def _last_line(path: str) -> str | None:
    lines = (line.decode(errors="replace") for line in lines_at_end(path, _TAIL))
    return next((printable(line) for line in lines if line.strip()), None)


def _changed(path: str) -> float | None:
    facts = facts_of(path)
    return None if facts is None else facts[0] / 1e9


def _table(values: dict[str, Any], name: str) -> dict[str, Any]:
    value = values.get(name)
    return value if isinstance(value, dict) else {}


def _text(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _number(values: dict[str, Any], name: str) -> float | None:
    value = values.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _MOST:
        return value
    return None
