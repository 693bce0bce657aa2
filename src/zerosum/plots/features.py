"""Features of two domains in two dimensions, to be looked at."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from zerosum.evaluation.adaptation import LabelledDomains
from zerosum.files import writing
from zerosum.types import Features, OtherFeatures

__all__ = ["draw_features", "principal_plane", "to_plane"]

_SHOWN = 500
_DIMENSIONS = 50  # t-SNE is given so many principal components
_SIZE = 9

Points = Float[Tensor, "n 2"]
"""Places in the plane."""

Coordinates = Float[Tensor, "n _"]
"""Places in a space of fewer dimensions."""


def draw_features(
    by_title: Mapping[str, tuple[Features, OtherFeatures]],
    domains: LabelledDomains,
    *,
    classes: tuple[str, ...],
    path: Path,
) -> None:
    """Draw a row for each network: its features coloured by domain, and by class.

    The labels of the target are used for the colours alone; without any, it is drawn in grey.

    Args:
        by_title: By title, the features that a network saw in the images of source and target.
        domains: The images, in the same order.
        classes: The classes' names, by label.
        path: The PNG to write.
    """
    figure = Figure(figsize=(13, 5 * len(by_title)), layout="constrained")
    for axes, (title, features) in zip(
        figure.subplots(len(by_title), 2, squeeze=False), by_title.items(), strict=True
    ):
        few = [each[:_SHOWN] for each in features]
        points, method = to_plane(torch.cat(few))
        parts = torch.split(points, [len(each) for each in few])
        _draw_domains(axes[0], parts)
        _draw_classes(axes[1], parts, domains, classes)
        for panel, by in zip(axes, ("by domain", "by class"), strict=True):
            panel.set_title(f"{title}, {by} ({method})")
            panel.set_xticks([])
            panel.set_yticks([])
            panel.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), markerscale=2)
    with writing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=100)


def to_plane(features: Features) -> tuple[Points, str]:
    """Places in the plane, and how they were found: by t-SNE where scikit-learn is installed.

    Otherwise by their first two principal components.

    Paper:
        van der Maaten & Hinton 2008, https://jmlr.org/papers/v9/vandermaaten08a.html

    Example:
        >>> points, method = to_plane(torch.randn(20, 7))
        >>> points.shape
        torch.Size([20, 2])
    """
    try:
        from sklearn.manifold import TSNE
    except ImportError:
        return principal_plane(features, 2), "principal components"
    reduced = principal_plane(features, min(_DIMENSIONS, *features.shape)).numpy()
    neighbours = min(30.0, (len(reduced) - 1) / 3)
    points = TSNE(perplexity=neighbours, init="pca", random_state=0).fit_transform(reduced)
    return torch.from_numpy(np.asarray(points, dtype=np.float32)), "t-SNE"


def principal_plane(features: Features, dimensions: int = 2) -> Coordinates:
    """The first principal components: coordinates along the directions of the most variance.

    Example:
        >>> line = torch.arange(5.0)[:, None] * torch.tensor([[3.0, 4.0, 0.0]])
        >>> principal_plane(line)[:, 0].abs().round()
        tensor([10.,  5.,  0.,  5., 10.])
    """
    centred = features - features.mean(dim=0)
    left, values, _ = torch.linalg.svd(centred, full_matrices=False)
    plane: Tensor = left[:, :dimensions] * values[:dimensions]
    return plane


def _draw_domains(axes: Axes, parts: tuple[Tensor, ...]) -> None:
    for name, points, colour in zip(
        ("source", "target"), parts, ("tab:blue", "tab:orange"), strict=True
    ):
        _scatter(axes, points, color=colour, label=name)


def _draw_classes(
    axes: Axes,
    parts: tuple[Tensor, ...],
    domains: LabelledDomains,
    classes: tuple[str, ...],
) -> None:
    """Discs are images of the source, crosses those of the target."""
    colours = colormaps["tab10" if len(classes) <= 10 else "gist_rainbow"]
    known: list[NDArray[np.int64] | None] = [domains.source.labels, domains.target_labels]
    for points, labels, marker in zip(parts, known, ("o", "x"), strict=True):
        if labels is None:
            _scatter(axes, points, color="grey", marker=marker, label="target")
            continue
        for label, name in enumerate(classes):
            mine = points[torch.from_numpy(labels[: len(points)] == label)]
            colour = colours(label if len(classes) <= 10 else label / len(classes))
            shown = name if marker == "o" and len(classes) <= 20 else None
            _scatter(axes, mine, color=colour, marker=marker, label=shown)


def _scatter(axes: Axes, points: Tensor, **how: Any) -> None:
    across, up = points.T.numpy()
    axes.scatter(across, up, s=_SIZE, alpha=0.6, **how)
