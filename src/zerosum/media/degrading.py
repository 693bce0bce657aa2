"""What happens to images on their way through the world: they are compressed and resized."""

from io import BytesIO

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from zerosum.types import Bytes

__all__ = ["compressed", "resized_and_back"]


def compressed(images: Bytes, quality: int) -> Bytes:
    """The images as they come back from JPEG files; transparency is left as it is.

    Args:
        images: Shape (n, c, h, w), with c of 1, 3 or 4.
        quality: Pillow's, from 1 to 95.

    Example:
        >>> grey = torch.full((1, 1, 16, 16), 100, dtype=torch.uint8)
        >>> compressed(grey, 75).unique()
        tensor([100], dtype=torch.uint8)
    """
    return torch.stack([_through_jpeg(image, quality) for image in images])


def resized_and_back(images: Bytes, share: float) -> Bytes:
    """The images after a change of size and back to their own, by Pillow's bicubic filter.

    Args:
        images: Shape (n, c, h, w), with c of 1, 3 or 4.
        share: Of each side: 0.5 halves them, 2 doubles them.

    Example:
        >>> grey = torch.full((1, 3, 16, 12), 100, dtype=torch.uint8)
        >>> resized_and_back(grey, 0.5).shape
        torch.Size([1, 3, 16, 12])
    """
    return torch.stack([_resized(image, share) for image in images])


def _through_jpeg(image: torch.Tensor, quality: int) -> torch.Tensor:
    buffer = BytesIO()
    _as_picture(image[:3]).save(buffer, "jpeg", quality=quality)
    with Image.open(buffer) as opened:
        opaque = _as_tensor(np.asarray(opened))
    return torch.cat([opaque, image[3:]])


def _resized(image: torch.Tensor, share: float) -> torch.Tensor:
    picture = _as_picture(image)
    width, height = picture.size
    other = (max(1, round(width * share)), max(1, round(height * share)))
    bicubic = Image.Resampling.BICUBIC
    there_and_back = picture.resize(other, bicubic).resize((width, height), bicubic)
    return _as_tensor(np.asarray(there_and_back))


def _as_picture(image: torch.Tensor) -> Image.Image:
    rows = image.permute(1, 2, 0).numpy()
    return Image.fromarray(rows[..., 0] if rows.shape[2] == 1 else np.ascontiguousarray(rows))


def _as_tensor(rows: NDArray[np.uint8]) -> torch.Tensor:
    rows = rows[..., None] if rows.ndim == 2 else rows
    return torch.from_numpy(rows.copy()).permute(2, 0, 1)
