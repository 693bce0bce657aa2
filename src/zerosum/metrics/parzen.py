"""Parzen windows: the log-likelihood of images under Gaussians set on generated ones.

The measure by which the first GAN was compared. A generator gives samples and no density; so one
is made of them, the mean of a Gaussian around each. In 784 dimensions it says little of the
generator: k-means centres of training images score better than these images do.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from zerosum.errors import ConfigError
from zerosum.metrics.checks import check_features, check_same_width, parts_of, to_double
from zerosum.metrics.estimate import Estimate
from zerosum.types import Features

__all__ = ["DEVIATIONS", "ParzenScore", "parzen_log_likelihoods", "parzen_score"]

DEVIATIONS = tuple(10 ** (-1 + step / 9) for step in range(10))
"""The standard deviations that are tried, from 0.1 to 1: those of the first GAN's program."""

ROWS = 128
"""Images at once; with 10,000 samples a block of distances takes 10 MB."""


@dataclass(frozen=True, kw_only=True)
class ParzenScore:
    """How likely images are by a Parzen window.

    Attributes:
        log_likelihood: The mean over the test images, in nats per image.
        deviation: The standard deviation σ of each Gaussian.
        tried: The mean over the validation images with each deviation that was tried, in order.
    """

    log_likelihood: Estimate
    deviation: float
    tried: tuple[float, ...]


def parzen_log_likelihoods(
    images: Features, samples: Float[Tensor, "m _"], *, deviation: float
) -> Float64[Tensor, " n"]:
    """The logarithm of the density of images under Gaussians around samples.

    log p(x) = log (1/m) Σⱼ N(x; yⱼ, σ² I)
    = logsumexpⱼ(−‖x − yⱼ‖² / 2σ²) − log m − d log(σ √(2π)),

    with x (n, d) and y (m, d) in one unit, and σ in the same. It is a density: in a unit of half
    the size, [−1, 1] in place of [0, 1], each number has log 2 nats less, 784 of them 543.4.

    Args:
        images: x, shape (n, d).
        samples: y, shape (m, d).
        deviation: σ.

    Returns:
        In nats, shape (n,).

    Raises:
        ConfigError: The deviation is not above 0.
        DataError: A set is empty or has numbers that are not finite; or the sets differ in d.

    Paper:
        Breuleux et al. 2011, as used by Goodfellow et al. 2014, section 5,
        https://arxiv.org/abs/1406.2661

    Example:
        >>> x, y = torch.zeros(1, 2), torch.zeros(1, 2)
        >>> parzen_log_likelihoods(x, y, deviation=1.0)  # -log 2π
        tensor([-1.8379], dtype=torch.float64)
    """
    return _all_log_likelihoods(images, samples, (deviation,))[0]


def parzen_score(
    test: Features,
    samples: Float[Tensor, "m _"],
    *,
    validation: Float[Tensor, "v _"],
    deviations: tuple[float, ...] = DEVIATIONS,
) -> ParzenScore:
    """The mean log-likelihood of test images, with the σ that is best for validation images.

    Args:
        test: Shape (n, d), in [0, 1] if it is to be compared with published numbers.
        samples: Generated ones, shape (m, d).
        validation: Other real images, shape (v, d).
        deviations: The σ that are tried.

    Raises:
        ConfigError: A deviation is not above 0.
        DataError: A set is empty or has numbers that are not finite; or the sets differ in d.

    Paper:
        Goodfellow et al. 2014, section 5: 225 ± 2 for MNIST, with 10,000 samples,
        https://arxiv.org/abs/1406.2661. What it does not measure: Theis et al. 2016, sections 3.3
        and 4, https://arxiv.org/abs/1511.01844

    Example:
        >>> random = torch.Generator().manual_seed(0)
        >>> test, validation, samples = torch.rand(3, 500, 2, generator=random)
        >>> score = parzen_score(test, samples, validation=validation)
        >>> print(score.log_likelihood, round(score.deviation, 3))  # 0, had it no borders.
        -0.216 ± 0.015 0.1
    """
    means = _all_log_likelihoods(validation, samples, deviations).mean(dim=1)
    deviation = deviations[int(means.argmax())]
    values = parzen_log_likelihoods(test, samples, deviation=deviation)
    error = values.std().item() / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return ParzenScore(
        log_likelihood=Estimate(value=values.mean().item(), error=error),
        deviation=deviation,
        tried=tuple(means.tolist()),
    )


def _all_log_likelihoods(
    images: Features, samples: Float[Tensor, "m _"], deviations: tuple[float, ...]
) -> Float64[Tensor, "k n"]:
    """The log-likelihoods of n images with each of k standard deviations."""
    for each in deviations:
        if not 0 < each < math.inf:
            raise ConfigError(f"a deviation must be a number above 0, got {each}.")
    check_features(images)
    check_features(samples)
    check_same_width(images, samples)
    centres = to_double(samples)
    # Around their mean, where squares of sums lose least to rounding.
    middle = centres.mean(dim=0)
    centres = centres - middle
    norms = centres.square().sum(dim=1)
    blocks = []
    for part in parts_of(images, ROWS):
        block = to_double(part) - middle
        squares = block.square().sum(dim=1, keepdim=True) + norms - 2 * block @ centres.T
        sums = [torch.logsumexp(-squares / (2 * each**2), dim=1) for each in deviations]
        blocks.append(torch.stack(sums))
    scale = [math.log(each * math.sqrt(2 * math.pi)) for each in deviations]
    constants = centres.shape[1] * torch.tensor(scale, dtype=torch.float64)[:, None]
    return torch.cat(blocks, dim=1) - math.log(len(centres)) - constants
