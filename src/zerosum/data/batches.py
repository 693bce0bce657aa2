"""Endless shuffled batches, as a function of where the run is."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from zerosum.data.scaling import scale
from zerosum.data.store import Store
from zerosum.errors import ConfigError
from zerosum.randomness import derive_seed
from zerosum.types import Batch

__all__ = ["Batches"]


class Batches:
    """An endless stream of the store's pictures, shuffled anew in every epoch.

    Position p of the stream shows picture ``permutation_e[p mod n]`` with ``e = p div n``, where
    the permutation of epoch e follows from (seed, e) alone, and so does which pictures are
    mirrored. Any batch can therefore be had at any time, in any order and in any process: a
    sampler has no state that could be lost.

    Args:
        store: The n pictures.
        batch_size: Pictures in one batch, over all processes.
        seed: The run's seed.
        device: Where the batches are wanted.
        flip: Whether half of the pictures, chosen at random, are mirrored left to right.
        rank: The number of this process, from 0.
        processes: How many processes share each batch.

    Raises:
        ConfigError: If the batch is empty, larger than the store, or cannot be shared equally.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from zerosum.data import StoreSettings, build_store, open_source
        >>> with TemporaryDirectory() as cache:
        ...     settings = StoreSettings(size=(28, 28), channels=1)
        ...     store = build_store(open_source("digits"), settings, cache=Path(cache))
        ...     batch = Batches(store, batch_size=64, seed=0).at(6400)
        >>> batch.images.shape, batch.images.dtype
        (torch.Size([64, 1, 28, 28]), torch.float32)
    """

    def __init__(
        self,
        store: Store,
        *,
        batch_size: int,
        seed: int,
        device: torch.device | str = "cpu",
        flip: bool = False,
        rank: int = 0,
        processes: int = 1,
    ) -> None:
        assert 0 <= rank < processes
        _check_batch_size(batch_size, len(store), processes)
        self.store = store
        self.batch_size = batch_size
        self.seed = seed
        self.device = torch.device(device)
        self.flip = flip
        self.rank = rank
        self.processes = processes
        self._epochs: dict[int, tuple[NDArray[np.int64], NDArray[np.bool_]]] = {}

    def at(self, position: int) -> Batch:
        """The rows of this process in the batch that begins at a position of the stream.

        Args:
            position: How many pictures come before the batch, over all processes; from 0.
        """
        assert position >= 0
        indices, mirrored = self._own_rows(position)
        pixels = self.store.images[indices]
        if self.flip:
            pixels[mirrored] = pixels[mirrored, :, ::-1]
        # The store's order is (n, h, w, c), so the permuted view is already "channels last".
        images = scale(self._moved(torch.from_numpy(pixels)).permute(0, 3, 1, 2))
        if self.store.labels is None:
            return Batch(images=images)
        labels = torch.from_numpy(np.asarray(self.store.labels[indices]))
        return Batch(images=images, labels=self._moved(labels))

    def indices(self, position: int) -> NDArray[np.int64]:
        """Which pictures of the store the rows of this process are, shape (rows,)."""
        return self._own_rows(position)[0]

    def _own_rows(self, position: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        rows = self.batch_size // self.processes
        start = position + self.rank * rows
        epoch, offset = divmod(start, len(self.store))
        order, mirrored = self._epoch(epoch)
        missing = offset + rows - len(self.store)
        if missing <= 0:
            return order[offset : offset + rows], mirrored[offset : offset + rows]
        next_order, next_mirrored = self._epoch(epoch + 1)
        return (
            np.concatenate([order[offset:], next_order[:missing]]),
            np.concatenate([mirrored[offset:], next_mirrored[:missing]]),
        )

    def _epoch(self, epoch: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The permutation of an epoch, and which of its pictures are mirrored; two are kept."""
        if epoch not in self._epochs:
            while len(self._epochs) >= 2:
                self._epochs.pop(min(self._epochs))
            self._epochs[epoch] = self._draw(epoch)
        return self._epochs[epoch]

    def _draw(self, epoch: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        n = len(self.store)
        generator = torch.Generator().manual_seed(derive_seed(self.seed, "epoch", epoch))
        order: NDArray[np.int64] = torch.randperm(n, generator=generator).numpy()
        generator.manual_seed(derive_seed(self.seed, "flip", epoch))
        mirrored: NDArray[np.bool_] = (torch.rand(n, generator=generator) < 0.5).numpy()
        return order, mirrored

    def _moved(self, tensor: Tensor) -> Tensor:
        if self.device.type == "cpu":
            return tensor
        if self.device.type == "cuda":  # only from pinned memory does the copy run in parallel
            return tensor.pin_memory().to(self.device, non_blocking=True)
        return tensor.to(self.device)


def _check_batch_size(batch_size: int, count: int, processes: int) -> None:
    if batch_size < 1:
        raise ConfigError(f"batch_size must be at least 1, found {batch_size}.")
    if batch_size > count:
        raise ConfigError(
            f"batch_size is {batch_size}, but there are only {count} pictures; choose a batch "
            f"size of at most {count}, or add pictures."
        )
    if batch_size % processes:
        raise ConfigError(
            f"batch_size {batch_size} cannot be shared equally by {processes} processes; choose a "
            f"multiple of {processes}."
        )
