"""The training and test sets of classifiers, for all families that have one."""

from dataclasses import replace
from typing import Any, TypeVar
from warnings import warn

import numpy as np
from numpy.typing import NDArray

from zerosum.config.run import RunConfig
from zerosum.data import Batches, Source, Store, hold_out, labels_per_class, open_source
from zerosum.errors import ConfigError, DataError, DataWarning
from zerosum.evaluation.accuracy import LabelledSet
from zerosum.evaluation.extraction import ImageSubset, choose_images, facts_on
from zerosum.families.classifier_settings import ClassifierRunConfig
from zerosum.families.preparation import describe, prepare_store

__all__ = [
    "batches_of",
    "held_out",
    "labelled_batches",
    "labels_learnt_from",
    "name_classes",
    "open_labelled_set",
    "splits_for_tests",
]

ConfigT = TypeVar("ConfigT", bound=ClassifierRunConfig)

_SHOWN = 10


def name_classes(config: ConfigT, data: str) -> ConfigT:
    """The run with its classes named by the source of its labels, unless they are already.

    Raises:
        DataError: The source has no labels, or fewer than two classes.

    Example:
        >>> from zerosum.recipes.classifier import classifier
        >>> name_classes(classifier(), "digits").game.classes[:3]
        ('0', '1', '2')
    """
    if config.game.classes:
        return config
    classes = open_source(data).classes
    if len(classes) < 2:
        what = "no labels" if not classes else f"only the class {classes[0]!r}"
        raise DataError(
            f"a classifier learns from labels of at least two classes, and {data} has "
            f"{what}. In a folder or archive, the sub-folders are the classes; in a .npz, `y` or "
            "`labels` holds their numbers."
        )
    return replace(config, game=replace(config.game, classes=classes))


def batches_of(config: RunConfig, store: Store, kept: NDArray[np.int64], **how: Any) -> Batches:
    """Batches of the images with these numbers, each of which occurs in a batch once at most.

    Raises:
        ConfigError: The batch is larger than what there is.
    """
    if config.batch_size > len(kept):
        raise ConfigError(
            f"batch_size is {config.batch_size}, but there are only {len(kept)} pictures "
            "to learn from; choose a smaller one, or add pictures."
        )
    return Batches(store, only=kept, **how)


def labelled_batches(config: ClassifierRunConfig, store: Store, **how: Any) -> Batches:
    """Batches of the images whose labels may be used, without those that are held out.

    Args:
        config: The run.
        store: Its images.
        how: What `Batches` takes besides.

    Raises:
        DataError: Some images have no label, or a class has too few of them.
    """
    return Batches(store, only=_with_labels(config, store), **how)


def labels_learnt_from(config: ClassifierRunConfig, store: Store) -> LabelledSet:
    """The images whose labels a run learns from, in the order of the store.

    Args:
        config: The run.
        store: Its images.

    Raises:
        DataError: Some images have no label, or a class has too few of them.
    """
    labels, numbers = _labels(store, config), _with_labels(config, store)
    about = {**describe(config.data, "train"), **facts_on(store, len(numbers))}
    images = ImageSubset(store.images, numbers)
    return LabelledSet(images=images, labels=labels[numbers], about=about)


def _with_labels(config: ClassifierRunConfig, store: Store) -> NDArray[np.int64]:
    """The numbers of the images whose labels may be used, rising."""
    game = config.game
    labels, kept = _labels(store, config), held_out(config, store)[0]
    if game.labels_per_class is None:
        return kept
    return labels_per_class(
        labels, game.labels_per_class, classes=game.classes, among=kept, seed=config.seed
    )


def held_out(
    config: ClassifierRunConfig, store: Store
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the images to learn from, and of those to be tested on in their stead.

    Of a source that has a split for tests, nothing is held out; of others, the same images for
    all seeds, so that runs can be compared.
    """
    game = config.game
    if _test_split(open_source(config.data)) is not None or game.held_out == 0:
        return np.arange(len(store)), np.arange(0)
    return hold_out(_labels(store, config), game.held_out)


def open_labelled_set(
    config: ClassifierRunConfig,
    *,
    data: str | None = None,
    split: str | None = None,
    count: int | None = None,
    seed: int = 0,
    quiet: bool = False,
) -> LabelledSet:
    """Images to test the run's classifier on.

    Args:
        config: The run.
        data: Source of the images; by default the run's own.
        split: Which split; by default that for tests, or what the run held out.
        count: The most images to take; None: all.
        seed: From which the choice follows, where not all are taken.
        quiet: No progress bar.

    Returns:
        The images; none, where there is no split for tests and nothing was held out.

    Raises:
        DataError: The source has no labels, or classes that the run does not know.
    """
    named = data or config.data
    whole = replace(config, data=named)
    test = _test_split(open_source(named))
    shown = split or test or "train"
    store = prepare_store(whole, split=shown, quiet=quiet)
    labels = _translate(_labels(store, whole), store.classes, config)
    numbers = np.arange(len(store))
    if data is None and split is None and test is None:
        numbers, shown = held_out(config, store)[1], "held out"
    untested = _say_what_is_untested(config, labels[numbers])
    if untested >= len(config.game.classes) - 1:
        numbers = numbers[:0]  # who names the one class that is tested is always right
    if count is not None and count < len(numbers):
        numbers = numbers[choose_images(len(numbers), count, seed)]
    about = {**describe(named, shown), **facts_on(store, len(numbers))}
    images = ImageSubset(store.images, numbers)
    return LabelledSet(images=images, labels=labels[numbers], about=about)


def splits_for_tests(config: RunConfig) -> list[str | None]:
    """Which split of each source of a run is tested on; None: what is held out of it."""
    return [_test_split(open_source(each)) for each in config.sources.values() if each]


def _say_what_is_untested(config: ClassifierRunConfig, labels: NDArray[np.int64]) -> int:
    """Warn of the classes that no image to test on is of; their number."""
    classes = config.game.classes
    tested = set(np.unique(labels).tolist())
    missing = [name for label, name in enumerate(classes) if label not in tested]
    if missing and len(labels):
        shown = ", ".join(missing[:_SHOWN]) + (", ..." if len(missing) > _SHOWN else "")
        rest = len(classes) - len(missing)
        alone = "; one class alone says nothing, so there is no accuracy" if rest < 2 else ""
        warn(
            f"there is no picture to test on of {len(missing)} of {len(classes)} classes: {shown}"
            f"{alone}",
            DataWarning,
            stacklevel=2,
        )
    return len(missing)


def _test_split(source: Source) -> str | None:
    return next((split for split in ("test", "val") if split in source.splits), None)


def _labels(store: Store, config: RunConfig) -> NDArray[np.int64]:
    if store.labels is None:
        raise DataError(
            f"{config.data} has no labels, at least not for all of its pictures, and a classifier "
            "learns and is tested with them; `zerosum data inspect` shows what it has."
        )
    return np.asarray(store.labels)


def _translate(
    labels: NDArray[np.int64], classes: tuple[str, ...], config: ClassifierRunConfig
) -> NDArray[np.int64]:
    """Labels as the run numbers its classes; two sources may number the same names otherwise."""
    known = {name: label for label, name in enumerate(config.game.classes)}
    strange = [classes[label] for label in np.unique(labels) if classes[label] not in known]
    if strange:
        raise DataError(
            f"the pictures to test on have the class {strange[0]!r}, which the run does not know: "
            f"it knows {', '.join(known)}."
        )
    table = np.array([known.get(name, -1) for name in classes], dtype=np.int64)
    return table[labels]
