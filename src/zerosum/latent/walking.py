"""Closed walks: from image to image along the paths of a latent space, and back again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from zerosum.errors import ConfigError
from zerosum.latent.interpolation import share_frames
from zerosum.latent.spaces import LatentSpace
from zerosum.media.animations import check_animation, save_animation
from zerosum.media.images import check_sheet, tile, to_images
from zerosum.types import Images, Points

__all__ = ["check_walk", "draw_walk", "save_walk", "save_walk_through", "stops", "walk"]

MOST_FRAMES = 10_000

Stops = Float[Tensor, "legs n ..."]
"""The points of n walks at each stop."""


def check_walk(seeds: Sequence[int], *, frames: int, walks: int) -> None:
    """Refuse impossible arguments of a walk.

    Raises:
        ConfigError: There are fewer than two seeds, one is negative, or there is less than one
            frame for each leg, or less than one walk.

    Example:
        >>> check_walk([1], frames=30, walks=1)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: a walk goes from picture to picture: expected at least two ...
    """
    if len(seeds) < 2:
        raise ConfigError(
            "a walk goes from picture to picture: expected at least two seeds, got "
            f"{len(seeds)}; for instance --seeds 1 2 3."
        )
    if min(seeds) < 0 or not 1 <= frames <= MOST_FRAMES or walks < 1:
        raise ConfigError(
            f"expected seeds ≥ 0, from 1 to {MOST_FRAMES:,} frames for each leg and at least one "
            "walk, got seeds "
            f"{' '.join(map(str, seeds))}, {frames} frames and {walks} walks."
        )


def stops(
    space: LatentSpace, seeds: Sequence[int], *, walks: int = 1, truncation: float | None = None
) -> Stops:
    """Compute the stops of walks: walk j passes image j of each seed.

    In a conditional game each stop has the next of the space's classes.

    Args:
        space: The generator's latent space.
        seeds: One for each stop.
        walks: Number of walks.
        truncation: See `LatentSpace.truncate`; None: no truncation.
    """
    points = [
        space.points(space.at_stop(number).latents(range(walks), seed=seed))
        for number, seed in enumerate(seeds)
    ]
    if truncation is not None:
        points = [space.truncate(each, truncation) for each in points]
    return torch.stack(points)


def walk(space: LatentSpace, through: Stops, *, frames: int) -> Iterator[Points]:
    """Generate the points of closed walks through all stops, in steps of equal length.

    Each stop is met exactly. Frames are distributed by the lengths of the legs, averaged over the
    walks, so the speed is constant up to whole frames. The last frame is one step before the first
    stop, so that a loop does not pause there.

    Args:
        space: The generator's latent space.
        through: The stops, shape (legs, n, ...).
        frames: Mean number of frames for each leg.

    Example:
        >>> from zerosum.latent.spaces import UniformSpace
        >>> class Line(UniformSpace):
        ...     def __init__(self): ...
        >>> through = torch.tensor([0.0, 1.0, 3.0]).view(3, 1, 1)
        >>> [points.item() for points in walk(Line(), through, frames=4)]
        [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 2.5, 2.0, 1.5, 1.0, 0.5]
    """
    legs = list(zip(through, through.roll(-1, dims=0), strict=True))
    lengths = torch.stack([space.lengths(start, end).mean() for start, end in legs])
    for (start, end), count in zip(legs, share_frames(lengths, frames * len(legs)), strict=True):
        for frame in range(count):
            yield space.between(start, end, frame / count)


def draw_walk(
    space: LatentSpace,
    seeds: Sequence[int],
    *,
    frames: int,
    walks: int = 1,
    truncation: float | None = None,
) -> Iterator[Images]:
    """Generate the images of `walk`, (walks, c, h, w) for each frame, on the CPU.

    Raises:
        ConfigError: As `check_walk`, or the truncation is out of range.
    """
    check_walk(seeds, frames=frames, walks=walks)
    space.check_truncation(truncation)
    through = stops(space, seeds, walks=walks, truncation=truncation)
    return (space.draw(points).cpu() for points in walk(space, through, frames=frames))


def save_walk(
    space: LatentSpace,
    path: Path,
    *,
    seeds: Sequence[int],
    frames: int,
    seconds: float | None,
    columns: int,
    truncation: float | None,
    facts: Mapping[str, str],
    progress: Callable[[int, int], None] | None,
) -> None:
    """Write an animation of columns x columns walks that loops.

    Raises:
        ConfigError: As `draw_walk`, there are no columns or too many, or the file cannot be
            written.
    """
    if columns < 1:
        raise ConfigError(f"expected at least one column of walks, got {columns}.")
    check_walk(seeds, frames=frames, walks=columns**2)
    space.check_truncation(truncation)
    check_sheet(columns**2, space.image_shape)
    seconds = len(seeds) * frames / 25 if seconds is None else seconds
    check_animation(path, count=len(seeds) * frames, seconds=seconds)
    through = stops(space, seeds, walks=columns**2, truncation=truncation)
    save_walk_through(
        space, path, through, frames=frames, seconds=seconds, facts=facts, progress=progress
    )


def save_walk_through(
    space: LatentSpace,
    path: Path,
    through: Stops,
    *,
    frames: int,
    seconds: float,
    facts: Mapping[str, str],
    progress: Callable[[int, int], None] | None,
) -> None:
    """Write an animation of walks through any points, side by side, that loops.

    Args:
        space: The generator's latent space.
        path: A file that ends in ``.gif`` or ``.mp4``.
        through: The stops of n walks, shape (legs, n, ...), at least two legs.
        frames: Mean number of frames for each leg.
        seconds: Duration of the loop.
        facts: What the file says of itself.
        progress: Is told of frames done and of their number.

    Raises:
        ConfigError: There are fewer than two stops, or the file cannot be written so.
        FileError: It cannot be written.
    """
    legs, walks = through.shape[:2]
    check_walk(range(legs), frames=frames, walks=walks)
    check_sheet(walks, space.image_shape)
    count = legs * frames
    check_animation(path, count=count, seconds=seconds)
    pieces = (space.draw(points).cpu() for points in walk(space, through, frames=frames))
    sheets = (to_images(tile(images))[0] for images in pieces)
    frames_done = _counted(sheets, count, progress)
    save_animation(frames_done, path, count=count, seconds=seconds, facts=facts)


def _counted(
    frames: Iterator[Image.Image], count: int, progress: Callable[[int, int], None] | None
) -> Iterator[Image.Image]:
    for number, frame in enumerate(frames, start=1):
        yield frame
        if progress is not None:
            progress(number, count)
