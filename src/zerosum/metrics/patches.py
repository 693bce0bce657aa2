"""Distances of patches of images at several scales, without a feature network."""

import torch
from jaxtyping import Float, Float64
from torch import Tensor
from torch.nn.functional import conv2d, pad

from zerosum.errors import ConfigError, DataError
from zerosum.metrics.checks import check_features, parts_of, to_double
from zerosum.metrics.estimate import Estimate
from zerosum.metrics.sliced_wasserstein import sliced_wasserstein
from zerosum.types import Images

__all__ = ["laplacian_pyramid", "patch_distances"]

SIDE = 7
"""Side of a patch in pixels."""

SMALLEST = 16
"""Least side of the coarsest level in pixels."""

IMAGES = 256
"""Number of images that are decomposed at once."""


def patch_distances(
    real: Images,
    fake: Float[Tensor, "m _ _ _"],
    *,
    patches: int = 128,
    projections: int = 512,
    seed: int,
) -> dict[int, Estimate]:
    """Compute sliced Wasserstein distances of 7x7 patches, at each level of a Laplacian pyramid.

    The finest level shows edges and noise, the coarsest large structures. The patches of each set
    are normalised to mean 0 and standard deviation 1 per channel and level, so overall colours do
    not count. The paper prints 1,000 times these numbers, for 16,384 images; fewer have larger
    distances. The errors treat the patches of one image as dependent, and ignore the
    normalisation, which makes them up to twice too large.

    Args:
        real: Shape (n, c, h, w), 7 pixels or more on each side, in any range of numbers.
        fake: Shape (m, c, h, w).
        patches: Patches of each image and level; the memory is n · patches · 49 c · 8 bytes.
        projections: Number of directions.
        seed: Seed of places and directions.

    Returns:
        A distance for each level, by its height in pixels, finest first.

    Raises:
        ConfigError: There is no patch, or fewer than two directions.
        DataError: Images are too small or too few, differ in shape, or are not finite.

    Paper:
        Karras et al. 2018, section 5, https://arxiv.org/abs/1710.10196

    Example:
        >>> real, fake = torch.rand(2, 50, 1, 32, 32, generator=torch.Generator().manual_seed(0))
        >>> distances = patch_distances(real, fake.round(), patches=8, projections=32, seed=0)
        >>> {side: round(distance.value, 2) for side, distance in distances.items()}
        {32: 0.07, 16: 0.1}
    """
    if patches < 1:
        raise ConfigError(f"expected one patch or more of each picture, found {patches}.")
    if real.shape[1:] != fake.shape[1:] or min(real.shape[2:]) < SIDE:
        raise DataError(
            f"expected pictures of one shape, {SIDE} pixels or more on each side, found "
            f"{tuple(real.shape[1:])} and {tuple(fake.shape[1:])}; fit them to one size first."
        )
    check_features(real.flatten(1), at_least=2)
    check_features(fake.flatten(1), at_least=2)
    # One stream for both sets and all levels: the order of draws is a part of the result.
    random = torch.Generator().manual_seed(seed)
    distances = {}
    for level, side in enumerate(_heights(*real.shape[2:])):
        x, y = (_descriptors(images, level, patches, random) for images in (real, fake))
        distances[side] = sliced_wasserstein(
            x, y, projections=projections, seed=seed, group=patches
        )
    return distances


def laplacian_pyramid(images: Images) -> list[Float[Tensor, "n c _ _"]]:
    """Decompose images into details of each scale, finest first; the last level is the rest.

    Each level is l = g − up(down(g)). The image is downsampled while both sides keep 16 pixels
    or more.

    Args:
        images: g, shape (n, c, h, w).

    Paper:
        Burt & Adelson 1983, https://doi.org/10.1109/TCOM.1983.1095851

    Example:
        >>> [tuple(level.shape) for level in laplacian_pyramid(torch.zeros(1, 3, 64, 64))]
        [(1, 3, 64, 64), (1, 3, 32, 32), (1, 3, 16, 16)]
    """
    levels = []
    for _ in _heights(*images.shape[2:])[1:]:
        smaller = blur(images)[..., ::2, ::2]
        levels.append(images - enlarge(smaller, images))
        images = smaller
    return [*levels, images]


def _heights(height: int, width: int) -> list[int]:
    heights = [height]
    while min(height // 2, width // 2) >= SMALLEST:
        height, width = (height + 1) // 2, (width + 1) // 2
        heights.append(height)
    return heights


def blur(images: Tensor) -> Tensor:
    """Convolve with (1 4 6 4 1)/16 along both axes, with padding by reflection."""
    n, c, h, w = images.shape
    weights = images.new_tensor([1, 4, 6, 4, 1]) / 16
    channels = pad(images.reshape(n * c, 1, h, w), (2, 2, 2, 2), mode="reflect")
    rows = conv2d(channels, weights.reshape(1, 1, 1, 5))
    return conv2d(rows, weights.reshape(1, 1, 5, 1)).reshape(n, c, h, w)


def enlarge(images: Tensor, like: Tensor) -> Tensor:
    """Put zeros between the pixels, and blur; the factor 4 makes up for the zeros."""
    spread = torch.zeros_like(like)
    spread[..., ::2, ::2] = images
    return 4 * blur(spread)


def _descriptors(
    images: Tensor, level: int, patches: int, random: torch.Generator
) -> Float64[Tensor, "p e"]:
    """Cut patches at random places of one level, and normalise them; images are in order."""
    parts = [
        cut_out(laplacian_pyramid(to_double(part))[level], patches, random)
        for part in parts_of(images, IMAGES)
    ]
    whole = torch.cat(parts)
    deviation, mean = torch.std_mean(whole, dim=(0, 2, 3), keepdim=True)
    # A level without contrast is zeros, which no factor changes.
    return ((whole - mean) / torch.where(deviation > 0, deviation, 1)).flatten(1)


def cut_out(images: Tensor, patches: int, random: torch.Generator) -> Float64[Tensor, "p c 7 7"]:
    n, _, h, w = images.shape
    shape = (n, patches)
    top = torch.randint(h - SIDE + 1, shape, generator=random).to(images.device)
    left = torch.randint(w - SIDE + 1, shape, generator=random).to(images.device)
    reach = torch.arange(SIDE, device=images.device)
    rows = (top[..., None] + reach)[:, :, :, None]
    columns = (left[..., None] + reach)[:, :, None, :]
    image = torch.arange(n, device=images.device)[:, None, None, None]
    cut = images.permute(0, 2, 3, 1)[image, rows, columns]  # (n, patches, 7, 7, c)
    return cut.flatten(0, 1).permute(0, 3, 1, 2)
