"""Noise within networks."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

__all__ = ["GaussianNoise", "NoiseInjection"]

_Maps = Float[Tensor, "n c h w"]


class GaussianNoise(nn.Module):
    """Add normal noise in training mode; in evaluation mode, nothing.

    The noise comes from PyTorch's generator, like that of dropout.

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
        """Compute x + σ ε."""
        if not self.training or not self.deviation:
            return maps
        return torch.add(maps, torch.randn_like(maps), alpha=self.deviation)

    def extra_repr(self) -> str:
        """Describe the layer for ``print``."""
        return f"{self.deviation:g}"


class NoiseInjection(nn.Module):
    """Add noise to maps, one number at each place, times a learnt factor that starts as 0.

    It is for random details that the latent need not determine. In training mode the noise is
    drawn for each image from PyTorch's own generator, like that of dropout; in evaluation mode
    it is the buffer ``noise`` of shape (1, 1, h, w), so a latent always gives the same image.

    Args:
        strengths: Number of learnt factors, shape (1, strengths, 1, 1): one per channel, or 1.
        size: Height and width of the maps.

    Paper:
        Karras et al. 2019, section 2 and figure 1b, https://arxiv.org/abs/1812.04948

    Example:
        >>> layer, maps = NoiseInjection(8, size=(4, 6)), torch.zeros(2, 8, 4, 6)
        >>> layer.weight.shape, torch.equal(layer(maps), maps)
        (torch.Size([1, 8, 1, 1]), True)
    """

    noise: Tensor

    def __init__(self, strengths: int, *, size: tuple[int, int]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, strengths, 1, 1))
        self.register_buffer("noise", torch.randn(1, 1, *size))

    def forward(self, maps: _Maps) -> _Maps:
        """Compute x + weight · noise."""
        return maps + self.weight * self._draw(maps)

    def _draw(self, maps: _Maps) -> Float[Tensor, "_ 1 h w"]:
        if not self.training:
            return self.noise
        shape, kind = self.noise.shape[1:], self.noise.dtype
        return torch.randn(len(maps), *shape, dtype=kind, device=self.noise.device)
