"""Projection: the latent point whose image is nearest to a target, by gradient descent."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, inf, pi

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.arguments import require_images
from zerosum.errors import ConfigError
from zerosum.games.base import evaluating
from zerosum.latent.spaces import LatentSpace
from zerosum.randomness import Randomness
from zerosum.types import Features, Images, PerSample, Points

__all__ = ["Descent", "Projection", "keep_step", "noise_share", "project", "rate_share"]

Extract = Callable[[Images], Features]
"""A differentiable function from images to features."""

_AT_ONCE = 100
_MOST_STEPS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Descent:
    """Settings of the gradient descent.

    Attributes:
        steps: Number of steps.
        starts: Number of starts for each target; the best result counts.
        samples: Number of random images, of which the nearest are starts.
        seed: Seed of these images and of the noise.
        rate: The greatest learning rate of Adam.
        noise: Initial standard deviation of the noise on points, as a share of the points' own.

    Raises:
        ConfigError: A number is out of range.

    Example:
        >>> Descent().steps
        500
        >>> Descent(starts=0)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: expected 1 ≤ steps ≤ 1,000,000, 1 ≤ starts ≤ samples and ...
    """

    steps: int = 500
    starts: int = 4
    samples: int = 1000
    seed: int = 0
    rate: float = 0.1
    noise: float = 0.05

    def __post_init__(self) -> None:
        if (
            not 1 <= self.steps <= _MOST_STEPS
            or not 1 <= self.starts <= self.samples
            or self.seed < 0
        ):
            raise ConfigError(
                f"expected 1 ≤ steps ≤ {_MOST_STEPS:,}, 1 ≤ starts ≤ samples and seed ≥ 0, got "
                f"{self.steps} steps, {self.starts} starts, {self.samples} samples and seed "
                f"{self.seed}."
            )
        if not 0 < self.rate < inf or not 0 <= self.noise < inf:
            raise ConfigError(
                f"expected a rate above 0 and noise from 0, got {self.rate:g} and {self.noise:g}."
            )


@dataclass(frozen=True, kw_only=True)
class Projection:
    """The result of a projection of n images; all on the CPU.

    A distance is the mean squared difference of pixels in [-1, 1]. Where features are compared,
    their mean squared difference is added, scaled so that both parts are equal on average over
    the random samples.

    Attributes:
        points: The nearest points, z (n, d) or w (n, layers, d).
        images: Their images.
        distances: Distances of these from the targets.
        random: Distances of the nearest random samples: the baseline without a search.
        mean: Distances of the mean of the random samples: the baseline of one image for all.
    """

    points: Points
    images: Images
    distances: PerSample
    random: PerSample
    mean: PerSample


def project(
    space: LatentSpace,
    targets: Images,
    *,
    descent: Descent | None = None,
    extract: Extract | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Projection:
    """Find the points whose images are nearest to the targets.

    As in the paper, decaying noise on the point helps the descent out of local minima, and the
    learning rate rises at first and falls at the end. The paper starts at the mean style; here the
    nearest random samples are starts, too, because a plain generator has many local minima. Points
    stay in the region of latents (`LatentSpace.keep`), and a style is the same in all layers. A
    result is never worse than the nearest sample, and does not depend on the other targets.

    Args:
        space: The generator's latent space.
        targets: Images of its shape, in [-1, 1].
        descent: Settings of the descent.
        extract: Features to compare besides pixels, differentiable.
        progress: Called with the number of steps done and of all.

    Raises:
        DataError: The targets do not have the generator's shape, or are no floats in that range.

    Paper:
        Karras et al. 2020, appendix D, https://arxiv.org/abs/1912.04958
    """
    descent = descent or Descent()
    with evaluating(space.network):
        channels, *size = space.image_shape
        targets = require_images(targets, channels=channels, size=(size[0], size[1]))
        targets = targets.to(space.device)
        loss = _Distance(targets, extract)
        samples = _Samples(space, loss, descent)
        starts = samples.starts(space, descent.starts)
        best = _descend(space, loss, starts, samples.spread, descent, progress)
        # Of the starts of each target, which are consecutive, the best one counts.
        chosen = best.distances.view(len(targets), -1).argmin(dim=1)
        points = best.points.view(len(targets), -1, *best.points.shape[1:])
        points = points[torch.arange(len(targets)), chosen]
        return Projection(
            points=points.cpu(),
            images=space.render(points).float().cpu(),
            distances=best.distances.view(len(targets), -1).amin(dim=1).cpu(),
            random=samples.nearest.cpu(),
            mean=samples.mean.cpu(),
        )


def noise_share(done: float) -> float:
    """Compute the noise, as a share of the initial one, after a share t of steps: (1 − t / 0.75)².

    Example:
        >>> [noise_share(done) for done in (0.0, 0.375, 0.75, 1.0)]
        [1.0, 0.25, 0.0, 0.0]
    """
    return max(0.0, 1.0 - done / 0.75) ** 2


def rate_share(done: float) -> float:
    """Compute the share of the greatest rate: up linearly in 1/20, down by a cosine in 1/4.

    Example:
        >>> [round(rate_share(done), 3) for done in (0.0, 0.025, 0.5, 0.875, 1.0)]
        [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    falling = 0.5 - 0.5 * cos(pi * min(1.0, (1.0 - done) / 0.25))
    return falling * min(1.0, done / 0.05)


class _Distance:
    """The distance of images to the targets, of pixels and of features."""

    def __init__(self, targets: Images, extract: Extract | None) -> None:
        self.extract = extract
        self.targets = [targets.flatten(1)] + ([] if extract is None else [extract(targets)])
        self.weights = targets.new_ones(len(self.targets))

    def parts(self, images: Images, which: Tensor) -> Float[Tensor, "n parts"]:
        """Compute mean squared differences of pixels and of features to the targets ``which``."""
        parts = [images.flatten(1)] + ([] if self.extract is None else [self.extract(images)])
        pairs = zip(parts, self.targets, strict=True)
        return torch.stack([(a - b[which]).square().mean(dim=1) for a, b in pairs], dim=1)

    def __call__(self, images: Images, which: Tensor) -> PerSample:
        return self.parts(images, which) @ self.weights


class _Samples:
    """Random samples: their distances to each target, and their spread."""

    def __init__(self, space: LatentSpace, loss: _Distance, descent: Descent) -> None:
        count = len(loss.targets[0])
        points, parts, total = [], [], None
        for first in range(0, descent.samples, _AT_ONCE):
            indices = range(first, min(first + _AT_ONCE, descent.samples))
            points.append(space.points(space.latents(indices, seed=descent.seed)))
            images = space.render(points[-1]).float()
            # Images of all samples would fill the memory: only their sum is kept.
            summed = images.sum(dim=0, keepdim=True)
            total = summed if total is None else total + summed
            targets = [images.new_full((len(images),), n, dtype=torch.long) for n in range(count)]
            parts.append(torch.stack([loss.parts(images, each) for each in targets]))
        assert total is not None
        self.points = torch.cat(points)
        every = torch.cat(parts, dim=1)  # (targets, samples, parts)
        # Features may have any scale; after this they count as much as pixels, on average.
        scale = every.mean(dim=(0, 1))
        loss.weights = torch.where(scale > 0, scale[0] / scale, torch.ones_like(scale))
        self.distances = every @ loss.weights
        self.nearest = self.distances.amin(dim=1)
        mean = (total / descent.samples).expand(count, -1, -1, -1)
        self.mean = loss(mean, torch.arange(count, device=mean.device))
        self.spread = (self.points - space.centre).square().sum(dim=-1).mean().sqrt().item()

    def starts(self, space: LatentSpace, count: int) -> Points:
        """Choose for each target the nearest samples and, of several starts, the centre."""
        nearest = self.distances.topk(max(1, count - 1), dim=1, largest=False).indices
        chosen = self.points[nearest]
        if count > 1:
            centre = space.centre.expand_as(chosen[:, :1])
            chosen = torch.cat([chosen, centre], dim=1)
        return chosen.flatten(0, 1)


class _Best:
    """The nearest point of each start so far."""

    def __init__(self, points: Points, distances: PerSample) -> None:
        self.points, self.distances = points.detach().clone(), distances.detach().clone()

    def update(self, points: Points, distances: PerSample) -> None:
        """Keep the points that are nearer."""
        nearer = distances.detach() < self.distances
        self.points[nearer] = points.detach()[nearer]
        self.distances[nearer] = distances.detach()[nearer]


def _descend(
    space: LatentSpace,
    loss: _Distance,
    starts: Points,
    spread: float,
    descent: Descent,
    progress: Callable[[int, int], None] | None,
) -> _Best:
    targets = len(loss.targets[0])
    which = torch.arange(targets, device=starts.device).repeat_interleave(len(starts) // targets)
    # The starts are results, too: a descent that only leads away changes nothing.
    best = _Best(starts, loss(space.render(starts).float(), which))
    step = torch.zeros(len(starts), *space.step_shape, device=starts.device, requires_grad=True)
    adam = torch.optim.Adam([step], betas=(0.9, 0.999))
    random = Randomness(seed=descent.seed, stream="project")
    for number in range(descent.steps + 1):
        done = number / descent.steps
        deviation = descent.noise * spread * noise_share(done)
        # The same noise for every target, so that a result does not depend on the others.
        noise = random.at(number).normal(len(starts) // targets, *space.step_shape)
        noise = deviation * noise.repeat(targets, *[1] * len(space.step_shape)).to(step.device)
        with torch.enable_grad():
            points = starts + step
            distances = loss(space.render(points + noise).float(), which)
            # By the step alone: the generator's parameters need no gradient.
            (step.grad,) = torch.autograd.grad(distances.sum(), [step])
        # With noise the distance is that of another point.
        if deviation == 0:
            best.update(points, distances)
        adam.param_groups[0]["lr"] = descent.rate * rate_share(done)
        adam.step()
        keep_step(space, starts, step)
        if progress is not None:
            progress(number, descent.steps)
    return best


def keep_step(space: LatentSpace, starts: Points, step: Tensor) -> None:
    """Project points back onto the region of latents."""
    points = starts + step
    moved = space.keep(points) - points
    # A style has one step for all layers: the mean of what the layers need.
    step += moved.view(len(step), -1, step.shape[-1]).mean(dim=1).view_as(step)
