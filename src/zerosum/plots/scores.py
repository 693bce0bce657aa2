"""Scores as curves over the real images seen."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, MaxNLocator

from zerosum.evaluation.protocol import Scores

__all__ = ["label_images", "plot_score"]


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
