from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from zerosum.data import Batches, Store, StoreSettings, build_store
from zerosum.data.scaling import scale, unscale
from zerosum.data.sources.arrays import ArraySource
from zerosum.errors import ConfigError
from zerosum.randomness import derive_seed


def store_of(folder: Path, count: int, *, labelled: bool = True) -> Store:
    """A store whose picture i is i at the left and 255 at the right, labelled i."""
    pixels = np.zeros((count, 4, 6, 1), np.uint8)
    pixels[:, :, :3] = np.arange(count, dtype=np.uint8).reshape(-1, 1, 1, 1)
    pixels[:, :, 3:] = 255
    labels = np.arange(count) if labelled else None
    source = ArraySource(
        "counting",
        origin="test",
        word=f"{count} {labelled}",
        load=lambda: (pixels, labels),
    )
    return build_store(source, StoreSettings(size=(4, 6), channels=1), cache=folder)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return store_of(tmp_path_factory.mktemp("store"), 10)


def numbers(stream: Batches, position: int) -> list[int]:
    labels = stream.at(position).labels
    assert labels is not None
    return labels.tolist()


def test_a_batch_has_scaled_pictures_with_their_own_labels(store: Store) -> None:
    batch = Batches(store, batch_size=4, seed=0).at(0)
    assert batch.images.shape == (4, 1, 4, 6)
    assert batch.images.dtype == torch.float32
    assert batch.labels is not None
    assert batch.labels.dtype == torch.int64
    assert torch.equal(unscale(batch.images)[:, 0, 0, 0].long(), batch.labels)


def test_images_are_channels_last(tmp_path: Path) -> None:
    source = ArraySource(
        "rgb", origin="x", word="0", load=lambda: (np.full((3, 4, 5, 3), 9, np.uint8), None)
    )
    store = build_store(source, StoreSettings(size=(4, 5)), cache=tmp_path)
    batch = Batches(store, batch_size=2, seed=0).at(0)
    assert batch.images.is_contiguous(memory_format=torch.channels_last)
    assert batch.labels is None


def test_every_epoch_shows_every_picture_once_in_an_order_of_its_own(store: Store) -> None:
    stream = Batches(store, batch_size=5, seed=0)
    epochs = [numbers(stream, 10 * e) + numbers(stream, 10 * e + 5) for e in range(3)]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]


def test_another_seed_gives_another_order_and_the_same_seed_the_same(store: Store) -> None:
    first, second, third = (Batches(store, batch_size=10, seed=seed) for seed in (0, 1, 0))
    assert numbers(first, 0) != numbers(second, 0)
    assert numbers(first, 0) == numbers(third, 0)


@settings(max_examples=40, deadline=None)
@given(
    positions=st.lists(st.integers(0, 200), min_size=1, max_size=6),
    batch_size=st.integers(1, 10),
    flip=st.booleans(),
)
def test_a_batch_depends_on_nothing_but_its_position(
    store: Store, positions: list[int], batch_size: int, flip: bool
) -> None:
    wandering = Batches(store, batch_size=batch_size, seed=3, flip=flip)
    for position in positions:
        fresh = Batches(store, batch_size=batch_size, seed=3, flip=flip)
        assert torch.equal(wandering.at(position).images, fresh.at(position).images)


@settings(max_examples=40, deadline=None)
@given(position=st.integers(0, 100), rows=st.integers(1, 5), processes=st.sampled_from([1, 2]))
def test_processes_share_the_batch_of_one_process(
    store: Store, position: int, rows: int, processes: int
) -> None:
    size = rows * processes
    whole = Batches(store, batch_size=size, seed=0, flip=True).at(position)
    parts = [
        Batches(store, batch_size=size, seed=0, flip=True, rank=rank, processes=processes)
        for rank in range(processes)
    ]
    assert torch.equal(torch.cat([part.at(position).images for part in parts]), whole.images)


def test_batches_are_windows_of_one_stream(store: Store) -> None:
    """A batch that straddles two epochs continues in the next one; no picture is lost."""
    threes = Batches(store, batch_size=3, seed=0)
    tens = Batches(store, batch_size=10, seed=0)
    stream = [number for p in range(0, 30, 3) for number in numbers(threes, p)]
    assert stream == [number for p in range(0, 30, 10) for number in numbers(tens, p)]


def test_about_half_are_mirrored_and_none_without_flip(tmp_path: Path) -> None:
    store = store_of(tmp_path, 200)
    plain = Batches(store, batch_size=200, seed=0)
    flipped = Batches(store, batch_size=200, seed=0, flip=True)
    mirrored = [(flipped.at(200 * e).images[:, 0, 0, 0] == 1.0) for e in range(2)]
    assert not bool((plain.at(0).images[:, 0, 0, 0] == 1.0).any())
    assert 70 < int(mirrored[0].sum()) < 130
    assert not torch.equal(mirrored[0], mirrored[1])
    assert torch.equal(flipped.at(0).images[mirrored[0]], plain.at(0).images[mirrored[0]].flip(3))


def test_the_store_on_disk_is_never_changed_by_flips(store: Store) -> None:
    before = np.array(store.images)
    Batches(store, batch_size=10, seed=0, flip=True).at(0).images.zero_()
    assert np.array_equal(before, store.images)


def test_unlabelled_stores_give_no_labels(tmp_path: Path) -> None:
    assert (
        Batches(store_of(tmp_path, 5, labelled=False), batch_size=2, seed=0).at(0).labels is None
    )


