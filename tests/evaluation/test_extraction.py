"""What a network saw is kept by content, and comes back as it was."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from zerosum.data import Store, StoreSettings, build_store, open_source
from zerosum.errors import DataError
from zerosum.evaluation.extraction import (
    ImageSubset,
    choose_images,
    extract,
    extract_from_store,
    kept_on_disk,
)
from zerosum.features import FeatureNetwork, load_features
from zerosum.features.pixels import load_pixels


@pytest.fixture
def store(tmp_path: Path) -> Store:
    noise = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 3), dtype=np.uint8)
    np.save(tmp_path / "noise.npy", noise)
    settings = StoreSettings(size=(8, 8), channels=3)
    return build_store(open_source(str(tmp_path / "noise.npy")), settings, cache=tmp_path)


class Counting:
    """Counts the pictures that pass."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self, done: int, total: int) -> None:
        assert done <= total
        self.done = done


def test_the_second_look_needs_no_network(store: Store, tmp_path: Path) -> None:
    network, count = load_pixels(), Counting()
    first = extract_from_store(store, network, count=20, seed=0, cache=tmp_path, progress=count)
    assert count.done == 20
    again = Counting()
    second = extract_from_store(store, network, count=20, seed=0, cache=tmp_path, progress=again)
    assert again.done == 0
    assert torch.equal(first.features, second.features)
    assert np.array_equal(first.images[:], second.images[:])


@pytest.mark.parametrize("change", ["weights", "count", "seed", "pictures"])
def test_whatever_matters_makes_it_look_again(store: Store, tmp_path: Path, change: str) -> None:
    network: FeatureNetwork = load_pixels()
    extract_from_store(store, network, count=20, seed=0, cache=tmp_path)
    again = Counting()
    if change == "weights":
        network = replace(network, weights="other")
    if change == "pictures":
        other = np.random.default_rng(1).integers(0, 256, (30, 8, 8, 3), dtype=np.uint8)
        np.save(tmp_path / "noise.npy", other)
        settings = StoreSettings(size=(8, 8), channels=3)
        store = build_store(open_source(str(tmp_path / "noise.npy")), settings, cache=tmp_path)
    extract_from_store(
        store,
        network,
        count=19 if change == "count" else 20,
        seed=1 if change == "seed" else 0,
        cache=tmp_path,
        progress=again,
    )
    assert again.done > 0


def test_a_broken_file_in_the_cache_is_made_anew(store: Store, tmp_path: Path) -> None:
    network = load_pixels()
    first = extract_from_store(store, network, count=20, seed=0, cache=tmp_path)
    (kept,) = (tmp_path / "features").glob("*.safetensors")
    kept.write_bytes(kept.read_bytes()[:100])
    assert torch.equal(
        extract_from_store(store, network, count=20, seed=0, cache=tmp_path).features,
        first.features,
    )


def test_the_pictures_chosen_are_distinct_and_follow_from_the_seed() -> None:
    chosen = choose_images(1_000, 100, seed=3)
    assert len(set(chosen.tolist())) == 100
    assert np.array_equal(chosen, choose_images(1_000, 100, seed=3))
    assert not np.array_equal(chosen, choose_images(1_000, 100, seed=4))


def test_pictures_on_disk_are_those_that_came() -> None:
    generator = torch.Generator().manual_seed(0)
    batches = [
        torch.randint(0, 256, (n, 3, 5, 7), generator=generator, dtype=torch.uint8) for n in (4, 2)
    ]
    with kept_on_disk(batches, 6) as pictures:
        assert torch.equal(torch.cat(list(pictures.batches(5))), torch.cat(batches))


def test_no_pictures_are_refused() -> None:
    nothing = ImageSubset(np.zeros((0, 8, 8, 3), dtype=np.uint8))
    with pytest.raises(DataError, match="found none"):
        extract(nothing, load_features("pixels", cache=Path("unused")))
