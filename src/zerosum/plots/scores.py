"""Scores as curves over the real images seen."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

from zerosum.evaluation.comparing import Comparison
from zerosum.evaluation.protocol import Scores
from zerosum.files import writing

__all__ = ["draw_comparison", "label_images", "plot_score"]


def draw_comparison(found: Comparison, path: Path) -> None:
    """Draw each score of each run over the real images seen, with a band of one standard error.

    Args:
        found: What is to be drawn.
        path: The PNG to write.
    """
    figure = Figure(figsize=(6 * len(found.names), 4.5), layout="constrained")
    for axes, name in zip(
        figure.subplots(1, len(found.names), squeeze=False)[0], found.names, strict=True
    ):
        for run, evaluations in found.runs.items():
            plot_score(axes, evaluations, name, label=run)
        label_images(axes)
        axes.grid(alpha=0.3, which="both")
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
    images = [found.images for found in scores]
    estimates = [found.scores[name].estimate for found in scores]
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
