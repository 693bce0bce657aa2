"""The point of a latent space whose picture is nearest to a given one, by gradient descent."""

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

__all__ = ["Descent", "Projection", "noise_share", "project", "rate_share"]

See = Callable[[Images], Features]
"""A feature network, with gradients."""

_AT_ONCE = 100
_MOST_STEPS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Descent:
    """How to look for the nearest picture.

    Attributes:
        steps: Of gradient descent.
        starts: From how many points; the best counts.
        samples: Random pictures to begin with, of which the nearest are starts.
        seed: Whose pictures these are, and from which the noise follows.
        rate: The greatest learning rate of Adam.
        noise: The standard deviation of the noise on the points at first, as a part of theirs.

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
    """What was found for n pictures; all on the CPU.

    A distance is the mean squared difference of pixels, which are in [-1, 1]; plus, where features
    are compared, that of features, multiplied by what makes both equal on average over the random
    samples.

    Attributes:
        points: The nearest points, z (n, d) or w (n, layers, d).
        images: Their pictures.
        distances: How far these are from the pictures.
        random: How far the nearest of the random samples is: what no search at all gives.
        mean: How far the mean of the random samples is: what one picture for all gives.
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
    see: See | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Projection:
    """Look for the points whose pictures are nearest to the targets.

    As in the paper, noise on the point, which fades out, keeps the descent from the first best
    valley, and the learning rate rises at first and falls at the end. The paper starts at the mean
    style; here the nearest random samples are starts besides, because a plain generator's valleys
    are many. No point is farther out than latents come (`LatentSpace.keep`), a style is the same
    in all layers, and what is found is never worse than the nearest sample. What is found for a
    picture does not depend on the others.

    Args:
        space: The generator's.
        targets: Pictures of its shape, in [-1, 1].
        descent: How.
        see: Features to compare besides pixels, with gradients.
        progress: Is told of steps done and of their number.

    Raises:
        DataError: The pictures do not have the generator's shape, or are no floats in that range.

    Paper:
        Karras et al. 2020, appendix D, https://arxiv.org/abs/1912.04958
    """
    descent = descent or Descent()
    with evaluating(space.network):
        channels, *size = space.image_shape
        targets = require_images(targets, channels=channels, size=(size[0], size[1]))
        targets = targets.to(space.device)
        nearness = _Nearness(targets, see)
        survey = _Survey(space, nearness, descent)
        starts = survey.starts(space, descent.starts)
        best = _descend(space, nearness, starts, survey.spread, descent, progress)
        chosen = best.distances.view(len(targets), -1).argmin(dim=1)
        points = best.points.view(len(targets), -1, *best.points.shape[1:])
        points = points[torch.arange(len(targets)), chosen]
        return Projection(
            points=points.cpu(),
            images=space.render(points).float().cpu(),
            distances=best.distances.view(len(targets), -1).amin(dim=1).cpu(),
            random=survey.nearest.cpu(),
            mean=survey.mean.cpu(),
        )


def noise_share(done: float) -> float:
    """The noise as a part of that at first, after that part of the steps: (1 − t / 0.75)².

    Example:
        >>> [noise_share(done) for done in (0.0, 0.375, 0.75, 1.0)]
        [1.0, 0.25, 0.0, 0.0]
    """
    return max(0.0, 1.0 - done / 0.75) ** 2


