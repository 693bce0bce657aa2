"""Augmentations that do not leak: each change comes with a probability p below 1.

A generator whose pictures are changed as the real ones are, always and in every way, may as well
draw changed pictures: nobody sees the difference. If each change is left out often enough, the
unchanged pictures are the most frequent of each kind, and only a generator of unchanged pictures
has the same mixture as the real ones: the augmentation can be undone in the mind of the
discriminator, as it were. So p is the strength of all of this, and how
`zerosum.games.parts.augmentation` sets it by the overfitting is ADA.

This is the paper's set "bgc" (pixel blitting, geometry, colour), its best on the whole; filters,
noise and cutout are not in it. All changes of places are one sampling, all changes of colours one
product. Otherwise than in the paper, pixels are interpolated linearly at their own resolution, not
at twice of it between two wavelet filters: less work, and a little softer for real and generated
pictures alike.

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

__all__ = ["COLOURS", "PLACES", "augment_by_chance", "draw_places", "draw_tints"]

Size = tuple[int, int]


def augment_by_chance(images: Images, probability: float, random: Randomness) -> Images:
    """Change each picture's places, then its colours, each kind of change with a probability.

    Args:
        images: Pictures of shape (n, c, h, w) in [-1, 1]; nothing is clamped.
        probability: p of each kind; at 0 the pictures are returned as they are and nothing is
            drawn.
        random: Draws which changes come, and how strong they are.

    Example:
        >>> pictures = torch.rand(64, 3, 8, 8)
        >>> changed = augment_by_chance(pictures, 0.1, Randomness(seed=0))
        >>> same = (changed == pictures).flatten(1).all(dim=1).sum()
        >>> bool(10 < same < 50)  # of 64; 0.9 ** 12 of them on the average
        True
        >>> augment_by_chance(pictures, 0.0, Randomness(seed=0)) is pictures
        True
    """
    assert 0 <= probability <= 1, probability
    if probability == 0:
        return images
    # Half precision would move pixels by whole pixels.
    with torch.autocast(images.device.type, enabled=False):
        size = (images.shape[2], images.shape[3])
        places = draw_places(len(images), size, probability, random)
        tints = draw_tints(len(images), probability, random)
        return recolour(warp(images, places), tints)


def draw_places(n: int, size: Size, probability: float, random: Randomness) -> Places:
    """One matrix per picture: all changes of ``PLACES``, each by chance, in this order.

    A turn comes before and after the unequal scaling, each with 1 − √(1 − p), so that one of them
    at least comes with p.

    Args:
        n: How many pictures.
        size: Their height and width.
        probability: p.
        random: Draws which changes come, then how strong they are.

    Example:
        >>> draw_places(2, (32, 32), 0.5, Randomness(seed=0)).shape
        torch.Size([2, 3, 3])
    """
    turns = 1 - sqrt(1 - probability)
    chances = [turns if "turn " in name else probability for name in PLACES]
    changes = [draw(n, size, random) for draw in PLACES.values()]
    return _composed(changes, random.uniform(n, len(chances)), chances)


def draw_tints(n: int, probability: float, random: Randomness) -> Tints:
    """One matrix per picture: all changes of ``COLOURS``, each by chance, in this order.

    Example:
        >>> draw_tints(2, 0.5, Randomness(seed=0)).shape
        torch.Size([2, 4, 4])
    """
    changes = [draw(n, random) for draw in COLOURS.values()]
    chances = [probability] * len(changes)
    return _composed(changes, random.uniform(n, len(chances)), chances)


def _composed(changes: Sequence[Tensor], drawn: Tensor, chances: Sequence[float]) -> Tensor:
    """The product of the changes that come, the first one first; the others are the identity."""
    whole = nothing = torch.eye(changes[0].shape[-1], device=drawn.device).expand_as(changes[0])
    for change, draw, chance in zip(changes, drawn.T[:, :, None, None], chances, strict=True):
        whole = torch.where(draw < chance, change, nothing) @ whole
    return whole


# --- Places: (n, size, random) → matrices --------------------------------------------------------


def _flip(n: int, size: Size, random: Randomness) -> Places:
    sides = 1.0 - 2.0 * random.integers(n, low=0, high=2)
    return scaled(sides, torch.ones_like(sides))


def _quarters(n: int, size: Size, random: Randomness) -> Places:
    # Rounded, so that a quarter is one exactly.
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
"""The changes of places in their order, if they come: mirrored or not; by 0 to 3 quarters of a
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
"""The changes of colours in their order, if they come: N(0, 0.2²) added; multiplied by
2^N(0, 0.5²); light and dark exchanged or not; hue turned by U(−π, π); saturation multiplied by
2^N(0, 1)."""
