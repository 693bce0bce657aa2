"""``zerosum classify RUN PICTURE...``: which class pictures are of."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_json
from zerosum.config.commands.classify import ClassifyConfig

if TYPE_CHECKING:
    from zerosum.jobs.classification import Classified

__all__ = ["complete", "run"]

_DEFAULTS = ClassifyConfig()


def _classify(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    inputs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="PICTURE...")],
    options: Annotated[ClassifyConfig, tyro.conf.arg(name="")] = _DEFAULTS,
    *,
    json: bool = False,
) -> None:
    """Classify and report.

    Args:
        run: The run folder.
        inputs: Picture files, folders (with all below them), zip or tar archives.
        options: How.
        json: Print the probabilities of all classes as JSON, and nothing else.
    """
    from zerosum.cli.failures import end_with
    from zerosum.jobs.classification import classify

    result = classify(run, inputs, options, quiet=json)
    if json:
        print_json(result.to_json())
    elif result.pictures:
        _report(result)
    end_with(result.failed, "classified")


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
    before={"checkpoint": ("json",)},
)
run, complete = COMMAND.run, COMMAND.complete


def _report(result: "Classified") -> None:
    names = max(len("picture"), *(len(each.name) for each in result.pictures))
    classes = max(len("class"), *(len(each.best[0]) for each in result.pictures))
    print(f"{'picture':<{names}}  {'class':<{classes}}  confidence")
    for each in result.pictures:
        name, probability = each.best
        print(f"{each.name:<{names}}  {name:<{classes}}  {probability:>9.1%}")
