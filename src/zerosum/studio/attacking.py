"""A classifier under attack, on many pictures, as a task of the queue."""

import re
from dataclasses import replace
from pathlib import Path

from pydantic import Field, JsonValue

from zerosum.config.commands.attack import AttackConfig
from zerosum.data.sets import TEXTS
from zerosum.errors import ConfigError, printable
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
from zerosum.studio.jobs import Facts, Task
from zerosum.studio.networks import Network, folder_of, require
from zerosum.studio.places import Places, require_there
from zerosum.studio.queue_file import Plan
from zerosum.studio.refusals import FieldError, StudioError
from zerosum.studio.results import free_set
from zerosum.studio.studio import Studio

__all__ = ["REPORT", "SLOW", "AttackAsked", "attack_task"]

REPORT = "report.html"
"""The page among the results that ``zerosum attack --report`` writes."""
SLOW = ("cw", "square")
"""Attacks that ask the classifier thousands of times about a picture."""
_NAME = re.compile(r"[a-z][a-z&-]*")
"""An attack by its name; whatever else could be a path."""
_LONGEST = 60
"""Letters of what results are called, if nobody says."""


class AttackAsked(Asked):
    """Pictures, by default the network's own; options of ``zerosum attack``; runs that learnt to.

    ``against`` is a second classifier by the key of its network; ``name`` is what to call it.
    """

    data: str | None = None
    options: dict[str, JsonValue] = Field(default_factory=dict)
    learned: list[str] = Field(default_factory=list)
    against: str | None = None
    name: str | None = None


def attack_task(asked: AttackAsked, studio: Studio, network: Network, plan: Plan) -> Task:
    """Attacking a classifier, with a report and all pictures, in a new folder of its results.

    Args:
        asked: What is asked for.
        studio: Whose networks may attack.
        network: The classifier.
        plan: The queue, since names are taken there, too.

    Raises:
        ZerosumError: It cannot be done so.
    """
    options: AttackConfig = checked_options(AttackConfig, asked.options)
    strange = [each for each in options.attacks if _NAME.fullmatch(each) is None]
    if strange or options.against is not None:
        raise ConfigError(
            f"{', '.join(map(printable, strange)) or 'against'}: only the command line takes "
            "paths; runs are named by 'learned' and 'against'."
        )
    learned = [_word(studio, require(studio, each, "perturb")) for each in asked.learned]
    named = options.attacks if "attacks" in asked.options or not learned else ()
    if not named and not learned:
        raise FieldError("expected at least one attack, got none.", field="attacks")
    against = None
    if asked.against is not None:
        against = _word(studio, require(studio, asked.against, "classify"))
    facts, data = _own(studio, network)
    if asked.data is not None:
        data = _checked_source(asked.data, Places.of(studio))
    wanted = asked.name or "-".join([*named, *asked.learned])[:_LONGEST]
    name = free_set(studio.home, network["key"], "attacked", wanted, plan)
    out = f"{run_word(studio.home.made_with(network['key']))}/attacked/{name}"
    given = told(replace(options, attacks=AttackConfig().attacks, against=against))
    return Task(
        kind="attack",
        run=network["run"] or "",
        network="" if network["run"] else network["key"],
        words=(
            *("attack", _word(studio, network), "--data", data, "--attack", *named, *learned),
            *("--report", f"{out}/{REPORT}", "--out", out, *option_words(given)),
        ),
        cwd=str(Path.cwd()),
        device=options.device,
        facts=facts,
        results=f"attacked/{name}",
    )


def _word(studio: Studio, network: Network) -> str:
    """What the command line calls a network."""
    if network["run"] is None:
        return network["key"].removeprefix("@")
    return run_word(folder_of(studio, network))


def _own(studio: Studio, network: Network) -> tuple[Facts, str]:
    """What is known of a network, and its own pictures.

    Raises:
        ZerosumError: It has no weights yet.
    """
    if network["run"] is None:
        return Facts(), network["key"].removeprefix("@")
    run = Run.open(folder_of(studio, network))
    require_checkpoint(run, "latest")
    config = run.config()
    return facts_of(config), next(filter(None, config.sources.values()), "")


def _checked_source(source: str, places: Places) -> str:
    """Where pictures are, as the command line takes it.

    Raises:
        FieldError: They are not there, or may not be read.
    """
    try:
        places.require_source(source)
        require_there(source)
    except StudioError as error:
        raise FieldError(str(error), field="data") from error
    # As a word, no path may be taken for an option.
    return source if source.partition(":")[0] in TEXTS else str(places.inside(source))
