"""``zerosum train RECIPE``: train a recipe, any of its fields changed on the way."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from typing import Annotated

import tyro

from zerosum.cli import speaks
from zerosum.cli.command import Command
from zerosum.cli.layout import columns, paragraphs
from zerosum.cli.lengths import train_answers
from zerosum.cli.own import with_own
from zerosum.config import RunConfig
from zerosum.documented import plain
from zerosum.recipes import FAMILIES, RECIPES, recipe
from zerosum.recipes.usual import USUAL

__all__ = ["command", "complete", "run"]


@dataclass(frozen=True, kw_only=True)
class _Options:
    """What belongs to this call rather than to the run."""

    out: Path | None = None
    """Run folder to make; by default the next free one of runs/RECIPE, runs/RECIPE-2, ..."""
    go_on: Annotated[bool, tyro.conf.arg(name="continue")] = False
    """Go on with the run if the folder holds it already, else begin it: one command for the first
    start and every other one, so that a cluster can requeue it. RUN is runs/RECIPE by default."""
    dry_run: bool = False
    """Prepare everything, play a few rounds, show what the run would take, and train nothing."""
    json: bool = False
    """With --dry-run: all settings and the estimate as JSON."""
    quiet: bool = False
    """A line a minute instead of a progress bar."""


def run(arguments: Sequence[str]) -> None:
    """Parse the recipe's name and then its fields, and train."""
    if not arguments or arguments[0] in ("-h", "--help", "--help-all"):
        print(_help())
        sys.exit(0 if arguments else 2)
    name, *rest = arguments
    own, others = with_own(recipe(name), rest)
    config, options = command(name, rest, own).run(others)
    _train(config, options)


def complete(words: Sequence[str]) -> list[str]:
    """What may follow: a recipe, or what it can be told."""
    if len(words) > 1:
        return command(words[0], ()).complete(words[1:])
    return [name for name in RECIPES if name.startswith(words[0])]


def command(name: str, words: Sequence[str], defaults: RunConfig | None = None) -> Command:
    """The command that trains a recipe.

    Args:
        name: The recipe.
        words: What is told to it, by which questions are answered.
        defaults: What holds for all that is not told; None: what the recipe says.

    Example:
        >>> command("dcgan-digits", ()).name
        'zerosum train dcgan-digits'
    """
    defaults = defaults or recipe(name)

    def parse(
        config: RunConfig = defaults,
        options: Annotated[_Options, tyro.conf.arg(name="")] = _Options(),
    ) -> tuple[RunConfig, _Options]:
        """Parse."""
        return config, options

    # Each family of recipes has options of its own.
    parse.__annotations__["config"] = Annotated[type(defaults), tyro.conf.arg(name="")]
    return Command(
        name=f"zerosum train {name}",
        function=parse,
        text=cleandoc(RECIPES[name].__doc__ or ""),
        examples=_examples(defaults),
        usual=USUAL,
        foreign=[each.replace("_", "-") for each in defaults.foreign],
        answers=train_answers(defaults, words),
    )


def _examples(config: RunConfig) -> str:
    """Calls that show what this recipe is made for."""
    call = f"zerosum train {config.recipe}"
    return "\n".join(f"{call} {words}" for words in config.example_calls)


def _train(config: RunConfig, options: _Options) -> None:
    from zerosum.jobs.beginning import refuse_at_once

    if speaks():  # Who comes later may find the run that it is to join.
        out = None if options.dry_run else options.out
        refuse_at_once(config, out=out, go_on=options.go_on)
    from zerosum.allocator import keep_freed_memory
    from zerosum.cli.report import report_dry_run, report_outcome, report_outlasting
    from zerosum.jobs import train_run

    keep_freed_memory()
    report_outlasting(config)
    if options.dry_run:
        report_dry_run(config, as_json=options.json)
    else:
        report_outcome(
            train_run(config, out=options.out, go_on=options.go_on, quiet=options.quiet)
        )


def _help() -> str:
    families = (
        f"{family}:\n" + columns((name, _summary(name)) for name in members)
        for family, members in FAMILIES.items()
    )
    usage = "usage: zerosum train RECIPE [--data SOURCE] [--out RUN] [--OPTION VALUE ...]"
    return "\n\n".join([usage, paragraphs(_DESCRIPTION), *families, _MORE])


def _summary(name: str) -> str:
    return plain((RECIPES[name].__doc__ or "").splitlines()[0])


_DESCRIPTION = """\
Train a recipe in a new run folder. SOURCE is a name (digits, mnist, cifar10, ...), a folder, a
.zip or .tar, a .npy or .npz, or webdataset shards; for recipes that translate, one that holds
trainA and trainB, or two: --data-a SOURCE --data-b SOURCE; for those that adapt a classifier,
--source SOURCE --target SOURCE; for those that mislead one, --victim CLASSIFIER. --images N is
the total that the run is to see.

Interrupt it with Ctrl-C, go on with `zerosum resume RUN`: nothing is lost. --continue begins a
run or goes on with it, so that one command serves for both. --dry-run prepares everything and
trains nothing."""

_MORE = """\
for example:
  zerosum train dcgan-digits
  zerosum train dcgan-faces --data FOLDER --dry-run
  zerosum train dcgan-digits --help  # what it can be told
  torchrun --nproc-per-node 2 -m zerosum train dcgan-faces --data FOLDER"""
