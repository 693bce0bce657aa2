"""Shares of classes as bars, with their standard errors."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from zerosum.files import writing
from zerosum.metrics import ClassShares

__all__ = ["draw_shares"]

_MOST = 60


def draw_shares(
    classes: Sequence[str], sides: Sequence[tuple[str, ClassShares]], path: Path
) -> None:
    """Draw the shares of each side beside each other, with one standard error to both sides.

    Args:
        classes: The names of the classes; of many the first sixty are drawn.
        sides: What the legend calls each, and its shares, such as the data and what is generated.
        path: The PNG to write.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> import torch
        >>> from zerosum.metrics import class_shares
        >>> shares = class_shares(torch.tensor([90, 10]))
        >>> with TemporaryDirectory() as folder:
        ...     draw_shares(("cat", "dog"), [("data", shares)], Path(folder) / "bars.png")
        ...     [file.name for file in Path(folder).iterdir()]
        ['bars.png']
    """
    shown = list(classes[:_MOST])
    figure = Figure(figsize=(max(6.0, 0.45 * len(shown) + 2), 4), layout="constrained")
    axes = figure.subplots()
    places, width = np.arange(len(shown)), 0.8 / len(sides)
    for number, (name, side) in enumerate(sides):
        values, errors = (100 * each[:_MOST].numpy() for each in (side.values, side.errors))
        offset = (number - (len(sides) - 1) / 2) * width
        # Text as it is: matplotlib hides names that begin with an underscore, and reads $.
        label = name.replace("$", r"\$").lstrip("_")
        axes.bar(places + offset, values, width, yerr=errors, capsize=2, label=label)
    rotation = 90 if max(map(len, shown)) > 3 else 0
    axes.set_xticks(places, [name.replace("$", r"\$") for name in shown], rotation=rotation)
    axes.set_ylabel("share, % ± standard error")
    axes.grid(axis="y", alpha=0.3)
    axes.legend()
    with writing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=100)
