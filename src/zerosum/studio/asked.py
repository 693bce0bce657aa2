"""What requests hold, and how those for jobs are said on the command line."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from zerosum.config import RunConfig
from zerosum.errors import ConfigError
from zerosum.runs import Run
from zerosum.studio.jobs import Facts
from zerosum.studio.networks import Checkpoint
from zerosum.studio.places import Places
from zerosum.studio.refusals import FieldError, ForbiddenError

__all__ = [
    "NAMED",
    "Asked",
    "Title",
    "ToKeep",
    "WeightsAsked",
    "checked_options",
    "facts_of",
    "option_words",
    "require_checkpoint",
    "require_sources",
    "run_word",
    "told",
]


class Asked(BaseModel):
    """What a request holds, and nothing else."""

    model_config = ConfigDict(extra="forbid")


class WeightsAsked(Asked):
    """Which weights of a network are meant."""

    checkpoint: Checkpoint = "latest"


Title = Annotated[str, Field(min_length=1, max_length=200)]


class ToKeep(Asked):
    """What to call what is to be kept, and what brings its page back to it."""

    title: Title
    state: dict[str, JsonValue] = Field(default_factory=dict)


NAMED = 80
"""Letters of a run's name in the names of its files."""


def run_word(path: Path) -> str:
    """A run folder on the command line, where a name alone could be that of a data set.

    Example:
        >>> run_word(Path("digits")), run_word(Path("runs/digits"))
        ('./digits', 'runs/digits')
    """
    return f"./{path}" if len(path.parts) == 1 else str(path)


def facts_of(config: RunConfig) -> Facts:
    """What is to be known of a run before its job begins.

    Args:
        config: The run's.
    """
    return Facts(
        recipe=config.recipe,
        family=config.family,
        data=" and ".join(source for source in config.sources.values() if source),
        total_images=config.total_images,
        pictures=(*config.pictures.size, config.pictures.channels),
    )


def require_sources(options: Any, places: Places) -> None:
    """Refuse options that would have other files read than may be.

    Args:
        options: Of a command.
        places: From which pictures may be taken.

    Raises:
        FieldError: One would.
    """
    for field in ("against", "data", "data_a", "data_b"):
        if source := getattr(options, field, None):
            try:
                places.require_source(source)
            except ForbiddenError as error:
                raise FieldError(str(error), field=field) from error


def require_checkpoint(run: Run, checkpoint: str) -> None:
    """Refuse to use a run that has saved nothing.

    Args:
        run: The run.
        checkpoint: ``latest`` or ``best``.

    Raises:
        ConfigError: It has no such checkpoint.
    """
    path = run.best_path if checkpoint == "best" else run.checkpoint_path
    if not path.is_file():
        raise ConfigError(f"{run.name} has no checkpoint {path.stem!r} yet.")


def checked_options(kind: type[Any], values: Mapping[str, Any]) -> Any:
    """Options of a command.

    Args:
        kind: The command's settings.
        values: What was asked for, by the settings' names.

    Raises:
        FieldError: One is unknown or does not fit.
    """
    unknown = sorted(values.keys() - {each.name for each in fields(kind)})
    if unknown:
        raise FieldError(f"there is no option {', '.join(unknown)}.", field=unknown[0][:NAMED])
    try:
        return TypeAdapter(kind).validate_python(dict(values))
    except ValidationError as error:
        fault = error.errors()[0]
        said = fault.get("ctx", {}).get("error")  # What the settings themselves refuse.
        where = ".".join(str(each) for each in fault["loc"] if isinstance(each, str))
        message = f"{where}: {fault['msg']}." if said is None else str(said)
        named = [name for name in values if name in message]
        raise FieldError(message, field=where or next(iter(named), None)) from error


def told(options: Any) -> dict[str, Any]:
    """What differs from what holds anyway.

    Args:
        options: Of a command.
    """
    usual = asdict(type(options)())
    return {name: value for name, value in asdict(options).items() if value != usual[name]}


def option_words(values: Mapping[str, Any]) -> list[str]:
    """Fields as options of the command line.

    Args:
        values: By the fields' names, dotted where they are fields of fields.

    Example:
        >>> option_words({"pixel_limit": 100, "game.ema": False})
        ['--pixel-limit', '100', '--game.no-ema']
    """
    words: list[str] = []
    for name, value in values.items():
        *path, last = name.replace("_", "-").split(".")
        if isinstance(value, bool):
            words.append("--" + ".".join([*path, last if value else f"no-{last}"]))
        else:
            parts = value if isinstance(value, list | tuple) else [value]
            words += ["--" + ".".join([*path, last]), *map(str, parts)]
    return words
