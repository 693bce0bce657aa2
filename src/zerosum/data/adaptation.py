"""Batches of a labelled domain and of one whose labels are unknown, or not to be looked at."""

import numpy as np
import torch
from numpy.typing import NDArray

from zerosum.data.batches import Batches
from zerosum.types import DomainBatch

__all__ = ["AdaptationBatches"]


class AdaptationBatches:
    """Endless batches of two domains, with labels of the first and perhaps of the second.

    Positions count images of the first. Whatever labels the second has, they are not in the
    batches unless they are asked for, so that no game can learn from them.

    Args:
        source: Batches of images with labels.
        target: Batches of images from elsewhere, as large; with another seed.
        renumbered: Which class of the source each class of the target is, shape (classes,); None:
            the target's labels are not to be seen.

    Attributes:
        batch_size: Images of each domain in one batch, over all processes.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from zerosum.data import StoreSettings, build_store, open_source
        >>> with TemporaryDirectory() as cache:
        ...     settings = StoreSettings(size=(28, 28), channels=1)
        ...     store = build_store(open_source("digits"), settings, cache=Path(cache))
        ...     source, target = (Batches(store, batch_size=4, seed=seed) for seed in (0, 1))
        ...     batch = AdaptationBatches(source, target).at(64)
        >>> len(batch.labels_a), batch.labels_b is None
        (4, True)
    """

    def __init__(
        self, source: Batches, target: Batches, *, renumbered: NDArray[np.int64] | None = None
    ) -> None:
        assert source.batch_size == target.batch_size
        self.source = source
        self.target = target
        self.renumbered = None if renumbered is None else torch.from_numpy(renumbered)

    def size_at(self, position: int) -> int:
        """How many images of each domain the batch at a position has, over all processes."""
        return self.source.size_at(position)

    def at(self, position: int) -> DomainBatch:
        """The rows of this process in the batch that begins at a position of the stream.

        Args:
            position: How many images of the source come before the batch, over all processes.
        """
        a, b = self.source.at(position), self.target.at(position)
        labels_b = None
        if self.renumbered is not None:
            assert b.labels is not None
            labels_b = self.renumbered.to(b.labels.device)[b.labels]
        return DomainBatch(a=a.images, b=b.images, labels_a=a.labels, labels_b=labels_b)
