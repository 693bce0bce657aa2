"""Scores and costs as curves over the real images seen; the run's history as one image."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

from zerosum.evaluation.protocol import Scores
from zerosum.files import writing

__all__ = ["draw_curves", "label_images", "plot_score"]


def draw_curves(
    lines: Sequence[Mapping[str, Any]], path: Path, *, scores: Sequence[Scores] = ()
) -> None:
    """Draw costs, accuracies and, where the run was evaluated, its scores over images seen.

    Args:
        lines: The lines of ``stats.jsonl``.
        path: The PNG to write.
        scores: Evaluations; the first two scores that all of them have are drawn, one standard
            error to both sides shaded.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> lines = [{"images": n, "generator": {"cost": 100 / n}} for n in (100, 200, 300)]
        >>> with TemporaryDirectory() as folder:
        ...     draw_curves(lines, Path(folder) / "curves.png")
        ...     [file.name for file in Path(folder).iterdir()]
        ['curves.png']
    """
    known = list(scores[0].scores) if scores else []
    names = [name for name in known if all(name in result.scores for result in scores)][:2]
    panels = 2 + len(names)
    figure = Figure(figsize=(5 * panels, 4), layout="constrained")
    costs, accuracies, *quality = figure.subplots(1, panels)
    for axes, name in zip(quality, names, strict=True):
        plot_score(axes, scores, name)
    for player in _players(lines):
        _plot(costs, lines, player, "cost")
        _plot(accuracies, lines, player, "accuracy")
    costs.set_title("cost")
    accuracies.set_title("accuracy")
    accuracies.set_ylim(-0.02, 1.02)
    accuracies.axhline(0.5, color="grey", linewidth=0.5)
    for axes in (costs, accuracies, *quality):
        label_images(axes)
        axes.grid(alpha=0.3)
        if axes.get_legend_handles_labels()[0]:
            axes.legend()
    with writing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=100)


def label_images(axes: Axes) -> None:
    """Name the axis of images seen, with few and short numbers: 50 k, 100 k."""
    axes.set_xlabel("real images seen")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(EngFormatter())


def plot_score(axes: Axes, scores: Sequence[Scores], name: str, *, label: str = "") -> None:
    """One score over real images seen, with a band of one standard error to both sides.

    The axis is logarithmic where all values allow it: a score falls by powers of ten.

    Args:
        axes: Where to draw.
        scores: Evaluations, in the order of images seen.
        name: The score's name, which becomes the title.
        label: What the legend calls the line.
    """
    images = [result.images_seen for result in scores]
    estimates = [result.scores[name].estimate for result in scores]
    values = [estimate.value for estimate in estimates]
    low = [estimate.value - estimate.error for estimate in estimates]
    high = [estimate.value + estimate.error for estimate in estimates]
    (line,) = axes.plot(images, values, marker=".", label=label)
    axes.fill_between(images, low, high, color=line.get_color(), alpha=0.2)
    if min(values) <= 0:
        axes.set_yscale("linear")
    elif not axes.get_lines()[:-1]:
        axes.set_yscale("log")
    axes.set_title(name)


def _players(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    names = {key for line in lines for key, value in line.items() if isinstance(value, dict)}
    return sorted(names)


def _plot(axes: Axes, lines: Sequence[Mapping[str, Any]], player: str, score: str) -> None:
    points = [
        (line["images"], line[player][score])
        for line in lines
        if isinstance(line.get(player), dict) and score in line[player]
    ]
    if points:
        axes.plot(*zip(*points, strict=True), label=player)
