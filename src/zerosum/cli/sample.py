"""``zerosum sample RUN``: new pictures from a trained run."""

from pathlib import Path
from typing import Annotated

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_path
from zerosum.config.commands.sample import SampleConfig

__all__ = ["complete", "run"]

_DEFAULTS = SampleConfig()


def _sample(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    options: Annotated[SampleConfig, tyro.conf.arg(name="")] = _DEFAULTS,
) -> None:
    """Make new pictures with the generator of a run.

    Picture i of a seed is always the same. PNG files say in their metadata that they are
    generated, by which run and from which seed.

    Args:
        run: The run folder.
        options: Which, and where they go.
    """
    from zerosum.jobs.drawing import sample

    sample(run, options, tell=print_path)


COMMAND = Command(
    name="zerosum sample",
    function=_sample,
    text="""\
Make new pictures with the generator of a run.

Picture i of a seed is always the same. PNG files say in their metadata that they are generated,
by which run and from which seed.""",
    examples="""\
zerosum sample runs/dcgan-digits --grid digits.png  # 64 in rows
zerosum sample runs/dcgan-digits --count 1000 --seed 3 --out digits.zip
zerosum sample runs/asked --class 3,5,7 --count 30  # by class""",
)
run, complete = COMMAND.run, COMMAND.complete
