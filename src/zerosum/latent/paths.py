"""How far apart the pictures are of points that are next to each other on random ways."""

from collections.abc import Callable
from typing import Literal

import torch

from zerosum.games.base import evaluating
from zerosum.latent.base import LatentSpace
from zerosum.randomness import Randomness
from zerosum.types import Features, Images, PerSample

__all__ = ["EPSILON", "Sampling", "path_distances"]

EPSILON = 1e-4
"""ε, as published."""

Sampling = Literal["full", "end"]
"""Where on the ways to look: anywhere, or at their ends, which are random points themselves."""

_AT_ONCE = 64


@torch.no_grad()
def path_distances(
    space: LatentSpace,
    see: Callable[[Images], Features],
    *,
    pairs: int,
    seed: int,
    sampling: Sampling = "full",
) -> PerSample:
    """Of random ways, the squared distance of features a small step apart, by the step's square.

    d_i = ‖f(G(p_i(t_i))) − f(G(p_i(t_i + ε)))‖² / ε², with p_i(t) the space's way between two
    random points (of one class, where there are classes), ε = 10⁻⁴, and t_i ~ U(0, 1), or 0 for
    ``end``. Pictures are cut to [-1, 1], as they are when they are shown, but not rounded to
    bytes: such a step is far below what a byte can tell.

    Args:
        space: The generator's.
        see: f, of a batch of pictures in [-1, 1].
        pairs: How many ways.
        seed: From which they follow.
        sampling: Where on the ways to look.

    Returns:
        d_i on the CPU; `metrics.mean_path_length` makes one number of them.

    Paper:
        Karras et al. 2019, section 4.1, https://arxiv.org/abs/1812.04948, with LPIPS of VGG16 as
        distance; here it is that of any features, so the numbers are on another scale.
    """
    random = Randomness(seed=seed, stream="paths")
    found = []
    with evaluating(space.network):
        for first in range(0, pairs, _AT_ONCE):
            n = min(_AT_ONCE, pairs - first)
            random.at(first)
            classes = space.game.conditional_on
            labels = None if classes is None else classes.draw(n, random)
            start, end = (
                space.points(space.game.fresh_latents(n, random, labels)) for _ in range(2)
            )
            drawn = random.uniform(n).double().to(start.device)
            times = (drawn if sampling == "full" else drawn * 0).view(n, *[1] * (start.ndim - 1))
            points = [space.between(start, end, each) for each in (times, times + EPSILON)]
            images = space.render(torch.cat(points).to(start.dtype)).float().clamp(-1.0, 1.0)
            one, next_one = see(images).double().chunk(2)
            found.append(((next_one - one) / EPSILON).square().sum(dim=1).cpu())
    return torch.cat(found)
