"""The Inception score: how certain and how diverse the predictions of a classifier are."""

import math
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from zerosum.errors import ConfigError, DataError
from zerosum.metrics.checks import check_features, to_double
from zerosum.metrics.estimate import Estimate
from zerosum.metrics.information import gains
from zerosum.types import Probabilities

__all__ = ["inception_score"]

TOLERANCE = 1e-3
"""Tolerance of a row's sum: that of 1,000 probabilities in 16 bits."""


def inception_score(
    probabilities: Probabilities, *, splits: int = 10, seed: int = 2020
) -> Estimate:
    """Compute exp E KL(p(class|image) ‖ p(class)), between 1 and the number of classes.

    The images are shuffled (sorted ones would score 1 in every split) and split; the value is
    the mean of the splits' scores, the error their standard deviation over √splits. Papers print
    the deviation itself after the ±. With a single split the error is that of the delta method:
    the score times the standard deviation of the images' own KL over √n. The score grows with
    the number of images in a split, and does not depend on real images. Shuffling and
    splitting are torch-fidelity's, so that equal seeds give equal values.

    Args:
        probabilities: p(class|image), shape (n, k), rows summing to 1; zeros are allowed.
        splits: Number of parts, from 1 to n.
        seed: Seed of the shuffling.

    Raises:
        ConfigError: There are fewer images than splits, or no split.
        DataError: Rows are not finite, negative, or do not sum to 1; or there are fewer than two
            images.

    Paper:
        Salimans et al. 2016, section 4, https://arxiv.org/abs/1606.03498; what it means and does
        not: Barratt & Sharma 2018, https://arxiv.org/abs/1801.01973

    Example:
        >>> certain_and_varied = torch.eye(10).repeat(100, 1)
        >>> round(inception_score(certain_and_varied, splits=1).value, 6)
        10.0
    """
    check_features(probabilities, at_least=2)
    count = len(probabilities)
    if not 1 <= splits <= count:
        raise ConfigError(f"expected 1 to {count} splits of {count} pictures, found {splits}.")
    shares = to_double(probabilities)
    _check_probabilities(shares)
    # NumPy's legacy generator is torch-fidelity's.
    order = np.random.RandomState(seed).permutation(count)
    shares = shares[torch.from_numpy(order).to(shares.device)]
    ends = [part * count // splits for part in range(splits + 1)]
    divergences = [gains(shares[start:end]) for start, end in pairwise(ends)]
    scores = torch.stack([part.mean().exp() for part in divergences])
    if splits == 1:
        error = scores[0] * divergences[0].std() / math.sqrt(count)
    else:
        error = scores.std() / math.sqrt(splits)
    return Estimate(value=scores.mean().item(), error=error.item())


def _check_probabilities(shares: Float64[Tensor, "n k"]) -> None:
    sums = shares.sum(dim=1)
    wrong = ((sums - 1).abs() > TOLERANCE) | (shares < 0).any(dim=1)
    if bool(wrong.any()):
        first = int(wrong.nonzero()[0])
        raise DataError(
            f"expected probabilities that sum to 1, found {int(wrong.sum())} of {len(shares)} "
            f"pictures where they don't, first number {first} (from 0) with the sum "
            f"{float(sums[first]):.4g} and the least {float(shares[first].min()):.4g}; of logits, "
            "take the softmax."
        )
