"""What a network learns from, and the images whose likelihood it is scored by."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from zerosum.data import Store, absolute, hold_out
from zerosum.evaluation.extraction import ImageSubset, choose_images, facts_on
from zerosum.evaluation.likelihood import TestImages
from zerosum.families.autoregressive.settings import AutoregressiveRunConfig
from zerosum.families.labels import splits_for_tests
from zerosum.families.preparation import describe, prepare_store

__all__ = ["find_test_images", "learnt_and_held_out"]

Numbers = NDArray[np.int64]


def learnt_and_held_out(config: AutoregressiveRunConfig, store: Store) -> tuple[Numbers, Numbers]:
    """Numbers of the images to learn from, and of those to be tested on in their stead.

    Of a source that has a split for tests, nothing is held out; of others, the same images for
    all seeds, so that runs can be compared.
    """
    everything = np.arange(len(store))
    if splits_for_tests(config) != [None] or not config.game.held_out:
        return everything, everything[:0]
    return hold_out(np.zeros(len(store), dtype=np.int64), config.game.held_out)


def find_test_images(
    config: AutoregressiveRunConfig,
    *,
    data: str | None = None,
    split: str | None = None,
    count: int | None = None,
    seed: int = 0,
    quiet: bool = False,
) -> TestImages:
    """Images that the run has not learnt from.

    Args:
        config: The run.
        data: Source of the images; by default the run's own.
        split: Which split; by default that for tests, or what the run held out.
        count: The most images to take; None: all.
        seed: From which the choice follows, where not all are taken, and the levels of numbers
            between two.
        quiet: No progress bar.
    """
    whole = config if data is None else replace(config, data=absolute(data))
    (usual,) = splits_for_tests(whole)
    shown = split or usual or "train"
    store = prepare_store(whole, split=shown, quiet=quiet)
    numbers = np.arange(len(store))
    if data is None and split is None and usual is None:
        numbers, shown = learnt_and_held_out(config, store)[1], "held out"
    if count is not None and count < len(numbers):
        numbers = numbers[choose_images(len(numbers), count, seed)]
    about = {
        **describe(whole.data, shown),
        **facts_on(store, len(numbers)),
        "levels": config.game.levels,
    }
    return TestImages(images=ImageSubset(store.images, numbers), about=about, seed=seed)
