"""``zerosum train RECIPE``: train a recipe, any of its fields changed on the way."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from typing import Annotated

import tyro

from zerosum.config import RunConfig
from zerosum.recipes import RECIPES, recipe

__all__ = ["run"]


@dataclass(frozen=True, kw_only=True)
class _Options:
    """What belongs to this call rather than to the run."""

    out: Path | None = None
    """Run folder to make; by default the next free one of runs/RECIPE, runs/RECIPE-2, ..."""
    go_on: Annotated[bool, tyro.conf.arg(name="continue")] = False
    """Go on with the run if the folder holds it already, else begin it: one command for the first
    start and every other one, so that a cluster can requeue it. RUN is runs/RECIPE by default."""
    dry_run: bool = False
    """Prepare everything, show the configuration and the networks, and stop before training."""
    quiet: bool = False
    """A line a minute instead of a progress bar."""


def run(arguments: Sequence[str]) -> None:
    """Parse the recipe's name and then its fields, and train."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_help())
        sys.exit(0 if arguments else 2)
    name, *rest = arguments
    defaults = recipe(name)

    def parse(
        config: Annotated[RunConfig, tyro.conf.arg(name="")] = defaults,
        options: Annotated[_Options, tyro.conf.arg(name="")] = _Options(),
    ) -> tuple[RunConfig, _Options]:
        return config, options

    config, options = tyro.cli(
        parse,
        args=rest,
        prog=f"zerosum train {name}",
        description=cleandoc(RECIPES[name].__doc__ or ""),
        config=(tyro.conf.AvoidSubcommands, tyro.conf.ConsolidateSubcommandArgs),
    )
    _train(config, options)


def _train(config: RunConfig, options: _Options) -> None:
    from zerosum.cli.report import report_dry_run, report_outcome, report_outlasting
    from zerosum.jobs import train_run
    from zerosum.nn.memory import keep_freed_memory

    keep_freed_memory()
    report_outlasting(config)
    if options.dry_run:
        report_dry_run(config)
    else:
        report_outcome(
            train_run(config, out=options.out, go_on=options.go_on, quiet=options.quiet)
        )


def _help() -> str:
    names = "\n".join(
        f"  {name:<18}{(function.__doc__ or '').splitlines()[0]}"
        for name, function in RECIPES.items()
    )
    return f"""\
usage: zerosum train RECIPE [--data SOURCE] [--out RUN] [--images N] [--batch-size N] [--seed N]
                     [--device D] [--precision fp32|bf16] [--compile] [--dry-run] [--quiet]
                     [--FIELD VALUE ...]

Train a recipe in a new run folder. SOURCE is a name (digits, mnist, cifar10, ...), a folder, a
.zip or .tar, a .npy or .npz, or webdataset shards; for recipes that translate, one that holds
trainA and trainB, or two: --data-a SOURCE --data-b SOURCE; for those that adapt a classifier,
--source SOURCE --target SOURCE; for those that mislead one, --victim CLASSIFIER. N images is the
total that the run is to see.
Interrupt it with Ctrl-C, go on with `zerosum resume RUN`: nothing is lost.

recipes:
{names}

`zerosum train RECIPE --help` lists every field of a recipe with its default.
On several devices: torchrun --nproc-per-node 2 -m zerosum train RECIPE ..."""
