"""A run in full, and the files in it that are shown."""

import json
import re
import struct
from contextlib import suppress
from pathlib import Path
from shlex import join
from typing import Any

from typing_extensions import TypedDict

from zerosum.config import RunConfig, to_json
from zerosum.config.json import flatten
from zerosum.config.run import Ability
from zerosum.errors import ZerosumError, printable
from zerosum.recipes import RECIPES
from zerosum.recipes.calls import words_of
from zerosum.runs import Run
from zerosum.studio.names import is_text
from zerosum.studio.reading import (
    as_object,
    file_within,
    lines_at_end,
    names_in,
    object_in,
    read_object,
    read_part,
)
from zerosum.studio.refusals import MissingError
from zerosum.studio.summaries import LIVE, Summary

__all__ = ["Details", "LogPart", "details", "file_of", "part_of_log"]

_SHOWN = re.compile(
    r"samples/\d{1,18}\.png|curves\.png|samples\.gif|exports/[^./\\\0][^/\\\0]{0,254}"
    r"|(config|environment)\.json|(stats|scores)\.jsonl|alarms\.txt"
)
"""What may be read in a run folder; a checkpoint is no business of a page."""
_LOG = 1 << 20
"""Most bytes of a log at once."""
_HEADER = 1 << 24
"""Most bytes of a checkpoint's header."""


class Difference(TypedDict):
    """A field in which a run differs from its recipe."""

    field: str
    recipe: Any
    run: Any


class CheckpointShown(TypedDict):
    """A file to go on from."""

    name: str
    bytes: int
    changed: float
    images: int | None


class SampleShown(TypedDict):
    """A grid of pictures."""

    file: str
    images: int


class FileShown(TypedDict):
    """A file in the run folder."""

    file: str
    bytes: int
    changed: float


class Step(TypedDict):
    """What may be done with a trained run, and by which command."""

    what: str
    command: str


class Details(TypedDict):
    """A run in full; ``can`` says of each action true, or why not."""

    summary: Summary
    config: dict[str, Any] | None
    differences: list[Difference]
    environment: dict[str, Any] | None
    checkpoints: list[CheckpointShown]
    samples: list[SampleShown]
    exports: list[FileShown]
    scores: list[dict[str, Any]]
    alarms: list[str]
    next: list[Step]
    command: str | None
    can: dict[str, bool | str]
    abilities: list[Ability]


class LogPart(TypedDict):
    """A part of a log, and where it lies in bytes."""

    text: str
    start: int
    end: int


def details(summary: Summary, folder: Path) -> Details:
    """A run in full.

    Args:
        summary: What the list says of it.
        folder: The run folder.
    """
    config, damaged = _config(folder)
    if damaged and not summary["damaged"] and folder.is_dir():
        summary = Summary(**{**summary, "damaged": damaged})
    checkpoints = _checkpoints(folder)
    return Details(
        summary=summary,
        config=None if config is None else to_json(config),
        differences=[] if config is None else _differences(config),
        environment=object_in(folder / "environment.json"),
        checkpoints=checkpoints,
        samples=_samples(folder),
        exports=_exports(folder),
        scores=[
            line for text in lines_at_end(folder / "scores.jsonl") if (line := as_object(text))
        ][::-1],
        alarms=_alarms(folder),
        next=_next_steps(config, folder, bool(checkpoints)),
        command=None if config is None else _command(config, folder),
        can=_can(summary, bool(checkpoints)),
        abilities=list(config.abilities) if config is not None and checkpoints else [],
    )


def file_of(folder: Path, path: str) -> Path:
    """A file of a run folder that may be shown.

    Raises:
        MissingError: There is none of that name, or it is outside of the folder.

    Example:
        >>> file_of(Path("runs/faces"), "checkpoints/latest.safetensors")
        Traceback (most recent call last):
        ...
        zerosum.studio.refusals.MissingError: there is no checkpoints/latest.safetensors to show.
    """
    found = None if _SHOWN.fullmatch(path) is None else file_within(folder, path)
    if found is None:
        raise MissingError(f"there is no {printable(path)} to show.")
    return found


def part_of_log(path: Path | None, end: int | None, most: int) -> LogPart:
    """The part of a log up to some place, or to its end.

    Args:
        path: The log; None where there is none.
        end: The place, in bytes.
        most: How much of it, in bytes.

    Example:
        >>> part_of_log(None, None, 100)
        {'text': '', 'start': 0, 'end': 0}
    """
    try:
        size = 0 if path is None else path.stat().st_size
        stop = size if end is None else max(0, min(end, size))
        start = max(0, stop - max(0, min(most, _LOG)))
        text = b"" if path is None else read_part(path, start=start, most=stop - start)
    except (OSError, ZerosumError):
        return LogPart(text="", start=0, end=0)
    return LogPart(text=text.decode(errors="replace"), start=start, end=start + len(text))


