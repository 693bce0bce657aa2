"""The one place where bytes become what a feature network takes: colour, size, scale.

Scores of the same images differ between programs mostly because of the resize filter, so it is
chosen here, once for all networks, and its name becomes a part of every score's protocol.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import interpolate

from zerosum.errors import ConfigError, DataError
from zerosum.types import Bytes, Images

__all__ = [
    "RESIZES",
    "Channels",
    "Preparation",
    "Resize",
    "recolour",
    "resize_antialiased",
    "resize_tf1",
]

Resize = Literal["antialiased", "tf1"]
"""``antialiased`` is right; ``tf1`` is what the first FID programs did, for old numbers."""

RESIZES: dict[Resize, str] = {
    "antialiased": "bilinear, antialiased",
    "tf1": "bilinear as in TensorFlow 1, not antialiased",
}
"""What the protocol says about each resize."""

Channels = Literal[1, 3] | None
"""1 for grey, 3 for RGB, None for grey or RGB as they come."""

_COLOURS = {
    None: "grey or RGB as they come (alpha on white)",
    1: "grey (RGB by its ITU-R 601 luma, alpha on white)",
    3: "RGB (grey repeated, alpha on white)",
}
_LUMA = (0.299, 0.587, 0.114)


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """How bytes become the numbers that a network was trained on.

    (x' − shift) / spread, per channel, where x' in [0, 255] is the recoloured and resized image,
    which is nowhere rounded.

    Attributes:
        channels: 1 for grey, 3 for RGB, None for grey or RGB as they come.
        size: (height, width) that the network takes, or None for the image's own.
        shift: What is subtracted, one number for all channels or one for each; 0 to 255.
        spread: What it is divided by, likewise; not 0.
        resize: The filter.

    Raises:
        ConfigError: If ``resize`` is unknown, or a spread is 0.

    Example:
        >>> prepare = Preparation(channels=1, size=(1, 1), shift=(127.5,), spread=(127.5,))
        >>> prepare(torch.tensor([[[[0, 255]]]], dtype=torch.uint8))
        tensor([[[[0.]]]])
    """

    channels: Channels
    size: tuple[int, int] | None
    shift: tuple[float, ...] = (0.0,)
    spread: tuple[float, ...] = (255.0,)
    resize: Resize = "antialiased"

    def __post_init__(self) -> None:
        if self.resize not in RESIZES:
            raise ConfigError(
                f"resize must be one of {', '.join(RESIZES)}, found {self.resize!r}."
            )
        if not all(self.spread):
            raise ConfigError(f"pictures cannot be divided by 0, found a spread of {self.spread}.")
        assert {len(self.shift), len(self.spread)} <= {1, self.channels or 3}

    def __call__(self, images: Bytes) -> Float[Tensor, "n _ _ _"]:
        """Prepare a batch on the device that it is on.

        Args:
            images: Bytes, shape (n, c, h, w) with c of 1 (grey), 3 (RGB) or 4 (RGB and alpha).

        Raises:
            DataError: If they are not bytes, or have another number of channels.
        """
        return self._finish(recolour(images, self.channels))

    def of_floats(self, images: Images) -> Float[Tensor, "n _ _ _"]:
        """Prepare images in [-1, 1] that are not rounded, so that gradients go through.

        Example:
            >>> prepare = Preparation(channels=1, size=None)
            >>> prepare.of_floats(torch.tensor([[[[-1.0, 0.0, 1.0]]]]))
            tensor([[[[0.0000, 0.5000, 1.0000]]]])
        """
        return self._finish(_recolour((images + 1) * 127.5, self.channels))

    def _finish(self, images: Tensor) -> Tensor:
        """Resize and scale recoloured images."""
        if self.size is not None and images.shape[2:] != self.size:
            resized = resize_tf1 if self.resize == "tf1" else resize_antialiased
            images = resized(images, self.size)
        shift = images.new_tensor(self.shift).view(1, -1, 1, 1)
        return (images - shift) / images.new_tensor(self.spread).view(1, -1, 1, 1)

    @property
    def resize_text(self) -> str:
        """What is done to the size, for the protocol."""
        return "none" if self.size is None else RESIZES[self.resize]

    @property
    def colour_text(self) -> str:
        """What is done to the colours, for the protocol."""
        return _COLOURS[self.channels]


def recolour(images: Bytes, channels: Channels) -> Float[Tensor, "n _ h w"]:
    """Turn bytes into floats in [0, 255] of one or three channels.

    Grey is repeated; RGB becomes the luma 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601, PIL's "L",
    but not rounded); transparent images are laid on white: α x + (1 − α) 255.

    Args:
        images: Shape (n, c, h, w) with c of 1 (grey), 3 (RGB) or 4 (RGB and alpha).
        channels: How many are wanted; None leaves grey grey and RGB as it is.

    Raises:
        DataError: If they are not bytes, or have another number of channels.

    Example:
        >>> clear_black = torch.tensor([0, 0, 0, 0], dtype=torch.uint8).view(1, 4, 1, 1)
        >>> recolour(clear_black, 1)
        tensor([[[[255.]]]])
    """
    if images.dtype != torch.uint8:
        raise DataError(
            f"expected pictures as bytes (torch.uint8, 0 to 255), found {images.dtype}; turn "
            "floats in [-1, 1] into bytes with zerosum.data.unscale."
        )
    if images.ndim != 4 or images.shape[1] not in (1, 3, 4):
        raise DataError(
            "expected pictures of shape (n, c, h, w) with 1 (grey), 3 (RGB) or 4 (RGB and alpha) "
            f"channels, found the shape {tuple(images.shape)}."
        )
    return _recolour(images.float(), channels)


def _recolour(images: Tensor, channels: Channels) -> Tensor:
    if images.shape[1] == 4:
        opaque = images[:, 3:] / 255
        images = images[:, :3] * opaque + 255 * (1 - opaque)
    if channels == 1 and images.shape[1] == 3:
        luma = images.new_tensor(_LUMA).view(1, 3, 1, 1)
        return (images * luma).sum(dim=1, keepdim=True)
    return images if channels is None else images.expand(-1, channels, -1, -1)


def resize_antialiased(images: Images, size: tuple[int, int]) -> Float[Tensor, "n c _ _"]:
    """Resize bilinearly with a filter as wide as the pixels are far apart, without rounding.

    This is the filter of PIL's "bilinear", which shrinks without aliasing.

    Args:
        images: Floats in any range, shape (n, c, h, w).
        size: (height, width) of the result.

    Paper:
        Parmar et al. 2022, section 3, https://arxiv.org/abs/2104.11222, on what the filter does
        to scores.

    Example:
        >>> resize_antialiased(torch.tensor([[[[0.0, 1.0, 2.0, 3.0]]]]), (1, 1))
        tensor([[[[1.5000]]]])
    """
    return interpolate(images, size, mode="bilinear", antialias=True, align_corners=False)


def resize_tf1(images: Images, size: tuple[int, int]) -> Float[Tensor, "n c _ _"]:
    """Resize as TensorFlow 1 did, and with it the first programs for Inception score and FID.

    Pixel i of the result is taken at position i · h / h' of the source, without the half pixel
    that centres it and without antialiasing, between the two pixels next to it.

    Args:
        images: Floats in any range, shape (n, c, h, w).
        size: (height, width) of the result.

    Source:
        ``ResizeBilinear`` with ``half_pixel_centers=False`` of TensorFlow 1.

    Example:
        >>> resize_tf1(torch.tensor([[[[0.0, 1.0]]]]), (1, 4))
        tensor([[[[0.0000, 0.5000, 1.0000, 1.0000]]]])
    """
    height, width = size
    return _between_neighbours(_between_neighbours(images, 3, width), 2, height)


def _between_neighbours(images: Tensor, axis: int, length: int) -> Tensor:
    """Interpolate linearly along one axis, at the positions that TensorFlow 1 chose."""
    last = images.shape[axis] - 1
    steps = torch.arange(length, dtype=torch.float32, device=images.device)
    positions = steps * torch.tensor((last + 1) / length, dtype=torch.float32)
    before = positions.long()
    shape = [1] * images.ndim
    shape[axis] = length
    share = (positions - before).view(shape)
    low = images.index_select(axis, before)
    high = images.index_select(axis, (before + 1).clamp(max=last))
    return low + (high - low) * share
