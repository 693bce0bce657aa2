"""What a classifier learns from, and what it is tested on."""

from dataclasses import replace
from typing import Any
from warnings import warn

import numpy as np
from numpy.typing import NDArray

from zerosum.config import ClassifyingConfig, RunConfig
from zerosum.data import Batches, Source, Store, hold_out, labels_per_class, open_source
from zerosum.errors import ConfigError, DataError, DataWarning
from zerosum.evaluation.accuracy import Questions
from zerosum.evaluation.seeing import Pictures, choose_pictures
from zerosum.jobs.preparation import describe, prepare_store
from zerosum.types import FewLabelsBatch

__all__ = [
    "FewLabelsBatches",
    "batches_of",
    "few_labels_batches",
    "find_classes",
    "find_questions",
    "held_out",
    "labelled_batches",
    "split_for_tests",
]

_SHOWN = 10


def find_classes(config: RunConfig) -> RunConfig:
    """The run with its classes named, where a classifier is to come out; others as they are.

    Raises:
        ConfigError: Two domains are needed, and one is not named.
        DataError: The source has no labels, or fewer than two classes.

    Example:
        >>> from zerosum.recipes import recipe
        >>> find_classes(recipe("classifier")).game.classes[:3]
        ('0', '1', '2')
    """
    if not isinstance(config.game, ClassifyingConfig) or config.game.classes:
        return config
    data = _labelled_data(config)
    classes = open_source(data).classes
    if len(classes) < 2:
        what = "no labels" if not classes else f"only the class {classes[0]!r}"
        raise DataError(
            f"a classifier learns from labels of at least two classes, and {data} has "
            f"{what}. In a folder or archive, the sub-folders are the classes; in a .npz, `y` or "
            "`labels` holds their numbers."
        )
    return replace(config, game=replace(config.game, classes=classes))


class FewLabelsBatches:
    """Two endless streams: all pictures without their labels, and a few with them.

    Args:
        unlabelled: The pictures whose labels are not used.
        labelled: Those whose labels are, in batches of any size.
    """

    def __init__(self, *, unlabelled: Batches, labelled: Batches) -> None:
        self.unlabelled = unlabelled
        self.labelled = labelled

    def size_at(self, position: int) -> int:
        """How many pictures without labels the batch at a position has, over all processes."""
        return self.unlabelled.size_at(position)

    def at(self, position: int) -> FewLabelsBatch:
        """Of both streams the batch that begins at that position."""
        return FewLabelsBatch(
            images=self.unlabelled.at(position).images, labelled=self.labelled.at(position)
        )


def few_labels_batches(config: RunConfig, store: Store, **how: Any) -> FewLabelsBatches:
    """Batches of all pictures that are not held out, and of those whose labels may be used.

    The latter are among the former too, as in the paper (Salimans et al. 2016, section 5.1).

    Args:
        config: The run.
        store: Its pictures.
        how: What `Batches` takes besides.

    Raises:
        DataError: Some pictures have no label, or a class has too few of them.
        ConfigError: The batch is larger than what there is.
    """
    return FewLabelsBatches(
        unlabelled=batches_of(config, store, held_out(config, store)[0], **how),
        labelled=labelled_batches(config, store, **how),
    )


def batches_of(config: RunConfig, store: Store, kept: NDArray[np.int64], **how: Any) -> Batches:
    """Batches of the pictures with these numbers, each of which occurs in a batch once at most.

    Raises:
        ConfigError: The batch is larger than what there is.
    """
    if config.batch_size > len(kept):
        raise ConfigError(
            f"batch_size is {config.batch_size}, but there are only {len(kept)} pictures "
            "to learn from; choose a smaller one, or add pictures."
        )
    return Batches(store, only=kept, **how)


def _labelled_data(config: RunConfig) -> str:
    """The source whose labels are learnt from."""
    if not config.is_adaptation:
        return config.data
    if not config.data_a or not config.data_b or config.data:
        raise ConfigError(
            f"{config.recipe} learns from labelled pictures of one domain and adapts to another, "
            "whose labels it does not need; name both: --source SOURCE --target SOURCE (data_a "
            "and data_b), and leave --data out."
        )
    return config.data_a


def labelled_batches(config: RunConfig, store: Store, **how: Any) -> Batches:
    """Batches of the pictures whose labels may be used, without those that are held out.

    Args:
        config: The run.
        store: Its pictures.
        how: What `Batches` takes besides.

    Raises:
        DataError: Some pictures have no label, or a class has too few of them.
    """
    game = _game(config)
    labels, kept = _labels(store, config), held_out(config, store)[0]
    if game.labels_per_class is not None:
        kept = labels_per_class(
            labels, game.labels_per_class, classes=game.classes, among=kept, seed=config.seed
        )
    return Batches(store, only=kept, **how)


def held_out(config: RunConfig, store: Store) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the pictures to learn from, and of those to be tested on in their stead.

    Of a source that has a split for tests, nothing is held out; of others, the same pictures for
    all seeds, so that runs can be compared.
    """
    game = _game(config)
    if _test_split(open_source(config.data)) is not None or game.held_out == 0:
        return np.arange(len(store)), np.arange(0)
    return hold_out(_labels(store, config), game.held_out)


def find_questions(
    config: RunConfig,
    *,
    data: str | None = None,
    split: str | None = None,
    count: int | None = None,
    seed: int = 0,
    quiet: bool = False,
) -> Questions:
    """Pictures to test the run's classifier on.

    Args:
        config: The run.
        data: Source of the pictures; by default the run's own.
        split: Which split; by default that for tests, or what the run held out.
        count: The most pictures to take; None: all.
        seed: From which the choice follows, where not all are taken.
        quiet: No progress bar.

    Returns:
        The pictures; none, where there is no split for tests and nothing was held out.

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
    if untested >= len(_game(config).classes) - 1:
        numbers = numbers[:0]  # who names the one class that is tested is always right
    if count is not None and count < len(numbers):
        numbers = numbers[choose_pictures(len(numbers), count, seed)]
    channels, height, width = store.shape
    about = {
        **describe(named, shown),
        "identity": store.identity,
        "pictures": len(numbers),
        "size": f"{height}x{width}",
        "channels": channels,
    }
    pictures = Pictures(store.images, numbers)
    return Questions(pictures=pictures, labels=labels[numbers], about=about)


def split_for_tests(config: RunConfig) -> str | None:
    """Which split of a run's source its classifier is tested on; None: what it holds out."""
    return _test_split(open_source(config.data))


def _say_what_is_untested(config: RunConfig, labels: NDArray[np.int64]) -> int:
    """Warn of the classes that no picture to test on is of; their number."""
    classes = _game(config).classes
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


def _game(config: RunConfig) -> ClassifyingConfig:
    assert isinstance(config.game, ClassifyingConfig)
    return config.game


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
    labels: NDArray[np.int64], classes: tuple[str, ...], config: RunConfig
) -> NDArray[np.int64]:
    """Labels as the run numbers its classes; two sources may number the same names otherwise."""
    known = {name: label for label, name in enumerate(_game(config).classes)}
    strange = [classes[label] for label in np.unique(labels) if classes[label] not in known]
    if strange:
        raise DataError(
            f"the pictures to test on have the class {strange[0]!r}, which the run does not know: "
            f"it knows {', '.join(known)}."
        )
    table = np.array([known.get(name, -1) for name in classes], dtype=np.int64)
    return table[labels]
