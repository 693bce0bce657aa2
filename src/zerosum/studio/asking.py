"""What users ask for, as tasks: checked before they are queued, as far as that needs no torch."""

from pathlib import Path
from typing import Literal

from pydantic import Field, JsonValue

from zerosum.config import EvaluateConfig, ResumeConfig, change
from zerosum.config.lengths import refuse_standing_still, stretched
from zerosum.errors import ConfigError
from zerosum.own import refuse_code
from zerosum.recipes.calls import words_of
from zerosum.runs import Run
from zerosum.studio.asked import (
    NAMED,
    Asked,
    checked_options,
    facts_of,
    option_words,
    require_checkpoint,
    require_sources,
    run_word,
    told,
)
from zerosum.studio.forms import configured
from zerosum.studio.jobs import Task
from zerosum.studio.names import checked
from zerosum.studio.places import Places, require_there

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


class TrainAsked(Asked):
    """A recipe, the fields that are to differ from it, and the run's name."""

    recipe: str
    fields: dict[str, JsonValue] = Field(default_factory=dict)
    name: str | None = None


class ResumeAsked(Asked):
    """Images in all, if the run is to be longer; settings that may change on the way."""

    images: int | None = None
    stretch: bool = False
    settings: dict[str, JsonValue] = Field(default_factory=dict)


class EvaluateAsked(Asked):
    """Options of ``zerosum evaluate`` by their names."""

    options: dict[str, JsonValue] = Field(default_factory=dict)


class ExportAsked(Asked):
    """What is to be written."""

    format: Literal["onnx", "pt2", "safetensors", "html"] = "onnx"
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
    words = ["train", *words_of(config), "--out", run_word(runs / checked(name))]
    return Task(
        kind="train",
        run=name,
        words=tuple(words),
        cwd=str(Path.cwd()),
        device=config.device,
        facts=facts_of(config),
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
    options = checked_options(
        ResumeConfig, {"images": asked.images, "stretch": asked.stretch, **asked.settings}
    )
    require_sources(options, places)
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
        words=("resume", run_word(run.path), *option_words(told(options))),
        cwd=str(Path.cwd()),
        device=config.device,
        facts=facts_of(config),
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
    options = checked_options(EvaluateConfig, asked.options)
    if not allow_code:
        refuse_code(options)
    given = told(options)
    if strange := given.keys() & {"picture", "weights", "baseline"}:
        raise ConfigError(f"{', '.join(sorted(strange))}: only the command line takes paths.")
    require_sources(options, places)
    require_checkpoint(run, options.checkpoint)
    return Task(
        kind="evaluate",
        run=run.path.name,
        words=("evaluate", run_word(run.path), *option_words(given)),
        cwd=str(Path.cwd()),
        device=options.device,
        facts=facts_of(run.config()),
    )


def export_task(asked: ExportAsked, run: Run) -> Task:
    """Writing a network for other programs, into the run folder.

    Args:
        asked: What is asked for.
        run: The run.

    Raises:
        ZerosumError: There is nothing to be written yet.
    """
    config = run.config()
    if asked.format == "html" and "generate" not in config.abilities:
        raise ConfigError(
            f"{run.name} makes no pictures from latents, so there is no page to play."
        )
    require_checkpoint(run, asked.checkpoint)
    parts = [run.path.name[:NAMED], asked.direction, asked.checkpoint]
    stem = "-".join(part for part in parts if part and part != "latest")
    file = f"exports/{stem}.{asked.format}"
    words = ["--checkpoint", asked.checkpoint]
    words += ["--direction", asked.direction] if asked.direction else []
    return Task(
        kind="export",
        run=run.path.name,
        words=("export", run_word(run.path), f"{run_word(run.path)}/{file}", *words),
        cwd=str(Path.cwd()),
        device="cpu",
        facts=facts_of(config),
        files=(file,),
    )