@pytest.mark.parametrize(
    ("batch_size", "processes", "message"),
    [(0, 1, "at least 1"), (-4, 1, "at least 1"), (11, 1, "at most 10"), (5, 2, "multiple of 2")],
)
def test_impossible_batch_sizes_are_refused(
    store: Store, batch_size: int, processes: int, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        Batches(store, batch_size=batch_size, seed=0, processes=processes)


def test_the_whole_store_may_be_one_batch(store: Store) -> None:
    whole = Batches(store, batch_size=10, seed=0)
    assert Counter(numbers(whole, 7))[0] >= 0
    assert sorted(numbers(whole, 10)) == list(range(10))


# a part cut out at random


def store_of_places(folder: Path, count: int) -> Store:
    """Pictures of 8x10 pixels of which each is 16 times its row plus its column."""
    places = np.add.outer(16 * np.arange(8), np.arange(10)).astype(np.uint8)
    pixels = np.broadcast_to(places[..., np.newaxis], (count, 8, 10, 1))
    source = ArraySource(
        "places", origin="test", word=f"places {count}", load=lambda: (pixels, None)
    )
    return build_store(source, StoreSettings(size=(8, 10), channels=1), cache=folder)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return store_of_places(tmp_path_factory.mktemp("places"), 100)


def corners(stream: Batches, position: int) -> list[tuple[int, int]]:
    """Where the parts of a batch begin, if each is one piece of its picture."""
    images = unscale(stream.at(position).images).long()
    first = images[:, 0, 0, 0]
    height, width = images.shape[2:]
    expected = 16 * torch.arange(height)[:, None] + torch.arange(width)
    assert torch.equal(images[:, 0], first[:, None, None] + expected)
    return [divmod(int(value), 16) for value in first]


def test_parts_of_the_right_size_are_cut_out_at_every_place(places: Store) -> None:
    stream = Batches(places, batch_size=100, seed=0, crop=(6, 7))
    found = {corner for epoch in range(3) for corner in corners(stream, 100 * epoch)}
    assert found == {(top, left) for top in range(3) for left in range(4)}


def test_the_place_is_drawn_anew_in_every_epoch_and_with_every_seed(places: Store) -> None:
    stream = Batches(places, batch_size=100, seed=0, crop=(6, 7))
    other = Batches(places, batch_size=100, seed=1, crop=(6, 7))
    drawn = [corners(stream, 0), corners(stream, 100), corners(other, 0)]
    assert drawn[0] != drawn[1]
    assert drawn[0] != drawn[2]


@settings(max_examples=40, deadline=None)
@given(position=st.integers(0, 400), rows=st.integers(1, 50), processes=st.sampled_from([1, 2]))
def test_the_place_depends_on_nothing_but_the_position(
    places: Store, position: int, rows: int, processes: int
) -> None:
    size = rows * processes
    stream = Batches(places, batch_size=100, seed=0, flip=True, crop=(6, 7))
    stream_of_position = torch.cat(
        [stream.at(100 * epoch).images for epoch in range(position // 100, position // 100 + 2)]
    )
    parts = [
        Batches(
            places,
            batch_size=size,
            seed=0,
            flip=True,
            crop=(6, 7),
            rank=rank,
            processes=processes,
        )
        for rank in range(processes)
    ]
    batch = torch.cat([part.at(position).images for part in parts])
    assert torch.equal(batch, stream_of_position[position % 100 :][:size])


def test_a_part_of_full_size_is_the_whole_picture(store: Store) -> None:
    whole = Batches(store, batch_size=10, seed=0, flip=True).at(5)
    cut = Batches(store, batch_size=10, seed=0, flip=True, crop=(4, 6)).at(5)
    assert torch.equal(whole.images, cut.images)
    assert cut.images.is_contiguous(memory_format=torch.channels_last)
    assert whole.labels is not None
    assert cut.labels is not None
    assert torch.equal(whole.labels, cut.labels)


def test_parts_keep_the_order_and_the_mirroring_of_whole_pictures(store: Store) -> None:
    whole = Batches(store, batch_size=10, seed=0, flip=True).at(0)
    cut = Batches(store, batch_size=10, seed=0, flip=True, crop=(4, 5)).at(0)
    assert whole.labels is not None
    assert cut.labels is not None
    assert torch.equal(whole.labels, cut.labels)
    assert torch.equal(whole.images[..., 0], cut.images[..., 0])


def test_without_a_part_to_cut_nothing_has_changed_since_version_1(store: Store) -> None:
    """The formula is written out here, so that old runs resume bit for bit."""
    generator = torch.Generator().manual_seed(derive_seed(7, "epoch", 1))
    order = torch.randperm(10, generator=generator)
    generator.manual_seed(derive_seed(7, "flip", 1))
    mirrored = torch.rand(10, generator=generator) < 0.5
    images = scale(torch.from_numpy(np.array(store.images)).permute(0, 3, 1, 2))[order]
    images[mirrored] = images[mirrored].flip(3)
    found = Batches(store, batch_size=10, seed=7, flip=True).at(10)
    assert torch.equal(found.images, images)


@pytest.mark.parametrize("crop", [(5, 6), (4, 7), (0, 6), (4, -1)])
def test_impossible_parts_are_refused(store: Store, crop: tuple[int, int]) -> None:
    with pytest.raises(ConfigError, match=r"crop must be .* the pictures' own 4x6"):
        Batches(store, batch_size=2, seed=0, crop=crop)
