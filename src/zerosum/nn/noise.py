"""Noise within networks."""

import torch
from torch import Tensor, nn

__all__ = ["GaussianNoise"]


class GaussianNoise(nn.Module):
    """Add normal noise in training mode; in evaluation mode, nothing.

    The noise is drawn from PyTorch's generator, as dropout is.

    Args:
        deviation: Standard deviation σ.

    Example:
        >>> noise = GaussianNoise(0.5)
        >>> noise.eval()(torch.zeros(2))
        tensor([0., 0.])
    """

    def __init__(self, deviation: float) -> None:
        super().__init__()
        self.deviation = deviation

    def forward(self, maps: Tensor) -> Tensor:
        """Give x + σ ε."""
        if not self.training or not self.deviation:
            return maps
        return torch.add(maps, torch.randn_like(maps), alpha=self.deviation)

    def extra_repr(self) -> str:
        """What ``print`` shows."""
        return f"{self.deviation:g}"