def rate_share(done: float) -> float:
    """The learning rate as a part of the greatest: linearly up in 1/20, a cosine down in 1/4.

    Example:
        >>> [round(rate_share(done), 3) for done in (0.0, 0.025, 0.5, 0.875, 1.0)]
        [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    falling = 0.5 - 0.5 * cos(pi * min(1.0, (1.0 - done) / 0.25))
    return falling * min(1.0, done / 0.05)


class _Nearness:
    """The distances of pictures to the targets."""

    def __init__(self, targets: Images, see: See | None) -> None:
        self.see = see
        self.seen = [targets.flatten(1)] + ([] if see is None else [see(targets)])
        self.weights = targets.new_ones(len(self.seen))

    def parts(self, images: Images, which: Tensor) -> Float[Tensor, "n parts"]:
        """Mean squared differences of pixels, and of features, to targets of these numbers."""
        mine = [images.flatten(1)] + ([] if self.see is None else [self.see(images)])
        pairs = zip(mine, self.seen, strict=True)
        return torch.stack([(a - b[which]).square().mean(dim=1) for a, b in pairs], dim=1)

    def __call__(self, images: Images, which: Tensor) -> PerSample:
        return self.parts(images, which) @ self.weights


class _Survey:
    """The random samples: which are nearest to each target, and how far they spread."""

    def __init__(self, space: LatentSpace, nearness: _Nearness, descent: Descent) -> None:
        count = len(nearness.seen[0])
        points, parts, total = [], [], None
        for first in range(0, descent.samples, _AT_ONCE):
            indices = range(first, min(first + _AT_ONCE, descent.samples))
            points.append(space.points(space.latents(indices, seed=descent.seed)))
            images = space.render(points[-1]).float()
            summed = images.sum(dim=0, keepdim=True)
            total = summed if total is None else total + summed
            targets = [images.new_full((len(images),), n, dtype=torch.long) for n in range(count)]
            parts.append(torch.stack([nearness.parts(images, each) for each in targets]))
        assert total is not None
        self.points = torch.cat(points)
        every = torch.cat(parts, dim=1)  # (targets, samples, parts)
        scale = every.mean(dim=(0, 1))
        nearness.weights = torch.where(scale > 0, scale[0] / scale, torch.ones_like(scale))
        self.distances = every @ nearness.weights
        self.nearest = self.distances.amin(dim=1)
        mean = (total / descent.samples).expand(count, -1, -1, -1)
        self.mean = nearness(mean, torch.arange(count, device=mean.device))
        self.spread = (self.points - space.centre).square().sum(dim=-1).mean().sqrt().item()

    def starts(self, space: LatentSpace, count: int) -> Points:
        """For each target the nearest samples and, if there is more than one start, the centre."""
        nearest = self.distances.topk(max(1, count - 1), dim=1, largest=False).indices
        chosen = self.points[nearest]
        if count > 1:
            centre = space.centre.expand_as(chosen[:, :1])
            chosen = torch.cat([chosen, centre], dim=1)
        return chosen.flatten(0, 1)


class _Best:
    """The nearest point so far, of each start."""

    def __init__(self, points: Points, distances: PerSample) -> None:
        self.points, self.distances = points.detach().clone(), distances.detach().clone()

    def offer(self, points: Points, distances: PerSample) -> None:
        """Take the points that are nearer."""
        nearer = distances.detach() < self.distances
        self.points[nearer] = points.detach()[nearer]
        self.distances[nearer] = distances.detach()[nearer]


def _descend(
    space: LatentSpace,
    nearness: _Nearness,
    starts: Points,
    spread: float,
    descent: Descent,
    progress: Callable[[int, int], None] | None,
) -> _Best:
    targets = len(nearness.seen[0])
    which = torch.arange(targets, device=starts.device).repeat_interleave(len(starts) // targets)
    best = _Best(starts, nearness(space.render(starts).float(), which))
    step = torch.zeros(len(starts), *space.step_shape, device=starts.device, requires_grad=True)
    adam = torch.optim.Adam([step], betas=(0.9, 0.999))
    random = Randomness(seed=descent.seed, stream="project")
    for number in range(descent.steps + 1):
        done = number / descent.steps
        deviation = descent.noise * spread * noise_share(done)
        noise = random.at(number).normal(len(starts) // targets, *space.step_shape)
        noise = deviation * noise.repeat(targets, *[1] * len(space.step_shape)).to(step.device)
        with torch.enable_grad():
            points = starts + step
            distances = nearness(space.render(points + noise).float(), which)
            (step.grad,) = torch.autograd.grad(distances.sum(), [step])
        if deviation == 0:
            best.offer(points, distances)
        adam.param_groups[0]["lr"] = descent.rate * rate_share(done)
        adam.step()
        _keep(space, starts, step)
        if progress is not None:
            progress(number, descent.steps)
    return best


def _keep(space: LatentSpace, starts: Points, step: Tensor) -> None:
    """Take back what leads farther out than latents come."""
    points = starts + step
    moved = space.keep(points) - points
    step += moved.view(len(step), -1, step.shape[-1]).mean(dim=1).view_as(step)
