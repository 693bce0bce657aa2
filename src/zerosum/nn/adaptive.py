"""Adaptive instance normalisation: scale and shift are functions of a style."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from zerosum.nn.equalised import EqualisedLinear

__all__ = ["AdaptiveInstanceNorm"]

_Maps = Float[Tensor, "n c h w"]

_EPSILON = 1e-8


class AdaptiveInstanceNorm(nn.Module):
    """AdaIN(x, y) = y_s (x − μ(x)) / √(σ²(x) + 10⁻⁸) + y_b.

    μ and σ² are taken over the places of one image's channel. (y_s, y_b) = A w, a learnt affine
    map of the style w, where y_s starts near 1 and y_b near 0.

    Args:
        channels: Channels of the maps x (n, channels, h, w).
        style_size: Numbers in w (n, style_size).

    Paper:
        Huang & Belongie 2017, equation 8, https://arxiv.org/abs/1703.06868; with a style: Karras
        et al. 2019, equation 1, https://arxiv.org/abs/1812.04948

    Example:
        >>> layer = AdaptiveInstanceNorm(4, style_size=8)
        >>> layer(torch.rand(2, 4, 6, 6), torch.zeros(2, 8)).mean(dim=(2, 3)).abs().max() < 1e-5
        tensor(True)
    """

    def __init__(self, channels: int, *, style_size: int) -> None:
        super().__init__()
        self.affine = EqualisedLinear(style_size, 2 * channels)

    def forward(self, maps: _Maps, style: Float[Tensor, "n s"]) -> _Maps:
        """Normalise the maps, then scale and shift them by the style."""
        # Group normalisation of one channel each: PyTorch's instance normalisation has a wrong
        # gradient for a single image (see `InstanceNorm`).
        normal = functional.group_norm(maps, maps.shape[1], eps=_EPSILON)
        scale, shift = self.affine(style)[:, :, None, None].chunk(2, dim=1)
        return torch.addcmul(shift, normal, 1 + scale)
