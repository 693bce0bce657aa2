"""Drawing with a generator (iGAN): the latent points whose images fit strokes.

A hand draws coarse strokes, and the generator gives pictures that it could have made and that
agree with them. With x = G(z), the colours c and their mask m, the histograms of oriented
gradients h(x) and those of the drawn edges e with their mask n, and z₀ where the drawing began,
the cost is

    Σ m ‖x − c‖² / (channels · Σ m) + β Σ n ‖h(x) − e‖² / Σ n + λ ‖z − z₀‖² / (d σ²),

where σ is the standard deviation of random points in an average direction. It is lowered by
gradient descent from several points, which are the nearest of many random ones and those that the
last drawing led to. Where the pictures of a generator have one plain background, as digits have,
what is not painted counts a little, too: as that background (`plain_background`). The paper has no
such term, and one for realism, by the discriminator, which is not here.

Paper:
    Zhu et al. 2016, sections 4 and 5, https://arxiv.org/abs/1609.03552
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import torch
from torch import Tensor

from zerosum.arguments import require_images
from zerosum.data.scaling import scale, unscale
from zerosum.errors import ConfigError
from zerosum.games.base import evaluating
from zerosum.latent.constraints import Constraints, constrain, plain_background
from zerosum.latent.projection import keep_step
from zerosum.latent.spaces import LatentSpace
from zerosum.latent.strokes import Stroke, Warp
from zerosum.randomness import Randomness
from zerosum.types import Bytes, Images, PerSample, Points, Scalar, Time

__all__ = [
    "Bank",
    "Candidates",
    "Constraints",
    "Search",
    "Stroke",
    "Warp",
    "constrain",
    "draw",
    "plain_background",
    "transfer",
]

_AT_ONCE = 100
_MOST_STEPS = 1000
_SMALLEST_BANK = 32
_BESIDE = ("bank", "near", "none")
_NEAR = 0.5
"""Standard deviation of points around another one, in those of random points: the paper's code."""
_ALIKE = 0.03
"""Of the variance of random images: what differs by less looks the same."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """Settings of the search for images that fit a drawing.

    Attributes:
        candidates: Number of results, the best first; fewer where some are alike.
        starts: Number of points that the descent starts from.
        steps: Steps of the descent.
        rate: Adam's learning rate.
        smoothness: λ, the weight of the squared distance from where the drawing began.
        edges: β, the weight of edges beside colours.

    Raises:
        ConfigError: A number is out of range.

    Example:
        >>> Search(candidates=9, starts=4)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: expected 1 ≤ candidates ≤ starts and from 0 to 1,000 steps, ...
    """

    candidates: int = 6
    starts: int = 12
    steps: int = 20
    rate: float = 0.1
    smoothness: float = 0.0
    edges: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.candidates <= self.starts or not 0 <= self.steps <= _MOST_STEPS:
            raise ConfigError(
                f"expected 1 ≤ candidates ≤ starts and from 0 to {_MOST_STEPS:,} steps, got "
                f"{self.candidates} candidates, {self.starts} starts and {self.steps} steps."
            )
        if not (0 < self.rate < inf and 0 <= self.smoothness < inf and 0 <= self.edges < inf):
            raise ConfigError(
                "expected a rate above 0, and a smoothness and a weight of edges from 0, got "
                f"{self.rate:g}, {self.smoothness:g} and {self.edges:g}."
            )


class Bank:
    """Random samples of a generator, among which those are found that fit a drawing.

    Args:
        space: The generator's latent space.
        count: Number of samples.
        seed: Their seed.
        most_bytes: What their images may take in memory, at 8 bits a number; where that is less
            than 32 images, it is 32.

    Attributes:
        points: Their points.
        deviation: Their standard deviation in an average direction.
        variance: That of a pixel, on average.
        background: See `plain_background`.
    """

    def __init__(
        self, space: LatentSpace, *, count: int = 1000, seed: int = 0, most_bytes: int = 2**26
    ) -> None:
        channels, height, width = space.image_shape
        most = max(_SMALLEST_BANK, most_bytes // (channels * height * width))
        points, images = [], []
        for first in range(0, min(count, most), _AT_ONCE):
            indices = range(first, min(first + _AT_ONCE, count, most))
            points.append(space.points(space.latents(indices, seed=seed)))
            images.append(unscale(space.draw(points[-1])))
        self.points: Points = torch.cat(points)
        self._images: Bytes = torch.cat(images)
        self.deviation = space.deviation_of(self.points)
        some = self.images(range(min(len(self), _AT_ONCE)))
        self.variance = some.var(dim=0).mean()
        self.background = plain_background(some)

    def __len__(self) -> int:
        return len(self.points)

    def images(self, indices: Sequence[int]) -> Images:
        """Return some of the images, up to rounding to 8 bits."""
        return scale(self._images[list(indices)])

    def nearest(self, constraints: Constraints, count: int, *, edges: float = 1.0) -> Points:
        """Return the points whose images fit best, the best first.

        Args:
            constraints: On the samples' device.
            count: How many.
            edges: β.
        """
        pieces = [
            constraints.cost(
                self.images(range(first, min(first + _AT_ONCE, len(self)))), edges=edges
            )
            for first in range(0, len(self), _AT_ONCE)
        ]
        # A stable order: where nothing is drawn the first samples of the seed are taken.
        order = torch.cat(pieces).sort(stable=True).indices
        return self.points[order[:count]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """Images of a generator that fit a drawing, the best first; all on the CPU.

    Attributes:
        points: Their points, z (n, d) or w (n, layers, d).
        origins: Where the descent to each began.
        images: The images, (n, c, h, w).
        costs: The costs, without the smoothness.
    """

    points: Points
    origins: Points
    images: Images
    costs: PerSample

    def __len__(self) -> int:
        return len(self.points)


def draw(
    space: LatentSpace,
    constraints: Constraints,
    bank: Bank,
    *,
    search: Search | None = None,
    points: Points | None = None,
    origins: Tensor | None = None,
    beside: str = "bank",
    keep_first: bool = False,
) -> Candidates:
    """Find images that fit a drawing, by some steps of gradient descent from several points.

    A candidate's cost never rises, so that it can be called again and again with what it returned
    last: a page shows how the pictures follow. Points stay in the region of latents, and the step
    of a style is the same in all layers.

    Args:
        space: The generator's latent space.
        constraints: What is drawn.
        bank: Random samples of the generator.
        search: Settings.
        points: Points to go on from: the candidates so far, or a projected picture.
        origins: Where each of these began, for the smoothness; None: they begin here.
        beside: What starts beside these points: ``bank``: those of the bank that are nearest to
            the drawing; ``near``: points around the first one, which begin there; ``none``.
            Without points it is always the bank.
        keep_first: The first of the points stays the first candidate, whatever it costs.

    Raises:
        ConfigError: There is no such thing to start beside them, or not one origin for each.

    Example:
        >>> from zerosum.lessons.packaged import packaged_game
        >>> from zerosum.latent import latent_space
        >>> space = latent_space(packaged_game())
        >>> seven = Stroke(places=((0.3, 0.25), (0.7, 0.25), (0.45, 0.8)), width=0.1)
        >>> bank = Bank(space, count=50)
        >>> asked = constrain([seven], space.image_shape, background=bank.background)
        >>> found = draw(space, asked, bank, search=Search(candidates=2, steps=2))
        >>> found.images.shape, bool(found.costs[0] <= found.costs[1])
        (torch.Size([2, 1, 28, 28]), True)
    """
    search = search or Search()
    if beside not in _BESIDE:
        raise ConfigError(f"expected {', '.join(_BESIDE)} to start beside, got {beside!r}.")
    if origins is not None and (points is None or len(origins) != len(points)):
        count = 0 if points is None else len(points)
        raise ConfigError(f"expected one origin for each of {count} points, got {len(origins)}.")
    asked = constraints.to(space.device)
    with evaluating(space.network):
        if points is None:
            starts = begun = bank.nearest(asked, search.starts, edges=search.edges)
        else:
            starts = points.to(space.device)
            begun = starts if origins is None else origins.to(space.device)
            more, origin = _beside(space, asked, bank, search, starts, beside)
            starts, begun = torch.cat([starts, more]), torch.cat([begun, origin])
        best = _descend(space, asked, bank.deviation, search, starts, begun)
        images = space.render(best).float()
        costs = asked.cost(images, edges=search.edges)
        order = costs.argsort(stable=True).tolist()
        if keep_first:
            order = [0, *(each for each in order if each != 0)]
        chosen = _unlike(images, order, apart=_ALIKE * bank.variance)[: search.candidates]
        return Candidates(
            points=best[chosen].cpu(),
            origins=begun[chosen].cpu(),
            images=images[chosen].cpu(),
            costs=costs[chosen].cpu(),
        )


def _beside(
    space: LatentSpace,
    asked: Constraints,
    bank: Bank,
    search: Search,
    points: Tensor,
    beside: str,
) -> tuple[Tensor, Tensor]:
    """More points to start from, and where they began."""
    count = max(0, search.starts - len(points)) if beside != "none" else 0
    if beside != "near" or count == 0:
        nearest = bank.nearest(asked, count, edges=search.edges)
        return nearest, nearest
    random = Randomness(seed=0, stream="draw")
    step = _NEAR * bank.deviation * random.normal(count, *space.step_shape).to(space.device)
    around = points[:1].repeat(count, *[1] * (points.ndim - 1))
    keep_step(space, around, step)
    return around + step, around


def _descend(
    space: LatentSpace,
    asked: Constraints,
    deviation: Scalar,
    search: Search,
    starts: Points,
    origins: Points,
) -> Points:
    """The best points on the ways down."""
    step = torch.zeros(len(starts), *space.step_shape, device=starts.device, requires_grad=True)
    adam = torch.optim.Adam([step], lr=search.rate)
    best, lowest = starts.clone(), starts.new_full((len(starts),), inf)
    for number in range(search.steps + 1):
        with torch.enable_grad():
            points = starts + step
            costs = asked.cost(space.render(points).float(), edges=search.edges)
            if search.smoothness > 0:
                away = (points - origins).flatten(1).square().mean(dim=1) / deviation.square()
                costs = costs + search.smoothness * away
            total = costs.sum()
        lower = costs.detach() < lowest
        best[lower], lowest[lower] = points.detach()[lower], costs.detach()[lower]
        if number == search.steps or not total.requires_grad:
            break
        # By the step alone: the generator's parameters need no gradient.
        (step.grad,) = torch.autograd.grad(total, [step])
        adam.step()
        keep_step(space, starts, step)
    return best


def _unlike(images: Images, order: Sequence[int], *, apart: Scalar) -> list[int]:
    """The images in that order, but for those that are nearly the same as one before."""
    chosen: list[int] = []
    for index in order:
        if all((images[index] - images[other]).square().mean() > apart for other in chosen):
            chosen.append(index)
    return chosen


def transfer(
    space: LatentSpace, picture: Images, start: Points, end: Points, time: Time
) -> Images:
    """Edit a picture as its projection was edited: x + G(z_t) − G(z_0), with z_t on the way.

    What the generator cannot draw of the picture stays. The paper's transfer also moves pixels, by
    the optical flow from G(z_0) to G(z_t), which is not here.

    Args:
        space: The generator's latent space.
        picture: x, shape (1, c, h, w), in [-1, 1].
        start: z_0, its projection.
        end: z_1, the point of the edited image.
        time: t, from 0 (as it was) to 1 (edited).

    Raises:
        DataError: The picture does not have the generator's shape.

    Paper:
        Zhu et al. 2016, section 4 (edit transfer), https://arxiv.org/abs/1609.03552
    """
    channels, *size = space.image_shape
    picture = require_images(picture, channels=channels, size=(size[0], size[1]))
    start, end = start.to(space.device), end.to(space.device)
    before, after = space.draw(start), space.draw(space.between(start, end, time))
    return (picture.to(space.device) + after - before).clamp(-1, 1).cpu()
