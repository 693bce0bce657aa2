"""Scores and costs as curves over the real images seen; the run's history as one image."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogFormatter, MaxNLocator

from zerosum.evaluation.protocol import Scores
from zerosum.files import writing

__all__ = ["draw_curves", "label_images", "plot_band", "plot_score"]

_WIDTH, _HEIGHT = 5.0, 4.0
"""Inches of a panel."""


def draw_curves(
    lines: Sequence[Mapping[str, Any]], path: Path, *, scores: Sequence[Scores] = ()
) -> None:
    """Draw costs, accuracies and scores over images seen; what a run has none of has no panel.

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
    players = _players(lines)
    watched = ["cost", "accuracy"] if _have_accuracies(lines) else ["cost"]
    panels = len(watched) + len(names)
    figure = Figure(figsize=(_WIDTH * panels, _HEIGHT))
    _leave_margins(figure, panels)
    drawn = figure.subplots(1, panels, squeeze=False)[0]
    for axes, name in zip(drawn[len(watched) :], names, strict=True):
        plot_score(axes, scores, name)
    for axes, name in zip(drawn, watched, strict=False):
        for player in players:
            _plot(axes, lines, player, name)
        axes.set_title(name)
    if len(watched) > 1:
        drawn[1].set_ylim(-0.02, 1.02)
        drawn[1].axhline(0.5, color="grey", linewidth=0.5)
    for axes in drawn:
        label_images(axes)
        axes.grid(alpha=0.3)
        if axes.get_legend_handles_labels()[0]:
            axes.legend()
    with writing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=100)


def _leave_margins(figure: Figure, panels: int) -> None:
    """Leave equal margins around each panel, for the numbers and titles that they have.

    A layout that looks at every word first takes longer than all the rest of a short run's end.
    """
    left, right, below, above = 0.6, 0.15, 0.5, 0.35  # In inches.
    free = _WIDTH - left - right
    figure.subplots_adjust(
        left=left / (_WIDTH * panels),
        right=1 - right / (_WIDTH * panels),
        bottom=below / _HEIGHT,
        top=1 - above / _HEIGHT,
        wspace=(left + right) / free,
    )


def label_images(axes: Axes) -> None:
    """Name the axis of images seen, with few and short numbers: 50 k, 100 k."""
    axes.set_xlabel("real images seen")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(EngFormatter())


class _PlainNumbers(LogFormatter):
    """0.1, 1, 20: powers of ten that are set as formulas take longer than the curve."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"{x:g}" if super().__call__(x, pos) else ""


def plot_score(axes: Axes, scores: Sequence[Scores], name: str, *, label: str = "") -> None:
    """One score over real images seen, with a band of one standard error to both sides.

    Args:
        axes: Where to draw.
        scores: Evaluations, in the order of images seen.
        name: The score's name, which becomes the title.
        label: What the legend calls the line.
    """
    estimates = [result.scores[name].estimate for result in scores]
    values = [estimate.value for estimate in estimates]
    images = [result.images_seen for result in scores]
    plot_band(axes, images, values, [each.error for each in estimates], label)
    axes.set_title(name)


def plot_band(
    axes: Axes, images: list[int], values: list[float], widths: list[float], label: str
) -> None:
    """Values over real images seen, with a band.

    The axis is logarithmic where all values allow it: a score falls by powers of ten.

    Args:
        axes: Where to draw.
        images: In rising order.
        values: One for each number of images.
        widths: How far the band reaches to both sides of each.
        label: What the legend calls the line.
    """
    low = [value - width for value, width in zip(values, widths, strict=True)]
    high = [value + width for value, width in zip(values, widths, strict=True)]
    (line,) = axes.plot(images, values, marker=".", label=label)
    axes.fill_between(images, low, high, color=line.get_color(), alpha=0.2)
    if min(values) <= 0:
        axes.set_yscale("linear")
    elif not axes.get_lines()[:-1]:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(_PlainNumbers())
        axes.yaxis.set_minor_formatter(_PlainNumbers(labelOnlyBase=False))


def _players(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    names = {key for line in lines for key, value in line.items() if isinstance(value, dict)}
    return sorted(names)


def _have_accuracies(lines: Sequence[Mapping[str, Any]]) -> bool:
    """Whether any player tells its accuracy."""
    parts = [value for line in lines for value in line.values() if isinstance(value, dict)]
    return any("accuracy" in part for part in parts)


def _plot(axes: Axes, lines: Sequence[Mapping[str, Any]], player: str, score: str) -> None:
    points = [
        (line["images"], line[player][score])
        for line in lines
        if isinstance(line.get(player), dict) and score in line[player]
    ]
    if points:
        axes.plot(*zip(*points, strict=True), label=player)
