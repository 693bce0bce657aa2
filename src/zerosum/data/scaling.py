"""The one place where bytes become floats, and floats bytes."""

import torch
from torch import Tensor

from zerosum.errors import DataError
from zerosum.types import Bytes, Images

__all__ = ["scale", "unscale"]


def scale(pictures: Bytes) -> Images:
    """Scale bytes to floats: x / 127.5 - 1.

    Args:
        pictures: Bytes from 0 to 255, shape (n, c, h, w), in any memory format, which is kept.

    Returns:
        32-bit floats in [-1, 1] on the same device.

    Raises:
        DataError: If the pictures are not bytes; floats are probably scaled already.

    Example:
        >>> scale(torch.tensor([[[[0, 255]]]], dtype=torch.uint8))
        tensor([[[[-1.,  1.]]]])
    """
    if pictures.dtype != torch.uint8:
        raise DataError(
            f"expected pictures as bytes (torch.uint8), found {pictures.dtype}; pictures that are "
            "floats already must not be scaled a second time."
        )
    return pictures.to(torch.float32).div_(127.5).sub_(1.0)


def unscale(images: Images) -> Bytes:
    """Turn floats into bytes to look at or save: round((x + 1) 127.5), clamped to 0 ... 255.

    A network's output may overshoot [-1, 1]; a picture can't, so it is clamped here and only here.

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


def _refuse_nonfinite(images: Tensor) -> None:
    finite = torch.isfinite(images).flatten(1).all(dim=1)
    if not bool(finite.all()):
        bad = int((~finite).sum())
        raise DataError(
            f"expected finite pictures, found NaN or infinity in {bad} of {len(images)}; the "
            "network that made them has diverged: go back to an earlier checkpoint."
        )
