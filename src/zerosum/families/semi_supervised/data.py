"""What a classifier with few labels learns from: all images, and the labels of a few."""

from typing import Any

from zerosum.data import Batches, Store
from zerosum.families.labels import batches_of, held_out, labelled_batches
from zerosum.families.semi_supervised.settings import SemiSupervisedRunConfig
from zerosum.types import SemiSupervisedBatch

__all__ = ["SemiSupervisedBatches", "semi_supervised_batches"]


class SemiSupervisedBatches:
    """Two endless streams: all images without their labels, and a few with them.

    Args:
        unlabelled: The images whose labels are not used.
        labelled: Those whose labels are, in batches of any size.
    """

    def __init__(self, *, unlabelled: Batches, labelled: Batches) -> None:
        self.unlabelled = unlabelled
        self.labelled = labelled

    def size_at(self, position: int) -> int:
        """How many images without labels the batch at a position has, over all processes."""
        return self.unlabelled.size_at(position)

    def at(self, position: int) -> SemiSupervisedBatch:
        """Of both streams the batch that begins at that position."""
        return SemiSupervisedBatch(
            images=self.unlabelled.at(position).images, labelled=self.labelled.at(position)
        )


def semi_supervised_batches(
    config: SemiSupervisedRunConfig, store: Store, **how: Any
) -> SemiSupervisedBatches:
    """Batches of all images that are not held out, and of those whose labels may be used.

    The latter are among the former too, as in the paper (Salimans et al. 2016, section 5.1).

    Args:
        config: The run.
        store: Its images.
        how: What `Batches` takes besides.

    Raises:
        DataError: Some images have no label, or a class has too few of them.
        ConfigError: The batch is larger than what there is.
    """
    return SemiSupervisedBatches(
        unlabelled=batches_of(config, store, held_out(config, store)[0], **how),
        labelled=labelled_batches(config, store, **how),
    )
