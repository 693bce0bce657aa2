"""A store seen through PyTorch's DataLoader."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from zerosum.data import NO_LABEL, Store, StoreDataset, StoreSettings, build_store, scale
from zerosum.data.sources.arrays import ArraySource

COUNT = 10


def store_of(folder: Path, *, labelled: bool = True) -> Store:
    """Colour pictures, no two alike."""
    pixels = np.random.default_rng(0).integers(0, 256, (COUNT, 40, 60, 3), np.uint8)
    labels = np.arange(COUNT) % 3 if labelled else None
    source = ArraySource("some", origin="here", word="0", load=lambda: (pixels, labels))
    return build_store(source, StoreSettings(size=(40, 60), channels=3), cache=folder)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return store_of(tmp_path_factory.mktemp("store"))


def expected(store: Store) -> torch.Tensor:
    return scale(torch.from_numpy(np.array(store.images)).permute(0, 3, 1, 2))


def test_each_picture_with_its_label(store: Store) -> None:
    data = StoreDataset(store)
    assert len(data) == COUNT
    for number, picture in enumerate(expected(store)):
        image, label = data[number]
        assert torch.equal(image, picture)
        assert (label, type(label)) == (number % 3, int)
    assert torch.equal(data[-1][0], data[np.int64(COUNT - 1)][0])


def test_what_is_no_number_of_a_picture_is_refused(store: Store) -> None:
    data = StoreDataset(store)
    with pytest.raises(IndexError):
        data[COUNT]
    with pytest.raises(TypeError):
        data[:2]  # type: ignore[index]


def test_without_labels_there_is_none(tmp_path: Path) -> None:
    assert StoreDataset(store_of(tmp_path, labelled=False))[0][1] == NO_LABEL


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loader_gives_batches_of_all(store: Store, workers: int) -> None:
    loader = DataLoader(StoreDataset(store), batch_size=4, num_workers=workers)
    images, labels = zip(*loader, strict=True)
    assert [len(batch) for batch in images] == [4, 4, 2]
    assert torch.equal(torch.cat(images), expected(store))
    assert torch.cat(labels).tolist() == [number % 3 for number in range(COUNT)]


def test_what_is_pickled_is_where_the_pictures_lie(store: Store) -> None:
    sent = pickle.dumps(StoreDataset(store))
    assert len(sent) < 1000 < store.images.nbytes
    again = pickle.loads(sent)
    assert again.store.identity == store.identity
    assert torch.equal(again[3][0], StoreDataset(store)[3][0])
