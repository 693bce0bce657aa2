"""``zerosum resume RUN``: go on with a run."""

from pathlib import Path
from typing import Annotated

import tyro

from zerosum.cli.command import Command
from zerosum.config.commands.resume import ResumeConfig

__all__ = ["complete", "run"]

_DEFAULTS = ResumeConfig()


def _resume(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    options: Annotated[ResumeConfig, tyro.conf.arg(name="")] = _DEFAULTS,
    *,
    quiet: bool = False,
) -> None:
    """Go on with a run from its last checkpoint; the weights come out as if it never stopped.

    Args:
        run: The run folder.
        options: How.
        quiet: A line a minute instead of a progress bar.
    """
    from zerosum.allocator import keep_freed_memory
    from zerosum.cli.report import report_outcome
    from zerosum.jobs import resume_run

    keep_freed_memory()
    outcome = resume_run(
        run,
        images=options.images,
        stretch=options.stretch,
        device=options.device,
        **options.moved,
        settings=options.changes,
        quiet=quiet,
    )
    report_outcome(outcome)


COMMAND = Command(
    name="zerosum resume",
    function=_resume,
    text="""\
Go on with a run from its last checkpoint; the weights come out as if it never stopped.

A run that is complete can be made longer: say how many images it is to see in all. Where its
learning rates have fallen to 0, --stretch makes them fall later.""",
    examples="""\
zerosum resume runs/dcgan-digits
zerosum resume runs/dcgan-digits --images 400000  # longer than planned
zerosum resume runs/cyclegan-small --images 40000 --stretch
zerosum resume runs/faces --data NEW  # the pictures were moved""",
)
run, complete = COMMAND.run, COMMAND.complete
