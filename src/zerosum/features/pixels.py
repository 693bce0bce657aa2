"""No network at all: the image itself, shrunk."""

from torch import nn

from zerosum.features.base import NO_WEIGHTS, FeatureNetwork
from zerosum.features.preparation import Preparation, Resize
from zerosum.types import Features, Images

__all__ = ["SIDE", "load_pixels"]

SIDE = 16
"""Height and width to which images are shrunk, in pixels."""


class _Flat(nn.Module):
    def forward(self, images: Images) -> tuple[Features, None]:
        """An image's numbers in one row."""
        return images.flatten(1), None


def load_pixels(*, resize: Resize = "antialiased") -> FeatureNetwork:
    """The image shrunk to 16×16: 768 numbers in [0, 1], or 256 if it is grey.

    A protocol without weights, the same everywhere and for ever. It sees colours and where they
    are, and no detail that is finer than a sixteenth of the image: a good score is necessary,
    not sufficient. It is blind to sharpness, and strict about a shift that nobody would notice.

    Args:
        resize: The filter that shrinks.

    Example:
        >>> import torch
        >>> white = torch.full((1, 1, 28, 28), 255, dtype=torch.uint8)
        >>> features = load_pixels()(white).features
        >>> features.shape, round(features.mean().item(), 3)
        (torch.Size([1, 256]), 1.0)
    """
    return FeatureNetwork(
        name="pixels",
        weights=NO_WEIGHTS,
        dimensions=None,
        body=_Flat(),
        prepare=Preparation(channels=None, size=(SIDE, SIDE), resize=resize),
    )
