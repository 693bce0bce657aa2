"""Endless shuffled batches, as a function of where the run is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from zerosum.data.scaling import scale
from zerosum.data.store import Store
from zerosum.errors import ConfigError
from zerosum.randomness import derive_seed
from zerosum.sizes import in_pixels
from zerosum.types import Batch

__all__ = ["Batches"]


@dataclass(frozen=True)
class _Rows:
    """Some images of an epoch, in order, and how each of them is shown."""

    indices: NDArray[np.int64]
    mirrored: NDArray[np.bool_]
    corners: NDArray[np.int64]  # (rows, 2): where the cut part begins, from the top and the left

    def __getitem__(self, part: slice) -> "_Rows":
        return _Rows(self.indices[part], self.mirrored[part], self.corners[part])

    def __add__(self, other: "_Rows") -> "_Rows":
        return _Rows(
            np.concatenate([self.indices, other.indices]),
            np.concatenate([self.mirrored, other.mirrored]),
            np.concatenate([self.corners, other.corners]),
        )


class Batches:
    """An endless stream of the store's images, shuffled anew in every epoch.

    Position p of the stream shows image ``permutation_e[p mod n]`` with ``e = p div n``, where
    the permutation of epoch e follows from (seed, e) alone, and so does which images are
    mirrored, and which part is cut out of each. Any batch can therefore be had at any time, in any
    order and in any process: a sampler has no state that could be lost.

    Args:
        store: The n images.
        batch_size: Images in one batch, over all processes.
        seed: The run's seed.
        device: Where the batches are wanted.
        flip: Whether half of the images, chosen at random, are mirrored left to right.
        crop: (height, width) of the part that is cut out of each image, at a random place;
            None shows whole images.
        rank: The number of this process, from 0.
        processes: How many processes share each batch.
        only: Numbers of the images to show, where not all of the store are meant. A batch may
            be larger than that: each of them then occurs in it several times.
        sizes: How many images the batch at a position has, a multiple of the processes, where
            that changes as the run goes on; None: always ``batch_size``.

    Raises:
        ConfigError: If the batch is empty, larger than the store, or cannot be shared equally; or
            if the part to cut out is empty or larger than the images.

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
        crop: tuple[int, int] | None = None,
        rank: int = 0,
        processes: int = 1,
        only: NDArray[np.int64] | None = None,
        sizes: Callable[[int], int] | None = None,
    ) -> None:
        assert 0 <= rank < processes
        assert only is None or len(only)
        _check_batch_size(batch_size, None if only is not None else len(store), processes)
        _check_crop(crop, store)
        self.store = store
        self.batch_size = batch_size
        self.sizes = sizes
        self.seed = seed
        self.device = torch.device(device)
        self.flip = flip
        self.crop = crop
        self.rank = rank
        self.processes = processes
        self._shown = np.arange(len(store)) if only is None else only
        self._epochs: dict[int, _Rows] = {}

    def size_at(self, position: int) -> int:
        """How many images the batch that begins at a position has, over all processes."""
        return self.batch_size if self.sizes is None else self.sizes(position)

    def at(self, position: int) -> Batch:
        """The rows of this process in the batch that begins at a position of the stream.

        Args:
            position: How many images come before the batch, over all processes; from 0.
        """
        assert position >= 0
        rows = self._own_rows(position)
        pixels = self._cut(rows) if self.crop else self.store.images[rows.indices]
        if self.flip:
            pixels[rows.mirrored] = pixels[rows.mirrored, :, ::-1]
        # The store's order is (n, h, w, c), so the permuted view is already "channels last".
        images = scale(self._moved(torch.from_numpy(pixels)).permute(0, 3, 1, 2))
        if self.store.labels is None:
            return Batch(images=images)
        labels = torch.from_numpy(np.asarray(self.store.labels[rows.indices]))
        return Batch(images=images, labels=self._moved(labels))

    def indices(self, position: int) -> NDArray[np.int64]:
        """Which images of the store the rows of this process are, shape (rows,)."""
        return self._own_rows(position).indices

    def _own_rows(self, position: int) -> _Rows:
        count = self.size_at(position) // self.processes
        epoch, offset = divmod(position + self.rank * count, len(self._shown))
        rows = self._epoch(epoch)[offset : offset + count]
        while (missing := count - len(rows.indices)) > 0:
            epoch += 1
            rows = rows + self._epoch(epoch)[:missing]
        return rows

    def _epoch(self, epoch: int) -> _Rows:
        """All images in the order of an epoch; two epochs are kept."""
        if epoch not in self._epochs:
            while len(self._epochs) >= 2:
                self._epochs.pop(min(self._epochs))
            self._epochs[epoch] = self._draw(epoch)
        return self._epochs[epoch]

    def _draw(self, epoch: int) -> _Rows:
        n = len(self._shown)
        generator = torch.Generator().manual_seed(derive_seed(self.seed, "epoch", epoch))
        order: NDArray[np.int64] = self._shown[torch.randperm(n, generator=generator).numpy()]
        generator.manual_seed(derive_seed(self.seed, "flip", epoch))
        mirrored: NDArray[np.bool_] = (torch.rand(n, generator=generator) < 0.5).numpy()
        if self.crop is None:
            return _Rows(order, mirrored, np.broadcast_to(np.int64(0), (n, 2)))
        _, height, width = self.store.shape
        generator.manual_seed(derive_seed(self.seed, "crop", epoch))
        top = torch.randint(height - self.crop[0] + 1, (n,), generator=generator)
        left = torch.randint(width - self.crop[1] + 1, (n,), generator=generator)
        return _Rows(order, mirrored, torch.stack([top, left], dim=1).numpy())

    def _cut(self, rows: _Rows) -> NDArray[np.uint8]:
        assert self.crop is not None
        height, width = self.crop
        images = np.asarray(self.store.images)  # a view; slices of the mapping itself are slow
        places = zip(rows.indices, rows.corners, strict=True)
        parts = [images[i, top : top + height, left : left + width] for i, (top, left) in places]
        return np.stack(parts)

    def _moved(self, tensor: Tensor) -> Tensor:
        if self.device.type == "cpu":
            return tensor
        if self.device.type == "cuda":  # only from pinned memory does the copy run in parallel
            with torch.cuda.device(self.device):  # else a thread of its own would use the first
                return tensor.pin_memory().to(self.device, non_blocking=True)
        return tensor.to(self.device)


def _check_batch_size(batch_size: int, count: int | None, processes: int) -> None:
    if batch_size < 1:
        raise ConfigError(f"batch_size must be at least 1, found {batch_size}.")
    if count is not None and batch_size > count:
        raise ConfigError(
            f"batch_size is {batch_size}, but there are only {count} pictures; choose a batch "
            f"size of at most {count}, or add pictures."
        )
    if batch_size % processes:
        raise ConfigError(
            f"batch_size {batch_size} cannot be shared equally by {processes} processes; choose a "
            f"multiple of {processes}."
        )


def _check_crop(crop: tuple[int, int] | None, store: Store) -> None:
    _, height, width = store.shape
    if crop is not None and not (0 < crop[0] <= height and 0 < crop[1] <= width):
        raise ConfigError(
            f"crop must be (height, width), both from 1 to the pictures' own "
            f"{in_pixels((height, width))}, found {crop}; choose a smaller part, or larger "
            "pictures."
        )