def _config(folder: Path) -> tuple[RunConfig | None, str | None]:
    """The configuration, or why there is none."""
    try:
        read_object(folder / "config.json")  # Before what would wait for a pipe.
        return Run(folder).config(), None
    except ZerosumError as error:
        return None, str(error)


def _differences(config: RunConfig) -> list[Difference]:
    if config.recipe not in RECIPES:
        return []
    before, after = flatten(to_json(RECIPES[config.recipe]())), flatten(to_json(config))
    return [
        Difference(field=name, recipe=before.get(name), run=after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _command(config: RunConfig, folder: Path) -> str | None:
    """The command that trains such a run; None where its recipe is not known here."""
    if config.recipe not in RECIPES:
        return None
    return join(["zerosum", "train", *words_of(config), "--out", str(folder)])


def _next_steps(config: RunConfig | None, folder: Path, is_saved: bool) -> list[Step]:
    steps = config.next_steps(folder) if config is not None and is_saved else []
    return [Step(what=what, command=command) for what, command in steps]


def _checkpoints(folder: Path) -> list[CheckpointShown]:
    found = []
    for name in sorted(names_in(folder / "checkpoints"), reverse=True):
        path = folder / "checkpoints" / name
        if path.suffix == ".safetensors" and not name.startswith(".") and path.is_file():
            about = path.stat()
            found.append(
                CheckpointShown(
                    name=printable(path.stem),
                    bytes=about.st_size,
                    changed=about.st_mtime,
                    images=_images_in(path),
                )
            )
    return found


def _images_in(checkpoint: Path) -> int | None:
    """How many images a checkpoint has seen, by its header alone."""
    try:
        (length,) = struct.unpack("<Q", read_part(checkpoint, most=8))
        if length > _HEADER:
            return None
        header = json.loads(read_part(checkpoint, start=8, most=length))
        images = json.loads(header["__metadata__"]["structure"])["loop"]["images"]
    except (ZerosumError, ValueError, KeyError, TypeError, RecursionError, struct.error):
        return None
    return images if isinstance(images, int) else None


def _samples(folder: Path) -> list[SampleShown]:
    names = [name for name in names_in(folder / "samples") if _SHOWN.fullmatch(f"samples/{name}")]
    return [
        SampleShown(file=f"samples/{name}", images=int(name.partition(".")[0]))
        for name in sorted(names, key=lambda name: int(name.partition(".")[0]))
    ]


def _exports(folder: Path) -> list[FileShown]:
    found = []
    for name in sorted(filter(is_text, names_in(folder / "exports"))):
        file = f"exports/{name}"
        with suppress(MissingError):
            about = file_of(folder, file).stat()
            found.append(FileShown(file=file, bytes=about.st_size, changed=about.st_mtime))
    return found


def _alarms(folder: Path) -> list[str]:
    lines = lines_at_end(folder / "alarms.txt", _LOG)[::-1]
    return [printable(line.decode(errors="replace")) for line in lines if line.strip()]


def _can(run: Summary, is_saved: bool) -> dict[str, bool | str]:
    """What may be done with a run, or why not."""
    name, live = run["name"], run["state"] in (*LIVE, "preparing")
    busy = live or run["state"] == "waiting"
    is_damaged = run["damaged"] is not None and f"{name} is damaged"
    in_use = busy and f"{name} is in use; stop it first"
    away = run["archived"] and f"{name} was put away; take it back first"
    unsaved = not is_saved and "there is no checkpoint yet"
    complete = run["images_seen"] >= run["total_images"] and "it is complete; make it longer"
    reasons: dict[str, tuple[bool | str, ...]] = {
        "stop": (not busy and f"{name} does not run",),
        "kill": (run["state"] != "stopping" and "only what does not stop is killed",),
        "resume": (is_damaged, away, in_use, complete),
        "longer": (is_damaged, away, in_use),
        "evaluate": (is_damaged, away, unsaved),
        "export": (is_damaged, away, unsaved),
        "copy": (is_damaged,),
        "rename": (away, in_use),
        "archive": (run["archived"] and "it is put away already", in_use),
        "restore": (not run["archived"] and "it is not put away",),
        "delete": (in_use,),
    }
    return {
        action: next((reason for reason in each if reason), True)
        for action, each in reasons.items()
    }
