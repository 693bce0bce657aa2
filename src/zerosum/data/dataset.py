"""A store as PyTorch's own tools like it: a data set for a ``DataLoader``."""

from operator import index as as_number
from typing import SupportsIndex

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.utils.data import Dataset

from zerosum.data.scaling import scale
from zerosum.data.store import Store

__all__ = ["NO_LABEL", "StoreDataset"]

NO_LABEL = -1
"""In place of a class where the images have none."""

Image = Float[Tensor, "c h w"]


class StoreDataset(Dataset[tuple[Image, int]]):
    """The images of a store, one by one: for a training loop of your own.

    zerosum's own games read `Batches`, which know where a run is and need no workers.

    Args:
        store: The n images; they stay on disk. What is sent to a worker, or pickled, is where
            they lie.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from torch.utils.data import DataLoader
        >>> from zerosum.data import StoreSettings, build_store, open_source
        >>> with TemporaryDirectory() as cache:
        ...     settings = StoreSettings(size=(28, 28), channels=1)
        ...     store = build_store(open_source("digits"), settings, cache=Path(cache))
        ...     images, labels = next(iter(DataLoader(StoreDataset(store), batch_size=64)))
        >>> images.shape, images.dtype, labels.shape
        (torch.Size([64, 1, 28, 28]), torch.float32, torch.Size([64]))
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def __len__(self) -> int:
        return len(self.store)

    def __getitem__(self, index: SupportsIndex) -> tuple[Image, int]:
        """The image of that number, floats in [-1, 1], and its class or `NO_LABEL`."""
        number = as_number(index)
        pixels = torch.from_numpy(np.array(self.store.images[number])).permute(2, 0, 1)
        labels = self.store.labels
        label = NO_LABEL if labels is None else int(labels[number])
        return scale(pixels[None].contiguous())[0], label
