"""Do with an input what users do, and note what they get to see."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from damaged.judging import EVERYTHING, Outcome, Stored
from damaged.pictures import digest
from zerosum.data import Source, Store, StoreSettings, audit, build_store, open_source
from zerosum.errors import ConfigError, DataError, DataWarning

__all__ = ["Opener", "observe", "open_split"]

Opener = Callable[[str, str], Source]
"""From a spec and a split to a source."""


def open_split(spec: str, split: str) -> Source:
    """Open one split, as a user would."""
    return open_source(spec, split=split)


_THREADS = 8
_SPLITS = ("train", "trainA", "test", "val")


def observe(
    spec: str,
    size: tuple[int, int],
    cache: Path,
    *,
    meddle: Callable[[str], None] = lambda moment: None,
    opener: Opener = open_split,
) -> Outcome:
    """Inspect an input, then open and store every split that there is.

    Args:
        spec: What the user types.
        size: (height, width) of the stores' pictures.
        cache: An empty folder for the stores.
        meddle: Called with ``opened``, ``inspecting``, ``building`` at these moments.
        opener: Opens a source; other than the usual only where the judge itself is tested.

    Raises:
        Exception: Whatever is no `DataError` or `ConfigError`: a fault.
    """
    outcome = Outcome()
    with _noted_warnings(outcome):
        _inspect(spec, outcome, meddle)
        for source in _open_all(spec, outcome, opener):
            meddle("opened")
            _store(source, size, cache, outcome, meddle)
    return outcome


@contextmanager
def _noted_warnings(outcome: Outcome) -> Iterator[None]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    # As Python shows them by default, and the command line its notes: each wording once.
    for text, meant in dict.fromkeys(
        (str(each.message), issubclass(each.category, DataWarning)) for each in caught
    ):
        (outcome.warnings if meant else outcome.noise).append(text)


def _inspect(spec: str, outcome: Outcome, meddle: Callable[[str], None]) -> None:
    try:
        found = audit(spec, progress=lambda done, total: meddle("inspecting"))
    except (DataError, ConfigError) as error:
        outcome.texts += str(error).split("\n")
        return
    for part in found.parts:
        outcome.counts[part.split, "audit"] = (part.readable, part.unreadable_count)
        outcome.texts += [text for pair in part.unreadable for text in pair]
        outcome.texts += [name for name, _ in part.classes]


def _open_all(spec: str, outcome: Outcome, opener: Opener) -> Iterator[Source]:
    """Every split, as the first that can be opened knows them."""
    first, refusals = None, []
    for split in _SPLITS:
        try:
            first = opener(spec, split)
            break
        except (DataError, ConfigError) as error:
            refusals.append((split, str(error)))
    if first is None:
        outcome.refusals.append((EVERYTHING, refusals[0][1]))
        return
    yield first
    for split in first.splits:
        if split == first.split:
            continue
        try:
            yield opener(spec, split)
        except (DataError, ConfigError) as error:
            outcome.refusals.append((split, str(error)))


def _store(
    source: Source,
    size: tuple[int, int],
    cache: Path,
    outcome: Outcome,
    meddle: Callable[[str], None],
) -> None:
    settings = StoreSettings(size=size, channels=3, enlarge=True)
    try:
        store = build_store(
            *(source, settings),
            cache=cache,
            workers=_THREADS,
            progress=lambda done, total: meddle("building"),
        )
        _note(source, store, outcome)
    except (DataError, ConfigError) as error:
        outcome.refusals.append((source.split, str(error)))


def _note(source: Source, store: Store, outcome: Outcome) -> None:
    for number, pixels in enumerate(store.images):
        label = None if store.labels is None else store.classes[int(store.labels[number])]
        outcome.stored.append(Stored(source.split, label, digest(pixels)))
    outcome.named += [name for name, _ in store.unreadable]
    outcome.texts += [reason for _, reason in store.unreadable]
    outcome.texts += [*store.classes, source.name, *(source.image_name(i) for i in (0,))]
    outcome.counts[source.split, "store"] = (len(store), store.left_out)
