"""Square attack: random search with squares, which needs logits only and no gradient."""

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import pad

from zerosum.attacks.classifier import PixelClassifier
from zerosum.attacks.goals import Goal
from zerosum.attacks.norms import L2, Norm, into_range
from zerosum.attacks.streams import Draws, RandomStreams
from zerosum.errors import ConfigError
from zerosum.types import ImageShape, Mask, Pixels

__all__ = ["Square", "share_of_pixels"]

Window = Float[Tensor, "n 1 h w"]
"""1 in a square of each image, 0 outside."""

_HALVED_AT = (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000)
_LENGTH = 10_000
_TILES = 5
_TINY = 1e-10


@dataclass(frozen=True, kw_only=True)
class Square:
    """Change a random square, and keep the change if it raises the margin: no gradient is used.

    ℓ∞: begin with vertical stripes of ±ε; then each square becomes ±ε, one sign per channel, or
    the opposite where that would change nothing (one in two of small squares of one channel).
    ℓ₂: begin with bumps of random signs, of length ε together; then a square's length moves to
    another one, in which a bump is added. Squares shrink as the search goes on
    (`share_of_pixels`). The search ends for an image that succeeds. Unlike in the authors'
    program, each image has squares of its own, which may touch the lower and right border.

    Vanishing gradients do not mislead it: a classifier that it fools where `pgd` fails has masked
    gradients, and is not robust.

    Attributes:
        norm: Of the ball.
        queries: The greatest number of queries for each image.
        share: Share of pixels in the first square.

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
        classifier: PixelClassifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        random: RandomStreams,
    ) -> Pixels:
        """Search until fooled, or until all queries are spent."""
        search = _Bumps(epsilon) if isinstance(self.norm, L2) else _Stripes(epsilon)
        results = into_range(images, search.begin(images, random))
        best = goal.margin(classifier(results))
        for number in range(self.queries - 1):  # The start was the first query.
            left = (best <= 0).nonzero()[:, 0]
            if not len(left):
                break
            share = share_of_pixels(self.share, number, self.queries)
            candidates = search.change(images[left], results[left], share, random.of(left))
            margins = goal.of(left).margin(classifier(candidates))
            better = margins > best[left]
            results[left[better]] = candidates[better]
            best[left[better]] = margins[better]
        return results


def share_of_pixels(first: float, number: int, queries: int) -> float:
    """Compute the share of pixels in the square of a query: halved nine times, ever more slowly.

    Args:
        first: The share at the beginning.
        number: Number of the change, from 0.
        queries: Number of all; the share is halved after 0.1 %, 0.5 %, 2 %, 5 %, ... of them.

    Example:
        >>> share_of_pixels(0.8, 0, 10_000), share_of_pixels(0.8, 51, 10_000)
        (0.8, 0.2)
    """
    # The paper's schedule is of 10,000 queries; another number stretches it.
    passed = number * _LENGTH // queries
    times = sum(passed > mark for mark in _HALVED_AT)
    return float(first / 2**times)


@dataclass(frozen=True)
class _Stripes:
    """The search in the cube ‖δ‖∞ ≤ ε: squares of one colour."""

    epsilon: float

    def begin(self, images: Pixels, random: RandomStreams) -> Pixels:
        """Draw vertical stripes."""
        _, channels, _, width = images.shape
        stripes = random.signs(channels, 1, width) * self.epsilon
        return stripes.to(images.dtype).expand_as(images)

    def change(
        self, images: Pixels, results: Pixels, share: float, random: RandomStreams
    ) -> Pixels:
        """Replace the perturbation in a square by ±ε."""
        _, channels, height, width = images.shape
        side = min(max(1, round(sqrt(share * height * width))), height, width)
        drawn = random.uniform(2 + channels).to(images.dtype)
        inside = _window(images, side, drawn[:, :2]) > 0
        colour = (_signs(drawn[:, 2:]) * self.epsilon).expand_as(images)
        candidates = torch.where(inside, into_range(images, colour), results)
        # A query for an unchanged image would be lost: it gets the opposite colour.
        same = (candidates == results).flatten(1).all(dim=1).view(-1, 1, 1, 1)
        return torch.where(inside & same, into_range(images, -colour), candidates)


@dataclass(frozen=True)
class _Bumps:
    """The search on the sphere ‖δ‖₂ = ε: length moves from one square to another."""

    epsilon: float

    def begin(self, images: Pixels, random: RandomStreams) -> Pixels:
        """Draw a bump of random sign and orientation in each tile of a grid in the middle."""
        n, channels, height, width = images.shape
        side = max(1, min(height, width) // _TILES)
        rows, columns = height // side, width // side
        bump = _bump(side).to(images)
        lying = (random.uniform(1, rows, columns) < 0.5)[..., None, None]
        signs = random.signs(channels, rows, columns).to(images.dtype)[..., None, None]
        tiles = (torch.where(lying, bump.T, bump) * signs).transpose(3, 4)
        grid = tiles.reshape(n, channels, rows * side, columns * side)
        above, before = (height - rows * side) // 2, (width - columns * side) // 2
        below, behind = height - rows * side - above, width - columns * side - before
        return L2().steepest(pad(grid, (before, behind, above, below))) * self.epsilon

    def change(
        self, images: Pixels, results: Pixels, share: float, random: RandomStreams
    ) -> Pixels:
        """Empty one square, and add its length, and the length missing to ε, to another."""
        _, channels, height, width = images.shape
        side = _odd_side(share, (channels, height, width))
        delta = results - images
        drawn = random.uniform(5 + channels).to(images.dtype)
        grown, emptied = (_window(images, side, at) for at in (drawn[:, :2], drawn[:, 2:4]))
        # Squared lengths add up, so the budget is in squares; clamping to [0, 1] leaves some
        # spare.
        spare = self.epsilon**2 - _square(delta).sum(dim=1, keepdim=True)
        budget = _square(delta * torch.maximum(grown, emptied)) + spare.clamp_min(0) / channels
        there = delta * grown
        bumps = _signs(drawn[:, 5:]) * _placed_bumps(grown, side, drawn[:, 4] < 0.5)
        added = there / (_square(there).sqrt() + _TINY) + bumps
        added = added / (_square(added).sqrt() + _TINY) * budget.sqrt()
        moved = delta * (1 - torch.maximum(grown, emptied)) + added
        return into_range(images, L2().steepest(moved) * self.epsilon)


def _odd_side(share: float, shape: ImageShape) -> int:
    """Compute an odd side of at least 3 pixels, or the greatest odd one that fits."""
    _, height, width = shape
    largest = min(height, width)
    largest -= 1 - largest % 2
    side = max(round(sqrt(share * height * width)), 3)
    return min(side + 1 - side % 2, largest)


def _square(delta: Pixels) -> Tensor:
    """Compute the squared length of each channel, shape (n, c, 1, 1)."""
    return delta.square().sum(dim=(2, 3), keepdim=True)


def _signs(drawn: Draws) -> Tensor:
    """Turn numbers in [0, 1) into −1 or 1 for each channel, shape (n, c, 1, 1)."""
    return torch.where(drawn < 0.5, -1.0, 1.0).to(drawn.dtype)[:, :, None, None]


def _window(images: Pixels, side: int, at: Draws) -> Window:
    """Mark a square in each image; numbers in [0, 1) choose its row and column."""
    _, _, height, width = images.shape
    top = (at[:, 0] * (height - side + 1)).floor().view(-1, 1, 1, 1)
    left = (at[:, 1] * (width - side + 1)).floor().view(-1, 1, 1, 1)
    rows = torch.arange(height, device=images.device).view(1, 1, -1, 1)
    columns = torch.arange(width, device=images.device).view(1, 1, 1, -1)
    inside = (rows >= top) & (rows < top + side) & (columns >= left) & (columns < left + side)
    return inside.to(images.dtype)


def _placed_bumps(window: Window, side: int, turned: Mask) -> Window:
    """Place a bump of this side in each window, transposed where ``turned``."""
    rows = (window.amax(dim=3, keepdim=True).cumsum(dim=2) - 1).long().clamp(0, side - 1)
    columns = (window.amax(dim=2, keepdim=True).cumsum(dim=3) - 1).long().clamp(0, side - 1)
    bump = _bump(side).to(window)
    lying = turned.view(-1, 1, 1, 1)
    return torch.where(lying, bump.T[rows, columns], bump[rows, columns]) * window


def _bump(side: int) -> Float[Tensor, "s s"]:
    """Make a hill beside a valley of equal length; together they have length 1."""
    half = side // 2
    hill, valley = _hill(half, side), -_hill(side - half, side)
    bump = torch.cat([hill / hill.norm(), valley / valley.norm()])
    length: Tensor = bump.norm()
    return bump / length


def _hill(height: int, width: int) -> Float[Tensor, "_ _"]:
    """Compute Σ 1/(k+1)² over all k ≥ r at the places r pixels from the middle."""
    rows = (torch.arange(height) - height // 2).abs()
    columns = (torch.arange(width) - width // 2).abs()
    weights = 1 / torch.arange(1, max(height, width) // 2 + 2).square()
    tails: Tensor = weights.flip(0).cumsum(0).flip(0)
    hill: Tensor = tails[torch.maximum(rows[:, None], columns)]
    return hill
