"""Modulated convolutions: filters are scaled, channel by channel, for every image by itself.

With a style s (one factor per input channel and image) and filters w[o, i, k] the paper has

    w'  = s_i w                            (equation 1, modulation)
    w'' = w' / √(Σ_{i, k} w'² + ε)         (equation 3, demodulation)

where the second restores the variance 1 of every output channel, for inputs of variance 1. Three
forms compute it; values and gradients are the same up to rounding:

- ``grouped``: w'' of all images, and one convolution in n groups. n times the filters in memory.
- ``scaled``: a factor of an input channel is applied to the image instead, and one of an output
  channel to the result: y = d · conv(s · x, w), with d = 1 / √(Σ_i s_i² Σ_k w² + ε). One
  ordinary convolution of the whole batch, and two more multiplications of maps.
- ``looped``: w'' of one image, its convolution, the next image.

``benchmarks/modulated_convolution.py`` measures them.
"""

from collections.abc import Callable
from math import sqrt

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from zerosum.nn.resampling import Resize, blur, convolve
from zerosum.registry import Table

__all__ = ["FORMS", "ModulatedConv2d"]

_Maps = Float[Tensor, "n inputs h w"]
_Convolved = Float[Tensor, "n outputs _ _"]
_Style = Float[Tensor, "n inputs"]
_Filters = Float[Tensor, "outputs inputs k k"]

_EPSILON = 1e-8


def _filters(weight: _Filters, style: Tensor, demodulate: bool) -> Tensor:
    """Compute the filters w' or w'' of every image: (n, outputs, inputs, k, k)."""
    modulated = weight * style[:, None, :, None, None]
    if not demodulate:
        return modulated
    power = modulated.square().sum(dim=(2, 3, 4), keepdim=True)
    return modulated * (power + _EPSILON).rsqrt()


def _grouped(
    maps: _Maps, weight: _Filters, style: _Style, demodulate: bool, upsampling: bool
) -> _Convolved:
    n, _, h, w = maps.shape
    filters = _filters(weight, style, demodulate)
    row = maps.reshape(1, -1, h, w)
    if upsampling:
        stacked = filters.transpose(1, 2).flatten(0, 1)
        wide = functional.conv_transpose2d(row, stacked, stride=2, groups=n)
        return blur(wide.view(n, -1, *wide.shape[2:]), padding=1, gain=4.0)
    padding = weight.shape[-1] // 2
    out = functional.conv2d(row, filters.flatten(0, 1), padding=padding, groups=n)
    return out.view(n, -1, h, w)


def _scaled(
    maps: _Maps, weight: _Filters, style: _Style, demodulate: bool, upsampling: bool
) -> _Convolved:
    out = convolve(maps * style[:, :, None, None], weight, resize="up" if upsampling else "keep")
    if not demodulate:
        return out
    power = style.square() @ weight.square().sum(dim=(2, 3)).T
    return out * (power + _EPSILON).rsqrt()[:, :, None, None]


def _looped(
    maps: _Maps, weight: _Filters, style: _Style, demodulate: bool, upsampling: bool
) -> _Convolved:
    resize: Resize = "up" if upsampling else "keep"
    return torch.cat(
        [
            convolve(one[None], _filters(weight, own[None], demodulate)[0], resize=resize)
            for one, own in zip(maps, style, strict=True)
        ]
    )


FORMS: Table[Callable[[_Maps, _Filters, _Style, bool, bool], _Convolved]] = Table(
    "form of modulated convolution",
    {"grouped": _grouped, "scaled": _scaled, "looped": _looped},
)
"""The ways to compute it, by name: (maps, filters, style, demodulate, upsampling) → maps."""


class ModulatedConv2d(nn.Module):
    """A convolution whose input channels are scaled by a style, per image.

    Args:
        inputs: Channels of the input.
        outputs: Channels of the output.
        kernel: Side of the filters: 1, or 3.
        demodulate: Whether every output channel is normalised to variance 1.
        upsampling: Whether height and width are doubled.
        form: A name in ``FORMS``, or ``auto``: the fastest for the device.

    Raises:
        UnknownNameError: There is no such form.

    Paper:
        Karras et al. 2020, section 2.2, https://arxiv.org/abs/1912.04958

    Example:
        >>> layer = ModulatedConv2d(4, 6, 3, upsampling=True)
        >>> layer(torch.zeros(2, 4, 8, 8), torch.ones(2, 4)).shape
        torch.Size([2, 6, 16, 16])
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        demodulate: bool = True,
        upsampling: bool = False,
        form: str = "auto",
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.scale = 1 / sqrt(inputs * kernel**2)
        self.demodulate = demodulate
        self.upsampling = upsampling
        self.form = form
        if form != "auto":
            FORMS[form]

    def forward(self, maps: _Maps, style: _Style) -> _Convolved:
        """Convolve each image with its own style."""
        form = fastest_form(maps.device) if self.form == "auto" else self.form
        # Scaling the style scales the filters, with far fewer products.
        return FORMS[form](maps, self.weight, style * self.scale, self.demodulate, self.upsampling)

    def extra_repr(self) -> str:
        """Describe the layer for ``print``."""
        outputs, inputs, kernel, _ = self.weight.shape
        options = f"demodulate={self.demodulate}, upsampling={self.upsampling}"
        return f"{inputs}, {outputs}, {kernel}, {options}"


def fastest_form(device: torch.device) -> str:
    """Choose the form: on CUDA without gradients one launch of many groups, else one convolution.

    Gradients of grouped convolutions are slow, above all those of their gradients (path length):
    the authors' program, too, uses groups for finished networks only.
    """
    grouped = device.type == "cuda" and not torch.is_grad_enabled()
    return "grouped" if grouped else "scaled"
