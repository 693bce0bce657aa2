"""``zerosum studio``: start, watch and steer runs in the browser."""

from pathlib import Path
from typing import Annotated

import tyro

from zerosum.cli.command import Command
from zerosum.config.commands.studio import StudioConfig

__all__ = ["complete", "run"]

_DEFAULTS = StudioConfig()


def _studio(
    runs: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUNS")] = Path("runs"),
    options: Annotated[StudioConfig, tyro.conf.arg(name="")] = _DEFAULTS,
) -> None:
    """Serve the studio until it is interrupted.

    Args:
        runs: The folder of runs.
        options: How.
    """
    from zerosum.studio import serve

    serve(runs, options)


COMMAND = Command(
    name="zerosum studio",
    function=_studio,
    text="""\
Start, watch and steer runs in the browser: a page over a folder of runs, served by this machine
and needing nothing from the net.

Each training is a process of its own. It goes on when the page is closed and when the studio is
stopped; started again, the studio shows it. Runs that were started from a shell appear too.""",
    examples="""\
zerosum studio
zerosum studio experiments --data photos
zerosum studio --no-browser --port 9000  # then: ssh -L 9000:localhost:9000 HOST""",
)
run, complete = COMMAND.run, COMMAND.complete
