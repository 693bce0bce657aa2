"""Samples: the images of a seed, one after the other."""

from collections.abc import Iterator

from zerosum.arguments import require_sampling
from zerosum.latent.base import LatentSpace
from zerosum.types import Images

__all__ = ["draw_samples"]


def draw_samples(
    space: LatentSpace, count: int, *, seed: int, batch_size: int, truncation: float | None
) -> Iterator[Images]:
    """Generate the first images of a seed in pieces, on the CPU.

    Args:
        space: The generator's latent space.
        count: Number of images.
        seed: The seed.
        batch_size: Number of images at once.
        truncation: See `LatentSpace.truncate`; None: no truncation.

    Raises:
        ConfigError: A number is out of range.
    """
    require_sampling(count, seed=seed, batch_size=batch_size)
    space.check_truncation(truncation)
    # Returned, not yielded: arguments are checked at the call, images generated when needed.
    pieces = (
        space.latents(range(start, min(start + batch_size, count)), seed=seed)
        for start in range(0, count, batch_size)
    )
    if truncation is None:
        return (space.game.draw(latents).cpu() for latents in pieces)
    return (
        space.draw(space.truncate(space.points(latents), truncation)).cpu() for latents in pieces
    )
