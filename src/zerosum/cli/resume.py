"""``zerosum resume RUN``: go on with a run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import tyro

__all__ = ["run"]


def run(arguments: Sequence[str]) -> None:
    """Parse and resume."""
    tyro.cli(_resume, args=list(arguments), prog="zerosum resume")


def _resume(
    run: Annotated[Path, tyro.conf.Positional],
    *,
    images: int | None = None,
    device: str | None = None,
    quiet: bool = False,
) -> None:
    """Go on with a run from its last checkpoint; the weights come out as if it never stopped.

    Args:
        run: The run folder.
        images: Real images to see in all, instead of what the run was made for.
        device: Another device than before.
        quiet: A line a minute instead of a progress bar.
    """
    from zerosum.cli.report import report_outcome
    from zerosum.jobs import resume_run
    from zerosum.nn.memory import keep_freed_memory

    keep_freed_memory()
    report_outcome(resume_run(run, images=images, device=device, quiet=quiet))
