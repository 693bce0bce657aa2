"""``zerosum walk RUN``: an animation through the latents of a trained run."""

from pathlib import Path
from typing import Annotated, Literal

import tyro

from zerosum.cli.command import Command
from zerosum.errors import printable

__all__ = ["complete", "run"]


def _walk(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    *,
    out: Path,
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5),
    frames: int = 30,
    seconds: float | None = None,
    columns: int = 1,
    truncation: float | None = None,
    classes: Annotated[str | None, tyro.conf.arg(name="class", metavar="NAME,...")] = None,
    checkpoint: Literal["latest", "best"] = "latest",
    device: str = "auto",
) -> None:
    """Walk.

    Args:
        run: The run folder.
        out: The animation: FILE.gif, or FILE.mp4 with the package imageio-ffmpeg.
        seeds: Of the pictures to pass by, at least two.
        frames: From one picture to the next, on average.
        seconds: How long the loop takes; by default 25 frames a second.
        columns: Columns, and rows, of walks side by side.
        truncation: Less varied pictures, of which more are good: as for `zerosum sample`.
        classes: Of a conditional run: the class to show, by name or number; of several between
            commas one for each seed, so that the walk leads from class to class.
        checkpoint: Which checkpoint; best is that of the best evaluation while training.
        device: auto, cpu, cuda or mps.
    """
    from zerosum.api import load
    from zerosum.cli.classes import of_classes
    from zerosum.counting import counting
    from zerosum.models.generator import Generator

    model = load(run, kind=Generator, device=device, checkpoint=checkpoint)
    model = of_classes(model, classes)
    with counting("drawing frames", quiet=False) as progress:
        model.save_walk(
            out,
            seeds=seeds,
            frames=frames,
            seconds=seconds,
            columns=columns,
            truncation=truncation,
            progress=progress,
        )
    print(printable(str(out)))


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
