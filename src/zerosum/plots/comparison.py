"""Scores of several runs in one image."""

from pathlib import Path

from matplotlib.figure import Figure

from zerosum.evaluation.comparing import Comparison
from zerosum.files import writing
from zerosum.plots.curves import label_images, plot_score

__all__ = ["draw_comparison"]


def draw_comparison(comparison: Comparison, path: Path) -> None:
    """Draw each score of each run over the real images seen, with a band of one standard error.

    Args:
        comparison: What is to be drawn.
        path: The PNG to write.
    """
    figure = Figure(figsize=(6 * len(comparison.names), 4.5), layout="constrained")
    for axes, name in zip(
        figure.subplots(1, len(comparison.names), squeeze=False)[0], comparison.names, strict=True
    ):
        for run, evaluations in comparison.runs.items():
            plot_score(axes, evaluations, name, label=run)
        label_images(axes)
        axes.grid(alpha=0.3, which="both")
        axes.legend()
    with writing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=100)
