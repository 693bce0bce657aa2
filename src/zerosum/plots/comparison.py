"""Scores of several runs in one image; those that differ in their seed alone by their mean."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zerosum.evaluation.comparing import Comparison
from zerosum.evaluation.seeds import SeedMean
from zerosum.files import writing
from zerosum.plots.curves import label_images, plot_band, plot_score

__all__ = ["draw_comparison"]


def draw_comparison(comparison: Comparison, path: Path) -> None:
    """Draw each score of each run over the real images seen, with a band of one standard error.

    Runs that differ in their seed alone are one line, their mean, with a band of one standard
    deviation to both sides.

    Args:
        comparison: What is to be drawn.
        path: The PNG to write.
    """
    figure = Figure(figsize=(6 * len(comparison.names), 4.5), layout="constrained")
    for axes, name in zip(
        figure.subplots(1, len(comparison.names), squeeze=False)[0], comparison.names, strict=True
    ):
        groups = [(group, comparison.over_seeds(group, name)) for group in comparison.groups]
        grouped = {run for group, means in groups if means for run in group.seeds}
        for run, evaluations in comparison.runs.items():
            if run not in grouped:
                plot_score(axes, evaluations, name, label=run)
        for group, means in groups:
            if means:
                _plot_means(axes, means, f"{group.name}: mean of {means[0].count}")
        axes.set_title(name)
        label_images(axes)
        axes.grid(alpha=0.3, which="both")
        axes.legend()
    with writing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=100)


def _plot_means(axes: Axes, means: Sequence[SeedMean], label: str) -> None:
    images = [each.images_seen for each in means]
    deviations = [each.deviation for each in means]
    plot_band(axes, images, [each.mean for each in means], deviations, label)
