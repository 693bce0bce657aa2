"""Geometric changes as matrices, so that any number of them is one sampling.

A place in an image is p = (x, y, 1), in pixels from its centre, x to the right and y downwards. A
change is a matrix M (3, 3) that maps places, p' = M p; one change after another is the product of
their matrices, the later one on the left.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from zerosum.types import Images, PerSample

__all__ = ["Places", "moved", "scaled", "turned", "warp"]

Places = Float[Tensor, "n 3 3"]
"""One matrix per image."""


def warp(images: Images, changes: Places) -> Images:
    """Transform every image by its matrix: y[M p] = x[p].

    Between pixels x is interpolated linearly; beyond its borders it is reflected at the centres of
    the outermost pixels. An image whose matrix is the identity is returned bit for bit.

    Args:
        images: x, shape (n, c, h, w).
        changes: M of each image.

    Example:
        >>> row = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
        >>> warp(row, moved(torch.tensor([1.0]), torch.tensor([0.0])))
        tensor([[[[2., 1., 2.],
                  [5., 4., 5.]]]])
    """
    height, width = images.shape[2:]
    # The unit of grid_sample: -1 and 1 are the centres of the outermost pixels.
    unit = changes.new_ones(3)
    unit[0], unit[1] = max(width - 1, 1) / 2, max(height - 1, 1) / 2
    # Not inv(), which makes the host wait for the device, to check that there is an inverse.
    back = torch.linalg.inv_ex(changes).inverse * unit / unit[:, None]
    grid = functional.affine_grid(
        back[:, :2].to(images), [len(images), 1, height, width], align_corners=True
    )
    warped = functional.grid_sample(
        images, grid, mode="bilinear", padding_mode="reflection", align_corners=True
    )
    nothing = torch.eye(3, dtype=changes.dtype, device=changes.device)
    same = (changes == nothing).flatten(1).all(dim=1)
    return torch.where(same[:, None, None, None], images, warped)


def moved(right: PerSample, down: PerSample) -> Places:
    """Matrices of translations, in pixels.

    Example:
        >>> moved(torch.tensor([2.0]), torch.tensor([-1.0]))[0, :2, 2]
        tensor([ 2., -1.])
    """
    one, zero = torch.ones_like(right), torch.zeros_like(right)
    return _rows((one, zero, right), (zero, one, down), (zero, zero, one))


def scaled(x: PerSample, y: PerSample) -> Places:
    """Matrices of scalings about the centre, above 1: larger; -1: mirrored.

    Example:
        >>> scaled(torch.tensor([-1.0]), torch.tensor([1.0]))[0].diagonal()
        tensor([-1.,  1.,  1.])
    """
    return torch.diag_embed(torch.stack([x, y, torch.ones_like(x)], dim=1))


def turned(angle: PerSample) -> Places:
    """Matrices of rotations about the centre, clockwise, in radians.

    Example:
        >>> turned(torch.tensor([torch.pi / 2]))[0].round().abs()
        tensor([[0., 1., 0.],
                [1., 0., 0.],
                [0., 0., 1.]])
    """
    cosine, sine, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    return _rows((cosine, -sine, zero), (sine, cosine, zero), (zero, zero, zero + 1))


def _rows(*rows: Sequence[Tensor]) -> Places:
    return torch.stack([torch.stack(list(row), dim=1) for row in rows], dim=1)
