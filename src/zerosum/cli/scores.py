"""Scores on the terminal."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from zerosum.errors import printable
from zerosum.evaluation.comparing import Comparison
from zerosum.evaluation.protocol import Protocol
from zerosum.evaluation.seeds import SeedGroup, SeedMean
from zerosum.jobs.evaluation import Evaluated

__all__ = ["report_comparison", "report_scores"]


def report_scores(result: Evaluated) -> None:
    """A table of scores, and below it the protocol."""
    console = Console(markup=False)  # names of classes may hold brackets
    table = Table(box=None, pad_edge=False)
    table.add_column("score", no_wrap=True)
    table.add_column("value ± standard error", no_wrap=True)
    table.add_column("better")
    table.add_column("how")
    for name, score in result.scores.scores.items():
        better = "low" if score.lower_is_better else "high"
        table.add_row(name, str(score), better, score.how)
    console.print(table)
    _print_protocol(console, result.scores.protocol)
    if result.picture is not None:
        console.print(printable(f"{result.shows}: {result.picture}"))


def report_comparison(result: Comparison, plot: Path) -> None:
    """For each run its last scores and its best, and the protocol that they share.

    Runs that differ in their seed alone have a row of their own: the mean of the last scores that
    all of them have, and how far these spread.
    """
    console = Console(markup=False)
    table = Table("run", "", "images", *result.names, box=None, pad_edge=False)
    for name, evaluations in result.runs.items():
        rows = {"last": evaluations[-1], "best": result.best(name)}
        for which, scores in rows.items():
            values = [str(scores.scores[score]) for score in result.names]
            table.add_row(
                name if which == "last" else "", which, f"{scores.images_seen:,}", *values
            )
    groups = [(group, _last_means(result, group)) for group in result.groups]
    for group, means in groups:
        if means:
            images, values = f"{means[0].images_seen:,}", [str(mean) for mean in means]
            table.add_row(group.name, f"mean of {len(group.seeds)}", images, *values)
    console.print(table)
    if any(means for _, means in groups):
        console.print(
            "mean: over runs that differ in their seed alone, ± their standard deviation"
        )
    _print_protocol(console, result.protocol)
    console.print(printable(f"curves: {plot}"))


def _last_means(result: Comparison, group: SeedGroup) -> list[SeedMean]:
    """Of each score the last mean; none where the runs were never scored after equally many."""
    means = [result.over_seeds(group, name) for name in result.names]
    return [each[-1] for each in means] if all(means) else []


def _print_protocol(console: Console, protocol: Protocol) -> None:
    facts = ", ".join(f"{name} {value}" for name, value in protocol.flat().items())
    console.print(f"protocol: {printable(facts)}", style="dim", highlight=False)
