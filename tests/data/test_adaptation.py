"""Batches of two domains with labels: whose, and how they are numbered."""

from pathlib import Path

import numpy as np
import pytest
import torch

from zerosum.data import AdaptationBatches, Batches, Store, StoreSettings, build_store
from zerosum.data.sources.arrays import ArraySource


@pytest.fixture
def stores(tmp_path: Path) -> tuple[Store, Store]:
    """Two domains of uniform pictures; a picture's brightness is its label, 10 more in B."""

    def store(name: str, count: int, offset: int) -> Store:
        labels = np.arange(count, dtype=np.int64) % 3
        pixels = np.empty((count, 4, 4, 1), np.uint8)
        pixels[:] = (labels + offset).astype(np.uint8).reshape(-1, 1, 1, 1)
        source = ArraySource(name, origin=name, word=name, load=lambda: (pixels, labels))
        return build_store(source, StoreSettings(size=(4, 4), channels=1), cache=tmp_path)

    return store("a", 12, 0), store("b", 9, 10)


def _brightness(images: torch.Tensor) -> torch.Tensor:
    return ((images[:, 0, 0, 0] + 1) * 127.5).round().long()


def test_labels_of_the_target_are_seen_by_nobody_who_has_not_asked(
    stores: tuple[Store, Store],
) -> None:
    a, b = (Batches(each, batch_size=6, seed=seed) for seed, each in enumerate(stores))
    for position in (0, 6, 12):
        batch = AdaptationBatches(a, b).at(position)
        assert batch.labels_a is not None
        assert batch.labels_b is None
        assert torch.equal(batch.labels_a, _brightness(batch.a))


def test_labels_of_the_target_are_numbered_as_in_the_source(stores: tuple[Store, Store]) -> None:
    a, b = (Batches(each, batch_size=6, seed=seed) for seed, each in enumerate(stores))
    renumbered = np.array([2, 0, 1])
    batch = AdaptationBatches(a, b, renumbered=renumbered).at(6)
    assert batch.labels_b is not None
    expected = torch.from_numpy(renumbered)[_brightness(batch.b) - 10]
    assert torch.equal(batch.labels_b, expected)
