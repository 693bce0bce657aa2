"""Non-leaking augmentations: each is applied with a probability p below 1.

If an augmentation were always applied, a generator could draw augmented images: after
augmentation its distribution might equal that of the real ones all the same. If each is left out
often enough, unchanged images are the most frequent of each kind, and the distributions are equal
only if those before augmentation are: the augmentation is invertible as an operation on
distributions. p is the strength of all of them; ADA is how `zerosum.games.parts.augmentation`
adapts it to the overfitting.

This is the paper's set "bgc" (pixel blitting, geometry, colour), its best on the whole; filters,
noise and cutout are not in it. All geometric changes are one sampling, all changes of colours one
product. Unlike in the paper, pixels are interpolated linearly at their own resolution, not at
twice of it between two wavelet filters: faster, and a little softer for real and generated images
alike.

Paper:
    Karras et al. 2020 (ADA), sections 2.2 and 2.3, appendix B, https://arxiv.org/abs/2006.06676
"""

from collections.abc import Callable, Sequence
from math import pi, sqrt

import torch
from torch import Tensor

from zerosum.augment.recolouring import (
    Tints,
    brightness,
    contrast,
    hue,
    luma_flip,
    recolour,
    saturation,
)
from zerosum.augment.warping import Places, moved, scaled, turned, warp
from zerosum.randomness import Randomness
from zerosum.registry import Table
from zerosum.types import Images, PerSample

__all__ = ["COLOURS", "PLACES", "augment_with_probability", "draw_places", "draw_tints"]

Size = tuple[int, int]


def augment_with_probability(images: Images, probability: float, random: Randomness) -> Images:
    """Change each image's geometry, then its colours, each kind of change with a probability.

    Args:
        images: Shape (n, c, h, w) in [-1, 1]; nothing is clamped.
        probability: p of each kind; at 0 the images are returned unchanged and nothing is drawn.
        random: Draws which changes are applied, and how strong they are.

    Example:
        >>> images = torch.rand(64, 3, 8, 8)
        >>> changed = augment_with_probability(images, 0.1, Randomness(seed=0))
        >>> same = (changed == images).flatten(1).all(dim=1).sum()
        >>> bool(10 < same < 50)  # of 64; 0.9 ** 12 of them on the average
        True
        >>> augment_with_probability(images, 0.0, Randomness(seed=0)) is images
        True
    """
    assert 0 <= probability <= 1, probability
    if probability == 0:
        return images
    # Coordinates in half precision would be off by whole pixels.
    with torch.autocast(images.device.type, enabled=False):
        size = (images.shape[2], images.shape[3])
        places = draw_places(len(images), size, probability, random)
        tints = draw_tints(len(images), probability, random)
        return recolour(warp(images, places), tints)


def draw_places(n: int, size: Size, probability: float, random: Randomness) -> Places:
    """Draw one matrix per image: the product of the changes of ``PLACES`` that are applied.

    There is a rotation before and one after the unequal scaling, each with the probability
    1 − √(1 − p), so that at least one of them is applied with the probability p.

    Args:
        n: The number of images.
        size: Their height and width.
        probability: p.
        random: Draws how strong the changes are, then which are applied.

    Example:
        >>> draw_places(2, (32, 32), 0.5, Randomness(seed=0)).shape
        torch.Size([2, 3, 3])
    """
    turns = 1 - sqrt(1 - probability)
    probabilities = [turns if "turn " in name else probability for name in PLACES]
    changes = [draw(n, size, random) for draw in PLACES.values()]
    return _composed(changes, random.uniform(n, len(probabilities)), probabilities)


def draw_tints(n: int, probability: float, random: Randomness) -> Tints:
    """Draw one matrix per image: the product of the changes of ``COLOURS`` that are applied.

    Example:
        >>> draw_tints(2, 0.5, Randomness(seed=0)).shape
        torch.Size([2, 4, 4])
    """
    changes = [draw(n, random) for draw in COLOURS.values()]
    probabilities = [probability] * len(changes)
    return _composed(changes, random.uniform(n, len(probabilities)), probabilities)


