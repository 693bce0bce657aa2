"""``zerosum classify RUN PICTURE...``: which class pictures are of."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_json

if TYPE_CHECKING:
    from zerosum.jobs import Classified

__all__ = ["complete", "run"]


def _classify(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    inputs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="PICTURE...")],
    *,
    json: bool = False,
    checkpoint: Literal["latest", "best"] = "latest",
    device: str = "auto",
    pixel_limit: int | None = None,
) -> None:
    """Classify and report.

    Args:
        run: The run folder.
        inputs: Picture files, folders (with all below them), zip or tar archives.
        json: Print the probabilities of all classes as JSON, and nothing else.
        checkpoint: Which checkpoint; best is that of the best evaluation while training.
        device: auto, cpu, cuda or mps.
        pixel_limit: Pictures of more pixels are refused as decompression bombs; raise it for big
            pictures that you trust. By default the run's own limit.
    """
    from zerosum.cli.failures import report_failures
    from zerosum.jobs import classify

    found = classify(
        run, inputs, checkpoint=checkpoint, device=device, pixel_limit=pixel_limit, quiet=json
    )
    if json:
        print_json(found.to_json())
    elif found.pictures:
        _report(found)
    if found.failed:
        report_failures(found.failed, "classified")
        sys.exit(1)


COMMAND = Command(
    name="zerosum classify",
    function=_classify,
    text="""\
Say which class pictures are of, by the classifier of a run, and how sure it is.

Pictures are brought to the run's shape as its own data were. The confidence is the probability
that the classifier gives the class, after the softmax; classifiers are often surer than they are
right, so test them: `zerosum evaluate RUN`.""",
    examples="""\
zerosum train classifier --data FOLDER  # a folder for each class
zerosum classify runs/classifier photo.png folder/
zerosum classify runs/classifier folder/ --json  # all probabilities""",
)
run, complete = COMMAND.run, COMMAND.complete


def _report(found: "Classified") -> None:
    names = max(len("picture"), *(len(each.name) for each in found.pictures))
    classes = max(len("class"), *(len(each.best[0]) for each in found.pictures))
    print(f"{'picture':<{names}}  {'class':<{classes}}  confidence")
    for each in found.pictures:
        name, probability = each.best
        print(f"{each.name:<{names}}  {name:<{classes}}  {probability:>9.1%}")
