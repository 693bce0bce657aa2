"""``zerosum mix RUN``: the table of style mixtures of a style-based generator."""

from pathlib import Path
from typing import Annotated

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_path
from zerosum.config.commands.mix import MixConfig

__all__ = ["complete", "run"]


def _mix(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    options: Annotated[MixConfig, tyro.conf.arg(name="")],
) -> None:
    """Mix.

    Args:
        run: The run folder, of a run with a style-based generator.
        options: Of which pictures, and where to.
    """
    from zerosum.jobs.drawing import mix

    mix(run, options, tell=print_path)


COMMAND = Command(
    name="zerosum mix",
    function=_mix,
    text="""\
Mix pictures of a style-based generator: of each mixture the coarse layers are drawn under the
style of one picture, the fine ones under that of another.

The table has the pictures whose coarse layers are taken on the left, those whose fine layers are
taken on top. What is drawn, its pose and shape, follows the row; stroke, texture and colours
follow the column. Each source is the picture that `zerosum sample --seed SEED` draws first. Where
coarse ends and fine begins is --from-layer: the lower, the more follows the column.""",
    examples="""\
zerosum mix runs/stylegan2-digits --coarse 1,2,3 --fine 4,5,6
zerosum mix runs/stylegan2-digits --coarse 1,2 --fine 4,5 --grid mixed.png
zerosum mix runs/stylegan2-digits --coarse 1,2 --fine 4 --from-layer 4""",
)
run, complete = COMMAND.run, COMMAND.complete
