"""Perceptual path length: distances of images of neighbouring points on random paths."""

from collections.abc import Callable
from typing import Literal

import torch

from zerosum.games.base import evaluating
from zerosum.latent.base import LatentSpace
from zerosum.randomness import Randomness
from zerosum.types import Features, Images, PerSample

__all__ = ["EPSILON", "Sampling", "path_distances"]

EPSILON = 1e-4
"""The step ε, as published."""

Sampling = Literal["full", "end"]
"""Where steps are: anywhere on paths, or at their starts, which are random points."""

_AT_ONCE = 64


@torch.no_grad()
def path_distances(
    space: LatentSpace,
    extract: Callable[[Images], Features],
    *,
    pairs: int,
    seed: int,
    sampling: Sampling = "full",
) -> PerSample:
    """Measure squared distances of features a small step apart, over the square of the step.

    d_i = ‖f(G(p_i(t_i))) − f(G(p_i(t_i + ε)))‖² / ε², with p_i(t) the space's path between two
    random points (of one class, where there are classes), ε = 10⁻⁴, and t_i ~ U(0, 1), or 0 for
    ``end``. Images are clamped to [-1, 1], as for display, but not rounded to bytes: such a
    step is far below the resolution of bytes.

    Args:
        space: The generator's latent space.
        extract: f, from a batch of images in [-1, 1] to features.
        pairs: Number of paths.
        seed: Seed of the paths.
        sampling: Where steps are on the paths.

    Returns:
        d_i on the CPU, the argument of `metrics.mean_path_length`.

    Paper:
        Karras et al. 2019, section 4.1, https://arxiv.org/abs/1812.04948, with LPIPS of VGG16 as
        distance; here it is that of any features, so the numbers are on another scale.
    """
    random = Randomness(seed=seed, stream="paths")
    distances = []
    with evaluating(space.network):
        for first in range(0, pairs, _AT_ONCE):
            n = min(_AT_ONCE, pairs - first)
            random.at(first)
            classes = space.game.conditional_on
            labels = None if classes is None else classes.draw(n, random)
            start, end = (
                space.points(space.game.fresh_latents(n, random, labels)) for _ in range(2)
            )
            # In 64 bits: t + ε differs from t by few bits of 32.
            uniform = random.uniform(n).double().to(start.device)
            times = (uniform if sampling == "full" else uniform * 0).view(
                n, *[1] * (start.ndim - 1)
            )
            points = [space.between(start, end, each) for each in (times, times + EPSILON)]
            images = space.render(torch.cat(points).to(start.dtype)).float().clamp(-1.0, 1.0)
            first_half, second_half = extract(images).double().chunk(2)
            steps = (second_half - first_half) / EPSILON
            distances.append(steps.square().sum(dim=1).cpu())
    return torch.cat(distances)
