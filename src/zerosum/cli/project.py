"""``zerosum project RUN PICTURE...``: the latents whose pictures are nearest to real ones."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_json
from zerosum.errors import printable

if TYPE_CHECKING:
    from zerosum.jobs import Projected

__all__ = ["complete", "run"]


def _project(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    inputs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="PICTURE...")],
    *,
    out: Path | None = None,
    steps: int = 500,
    starts: int = 4,
    seed: int = 0,
    json: bool = False,
    features: str | None = None,
    classes: Annotated[str | None, tyro.conf.arg(name="class", metavar="NAME,...")] = None,
    checkpoint: Literal["latest", "best"] = "latest",
    device: str = "auto",
    pixel_limit: int | None = None,
) -> None:
    """Project and report.

    Args:
        run: The run folder.
        inputs: Picture files, folders (with all below them), zip or tar archives.
        out: Folder for what is found; by default projected in the run folder.
        steps: Steps of gradient descent.
        starts: From how many points; the best counts.
        seed: Whose first 1,000 pictures are the random samples; the noise follows from it too.
        json: Print the distances of all pictures as JSON, and nothing else.
        features: A feature network to compare by, besides pixels: digits, efficientnet-lite0, ...
        classes: Of a conditional run: the class to look in, by name or number, or several between
            commas; by default all.
        checkpoint: Which checkpoint; best is that of the best evaluation while training.
        device: auto, cpu, cuda or mps.
        pixel_limit: Pictures of more pixels are refused as decompression bombs; raise it for big
            pictures that you trust. By default the run's own limit.
    """
    from zerosum.cli.classes import split_classes
    from zerosum.cli.failures import report_failures
    from zerosum.jobs import ProjectOptions, project
    from zerosum.latent.projection import Descent

    options = ProjectOptions(
        descent=Descent(steps=steps, starts=starts, seed=seed),
        features=features,
        out=out,
        classes=split_classes(classes),
        checkpoint=checkpoint,
        device=device,
        pixel_limit=pixel_limit,
    )
    done = project(run, inputs, options)
    if json:
        print_json(done.to_json())
    elif done.pictures:
        _report(done)
    if done.failed:
        report_failures(done.failed, "projected")
        sys.exit(1)


COMMAND = Command(
    name="zerosum project",
    function=_project,
    text="""\
Find the latents whose pictures are nearest to real pictures, by gradient descent.

Pictures are brought to the run's shape as its own data were. For each there is a PNG with the
target on the left and the projection on the right, and an .npz with the latent (z, or the style w
of a style-based generator). A distance is the mean squared difference of pixels in [-1, 1]; with
--features, that of features is added, weighed so that both count alike. Beside it stand the
distances of the nearest of 1,000 random samples and of their mean, which cost no search.""",
    examples="""\
zerosum project runs/dcgan-digits photo.png
zerosum project runs/dcgan-digits folder/ --features digits --out nearest""",
)
run, complete = COMMAND.run, COMMAND.complete


def _report(done: "Projected") -> None:
    width = max(len("picture"), *(len(each.name) for each in done.pictures))
    print(f"{'picture':<{width}}  projection  nearest random  mean picture")
    for each in done.pictures:
        distances = f"{each.distance:>10.4f}  {each.random:>14.4f}  {each.mean:>12.4f}"
        print(f"{each.name:<{width}}  {distances}")
    print(printable(str(done.out)))
