"""``zerosum edit RUN``: a picture moved along directions of its latent space."""

from pathlib import Path
from typing import Annotated, Literal

import tyro

from zerosum.cli.command import Command
from zerosum.errors import printable

__all__ = ["complete", "run"]


def _edit(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    *,
    out: Path | None = None,
    seed: int = 0,
    method: Literal["pca", "sefa"] = "pca",
    rows: int = 6,
    columns: int = 9,
    reach: float = 3.0,
    classes: Annotated[str | None, tyro.conf.arg(name="class", metavar="NAME,...")] = None,
    checkpoint: Literal["latest", "best"] = "latest",
    device: str = "auto",
) -> None:
    """Edit.

    Args:
        run: The run folder.
        out: The sheet, FILE.png; by default edits-METHOD-SEED.png in the run folder.
        seed: Whose first picture, as `zerosum sample` draws it, is moved.
        method: How the directions are found.
        rows: How many directions, the most important first.
        columns: Pictures in a row, an odd number.
        reach: How far the first and last picture are moved, in standard deviations.
        classes: Of a conditional run: the class of the picture, by name or number. With one, the
            directions are those within it; without, they lead from class to class as well.
        checkpoint: Which checkpoint; best is that of the best evaluation while training.
        device: auto, cpu, cuda or mps.
    """
    from zerosum.api import load
    from zerosum.cli.classes import of_classes
    from zerosum.models.generator import Generator

    out = out or run / f"edits-{method}-{seed}.png"
    model = load(run, kind=Generator, device=device, checkpoint=checkpoint)
    model = of_classes(model, classes)
    model.save_edits(out, seed=seed, method=method, rows=rows, columns=columns, reach=reach)
    print(printable(str(out)))


COMMAND = Command(
    name="zerosum edit",
    function=_edit,
    text="""\
Move a picture along directions of its latent space, and draw a sheet: a row for each direction,
with the picture itself in the middle column.

The directions are found without labels. pca: what random pictures differ in most, by their
styles or early activations (GANSpace). sefa: what the first layer passes on most strongly (closed
form).""",
    examples="""\
zerosum edit runs/dcgan-digits
zerosum edit runs/dcgan-digits --seed 7 --method sefa --out edits.png""",
)
run, complete = COMMAND.run, COMMAND.complete
