"""Up- and downsampling with a low-pass filter, so that no frequency turns into another.

The filter is binomial: f = [1, 3, 3, 1] / 8 along each axis. It is computed as a convolution of
each channel by itself, which of five forms (one after the other axis, all channels as images,
three running means, shifted sums) was the fastest on the CPU, by a factor between 1.2 and 40.

Paper:
    Karras et al. 2020, appendix B, https://arxiv.org/abs/1912.04958; why: Zhang 2019,
    https://arxiv.org/abs/1904.11486
"""

from functools import partial
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Resize", "blur", "blur_pool", "convolve", "downsample", "upsample"]

_Maps = Float[Tensor, "n c h w"]
_Resized = Float[Tensor, "n c _ _"]

Resize = Literal["keep", "up", "down"]
"""The change of height and width by a convolution."""


def blur(images: _Maps, *, padding: int, gain: float = 1.0, stride: int = 1) -> _Resized:
    """Convolve with the binomial filter of four pixels; beyond the border there is 0.

    y[P] = gain · Σ_k f[k] x[stride · P + k − padding]  along each axis, k in 0..3

    Args:
        images: x, shape (n, c, h, w).
        padding: Zeros on each side; the output has h + 2 padding − 3 rows at stride 1.
        gain: Factor of a constant image.
        stride: Steps of the output in the input.

    Example:
        >>> blur(torch.ones(1, 1, 6, 7), padding=0).shape
        torch.Size([1, 1, 3, 4])
        >>> blur(torch.ones(1, 1, 4, 4), padding=0).item()
        1.0
    """
    line = torch.ones(4, device=images.device)
    line[1:3] = 3.0
    line /= 8
    channels = images.shape[1]
    weight = (gain * line[:, None] * line).expand(channels, 1, 4, 4)
    convolve_each = partial(functional.conv2d, stride=stride, padding=padding, groups=channels)
    if stride > 1 and images.device.type == "cpu" and images.dtype != torch.float64:
        # PyTorch's gradient of this very convolution takes five to ten times as long in bfloat16.
        with torch.autocast("cpu", enabled=False):
            return convolve_each(images.float(), weight).to(images.dtype)
    return convolve_each(images, weight.to(images.dtype))


def downsample(images: _Maps) -> _Resized:
    """Blur, and keep every other row and column; sides are even.

    Example:
        >>> downsample(torch.ones(1, 1, 6, 6))[0, 0]
        tensor([[0.7656, 0.8750, 0.7656],
                [0.8750, 1.0000, 0.8750],
                [0.7656, 0.8750, 0.7656]])
    """
    return blur(images, padding=1, stride=2)


def upsample(images: _Maps) -> _Resized:
    """Put zeros between the pixels, and blur with a gain of 2 along each axis.

    y[2P] = ¾ x[P] + ¼ x[P − 1] and y[2P + 1] = ¾ x[P] + ¼ x[P + 1], where x is 0 beyond the
    border, as it is in `blur` and in the authors' programs.

    Example:
        >>> upsample(torch.tensor([[[[0.0, 4.0], [0.0, 4.0]]]]))[0, 0, 1]
        tensor([0., 1., 3., 3.])
    """
    bilinear = functional.interpolate(images, scale_factor=2.0, mode="bilinear")
    # Interpolation repeats the outermost pixel, which then weighs ¾ + ¼ where it should weigh ¾.
    rows, columns = (_end_weights(side, images) for side in bilinear.shape[2:])
    return bilinear * (rows[:, None] * columns)


def blur_pool() -> nn.Sequential:
    """Make layers that blur by [1, 2, 1] / 4 along each axis and keep every other row and column.

    They follow a convolution of stride 1, in place of one of stride 2, which would alias high
    frequencies (Zhang 2019, https://arxiv.org/abs/1904.11486). Padding is by reflection. The
    filter is [1, 1] / 2 twice, the second time at the kept places only.

    Example:
        >>> blur_pool()(torch.tensor([[[[0.0, 0, 8, 0], [0.0, 0, 8, 0]]]]))[0, 0]
        tensor([[0., 4.]])
    """
    return nn.Sequential(nn.ReflectionPad2d(1), nn.AvgPool2d(2, stride=1), nn.AvgPool2d(2))


def convolve(
    images: Float[Tensor, "n inputs h w"],
    weight: Float[Tensor, "outputs inputs k k"],
    bias: Float[Tensor, " outputs"] | None = None,
    *,
    resize: Resize = "keep",
) -> Float[Tensor, "n outputs _ _"]:
    """Convolve, and keep, double or halve height and width.

    ``up`` is a transposed convolution of stride 2, then `blur`; ``down`` is `blur`, then a
    convolution of stride 2 (for filters of one pixel, `downsample` and then the convolution). The
    filters are thus applied at the smaller size, with a quarter of the work, and there is no
    aliasing.

    Args:
        images: Shape (n, inputs, h, w).
        weight: Filters of side k, 1 or 3; that of ``up`` has k = 3.
        bias: One number for each channel.
        resize: The change of height and width.

    Example:
        >>> x, w = torch.zeros(2, 3, 8, 6), torch.zeros(5, 3, 3, 3)
        >>> [tuple(convolve(x, w, resize=r).shape[2:]) for r in ("keep", "up", "down")]
        [(8, 6), (16, 12), (4, 3)]
    """
    kernel = weight.shape[-1]
    assert kernel in (1, 3), kernel
    if resize == "keep":
        return functional.conv2d(images, weight, bias, padding=kernel // 2)
    if resize == "down":
        if kernel == 1:
            return functional.conv2d(downsample(images), weight, bias)
        return functional.conv2d(blur(images, padding=2), weight, bias, stride=2)
    assert kernel == 3, kernel
    wide = functional.conv_transpose2d(images, weight.transpose(0, 1), stride=2)
    upsampled = blur(wide, padding=1, gain=4.0)
    return upsampled if bias is None else upsampled + bias.view(-1, 1, 1)


def _end_weights(count: int, like: Tensor) -> Tensor:
    inner = torch.ones(count - 2, dtype=like.dtype, device=like.device)
    return functional.pad(inner, (1, 1), value=0.75)
