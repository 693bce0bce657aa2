"""The one place where bytes become floats, and floats bytes."""

import torch
from torch import Tensor

from zerosum.errors import DataError
from zerosum.randomness import Randomness
from zerosum.types import Bytes, Images

__all__ = ["dequantise", "scale", "unscale"]


def scale(images: Bytes) -> Images:
    """Scale bytes to floats: x / 127.5 - 1.

    Args:
        images: Bytes from 0 to 255, shape (n, c, h, w), in any memory format, which is kept.

    Returns:
        32-bit floats in [-1, 1] on the same device.

    Raises:
        DataError: If the images are not bytes; floats are probably scaled already.

    Example:
        >>> scale(torch.tensor([[[[0, 255]]]], dtype=torch.uint8))
        tensor([[[[-1.,  1.]]]])
    """
    if images.dtype != torch.uint8:
        raise DataError(
            f"expected pictures as bytes (torch.uint8), found {images.dtype}; pictures that are "
            "floats already must not be scaled a second time."
        )
    return images.to(torch.float32).div_(127.5).sub_(1.0)


def unscale(images: Images) -> Bytes:
    """Turn floats into bytes to look at or save: round((x + 1) 127.5), clamped to 0 ... 255.

    A network's output may overshoot [-1, 1]; an image can't, so it is clamped here and only here.

    Args:
        images: Floats, meant to be in [-1, 1], shape (n, c, h, w).

    Returns:
        Bytes on the same device; ``unscale(scale(x))`` is exactly ``x``.

    Raises:
        DataError: If a value is not finite, or if the values are not floats.

    Example:
        >>> unscale(torch.tensor([[[[-1.0, 0.0, 1.0, 3.0]]]]))
        tensor([[[[  0, 128, 255, 255]]]], dtype=torch.uint8)
    """
    if not images.is_floating_point():
        raise DataError(
            f"expected pictures as floats in [-1, 1], found {images.dtype}; bytes need no "
            "unscaling."
        )
    _refuse_nonfinite(images)
    return images.detach().float().add(1.0).mul_(127.5).round_().clamp_(0, 255).to(torch.uint8)


def dequantise(images: Images, random: Randomness) -> Images:
    """Spread each of the 256 levels of images over a 256th of [-1, 1), by chance.

    Level k, which is 2 k / 255 − 1 in images, becomes (k + u) / 128 − 1 with u ~ U(0, 1) for
    each number. A discriminator can then not tell real images by having 256 levels only.

    Args:
        images: What `scale` makes, shape (n, c, h, w).
        random: Draws u.

    Paper:
        Gulrajani et al. 2017, in the program that was published with it,
        https://arxiv.org/abs/1704.00028

    Example:
        >>> black = dequantise(torch.full((1, 1, 28, 28), -1.0), Randomness(seed=0))
        >>> bool(black.min() >= -1), bool(black.max() < -1 + 1 / 128)
        (True, True)
    """
    return (127.5 * (images + 1.0) + random.uniform(*images.shape)) / 128.0 - 1.0


def _refuse_nonfinite(images: Tensor) -> None:
    finite = torch.isfinite(images).flatten(1).all(dim=1)
    if not bool(finite.all()):
        bad = int((~finite).sum())
        raise DataError(
            f"expected finite pictures, found NaN or infinity in {bad} of {len(images)}; the "
            "network that made them has diverged: go back to an earlier checkpoint."
        )
