"""``zerosum project RUN PICTURE...``: the latents whose pictures are nearest to real ones."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_json, print_path
from zerosum.config.commands.project import ProjectConfig

if TYPE_CHECKING:
    from zerosum.jobs.projection import Projected

__all__ = ["complete", "run"]

_DEFAULTS = ProjectConfig()


def _project(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    inputs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="PICTURE...")],
    options: Annotated[ProjectConfig, tyro.conf.arg(name="")] = _DEFAULTS,
    *,
    json: bool = False,
) -> None:
    """Project and report.

    Args:
        run: The run folder.
        inputs: Picture files, folders (with all below them), zip or tar archives.
        options: How.
        json: Print the distances of all pictures as JSON, and nothing else.
    """
    from zerosum.cli.failures import end_with
    from zerosum.jobs.projection import project

    done = project(run, inputs, options)
    if json:
        print_json(done.to_json())
    elif done.pictures:
        _report(done)
    end_with(done.failed, "projected")


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
    before={"features": ("json",)},
)
run, complete = COMMAND.run, COMMAND.complete


def _report(done: "Projected") -> None:
    width = max(len("picture"), *(len(each.name) for each in done.pictures))
    print(f"{'picture':<{width}}  projection  nearest random  mean picture")
    for each in done.pictures:
        distances = f"{each.distance:>10.4f}  {each.random:>14.4f}  {each.mean:>12.4f}"
        print(f"{each.name:<{width}}  {distances}")
    print_path(done.out)
