"""Images under test beside the real ones that they are nearest to: the look for memorisation."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from numpy.typing import NDArray
from torch import Tensor

from zerosum.evaluation.extraction import ExtractedFeatures
from zerosum.metrics import nearest

__all__ = ["NearestPairs", "nearest_pairs"]


@dataclass(frozen=True, kw_only=True)
class NearestPairs:
    """The images under test that are nearest to real ones, the nearest first.

    Attributes:
        images: The images under test, bytes (k, h, w, c).
        originals: The real image that each is nearest to, bytes (k, h, w, c).
        distances: Of their features, shape (k,).
    """

    images: NDArray[np.uint8]
    originals: NDArray[np.uint8]
    distances: Float64[Tensor, " k"]


def nearest_pairs(fake: ExtractedFeatures, real: ExtractedFeatures, *, count: int) -> NearestPairs:
    """Find the images whose features are nearest to those of a real one.

    Args:
        fake: Images under test.
        real: Real images, of the same shape.
        count: k, at most as many as there are images under test.

    Example:
        >>> import torch
        >>> from zerosum.evaluation.extraction import ImageSubset
        >>> def extracted(*values):
        ...     images = np.full((len(values), 2, 2, 1), 7, dtype=np.uint8)
        ...     features = torch.tensor([[float(value)] for value in values])
        ...     return ExtractedFeatures(
        ...         images=ImageSubset(images), features=features, probabilities=None
        ...     )
        >>> nearest_pairs(extracted(1, 9, 4), extracted(0, 5), count=2).distances.tolist()
        [1.0, 1.0]
    """
    distances, which = (part[:, 0] for part in nearest(fake.features, real.features))
    order = distances.argsort(stable=True)[:count]
    return NearestPairs(
        images=fake.images[order.numpy()],
        originals=real.images[which[order].numpy()],
        distances=distances[order],
    )
