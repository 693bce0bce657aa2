"""Features of images by a feature network, from which all metrics are computed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import torch
from filelock import FileLock
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from zerosum.data import Store
from zerosum.errors import DataError
from zerosum.explaining import discard, explained, explained_temporaries
from zerosum.features import FeatureNetwork
from zerosum.files import ANOTHER_CACHE, new_folder, writing
from zerosum.randomness import derive_seed
from zerosum.types import ByteBatches, Bytes, Features, Probabilities, Progress

__all__ = [
    "ExtractedFeatures",
    "ImageSubset",
    "choose_images",
    "extract",
    "extract_from_store",
    "facts_on",
    "kept_on_disk",
]

_BATCH = 64


class ImageSubset:
    """A subset of an array of images, which may be mapped from disk.

    Args:
        images: Bytes (N, h, w, c).
        indices: Which of them, and in which order; by default all.

    Example:
        >>> images = ImageSubset(np.zeros((10, 4, 4, 1), dtype=np.uint8), np.array([7, 2, 5]))
        >>> len(images), images[1:].shape
        (3, (2, 4, 4, 1))
    """

    def __init__(
        self, images: NDArray[np.uint8], indices: NDArray[np.int64] | None = None
    ) -> None:
        self._images = images
        self._indices = np.arange(len(images)) if indices is None else indices

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, which: slice | NDArray[np.int64]) -> NDArray[np.uint8]:
        """Some of the images, in memory."""
        return np.asarray(self._images[self._indices[which]])

    def channel(self, number: int) -> "ImageSubset":
        """One channel of the images, as grey ones."""
        return ImageSubset(self._images[..., number : number + 1], self._indices)

    def batches(self, size: int, *, progress: Progress | None = None) -> Iterator[Bytes]:
        """All images in order as tensors (n, c, h, w).

        Args:
            size: Images in a batch.
            progress: Called when a batch is done with.
        """
        for start in range(0, len(self), size):
            yield torch.from_numpy(self[start : start + size]).permute(0, 3, 1, 2)
            if progress is not None:
                progress(min(start + size, len(self)), len(self))


@dataclass(frozen=True, kw_only=True)
class ExtractedFeatures:
    """n images and the features that a network extracted from them.

    Attributes:
        images: Bytes (n, h, w, c), in memory or on disk.
        features: Shape (n, d), on the CPU.
        probabilities: Shape (n, k) for networks that classify, else None.
    """

    images: ImageSubset
    features: Features
    probabilities: Probabilities | None

    def __len__(self) -> int:
        return len(self.features)


def extract(
    images: ImageSubset, network: FeatureNetwork, *, progress: Progress | None = None
) -> ExtractedFeatures:
    """Extract the features of all images, batch by batch.

    Args:
        images: What to show.
        network: Who looks.
        progress: Called as it goes.

    Raises:
        DataError: There are no images.

    Example:
        >>> from zerosum.features import load_features
        >>> black = ImageSubset(np.zeros((3, 28, 28, 1), dtype=np.uint8))
        >>> extract(black, load_features("pixels", cache=Path("unused"))).features.shape
        torch.Size([3, 256])
    """
    if not len(images):
        raise DataError("expected pictures to look at, found none.")
    features, probabilities = [], []
    for batch in images.batches(_BATCH, progress=progress):
        output = network(batch)
        features.append(output.features.cpu())
        if output.probabilities is not None:
            probabilities.append(output.probabilities.cpu())
    return ExtractedFeatures(
        images=images,
        features=torch.cat(features),
        probabilities=torch.cat(probabilities) if probabilities else None,
    )


def extract_from_store(
    store: Store,
    network: FeatureNetwork,
    *,
    count: int,
    seed: int,
    cache: Path,
    progress: Progress | None = None,
) -> ExtractedFeatures:
    """Extract the features of a store's images, or read them from the cache.

    What was seen is kept in ``cache/features``, by a hash over the store's content, the network's
    facts, the count and the seed.

    Args:
        store: The images.
        network: Who looks.
        count: How many images to take, chosen by ``seed``; all if there are fewer.
        seed: Which images.
        cache: The folder that zerosum keeps what can be made again in.
        progress: Called as it goes.

    Raises:
        FileError: Nothing can be kept there.
    """
    images = ImageSubset(store.images, choose_images(len(store), count, seed))
    facts = repr((store.identity, sorted(network.facts.items()), len(images), seed))
    key = blake2b(facts.encode(), digest_size=10).hexdigest()
    path = cache / "features" / f"{network.name.replace('/', '-').replace(':', '-')}-{key}"
    path = path.with_name(path.name + ".safetensors")
    kept = _recall(path)  # Without the lock: a cache that is only to be read will do for that.
    if kept is None:
        with (
            explained(path.parent, then=ANOTHER_CACHE),
            new_folder(path.parent),
            FileLock(path.with_suffix(".lock")),
        ):
            kept = _recall(path) or _extract_and_keep(images, network, path, progress)
    return ExtractedFeatures(
        images=images,
        features=kept["features"],
        probabilities=kept.get("probabilities"),
    )


def _extract_and_keep(
    images: ImageSubset, network: FeatureNetwork, path: Path, progress: Progress | None
) -> dict[str, Any]:
    """Extract features and write them into the cache."""
    extracted = extract(images, network, progress=progress)
    kept = {"features": extracted.features}
    if extracted.probabilities is not None:
        kept["probabilities"] = extracted.probabilities
    with writing(path) as temporary:
        save_file(kept, temporary)
    return kept


def choose_images(available: int, count: int, seed: int) -> NDArray[np.int64]:
    """Which images of a store to take, rising: all, or ``count`` chosen by the seed.

    Example:
        >>> choose_images(5, 10, seed=0)
        array([0, 1, 2, 3, 4])
        >>> len(choose_images(100, 10, seed=0))
        10
    """
    if count >= available:
        return np.arange(available)
    generator = torch.Generator().manual_seed(derive_seed(seed, "evaluation"))
    chosen: NDArray[np.int64] = torch.randperm(available, generator=generator)[:count].numpy()
    return np.sort(chosen)


def facts_on(store: Store, count: int) -> dict[str, Any]:
    """Facts for the protocol on ``count`` images of a store.

    Example:
        >>> from unittest.mock import Mock
        >>> store = Mock(spec=Store, shape=(1, 28, 32), identity="5f0c")
        >>> facts_on(store, 100)
        {'identity': '5f0c', 'pictures': 100, 'size': '28x32', 'channels': 1}
    """
    channels, height, width = store.shape
    return {
        "identity": store.identity,
        "pictures": count,
        "size": f"{height}x{width}",
        "channels": channels,
    }


@contextmanager
def kept_on_disk(
    batches: ByteBatches, count: int, *, progress: Progress | None = None
) -> Iterator[ImageSubset]:
    """Batches of ``count`` images in all, in a temporary file, so that any number can be had.

    Raises:
        FileError: The temporary disk has no room for them.

    Example:
        >>> batches = [torch.zeros(2, 3, 4, 5, dtype=torch.uint8)] * 2
        >>> with kept_on_disk(batches, 4) as images:
        ...     len(images), images[:1].shape
        (4, (1, 4, 5, 3))
    """
    done, shape = 0, (0, 0, 0)
    with ExitStack() as stack:
        with explained_temporaries("generated pictures"):
            file = TemporaryFile()  # noqa: SIM115, closed with the stack
            stack.callback(discard, file.close)
            for batch in batches:
                rows = np.ascontiguousarray(batch.permute(0, 2, 3, 1).cpu().numpy())
                done, shape = done + len(rows), rows.shape[1:]
                file.write(rows.tobytes())
                if progress is not None:
                    progress(done, count)
            file.flush()
        assert done == count
        yield ImageSubset(np.memmap(file, np.uint8, "r", shape=(count, *shape)))


def _recall(path: Path) -> dict[str, Any] | None:
    """The features in the cached file, or None if there is none or it is not whole."""
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError):
        return None
