"""Held-out pictures and few labels: balanced, disjoint, and the same for the same seed."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerosum.data import (
    Batches,
    Store,
    StoreSettings,
    build_store,
    hold_out,
    labels_per_class,
    open_source,
)
from zerosum.errors import DataError

CLASSES = tuple("0123456789")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    settings = StoreSettings(size=(28, 28), channels=1)
    cache: Path = tmp_path_factory.mktemp("cache")
    return build_store(open_source("digits"), settings, cache=cache)


def test_what_is_held_out_is_left_out_and_of_every_class(store: Store) -> None:
    labels = np.asarray(store.labels)
    kept, held = hold_out(labels, 0.1)
    assert sorted([*kept, *held]) == list(range(5000))
    assert np.bincount(labels[held]).tolist() == [
        round(0.1 * count) for count in np.bincount(labels)
    ]
    again, other = hold_out(labels, 0.1)[1], hold_out(labels, 0.1, seed=1)[1]
    assert np.array_equal(held, again)
    assert not np.array_equal(held, other)


@given(
    counts=st.lists(st.integers(1, 30), min_size=1, max_size=12),
    share=st.sampled_from([0.01, 0.1, 0.25, 0.5, 0.9]),
)
def test_every_class_of_two_or_more_is_learnt_and_tested(counts: list[int], share: float) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    kept, held = hold_out(labels, share)
    assert sorted([*kept, *held]) == list(range(len(labels)))
    for label, count in enumerate(counts):
        tested = int((labels[held] == label).sum())
        assert tested < count
        assert (
            tested == 0
            if count == 1
            else abs(tested - share * count) <= 0.5 or tested == 1 or (tested == count - 1)
        )
        assert count == 1 or tested >= 1


def test_few_labels_are_balanced_and_follow_from_the_seed(store: Store) -> None:
    labels, kept = np.asarray(store.labels), hold_out(np.asarray(store.labels), 0.1)[0]
    one, again, other = (
        labels_per_class(labels, 7, classes=CLASSES, among=kept, seed=seed) for seed in (0, 0, 1)
    )
    assert np.bincount(labels[one]).tolist() == [7] * 10
    assert set(one) <= set(kept)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    more = labels_per_class(labels, 20, classes=CLASSES, among=kept, seed=0)
    assert set(one) < set(more)


def test_a_class_without_enough_pictures_is_named() -> None:
    labels = np.array([0, 0, 0, 1])
    with pytest.raises(DataError, match="'dog' has only 1 pictures"):
        labels_per_class(labels, 2, classes=("cat", "dog"), among=np.arange(4), seed=0)


def test_batches_show_the_chosen_pictures_only_and_each_as_often(store: Store) -> None:
    chosen = np.array([3, 100, 4000])
    batches = Batches(store, batch_size=8, seed=0, only=chosen)
    seen = np.concatenate([batches.indices(8 * number) for number in range(3)])
    assert {int(index): int((seen == index).sum()) for index in chosen} == dict.fromkeys(
        (3, 100, 4000), 8
    )
    labels = batches.at(8).labels
    assert labels is not None
    assert np.array_equal(labels.numpy(), np.asarray(store.labels)[batches.indices(8)])


def test_processes_share_a_batch_of_few_pictures(store: Store) -> None:
    chosen = np.array([3, 100, 4000])
    whole = Batches(store, batch_size=8, seed=0, only=chosen).indices(16)
    parts = [
        Batches(store, batch_size=8, seed=0, only=chosen, rank=rank, processes=2).indices(16)
        for rank in range(2)
    ]
    assert np.array_equal(whole, np.concatenate(parts))
