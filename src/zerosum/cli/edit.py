"""``zerosum edit RUN``: a picture moved along directions of its latent space."""

from pathlib import Path
from typing import Annotated

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_path
from zerosum.config.commands.edit import EditConfig

__all__ = ["complete", "run"]

_DEFAULTS = EditConfig()


def _edit(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    options: Annotated[EditConfig, tyro.conf.arg(name="")] = _DEFAULTS,
) -> None:
    """Edit.

    Args:
        run: The run folder.
        options: Which picture, which directions, and where to.
    """
    from zerosum.jobs.drawing import edit

    edit(run, options, tell=print_path)


COMMAND = Command(
    name="zerosum edit",
    function=_edit,
    text="""\
Move a picture along directions of its latent space, and draw a sheet: a row for each direction,
with the picture itself in the middle column.

The directions are found without labels. pca: what random pictures differ in most, by their
styles or early activations (GANSpace). sefa: what the first layer passes on most strongly (closed
form). Or they are those that were kept with the run under names, in the order of keeping: on the
studio's page Play, or by kept_directions of the loaded run in Python.""",
    examples="""\
zerosum edit runs/dcgan-digits
zerosum edit runs/dcgan-digits --seed 7 --directions sefa --out edits.png
zerosum edit runs/dcgan-digits --directions kept""",
)
run, complete = COMMAND.run, COMMAND.complete
