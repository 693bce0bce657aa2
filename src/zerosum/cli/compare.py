"""``zerosum compare RUN RUN...``: scores side by side, where they may be compared."""

from pathlib import Path
from typing import Annotated

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_json

__all__ = ["complete", "run"]


def _compare(
    runs: Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RUN ...")],
    *,
    plot: Path | None = None,
    json: bool = False,
) -> None:
    """Set the scores of several runs side by side: a table, and curves over images seen.

    Only scores of one protocol are compared: the same feature network, real pictures and counts.
    Runs without such scores are refused with what differs; `zerosum evaluate` makes them. Runs
    that differ in `seed` alone are drawn as one: their mean, and their standard deviation.

    Args:
        runs: Run folders.
        plot: PNG file for the curves; by default compare.png, or none with --json.
        json: Print all scores by the protocol that the runs share as JSON, and nothing else.
    """
    from zerosum.cli.scores import report_comparison
    from zerosum.jobs.comparison import compare_runs
    from zerosum.plots.comparison import draw_comparison

    comparison = compare_runs(runs)
    if plot is None and not json:
        plot = Path("compare.png")
    if plot is not None:
        draw_comparison(comparison, plot)
    if json or plot is None:
        print_json(comparison.to_json())
    else:
        report_comparison(comparison, plot)


COMMAND = Command(
    name="zerosum compare",
    function=_compare,
    text="""\
Set the scores of several runs side by side: a table, and curves over images seen.

Only scores of one protocol are compared: the same feature network, real pictures and counts.
Runs without such scores are refused with what differs; `zerosum evaluate` makes them. Runs
that differ in `seed` alone are drawn as one: their mean, and their standard deviation.""",
    examples="""\
zerosum compare runs/dcgan-digits runs/mnist-gan-2018
zerosum compare runs/* --plot curves.png
zerosum compare runs/* --json  # for programs""",
)
run, complete = COMMAND.run, COMMAND.complete
