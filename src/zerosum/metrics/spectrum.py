"""Spectra of images: how much of their variance is at which frequency, and at that of a lattice.

A layer that enlarges maps by a stride of p treats the places of each cell of p x p pixels
differently. What comes of it repeats every p pixels: it lies at multiples of the frequency 1/p.
"""

import math

import torch
from jaxtyping import Float64
from torch import Tensor

from zerosum.errors import ConfigError, DataError
from zerosum.metrics.estimate import Estimate
from zerosum.types import Images

__all__ = ["checkerboard_share", "power_spectrum", "radial_spectrum"]


def power_spectrum(images: Images) -> Float64[Tensor, "h w"]:
    """The variance of images by frequency, the mean over images and channels.

    P[u, v] = |Σ_{y, x} (I[y, x] − mean I) e^{−2πi (uy/h + vx/w)}|² / (h w)², so that the sum of P
    is the variance within an image (Parseval). P[0, 0] is 0.

    Args:
        images: I, of any scale.

    Returns:
        In the order of ``torch.fft.fft2``: row u is u waves over the height, or u − h of them.

    Raises:
        DataError: There is no image, or a pixel is not finite.

    Example:
        >>> wave = torch.tensor([1.0, 0.0, -1.0, 0.0]).expand(1, 1, 4, 4)
        >>> power_spectrum(wave)[0]
        tensor([0.0000, 0.2500, 0.0000, 0.2500], dtype=torch.float64)
    """
    return _powers(images).mean(dim=0)


def radial_spectrum(images: Images) -> Float64[Tensor, " k"]:
    """The mean power at each distance from frequency 0, whatever the direction.

    Args:
        images: Square, or nearly: a distance is counted in waves over the shorter side.

    Returns:
        At the distances 0, 1, ..., half the shorter side (Nyquist's), each the mean of `power
        spectrum` over all frequencies that round to it.

    Raises:
        DataError: There is no image, or a pixel is not finite.

    Paper:
        Durall et al. 2020, section 2.1, https://arxiv.org/abs/2003.01826

    Example:
        >>> noise = torch.randn(50, 1, 8, 8, generator=torch.Generator().manual_seed(0))
        >>> (64 * radial_spectrum(noise)).round(decimals=1)  # White is even, but for the mean.
        tensor([0., 1., 1., 1., 1.], dtype=torch.float64)
    """
    power = power_spectrum(images)
    height, width = power.shape
    side = min(height, width)
    rows, columns = (torch.fft.fftfreq(each, dtype=torch.float64) * side for each in power.shape)
    rings = torch.hypot(rows[:, None], columns).round().long().flatten().to(power.device)
    sums = torch.zeros(int(rings.max()) + 1, dtype=power.dtype, device=power.device)
    counts = torch.zeros_like(sums)
    sums.scatter_add_(0, rings, power.flatten())
    counts.scatter_add_(0, rings, torch.ones_like(power).flatten())
    return (sums / counts)[: side // 2 + 1]


def checkerboard_share(images: Images, *, period: int, radius: int = 0) -> Estimate:
    """The share of the variance that repeats every so many pixels.

    It lies at the frequencies (a/p, b/p), with p the period, a and b in 0..p − 1 and not both 0.
    With radius 0 these alone are counted: the share is then the variance of the mean cell of p x p
    pixels over that of the image. A pattern that is stronger in some places than in others has
    power around them too, as far away as it varies.

    White noise has as large a share as these frequencies are of all.

    Args:
        images: Their sides are multiples of the period.
        period: p, in pixels; 2 or more.
        radius: How far from these frequencies is counted too, in waves over the image, along each
            axis.

    Returns:
        From 0 to 1, with its standard error over images.

    Raises:
        ConfigError: The period is less than 2, no divisor of a side, or the radius so large that
            frequency 0 is counted.
        DataError: There is no image, a pixel is not finite, or all images are plain.

    Paper:
        Odena et al. 2016, https://doi.org/10.23915/distill.00003

    Example:
        >>> board = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(1, 1, 4, 4)
        >>> checkerboard_share(board, period=2).value
        1.0
    """
    height, width = images.shape[2:]
    if period < 2 or height % period or width % period:
        raise ConfigError(
            f"expected a period of 2 or more that divides the sides of {height} x {width} pixels, "
            f"got {period}."
        )
    if not 0 <= radius < min(height, width) / (2 * period):
        raise ConfigError(
            f"expected a radius from 0 to less than half of {min(height, width) // period} waves, "
            f"the distance of two such frequencies, got {radius}."
        )
    powers = _powers(images)
    near = torch.outer(_near(height, period, radius), _near(width, period, radius))
    # Around frequency 0 lies what does not repeat.
    at_zero = torch.outer(_near(height, 1, radius), _near(width, 1, radius))
    counted = (powers * (near & ~at_zero).to(powers.device)).sum(dim=(1, 2))
    total = powers.sum(dim=(1, 2))
    if not bool(total.sum() > 0):
        raise DataError("expected images that are not plain: these have no variance at all.")
    share = float(counted.sum() / total.sum())
    # Of a ratio of means, to first order.
    left = (counted - share * total) / total.mean()
    count = len(powers)
    error = float(left.std()) / math.sqrt(count) if count > 1 else math.nan
    return Estimate(value=share, error=error)


def _near(side: int, period: int, radius: int) -> Tensor:
    """Which frequencies of an axis are within the radius of multiples of side/period."""
    step = side // period
    apart = torch.arange(side) % step
    return torch.minimum(apart, step - apart) <= radius


def _powers(images: Images) -> Float64[Tensor, "n h w"]:
    """The power spectrum of each image, the mean over its channels."""
    if not len(images) or not bool(images.isfinite().all()):
        raise DataError(f"expected finite pixels of one image or more, got {len(images)} images.")
    device = "cpu" if images.device.type == "mps" else images.device
    values = images.detach().to(device, torch.float64)
    centred = values - values.mean(dim=(2, 3), keepdim=True)
    waves = torch.fft.fft2(centred, norm="forward")
    powers: Tensor = waves.abs().square().mean(dim=1)
    return powers
