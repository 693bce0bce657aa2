"""What users ask for, as tasks: checked before they are queued, as far as that needs no torch."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError

from zerosum.config import EvaluateConfig, ResumeConfig, RunConfig, change
from zerosum.config.lengths import refuse_standing_still, stretched
from zerosum.errors import ConfigError
from zerosum.own import refuse_code
from zerosum.recipes.calls import words_of
from zerosum.runs import Run
from zerosum.studio.forms import configured
from zerosum.studio.jobs import Facts, Task
from zerosum.studio.names import checked
from zerosum.studio.places import Places, require_there
from zerosum.studio.refusals import FieldError, ForbiddenError

__all__ = [
    "EvaluateAsked",
    "ExportAsked",
    "ResumeAsked",
    "TrainAsked",
    "evaluate_task",
    "export_task",
    "resume_task",
    "train_task",
]


class _Asked(BaseModel):
    """What a request holds, and nothing else."""

    model_config = ConfigDict(extra="forbid")


class TrainAsked(_Asked):
    """A recipe, the fields that are to differ from it, and the run's name."""

    recipe: str
    fields: dict[str, JsonValue] = {}
    name: str | None = None


class ResumeAsked(_Asked):
    """Images in all, if the run is to be longer; settings that may change on the way."""

    images: int | None = None
    stretch: bool = False
    settings: dict[str, JsonValue] = {}


class EvaluateAsked(_Asked):
    """Options of ``zerosum evaluate`` by their names."""

    options: dict[str, JsonValue] = {}


class ExportAsked(_Asked):
    """What is to be written."""

    format: Literal["onnx", "pt2", "safetensors"] = "onnx"
    direction: Literal["a2b", "b2a"] | None = None
    checkpoint: Literal["latest", "best"] = "latest"


def train_task(
    asked: TrainAsked, runs: Path, name: str, *, allow_code: bool, places: Places
) -> Task:
    """Training a recipe.

    Args:
        asked: What is asked for.
        runs: The folder of runs.
        name: What the run is to be called, which is free.
        allow_code: Whether fields may name code.
        places: From which pictures may be taken.

    Raises:
        ZerosumError: A field is not as it should be.
    """
    config = configured(asked.recipe, asked.fields, allow_code=allow_code)
    places.require_config(config)
    words = ["train", *words_of(config), "--out", _word(runs / checked(name))]
    return Task(
        kind="train",
        run=name,
        words=tuple(words),
        cwd=str(Path.cwd()),
        device=config.device,
        facts=_facts(config),
    )


def resume_task(asked: ResumeAsked, run: Run, images_seen: int, places: Places) -> Task:
    """Going on with a run.

    Args:
        asked: What is asked for.
        run: The run.
        images_seen: How many images it has seen.
        places: From which pictures may be taken.

    Raises:
        ZerosumError: It cannot go on so.
    """
    options = _checked_options(
        ResumeConfig, {"images": asked.images, "stretch": asked.stretch, **asked.settings}
    )
    _require_sources(options, places)
    before = run.config()
    changes = {**options.changes, "images": options.images, "device": options.device}
    changes = {name: value for name, value in changes.items() if value is not None}
    config = change(before, changes)
    if options.stretch:
        config = stretched(config, by=config.total_images / before.total_images)
    for source in filter(None, config.sources.values()):
        require_there(source)
    refuse_standing_still(run.path, before, config)
    if images_seen >= config.total_images:
        raise ConfigError(
            f"{run.name} has seen {images_seen:,} images already, all of the "
            f"{config.total_images:,} that it is to see. Say more: the number is the total, not "
            "what is to be added."
        )
    return Task(
        kind="resume",
        run=run.path.name,
        words=("resume", _word(run.path), *_words(_told(options))),
        cwd=str(Path.cwd()),
        device=config.device,
        facts=_facts(config),
    )