def _composed(changes: Sequence[Tensor], drawn: Tensor, probabilities: Sequence[float]) -> Tensor:
    """The product of the changes that are applied, the first one rightmost.

    Args:
        changes: Matrices of all images, one tensor for each kind of change.
        drawn: Of U(0, 1), shape (images, changes); below its probability a change is applied.
        probabilities: One for each kind of change.
    """
    identity = torch.eye(changes[0].shape[-1], device=drawn.device).expand_as(changes[0])
    product, uniforms = identity, drawn.T[:, :, None, None]
    for change, uniform, probability in zip(changes, uniforms, probabilities, strict=True):
        product = torch.where(uniform < probability, change, identity) @ product
    return product


# --- Places: (n, size, random) → matrices --------------------------------------------------------


def _flip(n: int, size: Size, random: Randomness) -> Places:
    sides = 1.0 - 2.0 * random.integers(n, low=0, high=2)
    return scaled(sides, torch.ones_like(sides))


def _quarters(n: int, size: Size, random: Randomness) -> Places:
    # Rounded, since sine and cosine of quarter turns are not exactly 0 and ±1 in floats.
    return turned(random.integers(n, low=0, high=4) * (pi / 2)).round()


def _whole_pixels(n: int, size: Size, random: Randomness) -> Places:
    shares = random.uniform(n, 2, low=-1 / 8, high=1 / 8)
    return moved((shares[:, 0] * size[1]).round(), (shares[:, 1] * size[0]).round())


def _zoom(n: int, size: Size, random: Randomness) -> Places:
    factor = torch.exp2(0.2 * random.normal(n))
    return scaled(factor, factor)


def _turn(n: int, size: Size, random: Randomness) -> Places:
    return turned(random.uniform(n, low=-pi, high=pi))


def _stretch(n: int, size: Size, random: Randomness) -> Places:
    factor = torch.exp2(0.2 * random.normal(n))
    return scaled(factor, 1 / factor)


def _shift(n: int, size: Size, random: Randomness) -> Places:
    shares = random.normal(n, 2) / 8
    return moved(shares[:, 0] * size[1], shares[:, 1] * size[0])


PLACES: Table[Callable[[int, Size, Randomness], Places]] = Table(
    "change of places",
    {
        "flip": _flip,
        "quarter turns": _quarters,
        "whole pixels": _whole_pixels,
        "zoom": _zoom,
        "turn before": _turn,
        "stretch": _stretch,
        "turn after": _turn,
        "shift": _shift,
    },
)
"""The geometric changes in their order, if applied: mirrored or not; by 0 to 3 quarters of a
turn; moved by whole pixels, up to an eighth of a side; scaled by 2^N(0, 0.2²); turned by U(−π, π);
stretched by 2^N(0, 0.2²) and across by its inverse; turned; moved by N(0, ⅛²) of a side."""


# --- Colours: (n, random) → matrices -------------------------------------------------------------


def _exp2_normal(n: int, deviation: float, random: Randomness) -> PerSample:
    return torch.exp2(deviation * random.normal(n))


COLOURS: Table[Callable[[int, Randomness], Tints]] = Table(
    "change of colours",
    {
        "brightness": lambda n, random: brightness(0.2 * random.normal(n)),
        "contrast": lambda n, random: contrast(_exp2_normal(n, 0.5, random)),
        "luma flip": lambda n, random: luma_flip(random.integers(n, low=0, high=2).float()),
        "hue": lambda n, random: hue(random.uniform(n, low=-pi, high=pi)),
        "saturation": lambda n, random: saturation(_exp2_normal(n, 1.0, random)),
    },
)
"""The changes of colours in their order, if applied: N(0, 0.2²) added; multiplied by
2^N(0, 0.5²); light and dark exchanged or not; hue turned by U(−π, π); saturation multiplied by
2^N(0, 1)."""
