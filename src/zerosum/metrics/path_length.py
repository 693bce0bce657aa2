"""Perceptual path length: the rate of change of images along paths of a latent space."""

from zerosum.metrics.estimate import Estimate
from zerosum.types import PerSample

__all__ = ["mean_path_length"]

_CUT = 0.01


def mean_path_length(lengths: PerSample) -> Estimate:
    """Compute the mean of path lengths without the lowest and the highest hundredth.

    l = mean of the d_i with q₁ ≤ d_i ≤ q₉₉, the percentiles being values of the sample as in the
    authors' program. Its standard error is that of a trimmed mean, s_w / (0.98 √n), with s_w the
    standard deviation of the sample clamped to [q₁, q₉₉].

    Args:
        lengths: d_i, at least 2.

    Paper:
        Karras et al. 2019, section 4.1, https://arxiv.org/abs/1812.04948; the error: Tukey &
        McLaughlin 1963, https://www.jstor.org/stable/25049278

    Example:
        >>> import torch
        >>> mean_path_length(torch.tensor([0.0, *[5.0] * 300, 1e6])).value
        5.0
    """
    n = len(lengths)
    assert n >= 2
    values = lengths.double()
    low = values.quantile(_CUT, interpolation="lower")
    high = values.quantile(1 - _CUT, interpolation="higher")
    kept = values[(low <= values) & (values <= high)]
    deviation = values.clamp(low, high).std()
    error = deviation / ((1 - 2 * _CUT) * n**0.5)
    return Estimate(value=kept.mean().item(), error=error.item())
