"""DiffAugment: differentiable random changes of real and generated images.

A discriminator memorises a small data set. If the real images alone were augmented, the generator
would learn to imitate the augmentation; so both are augmented, and since every operation is
differentiable, the generator's gradient goes through it. Zhao et al. 2020, section 3,
https://arxiv.org/abs/2006.10738.

Images are (n, c, h, w) in [-1, 1], where 0 is mid-grey. Each image has random numbers of its own,
and nothing is clamped.
"""

from collections.abc import Callable
from math import pi

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from zerosum.randomness import Randomness
from zerosum.registry import Table
from zerosum.types import Images

__all__ = [
    "AUGMENTATIONS",
    "affine",
    "augment",
    "colour",
    "cut_out",
    "cutout",
    "deform",
    "translate",
    "translation",
]


def augment(images: Images, policy: tuple[str, ...], random: Randomness) -> Images:
    """Apply the operations of a policy, one after the other.

    Args:
        images: Shape (n, c, h, w).
        policy: Names in ``AUGMENTATIONS``; the empty policy changes nothing.
        random: Draws the parameters of each image's change.

    Raises:
        UnknownNameError: If an operation of the policy is not in the table.

    Example:
        >>> images = torch.zeros(4, 3, 32, 32)
        >>> augment(images, ("colour", "translation", "cutout"), Randomness(seed=0)).shape
        torch.Size([4, 3, 32, 32])
    """
    for name in policy:
        images = AUGMENTATIONS[name](images, random)
    return images


def colour(images: Images, random: Randomness) -> Images:
    """Change brightness, then saturation, then contrast.

    x ← x + b,              b ~ U(-½, ½)
    x ← μ_c + s (x − μ_c),  s ~ U(0, 2), μ_c the mean of a pixel over its channels: (n, 1, h, w)
    x ← μ + k (x − μ),      k ~ U(½, 1½), μ the mean of the image: (n, 1, 1, 1)

    A grey image has one channel, so its saturation cannot change.

    Args:
        images: x, of shape (n, c, h, w).
        random: Draws b, s and k, in this order.

    Example:
        >>> grey = torch.full((2, 1, 8, 8), 0.25)
        >>> bool((colour(grey, Randomness(seed=0)) - grey).abs().max() <= 0.5)
        True
    """
    n = len(images)
    images = images + random.uniform(n, 1, 1, 1, low=-0.5, high=0.5)
    images = _stretch(images, random.uniform(n, 1, 1, 1, low=0.0, high=2.0), over=(1,))
    return _stretch(images, random.uniform(n, 1, 1, 1, low=0.5, high=1.5), over=(1, 2, 3))


def translation(images: Images, random: Randomness) -> Images:
    """Translate each image by up to an eighth of its sides, rounded, filling with 0.

    Args:
        images: Shape (n, c, h, w).
        random: Draws down ~ {-a ... a} with a = ⌊h/8 + ½⌋, then right likewise, per image.

    Example:
        >>> translation(torch.ones(2, 3, 16, 16), Randomness(seed=0)).shape
        torch.Size([2, 3, 16, 16])
    """
    n = len(images)
    down_most, right_most = (_part(side, 8) for side in images.shape[2:])
    down = random.integers(n, low=-down_most, high=down_most + 1)
    right = random.integers(n, low=-right_most, high=right_most + 1)
    return translate(images, down=down, right=right)


def cutout(images: Images, random: Randomness) -> Images:
    """Replace a random rectangle of half the height and half the width of each image by 0.

    Its centre is drawn over the whole image, so that part of it may lie outside.

    Args:
        images: Shape (n, c, h, w).
        random: Draws the centre's row, then its column, per image.

    Example:
        >>> holed = cutout(torch.ones(2, 3, 16, 16), Randomness(seed=0))
        >>> bool((holed == 0).any())
        True
    """
    n, _, height, width = images.shape
    rows, columns = _part(height, 2), _part(width, 2)
    top = random.integers(n, low=0, high=height + 1 - rows % 2) - rows // 2
    left = random.integers(n, low=0, high=width + 1 - columns % 2) - columns // 2
    return cut_out(images, top=top, left=left)


