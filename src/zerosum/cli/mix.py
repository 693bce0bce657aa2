"""``zerosum mix RUN``: the table of style mixtures of a style-based generator."""

from pathlib import Path
from typing import Annotated, Literal

import tyro

from zerosum.cli.command import Command
from zerosum.errors import printable

__all__ = ["complete", "run"]


def _mix(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    *,
    coarse: Annotated[str, tyro.conf.arg(metavar="SEED,...")],
    fine: Annotated[str, tyro.conf.arg(metavar="SEED,...")],
    grid: Path | None = None,
    out: Path | None = None,
    from_layer: int | None = None,
    truncation: float | None = None,
    classes: Annotated[str | None, tyro.conf.arg(name="class", metavar="NAME,...")] = None,
    checkpoint: Literal["latest", "best"] = "latest",
    device: str = "auto",
) -> None:
    """Mix.

    Args:
        run: The run folder, of a run with a style-based generator.
        coarse: Seeds of the pictures that give the coarse layers, one for each row.
        fine: Seeds of those that give the fine layers, one for each column.
        grid: PNG file for the table. Without --grid and --out: mixtures.png in the run folder.
        out: Folder or .zip for one PNG of each mixture, row by row, or .npz for one array
            (n, h, w, c) of bytes.
        from_layer: The first layer that is fine, from 1; by default half of the layers are.
        truncation: Less varied pictures, of which more are good: the part of the distance to the
            mean style that is kept, above 0 and at most 1.
        classes: Of a conditional run: the class of the sources, by name or number; several
            between commas are taken in turn, by the rows and by the columns.
        checkpoint: Which checkpoint; best is that of the best evaluation while training.
        device: auto, cpu, cuda or mps.
    """
    from zerosum.api import load
    from zerosum.cli.classes import of_classes
    from zerosum.models.generator import Generator

    rows, columns = _seeds("coarse", coarse), _seeds("fine", fine)
    model = of_classes(load(run, kind=Generator, device=device, checkpoint=checkpoint), classes)
    if grid is None and out is None:
        grid = run / "mixtures.png"
    model.save_mix(
        coarse=rows, fine=columns, grid=grid, out=out, from_layer=from_layer, truncation=truncation
    )
    for path in (grid, out):
        if path is not None:
            print(printable(str(path)))


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


def _seeds(name: str, given: str) -> list[int]:
    from zerosum.errors import ConfigError

    try:
        return [int(seed) for seed in given.split(",")]
    except ValueError as error:
        raise ConfigError(
            f"expected seeds between commas for --{name}, such as 1,2,3, got {given!r}."
        ) from error
