"""Layers with weights scaled at run time, so that all of them learn at the same speed.

The parameters v and u start as N(0, 1 / rate²) and as the bias / rate; the layer uses

    w = v · rate · gain / √(inputs per output),      b = rate · u.

Adam changes every parameter by about the learning rate, whatever its scale, so layers with small
weights would learn faster than others if the scale were in v. Here every layer's v has the same
scale. ``rate`` slows a layer down as a smaller learning rate would.
"""

from math import sqrt

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from zerosum.nn.resampling import Resize, convolve

__all__ = ["HE_GAIN", "EqualisedConv2d", "EqualisedLinear", "PixelNorm"]

HE_GAIN = sqrt(2.0)
"""He's constant: the gain that keeps the mean square of a layer before a (leaky) ReLU."""


class EqualisedLinear(nn.Module):
    """A linear layer with its weights scaled at run time.

    Args:
        inputs: Numbers of the input.
        outputs: Numbers of the output.
        gain: Standard deviation of the output for inputs of mean 0 and variance 1, at the start.
        rate: Factor of the learning rate.
        bias: Initial bias; None: there is none.

    Paper:
        Karras et al. 2018, section 4.1, https://arxiv.org/abs/1710.10196; ``rate`` is the
        mapping's λ in Karras et al. 2019, appendix C, https://arxiv.org/abs/1812.04948

    Example:
        >>> layer = EqualisedLinear(3, 2, bias=1.0)
        >>> layer(torch.zeros(1, 3))
        tensor([[1., 1.]], grad_fn=...)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        gain: float = 1.0,
        rate: float = 1.0,
        bias: float | None = 0.0,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = None if bias is None else nn.Parameter(torch.full((outputs,), bias / rate))
        self.scale = rate * gain / sqrt(inputs)
        self.rate = rate

    def forward(self, maps: Float[Tensor, "n inputs"]) -> Float[Tensor, "n outputs"]:
        """Compute w x + b."""
        bias = self.bias if self.bias is None or self.rate == 1 else self.bias * self.rate
        return functional.linear(maps, self.weight * self.scale, bias)

    def extra_repr(self) -> str:
        """Describe the layer for ``print``."""
        outputs, inputs = self.weight.shape
        return f"{inputs}, {outputs}, scale={self.scale:.4g}, bias={self.bias is not None}"


class EqualisedConv2d(nn.Module):
    """A convolution whose weights are scaled at run time; it may up- or downsample the image.

    Args:
        inputs: Channels of the input.
        outputs: Channels of the output.
        kernel: Side of the filters, 1 or 3.
        resize: ``keep``, ``up`` or ``down``: see `zerosum.nn.resampling.convolve`.
        gain: Standard deviation of the output for inputs of mean 0 and variance 1, at the start.
        bias: Whether there is a bias per channel, initially 0.

    Paper:
        Karras et al. 2018, section 4.1, https://arxiv.org/abs/1710.10196

    Example:
        >>> EqualisedConv2d(3, 8, 3, resize="down")(torch.zeros(2, 3, 32, 48)).shape
        torch.Size([2, 8, 16, 24])
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        resize: Resize = "keep",
        gain: float = 1.0,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.scale = gain / sqrt(inputs * kernel**2)
        self.resize: Resize = resize

    def forward(self, maps: Float[Tensor, "n inputs h w"]) -> Float[Tensor, "n outputs _ _"]:
        """Convolve the maps."""
        return convolve(maps, self.weight * self.scale, self.bias, resize=self.resize)

    def extra_repr(self) -> str:
        """Describe the layer for ``print``."""
        outputs, inputs, kernel, _ = self.weight.shape
        shape = f"{inputs}, {outputs}, {kernel}, {self.resize}"
        return f"{shape}, scale={self.scale:.4g}, bias={self.bias is not None}"


class PixelNorm(nn.Module):
    """Normalise the numbers along the channels to a mean square of 1, at each place by itself.

    y = x / √(mean_c x² + ε); maps (n, c, h, w), or vectors (n, c).

    Args:
        epsilon: ε, which keeps 0 at 0.

    Paper:
        Karras et al. 2018, section 4.2, https://arxiv.org/abs/1710.10196

    Example:
        >>> PixelNorm()(torch.tensor([[3.0, 4.0]])).square().mean().round(decimals=4)
        tensor(1.)
    """

    def __init__(self, epsilon: float = 1e-8) -> None:
        super().__init__()
        self.epsilon = epsilon

    def forward(self, maps: Float[Tensor, "n c *places"]) -> Float[Tensor, "n c *places"]:
        """Normalise along the channels."""
        return maps * (maps.square().mean(dim=1, keepdim=True) + self.epsilon).rsqrt()
