"""Many pictures to be translated, as a task of the queue."""

from pathlib import Path, PurePath

from pydantic import Field, JsonValue

from zerosum.config import RunConfig
from zerosum.config.commands.translate import TranslateConfig
from zerosum.data.sets import TEXTS
from zerosum.data.suffixes import TAR_SUFFIXES, is_image_name
from zerosum.errors import ConfigError
from zerosum.runs import Run
from zerosum.studio.asked import (
    Asked,
    checked_options,
    facts_of,
    option_words,
    require_checkpoint,
    run_word,
    told,
)
from zerosum.studio.home import Home
from zerosum.studio.jobs import Task
from zerosum.studio.places import Places, require_there
from zerosum.studio.queue_file import Plan
from zerosum.studio.refusals import FieldError, StudioError
from zerosum.studio.results import free_set

__all__ = ["TranslateAsked", "domains_of", "translate_task"]

_MOST = 1_000
"""Inputs of one job."""
_ARCHIVES = (".zip", *TAR_SUFFIXES)
_ODD = str.maketrans(":\\", "--")
_LONGEST = 60
"""Letters of an input in the name of what is made of it."""


class TranslateAsked(Asked):
    """Pictures, folders or archives; options of ``zerosum translate``; and what to call it."""

    inputs: list[str]
    options: dict[str, JsonValue] = Field(default_factory=dict)
    name: str | None = None


def translate_task(
    asked: TranslateAsked, home: Home, run: Run, plan: Plan, places: Places
) -> Task:
    """Translating pictures into a new folder of the run's, with each original beside.

    Args:
        asked: What is asked for.
        home: The folder of runs.
        run: The run.
        plan: The queue, since names are taken there, too.
        places: From which pictures may be taken.

    Raises:
        ZerosumError: It cannot be done so.
    """
    options = checked_options(TranslateConfig, {"originals": True, **asked.options})
    given = told(options)
    if strange := given.keys() & {"out", "page"}:
        raise ConfigError(f"{', '.join(sorted(strange))}: only the command line takes paths.")
    inputs = _checked_inputs(asked.inputs, places)
    require_checkpoint(run, options.checkpoint)
    wanted = asked.name or _named_after(asked.inputs[0], options.direction)
    name = free_set(home, run.path.name, "translated", wanted, plan)
    out = f"{run_word(run.path)}/translated/{name}"
    return Task(
        kind="translate",
        run=run.path.name,
        words=("translate", run_word(run.path), *inputs, "--out", out, *option_words(given)),
        cwd=str(Path.cwd()),
        device=options.device,
        facts=facts_of(run.config()),
        results=f"translated/{name}",
    )


def domains_of(config: RunConfig) -> tuple[str, str]:
    """What to call the two domains of a run: as their folders are called, else A and B.

    Args:
        config: The run's.

    Example:
        >>> from zerosum.config import change
        >>> from zerosum.recipes import recipe
        >>> base = recipe("cyclegan-small")
        >>> domains_of(change(base, {"data": "sets/horse2zebra.zip"}))
        ('horse', 'zebra')
        >>> domains_of(change(base, {"data_a": "photos", "data_b": "old/paintings"}))
        ('photos', 'paintings')
        >>> domains_of(base)
        ('A', 'B')
    """
    sources = config.sources
    own = tuple(_stem(sources.get(field) or "") for field in ("data_a", "data_b"))
    if all(own) and own[0] != own[1]:
        return own[0], own[1]
    first, two, second = _stem(sources.get("data") or "").partition("2")
    is_named = two and first.isalpha() and second.isalpha()
    return (first, second) if is_named else ("A", "B")


def _checked_inputs(inputs: list[str], places: Places) -> list[str]:
    """Where the pictures are, as the command line takes it.

    Raises:
        FieldError: There are none, they are not there, or may not be read.
    """
    if not 0 < len(inputs) <= _MOST:
        raise FieldError(
            f"Expected 1 to {_MOST:,} folders or pictures, got {len(inputs):,}.", field="inputs"
        )
    try:
        for each in inputs:
            places.require_source(each)
            require_there(each)
    except StudioError as error:
        raise FieldError(str(error), field="inputs") from error
    # As words, no path may be taken for an option.
    return [each if _is_named(each) else str(places.inside(each)) for each in inputs]


def _is_named(source: str) -> bool:
    """Whether it is a data set that is called by its name."""
    return source.partition(":")[0] in TEXTS


def _named_after(source: str, direction: str | None) -> str:
    """What to call the results of a source, if nobody says."""
    words = "".join(letter for letter in _stem(source) if letter.isprintable())
    words = words.translate(_ODD).lstrip(".")[:_LONGEST].strip()
    return "-".join(part for part in (words or "pictures", direction) if part)


def _stem(source: str) -> str:
    """The last part of a path, without the ending of a file of pictures."""
    last = PurePath(source).name
    is_file = is_image_name(last) or last.lower().endswith(_ARCHIVES)
    return PurePath(last).stem if is_file else last
