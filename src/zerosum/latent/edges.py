"""Differentiable histograms of oriented gradients: where edges are, and how they run."""

from functools import cache
from math import cos, pi, sin

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from zerosum.types import Images

__all__ = ["ORIENTATIONS", "cell_size", "oriented_gradients", "share_of_cells"]

ORIENTATIONS = 8
"""Orientations, from 0 to π: an edge from dark to light counts as one from light to dark."""

Histograms = Float[Tensor, "n o rows columns"]
"""How strongly edges of each orientation are in each cell, from 0 to 1."""

_CELLS = 8
_TINY = 1e-3
_FAINT = 0.1


def oriented_gradients(images: Images) -> Histograms:
    """Compute histograms of oriented gradients in cells that overlap by half.

    With g the gradient of the brightness (Sobel), u_k the direction at the angle π k / 8, a pixel
    votes for orientation k with

        max(0, (|g · u_k| − cos(π/8) |g|) / (1 − cos(π/8))),

    which is |g| where both agree and 0 from the next orientation on. It has a gradient almost
    everywhere, where the arctangent of Dalal and Triggs has a pole at g = 0. Votes are summed over
    cells with triangular weights, and each cell is divided by its norm √(‖h‖² + 0.1²), so that a
    faint edge counts nearly as much as a strong one.

    Args:
        images: In [-1, 1].

    Paper:
        Zhu et al. 2016, section 5 (the sketching brush), https://arxiv.org/abs/1609.03552;
        Dalal and Triggs 2005, https://doi.org/10.1109/CVPR.2005.177

    Example:
        >>> upright = torch.zeros(1, 1, 16, 16)
        >>> upright[..., 8:] = 1
        >>> oriented_gradients(upright).amax(dim=(0, 2, 3)).argmax()
        tensor(0)
    """
    brightness = (images.mean(dim=1, keepdim=True) + 1) / 2
    filters, directions = _filters()
    padded = functional.pad(brightness, (1, 1, 1, 1), mode="replicate")
    gradient = functional.conv2d(padded, filters.to(images))
    along = torch.einsum("od,ndhw->nohw", directions.to(images), gradient).abs()
    length = (gradient.square().sum(dim=1, keepdim=True) + _TINY**2).sqrt()
    beyond = cos(pi / ORIENTATIONS)
    votes = ((along - beyond * length) / (1 - beyond)).relu()
    summed = _over_cells(votes)
    return summed / (summed.square().sum(dim=1, keepdim=True) + _FAINT**2).sqrt()


def share_of_cells(mask: Float[Tensor, "h w"]) -> Float[Tensor, "1 1 rows columns"]:
    """Compute the cells that something covers: 1 where it passes their middle, 0 where not at all.

    Args:
        mask: The share of each pixel that is covered.
    """
    shares = _over_cells(mask[None, None])
    return (shares / shares.amax().clamp_min(_TINY)).clamp(0.0, 1.0)


def cell_size(size: tuple[int, int]) -> int:
    """Height and width of a cell in pixels: an eighth of the shorter side, and at least 2.

    Example:
        >>> cell_size((28, 28)), cell_size((64, 64))
        (3, 8)
    """
    return max(2, min(size) // _CELLS)


def _over_cells(values: Tensor) -> Tensor:
    """Means over cells with triangular weights: two box filters, one after the other."""
    cell = cell_size((values.shape[2], values.shape[3]))
    once = functional.avg_pool2d(
        values, cell, stride=1, padding=cell // 2, count_include_pad=False
    )
    return functional.avg_pool2d(
        once, cell, stride=max(1, cell // 2), padding=cell // 2, count_include_pad=False
    )


@cache
def _filters() -> tuple[Tensor, Tensor]:
    """Sobel's filters for x and y, (2, 1, 3, 3), and the directions u_k, (8, 2)."""
    across = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 4
    angles = [pi * number / ORIENTATIONS for number in range(ORIENTATIONS)]
    directions = torch.tensor([[cos(angle), sin(angle)] for angle in angles])
    return torch.stack([across, across.T])[:, None], directions
