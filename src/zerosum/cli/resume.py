"""``zerosum resume RUN``: go on with a run."""

from pathlib import Path
from typing import Annotated, Literal

import tyro

from zerosum.cli.command import Command

__all__ = ["complete", "run"]


def _resume(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    *,
    images: int | None = None,
    stretch: bool = False,
    device: str | None = None,
    data: str | None = None,
    data_a: Annotated[str | None, tyro.conf.arg(aliases=("--source",))] = None,
    data_b: Annotated[str | None, tyro.conf.arg(aliases=("--target",))] = None,
    log_every: int | None = None,
    sample_every: int | None = None,
    evaluate_every: int | None = None,
    checkpoint_seconds: float | None = None,
    on_collapse: Literal["warn", "stop", "rollback"] | None = None,
    quiet: bool = False,
) -> None:
    """Go on with a run from its last checkpoint; the weights come out as if it never stopped.

    Args:
        run: The run folder.
        images: Real images to see in all, instead of what the run was made for.
        stretch: Scale the schedules of the learning rates to the new number of images; without
            it a run whose rates have fallen to 0 cannot be made longer.
        device: Another device than before.
        data: Where the pictures are now, if they have moved since; they must be the same ones.
        data_a: Likewise for domain A, or the source.
        data_b: Likewise for domain B, or the target.
        log_every: Images between two lines of the log, from now on.
        sample_every: Images between two sample grids, from now on.
        evaluate_every: Images between two evaluations, from now on; 0: none.
        checkpoint_seconds: Seconds between two checkpoints, from now on.
        on_collapse: What to do when an evaluation shows a collapse, from now on.
        quiet: A line a minute instead of a progress bar.
    """
    from zerosum.allocator import keep_freed_memory
    from zerosum.cli.report import report_outcome
    from zerosum.jobs import resume_run

    keep_freed_memory()
    outcome = resume_run(
        run,
        images=images,
        stretch=stretch,
        device=device,
        data=data,
        data_a=data_a,
        data_b=data_b,
        settings={
            "log_every": log_every,
            "sample_every": sample_every,
            "evaluate_every": evaluate_every,
            "checkpoint_seconds": checkpoint_seconds,
            "on_collapse": on_collapse,
        },
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