def affine(images: Images, random: Randomness) -> Images:
    """Rotate, scale, shear and translate each image a little; the border pixels are repeated.

    The pixel at p, from the centre of the image, is fetched from A p + t. A is near 1: a rotation
    by up to 10°, a scaling by 0.9 to 1.1, a shear by up to 0.1; t is up to a tenth of the sides.

    Args:
        images: Shape (n, c, h, w).
        random: Draws angle, scale, shear and t, in this order, per image.

    Example:
        >>> plain = torch.full((2, 3, 16, 16), 0.5)
        >>> torch.allclose(affine(plain, Randomness(seed=0)), plain)
        True
    """
    n, _, height, width = images.shape
    angle = random.uniform(n, low=-pi / 18, high=pi / 18)
    scale = random.uniform(n, low=0.9, high=1.1)
    shear = random.uniform(n, low=-0.1, high=0.1)
    move = random.uniform(n, 2, low=-0.2, high=0.2)  # of half a side
    sine, cosine, proportion = angle.sin() * scale, angle.cos() * scale, height / width
    across = torch.stack([cosine, (shear - sine) * proportion, move[:, 0]], dim=1)
    down = torch.stack([sine / proportion, cosine, move[:, 1]], dim=1)
    return deform(images, torch.stack([across, down], dim=1))


AUGMENTATIONS: Table[Callable[[Images, Randomness], Images]] = Table(
    "augmentation",
    {"colour": colour, "translation": translation, "cutout": cutout, "affine": affine},
)
"""The operations of a policy by name."""


def translate(images: Images, *, down: Tensor, right: Tensor) -> Images:
    """Translate image i by down[i] rows and right[i] columns, filling with 0.

    Args:
        images: Shape (n, c, h, w).
        down: Whole numbers of shape (n,); negative is up.
        right: Whole numbers of shape (n,); negative is left.

    Example:
        >>> corner = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
        >>> translate(corner, down=torch.tensor([1]), right=torch.tensor([0]))
        tensor([[[[0., 0.],
                  [1., 2.]]]])
    """
    height, width = images.shape[2:]
    from_row = _places(height, images) - down[:, None]
    from_column = _places(width, images) - right[:, None]
    known = _grid(_within(from_row, height), _within(from_column, width))
    moved = images.gather(2, from_row.clamp(0, height - 1)[:, None, :, None].expand_as(images))
    from_column = from_column.clamp(0, width - 1)[:, None, None, :]
    return moved.gather(3, from_column.expand_as(images)) * known


def deform(images: Images, maps: Float[Tensor, "n 2 3"]) -> Images:
    """Fetch the value at each place p from M (p, 1), by bilinear interpolation.

    Args:
        images: Shape (n, c, h, w).
        maps: M of each image; p is (across, down), both from -1 to 1 over the whole image.

    Example:
        >>> row = torch.tensor([[[[1.0, 2.0, 3.0, 4.0]]]])
        >>> to_the_left = torch.tensor([[[1.0, 0.0, 0.5], [0.0, 1.0, 0.0]]])
        >>> deform(row, to_the_left)
        tensor([[[[2., 3., 4., 4.]]]])
    """
    places = functional.affine_grid(maps.to(images.dtype), list(images.shape), align_corners=False)
    return functional.grid_sample(images, places, padding_mode="border", align_corners=False)


def cut_out(images: Images, *, top: Tensor, left: Tensor) -> Images:
    """Replace a rectangle of half the height and half the width, rounded up, by 0.

    Args:
        images: Shape (n, c, h, w).
        top: First row of each rectangle, shape (n,); may lie outside.
        left: First column of each rectangle, shape (n,); may lie outside.

    Example:
        >>> cut_out(torch.ones(1, 1, 2, 4), top=torch.tensor([1]), left=torch.tensor([-1]))
        tensor([[[[1., 1., 1., 1.],
                  [0., 1., 1., 1.]]]])
    """
    height, width = images.shape[2:]
    in_rows = _within(_places(height, images) - top[:, None], _part(height, 2))
    in_columns = _within(_places(width, images) - left[:, None], _part(width, 2))
    return images * ~_grid(in_rows, in_columns)


def _part(side: int, count: int) -> int:
    """Side / count, rounded as the paper's code rounds it: halves up."""
    return (2 * side + count) // (2 * count)


def _stretch(images: Images, factor: Tensor, *, over: tuple[int, ...]) -> Images:
    mean = images.mean(dim=over, keepdim=True)
    return mean + factor * (images - mean)


def _places(count: int, images: Images) -> Tensor:
    return torch.arange(count, device=images.device)


def _within(places: Tensor, count: int) -> Tensor:
    return (places >= 0) & (places < count)


def _grid(rows: Tensor, columns: Tensor) -> Tensor:
    return rows[:, None, :, None] & columns[:, None, None, :]
