"""Square attack: random search with squares, for which a classifier need only answer."""

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import pad

from zerosum.attacks.chance import Chance, Draws
from zerosum.attacks.classifier import Classifier
from zerosum.attacks.goals import Goal
from zerosum.attacks.norms import L2, Norm, into_range
from zerosum.errors import ConfigError
from zerosum.types import ImageShape, Mask, Pixels

__all__ = ["Square", "share_of_pixels"]

Window = Float[Tensor, "n 1 h w"]
"""1 in a square of each picture, 0 outside."""

_HALVINGS = (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000)
_LENGTH = 10_000
_TILES = 5
_TINY = 1e-10


@dataclass(frozen=True, kw_only=True)
class Square:
    """A square by chance is changed; what raises the margin stays. No slope is ever asked for.

    ℓ∞: begin with vertical stripes of ±ε; then each square becomes ±ε, one sign per channel, or
    the opposite where that would change nothing: of small squares of grey, one in two.
    ℓ₂: begin with bumps of chance signs, of length ε together; then a square's length moves to
    another one, in which a bump is added. Squares shrink as the search goes on
    (`share_of_pixels`). A picture that succeeds is asked about no more. Unlike the authors'
    program, each picture has squares of its own, which may touch the lower and right border.

    Because it sees answers only, it is not misled by slopes that vanish: a classifier that it
    fools where `pgd` does not hides its weakness, instead of having none.

    Attributes:
        norm: Of the ball.
        queries: At most so many answers for each picture.
        share: The share of pixels in the first square.

    Raises:
        ConfigError: If a setting is out of range.

    Paper:
        Andriushchenko et al. 2020, algorithms 1 to 3, https://arxiv.org/abs/1912.00049

    Example:
        >>> from zerosum.attacks import LInf
        >>> Square(norm=LInf()).queries
        1000
    """

    norm: Norm
    queries: int = 1000
    share: float = 0.8
    minimal: ClassVar[bool] = False
    joint: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.queries < 1 or not 0 < self.share <= 1:
            raise ConfigError(
                f"expected queries ≥ 1 and a share in (0, 1], got {self.queries} and {self.share}."
            )

    @torch.no_grad()
    def perturb(
        self,
        classifier: Classifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        chance: Chance,
    ) -> Pixels:
        """Search until fooled, or until all queries are spent."""
        moves = _Bumps(epsilon) if isinstance(self.norm, L2) else _Stripes(epsilon)
        found = into_range(images, moves.begin(images, chance))
        best = goal.margin(classifier(found))
        for number in range(self.queries - 1):
            left = (best <= 0).nonzero()[:, 0]
            if not len(left):
                break
            share = share_of_pixels(self.share, number, self.queries)
            tried = moves.change(images[left], found[left], share, chance.of(left))
            margins = goal.of(left).margin(classifier(tried))
            better = margins > best[left]
            found[left[better]] = tried[better]
            best[left[better]] = margins[better]
        return found


def share_of_pixels(first: float, number: int, queries: int) -> float:
    """The share of pixels in the square of a query: halved nine times, ever more slowly.

    Args:
        first: The share at the beginning.
        number: Of the change, from 0.
        queries: How many there will be; halvings are after 0.1 %, 0.5 %, 2 %, 5 %, ... of them.

    Example:
        >>> share_of_pixels(0.8, 0, 10_000), share_of_pixels(0.8, 51, 10_000)
        (0.8, 0.2)
    """
    passed = number * _LENGTH // queries
    halvings = sum(passed > halving for halving in _HALVINGS)
    return float(first / 2**halvings)


@dataclass(frozen=True)
class _Stripes:
    """Moves in the cube: a square of one colour."""

    epsilon: float

    def begin(self, images: Pixels, chance: Chance) -> Pixels:
        """Vertical stripes."""
        _, channels, _, width = images.shape
        stripes = chance.signs(channels, 1, width) * self.epsilon
        return stripes.to(images.dtype).expand_as(images)

    def change(self, images: Pixels, found: Pixels, share: float, chance: Chance) -> Pixels:
        """Put a square of ±ε in place of what is there."""
        _, channels, height, width = images.shape
        side = min(max(1, round(sqrt(share * height * width))), height, width)
        drawn = chance.uniform(2 + channels).to(images.dtype)
        inside = _window(images, side, drawn[:, :2]) > 0
        colour = (_signs(drawn[:, 2:]) * self.epsilon).expand_as(images)
        tried = torch.where(inside, into_range(images, colour), found)
        same = (tried == found).flatten(1).all(dim=1).view(-1, 1, 1, 1)
        return torch.where(inside & same, into_range(images, -colour), tried)


