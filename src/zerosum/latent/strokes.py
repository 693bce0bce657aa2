"""Strokes: what a hand draws on a picture, as data, and the pixels that it covers.

A stroke's places and sizes are shares of the picture's sides, so that one drawing fits networks of
any size: (0, 0) is the upper left corner, (1, 1) the lower right one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.errors import ConfigError
from zerosum.types import Images

__all__ = ["KINDS", "Place", "Stroke", "Warp", "coverage", "to_colour"]

Place = tuple[float, float]
"""(x, y) in shares of width and height."""

KINDS = ("colour", "edge", "erase")
"""What a stroke may be."""

Coverage = Float[Tensor, "h w"]
"""The share of each pixel that is covered, from 0 to 1."""

_MOST_PLACES = 10_000
_FARTHEST = 4.0
_AT_ONCE = 2**20
_TINY = 1e-12
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_GREY = (0.299, 0.587, 0.114)


@dataclass(frozen=True, kw_only=True)
class Stroke:
    """A line that was drawn with a round brush.

    Attributes:
        kind: ``colour``: the picture has this colour there. ``edge``: it has an edge along the
            line. ``erase``: it may be anything there; earlier strokes and warps are rubbed out.
        places: The line's corners; one alone is a dot.
        width: The brush's diameter, as a share of the picture's shorter side.
        colour: Of a colour stroke, as in ``#ff8000``.

    Raises:
        ConfigError: Something is out of range.

    Example:
        >>> Stroke(places=((0.2, 0.2), (0.8, 0.2)), width=0.1).kind
        'colour'
        >>> Stroke(places=(), width=0.1)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: expected from 1 to 10,000 places of a stroke, got 0.
    """

    places: tuple[Place, ...]
    width: float
    kind: str = "colour"
    colour: str = "#ffffff"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ConfigError(
                f"expected {', '.join(KINDS)} as the kind of a stroke, got {self.kind!r}."
            )
        if not 1 <= len(self.places) <= _MOST_PLACES:
            raise ConfigError(
                f"expected from 1 to {_MOST_PLACES:,} places of a stroke, got "
                f"{len(self.places):,}."
            )
        for place in self.places:
            _require_place(place)
        _require_size(self.width, "width of a stroke")
        if not _COLOUR.fullmatch(self.colour):
            raise ConfigError(
                f"expected a colour as # and six hexadecimal digits, got {self.colour!r}."
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class Warp:
    """A round patch of a picture that was dragged elsewhere.

    Attributes:
        centre: The middle of the patch before.
        end: Its middle after.
        radius: As a share of the picture's shorter side.
        picture: The picture in which it was dragged, shape (1, c, h, w), in [-1, 1].

    Raises:
        ConfigError: Something is out of range.

    Example:
        >>> black = torch.full((1, 1, 8, 8), -1.0)
        >>> Warp(centre=(0.5, 0.5), end=(0.7, 0.5), radius=0.2, picture=black).end
        (0.7, 0.5)
    """

    centre: Place
    end: Place
    radius: float
    picture: Images

    def __post_init__(self) -> None:
        _require_place(self.centre)
        _require_place(self.end)
        _require_size(self.radius, "radius of a warp")


def coverage(places: Sequence[Place], width: float, size: tuple[int, int]) -> Coverage:
    """Compute which share of each pixel a line of round ends covers.

    It is 1 well inside, 0 well outside, and falls linearly over one pixel at the border. A line is
    at least one pixel wide.

    Args:
        places: The line's corners, in shares of the sides.
        width: As a share of the shorter side.
        size: (height, width) of the picture in pixels.

    Example:
        >>> coverage([(0.0, 0.5), (1.0, 0.5)], 0.2, (5, 5))[:, 2]
        tensor([0., 0., 1., 0., 0.])
    """
    height, across = size
    scale = torch.tensor([across, height], dtype=torch.float32)
    corners = torch.tensor(list(places), dtype=torch.float32) * scale
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(across), indexing="ij")
    pixels = torch.stack([columns, rows], dim=-1).float().view(-1, 2) + 0.5
    radius = max(width * min(size), 1.0) / 2
    nearest = torch.full((len(pixels),), torch.inf)
    starts, ends = corners, corners[1:] if len(corners) > 1 else corners
    # Some segments at once: all would need memory for pixels × corners.
    some = max(1, _AT_ONCE // len(pixels))
    for first in range(0, len(ends), some):
        part = slice(first, first + some)
        distances = _distances(pixels, starts[: len(ends)][part], ends[part])
        nearest = torch.minimum(nearest, distances)
    return (radius + 0.5 - nearest).clamp(0.0, 1.0).view(height, across)


def _distances(pixels: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """Distances of pixels (n, 2) from the nearest of segments, shape (n,)."""
    along = ends - starts
    offsets = pixels[:, None] - starts
    lengths = along.square().sum(dim=1).clamp_min(_TINY)
    shares = ((offsets * along).sum(dim=2) / lengths).clamp(0.0, 1.0)
    return (offsets - shares[..., None] * along).square().sum(dim=2).amin(dim=1).sqrt()


def to_colour(colour: str, channels: int) -> Float[Tensor, " c"]:
    """Return a colour as a pixel in [-1, 1]; its luma where the picture is grey.

    Args:
        colour: As in ``#ff8000``.
        channels: Of the picture: 1, or 3; others are left opaque (1).

    Example:
        >>> to_colour("#ffffff", 1), to_colour("#ff0000", 3)
        (tensor([1.]), tensor([ 1., -1., -1.]))
    """
    parts = [int(colour[first : first + 2], 16) / 127.5 - 1 for first in (1, 3, 5)]
    if channels < len(parts):
        return torch.tensor([sum(w * part for w, part in zip(_GREY, parts, strict=True))])
    return torch.tensor([*parts, *[1.0] * (channels - len(parts))])


def _require_place(place: Place) -> None:
    if len(place) != 2 or not all(isfinite(each) and abs(each) <= _FARTHEST for each in place):
        raise ConfigError(
            f"expected places (x, y) as shares of the picture's sides, 0 to 1, got {place}."
        )


def _require_size(size: float, what: str) -> None:
    if not 0 < size <= 1:
        raise ConfigError(
            f"expected a {what} above 0 and at most 1, as a share of the picture's shorter side, "
            f"got {size:g}."
        )
