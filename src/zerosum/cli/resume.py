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
    data: str | None = None,
    data_a: Annotated[str | None, tyro.conf.arg(aliases=("--source",))] = None,
    data_b: Annotated[str | None, tyro.conf.arg(aliases=("--target",))] = None,
    quiet: bool = False,
) -> None:
    """Go on with a run from its last checkpoint; the weights come out as if it never stopped.

    Args:
        run: The run folder.
        images: Real images to see in all, instead of what the run was made for.
        device: Another device than before.
        data: Where the pictures are now, if they have moved since; they must be the same ones.
        data_a: Likewise for domain A, or the source.
        data_b: Likewise for domain B, or the target.
        quiet: A line a minute instead of a progress bar.
    """
    from zerosum.cli.report import report_outcome
    from zerosum.jobs import resume_run
    from zerosum.nn.memory import keep_freed_memory

    keep_freed_memory()
    moved = {"data": data, "data_a": data_a, "data_b": data_b}
    report_outcome(resume_run(run, images=images, device=device, quiet=quiet, **moved))