@dataclass(frozen=True)
class _Bumps:
    """Moves on the sphere: length goes from one square to another."""

    epsilon: float

    def begin(self, images: Pixels, chance: Chance) -> Pixels:
        """A bump of chance sign, upright or on its side, in each tile of a grid in the middle."""
        n, channels, height, width = images.shape
        side = max(1, min(height, width) // _TILES)
        rows, columns = height // side, width // side
        bump = _bump(side).to(images)
        lying = (chance.uniform(1, rows, columns) < 0.5)[..., None, None]
        signs = chance.signs(channels, rows, columns).to(images.dtype)[..., None, None]
        tiles = (torch.where(lying, bump.T, bump) * signs).transpose(3, 4)
        grid = tiles.reshape(n, channels, rows * side, columns * side)
        above, before = (height - rows * side) // 2, (width - columns * side) // 2
        below, behind = height - rows * side - above, width - columns * side - before
        return L2().steepest(pad(grid, (before, behind, above, below))) * self.epsilon

    def change(self, images: Pixels, found: Pixels, share: float, chance: Chance) -> Pixels:
        """Empty one square, and put its length and what is missing to ε into another."""
        _, channels, height, width = images.shape
        side = _odd_side(share, (channels, height, width))
        delta = found - images
        drawn = chance.uniform(5 + channels).to(images.dtype)
        grown, emptied = (_window(images, side, at) for at in (drawn[:, :2], drawn[:, 2:4]))
        spare = self.epsilon**2 - _square(delta).sum(dim=1, keepdim=True)
        budget = _square(delta * torch.maximum(grown, emptied)) + spare.clamp_min(0) / channels
        there = delta * grown
        bumps = _signs(drawn[:, 5:]) * _placed(grown, side, drawn[:, 4] < 0.5)
        added = there / (_square(there).sqrt() + _TINY) + bumps
        added = added / (_square(added).sqrt() + _TINY) * budget.sqrt()
        moved = delta * (1 - torch.maximum(grown, emptied)) + added
        return into_range(images, L2().steepest(moved) * self.epsilon)


def _odd_side(share: float, shape: ImageShape) -> int:
    """An odd side of at least 3 pixels, where the picture has room for it."""
    _, height, width = shape
    largest = min(height, width)
    largest -= 1 - largest % 2
    side = max(round(sqrt(share * height * width)), 3)
    return min(side + 1 - side % 2, largest)


def _square(delta: Pixels) -> Tensor:
    """Squared length of each channel, shape (n, c, 1, 1)."""
    return delta.square().sum(dim=(2, 3), keepdim=True)


def _signs(drawn: Draws) -> Tensor:
    """−1 or 1 for each channel, shape (n, c, 1, 1), of numbers in [0, 1)."""
    return torch.where(drawn < 0.5, -1.0, 1.0).to(drawn.dtype)[:, :, None, None]


def _window(images: Pixels, side: int, at: Draws) -> Window:
    """A square somewhere in each picture, of numbers in [0, 1) for its row and column."""
    _, _, height, width = images.shape
    top = (at[:, 0] * (height - side + 1)).floor().view(-1, 1, 1, 1)
    left = (at[:, 1] * (width - side + 1)).floor().view(-1, 1, 1, 1)
    rows = torch.arange(height, device=images.device).view(1, 1, -1, 1)
    columns = torch.arange(width, device=images.device).view(1, 1, 1, -1)
    inside = (rows >= top) & (rows < top + side) & (columns >= left) & (columns < left + side)
    return inside.to(images.dtype)


def _placed(window: Window, side: int, turned: Mask) -> Window:
    """A bump of this side within each window, on its side where it is turned."""
    rows = (window.amax(dim=3, keepdim=True).cumsum(dim=2) - 1).long().clamp(0, side - 1)
    columns = (window.amax(dim=2, keepdim=True).cumsum(dim=3) - 1).long().clamp(0, side - 1)
    bump = _bump(side).to(window)
    lying = turned.view(-1, 1, 1, 1)
    return torch.where(lying, bump.T[rows, columns], bump[rows, columns]) * window


def _bump(side: int) -> Float[Tensor, "s s"]:
    """A hill beside a valley of equal length; together of length 1."""
    half = side // 2
    hill, valley = _hill(half, side), -_hill(side - half, side)
    bump = torch.cat([hill / hill.norm(), valley / valley.norm()])
    length: Tensor = bump.norm()
    return bump / length


def _hill(height: int, width: int) -> Float[Tensor, "_ _"]:
    """Σ 1/(k+1)² over all k ≥ r at the places r pixels from the middle."""
    rows = (torch.arange(height) - height // 2).abs()
    columns = (torch.arange(width) - width // 2).abs()
    weights = 1 / torch.arange(1, max(height, width) // 2 + 2).square()
    tails: Tensor = weights.flip(0).cumsum(0).flip(0)
    hill: Tensor = tails[torch.maximum(rows[:, None], columns)]
    return hill