def evaluate_task(asked: EvaluateAsked, run: Run, *, allow_code: bool, places: Places) -> Task:
    """Scoring a run.

    Args:
        asked: What is asked for.
        run: The run.
        allow_code: Whether fields may name code.
        places: From which pictures may be taken.

    Raises:
        ZerosumError: It cannot be scored so.
    """
    options = _checked_options(EvaluateConfig, asked.options)
    if not allow_code:
        refuse_code(options)
    told = _told(options)
    if strange := told.keys() & {"picture", "weights", "baseline"}:
        raise ConfigError(f"{', '.join(sorted(strange))}: only the command line takes paths.")
    _require_sources(options, places)
    _require_checkpoint(run, options.checkpoint)
    return Task(
        kind="evaluate",
        run=run.path.name,
        words=("evaluate", _word(run.path), *_words(told)),
        cwd=str(Path.cwd()),
        device=options.device,
        facts=_facts(run.config()),
    )


def export_task(asked: ExportAsked, run: Run) -> Task:
    """Writing a network for other programs, into the run folder.

    Args:
        asked: What is asked for.
        run: The run.

    Raises:
        ZerosumError: There is nothing to be written yet.
    """
    _require_checkpoint(run, asked.checkpoint)
    parts = [run.path.name[:_NAMED], asked.direction, asked.checkpoint]
    stem = "-".join(part for part in parts if part and part != "latest")
    file = f"exports/{stem}.{asked.format}"
    words = ["--checkpoint", asked.checkpoint]
    words += ["--direction", asked.direction] if asked.direction else []
    return Task(
        kind="export",
        run=run.path.name,
        words=("export", _word(run.path), f"{_word(run.path)}/{file}", *words),
        cwd=str(Path.cwd()),
        device="cpu",
        facts=_facts(run.config()),
        files=(file,),
    )


_NAMED = 80
"""Letters of a run's name in the names of its files."""


def _word(path: Path) -> str:
    """A run folder on the command line, where a name alone could be that of a data set."""
    return f"./{path}" if len(path.parts) == 1 else str(path)


def _facts(config: RunConfig) -> Facts:
    return Facts(
        recipe=config.recipe,
        family=config.family,
        data=" and ".join(source for source in config.sources.values() if source),
        total_images=config.total_images,
        pictures=(*config.pictures.size, config.pictures.channels),
    )


def _require_sources(options: Any, places: Places) -> None:
    """Refuse options that would have other files read than may be.

    Raises:
        FieldError: One would.
    """
    for field in ("against", "data", "data_a", "data_b"):
        if source := getattr(options, field, None):
            try:
                places.require_source(source)
            except ForbiddenError as error:
                raise FieldError(str(error), field=field) from error


def _require_checkpoint(run: Run, checkpoint: str) -> None:
    path = run.best_path if checkpoint == "best" else run.checkpoint_path
    if not path.is_file():
        raise ConfigError(f"{run.name} has no checkpoint {path.stem!r} yet.")


def _checked_options(kind: type[Any], values: Mapping[str, Any]) -> Any:
    """Options of a command.

    Raises:
        FieldError: One is unknown or does not fit.
    """
    unknown = sorted(values.keys() - {each.name for each in fields(kind)})
    if unknown:
        raise FieldError(f"there is no option {', '.join(unknown)}.", field=unknown[0][:_NAMED])
    try:
        return TypeAdapter(kind).validate_python(dict(values))
    except ValidationError as error:
        fault = error.errors()[0]
        said = fault.get("ctx", {}).get("error")  # What the settings themselves refuse.
        where = ".".join(str(each) for each in fault["loc"] if isinstance(each, str))
        message = f"{where}: {fault['msg']}." if said is None else str(said)
        named = [name for name in values if name in message]
        raise FieldError(message, field=where or next(iter(named), None)) from error


def _told(options: Any) -> dict[str, Any]:
    """What differs from what holds anyway."""
    usual = asdict(type(options)())
    return {name: value for name, value in asdict(options).items() if value != usual[name]}


def _words(values: Mapping[str, Any]) -> list[str]:
    """Fields as options of the command line."""
    words: list[str] = []
    for name, value in values.items():
        *path, last = name.replace("_", "-").split(".")
        if isinstance(value, bool):
            words.append("--" + ".".join([*path, last if value else f"no-{last}"]))
        else:
            parts = value if isinstance(value, list | tuple) else [value]
            words += ["--" + ".".join([*path, last]), *map(str, parts)]
    return words
