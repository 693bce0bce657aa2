"""``zerosum walk RUN``: an animation through the latents of a trained run."""

from pathlib import Path
from typing import Annotated

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_path
from zerosum.config.commands.walk import WalkConfig

__all__ = ["complete", "run"]


def _walk(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    options: Annotated[WalkConfig, tyro.conf.arg(name="")],
) -> None:
    """Walk.

    Args:
        run: The run folder.
        options: By which pictures, and where to.
    """
    from zerosum.jobs.drawing import walk

    walk(run, options, tell=print_path)


COMMAND = Command(
    name="zerosum walk",
    function=_walk,
    text="""\
Walk from picture to picture and back to the first, and write an animation that loops.

Each seed's picture is the one that `zerosum sample --seed SEED` draws first. Between them the way
leads along a sphere for normal latents, straight on for uniform ones and for the styles of a
style-based generator, always at one speed.""",
    examples="""\
zerosum walk runs/dcgan-digits --out walk.gif
zerosum walk runs/dcgan-digits --out walk.gif --seeds 3 7 11 --seconds 6
zerosum walk runs/dcgan-digits --out walk.mp4 --columns 4  # sixteen walks""",
)
run, complete = COMMAND.run, COMMAND.complete
