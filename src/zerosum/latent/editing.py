"""A sheet of edits: one image, moved along directions of its latent space."""

from collections.abc import Mapping
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.errors import ConfigError
from zerosum.latent.directions import Directions
from zerosum.latent.spaces import LatentSpace
from zerosum.media.images import check_sheet, save_png, tile, to_images
from zerosum.types import Images, Points

__all__ = ["draw_edits", "move", "save_edits"]

_FARTHEST = 1000

Point = Float[Tensor, "1 ..."]
"""One point of a latent space."""
Amounts = Float[Tensor, " k"]
"""How far to go along each of k directions."""


def move(points: Points, directions: Directions, amounts: Amounts) -> Points:
    """Move points along several directions at once: p + Σ_j a_j d_j.

    Args:
        points: Points (n, ...).
        directions: Unit steps (k, ...), of the shape of points, or with one layer for all.
        amounts: a_j, shape (k,): how far to go along each, in units of the space. One standard
            deviation of random points is `LatentSpace.deviation`.

    Example:
        >>> move(torch.zeros(1, 2), torch.eye(2), torch.tensor([3.0, -1.0]))
        tensor([[ 3., -1.]])
    """
    moved: Points = points + torch.tensordot(amounts.to(points), directions.to(points), dims=1)
    return moved


def draw_edits(
    space: LatentSpace, point: Point, directions: Directions, *, columns: int, reach: float
) -> Images:
    """Generate the images of a point, moved along each direction from −reach to reach.

    Args:
        space: The generator's latent space.
        point: One point, shape (1, ...).
        directions: Unit steps, one for each row.
        columns: Images in a row: an odd number, so that the middle one is the image itself.
        reach: The greatest step, in standard deviations of random points.

    Returns:
        The images row by row, shape (rows * columns, c, h, w), on the CPU.

    Raises:
        ConfigError: The columns are even, less than 3 or too many, or the reach is out of range.
    """
    if columns < 3 or columns % 2 == 0 or not 0 < reach <= _FARTHEST:
        raise ConfigError(
            f"expected an odd number of columns, at least 3, and a reach above 0 and at most "
            f"{_FARTHEST}, got {columns} columns and a reach of {reach:g}."
        )
    check_sheet(len(directions) * columns, space.image_shape)
    times = torch.linspace(-reach, reach, columns, device=space.device) * space.deviation
    rows = [
        space.draw(point + torch.stack([time * direction for time in times]))
        for direction in directions.to(space.device)
    ]
    return torch.cat(rows).cpu()


def save_edits(
    space: LatentSpace,
    path: Path,
    point: Point,
    directions: Directions,
    *,
    columns: int,
    reach: float,
    facts: Mapping[str, str],
) -> None:
    """Write the sheet: a row for each direction, the image itself in the middle column.

    Raises:
        ConfigError: As `draw_edits`, or the file does not end in ``.png``.
    """
    images = draw_edits(space, point, directions, columns=columns, reach=reach)
    save_png(to_images(tile(images, columns=columns))[0], path, facts=facts)
