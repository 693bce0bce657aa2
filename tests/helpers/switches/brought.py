"""What a user may bring: classifiers to be misled, and maps by which contents are compared."""

import torch
from torch import Tensor, nn


class Leaning(nn.Module):
    """Three classes by the mean of the upper half, of the lower one, and of neither."""

    def __init__(self, lean: float) -> None:
        super().__init__()
        self.lean = nn.Parameter(torch.tensor(lean))

    def forward(self, images: Tensor) -> Tensor:
        """Give three logits of pictures of any size."""
        upper, lower = (half.mean(dim=(1, 2, 3)) for half in images.chunk(2, dim=2))
        return torch.stack([self.lean * upper, lower, 0.5 * torch.ones_like(upper)], dim=1)


def leaning() -> nn.Module:
    """Make a classifier."""
    return Leaning(1.0)


def slanted() -> nn.Module:
    """Make another one."""
    return Leaning(3.0)


def coarse() -> nn.Module:
    """Make maps of a quarter of the size."""
    return nn.AvgPool2d(4)


def fine() -> nn.Module:
    """Make maps of half of the size."""
    return nn.AvgPool2d(2)
