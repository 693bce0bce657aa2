"""``zerosum sample RUN``: new pictures from a trained run."""

from pathlib import Path
from typing import Annotated, Literal

import tyro

from zerosum.cli.command import Command
from zerosum.errors import printable

__all__ = ["complete", "run"]


def _sample(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    *,
    count: int = 64,
    seed: int = 0,
    grid: Path | None = None,
    out: Path | None = None,
    truncation: float | None = None,
    classes: Annotated[str | None, tyro.conf.arg(name="class", metavar="NAME,...")] = None,
    checkpoint: Literal["latest", "best"] = "latest",
    device: str = "auto",
) -> None:
    """Make new pictures with the generator of a run.

    Picture i of a seed is always the same. PNG files say in their metadata that they are
    generated, by which run and from which seed.

    Args:
        run: The run folder.
        count: Number of pictures.
        seed: From which the pictures follow.
        grid: PNG file for one picture with all of them in rows. Without --grid and --out:
            grid-SEED.png in the run folder.
        out: Folder or .zip for one PNG each, or .npz for one array (n, h, w, c) of bytes.
        truncation: Less varied pictures, of which more are good. For normal latents the greatest
            |z| that is drawn, in standard deviations, such as 0.5 or 1.5; for uniform latents and
            styles the part of the distance to the mean that is kept, above 0 and at most 1.
        classes: Of a run trained with --game.conditional: the class of the pictures, by name or by
            number from 0 (where classes are called by numbers, by name alone); several between
            commas are drawn one after the other, each in a column of the grid. By default classes
            come as often as in the data.
        checkpoint: Which checkpoint; best is that of the best evaluation while training.
        device: auto, cpu, cuda or mps.
    """
    from zerosum.api import load
    from zerosum.cli.classes import of_classes
    from zerosum.models.generator import Generator

    model = load(run, kind=Generator, device=device, checkpoint=checkpoint)
    model = of_classes(model, classes)
    if grid is None and out is None:
        grid = run / f"grid-{seed}.png"
    if grid is not None:
        model.save_grid(grid, count=count, seed=seed, truncation=truncation)
        print(printable(str(grid)))
    if out is not None:
        model.save(out, count=count, seed=seed, truncation=truncation)
        print(printable(str(out)))


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
