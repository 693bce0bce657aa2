"""``zerosum detect RUN PICTURE...``: whether a run made pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_json
from zerosum.config.commands.detect import DetectConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zerosum.jobs.detection import Detected
    from zerosum.metrics import Estimate

__all__ = ["complete", "run"]

_DEFAULTS = DetectConfig()


def _detect(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    inputs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="PICTURE...")],
    options: Annotated[DetectConfig, tyro.conf.arg(name="")] = _DEFAULTS,
    *,
    json: bool = False,
) -> None:
    """Detect and report.

    Args:
        run: The run folder.
        inputs: Picture files, folders (with all below them), zip or tar archives.
        options: How.
        json: Print the verdicts, the marks and the detector's tests as JSON, and nothing else.
    """
    from zerosum.cli.failures import end_with
    from zerosum.jobs.detection import detect

    result = detect(run, inputs, options, quiet=json)
    if json:
        print_json(result.to_json())
    elif result.images:
        _report(result)
    end_with(result.failed, "looked at")


COMMAND = Command(
    name="zerosum detect",
    function=_detect,
    text="""\
Say of pictures whether a run made them: by the marks in their files, and by a detector of the run.

Marks are what a file says of itself: zerosum's, with run and seed; the digital source type of the
IPTC; content credentials (C2PA), whose signature is not verified; settings that a few other
generators leave. Anybody can remove or write them.

The detector is a small classifier that learns to tell the run's own training pictures from its
samples. It is trained when it is first asked for, kept in the run folder, and made anew when the
run has been trained on. A fifth of the pictures is held out, and beside each verdict stands how
often it is right on those: after JPEG for a JPEG file, after resizing for a picture of another
size. It knows one run and one kind of pictures. Of other generators and other data it says
nothing, whatever it prints. Where few pictures are generated, most of its alarms are false.""",
    examples="""\
zerosum detect runs/dcgan-digits found.png
zerosum detect runs/dcgan-digits folder/ --json
zerosum detect runs/dcgan-faces album.zip --samples 20000  # more to learn from""",
    before={"checkpoint": ("json",)},
)
run, complete = COMMAND.run, COMMAND.complete


def _report(result: "Detected") -> None:
    from rich.console import Console
    from rich.table import Table

    from zerosum.errors import printable

    console = Console(markup=False, highlight=False)  # names of pictures may hold brackets
    table = Table(
        "picture", "verdict", "sure", "right, held out", "marks", box=None, pad_edge=False
    )
    for each in result.images:
        sure = max(each.probability, 1 - each.probability)
        marks = "; ".join(_told(mark.says, mark.facts) for mark in each.marks)
        right = f"{_percent(each.tested.accuracy)} %"
        table.add_row(printable(each.name), each.verdict, f"{sure:.1%}", right, marks or "none")
    console.print(table)
    console.print()
    tests = Table("held-out pictures", "right, %", "real called generated, %",
                  "generated called real, %", box=None, pad_edge=False)  # fmt: skip
    for test in result.detector.tested:
        numbers = (test.accuracy, test.false_alarms, test.misses)
        tests.add_row(test.condition, *map(_percent, numbers))
    console.print(tests)
    console.print(
        f"The detector knows pictures of {result.run} and what that was trained on. It says "
        "nothing of other generators or of other pictures. It is as sure as if half of all "
        "pictures were generated.",
        soft_wrap=True,
    )


def _told(says: str, facts: "Mapping[str, str]") -> str:
    """A mark, with the facts that are not in its sentence."""
    more = [f"{name.replace('_', ' ')} {value}" for name, value in facts.items() if name != "run"]
    return ", ".join([says, *more])


def _percent(estimate: "Estimate") -> str:
    from zerosum.metrics import Estimate

    return str(Estimate(value=100 * estimate.value, error=100 * estimate.error))
