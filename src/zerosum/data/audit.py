"""Audit data before training: what is there, what is broken, what is there twice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from warnings import warn

from zerosum.data.ledger import Ledger, Part, Shared
from zerosum.data.sources import Source, open_source
from zerosum.data.sources.layout import DOMAINS
from zerosum.errors import DataError, DataWarning
from zerosum.sizes import PIXEL_LIMIT

__all__ = ["Audit", "audit", "open_parts"]


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What was found in all splits or domains of one source or several.

    Attributes:
        spec: The names or paths that were asked for.
        parts: One for each split or domain.
        shared: Pairs of them that have images in common: leaks, if they are train and test.
    """

    spec: str
    parts: tuple[Part, ...]
    shared: tuple[Shared, ...]


def audit(
    spec: str,
    *more: str,
    pixel_limit: int = PIXEL_LIMIT,
    progress: Callable[[int, int], None] | None = None,
) -> Audit:
    """Read every image of every split of some sources once, and report what is there.

    Memory does not grow with the number of images: what is remembered of each (name, size, mode,
    a hash of its pixels) lies in an unnamed database on disk.

    Args:
        spec: A name or path; see `open_source`.
        more: Others to compare it with, such as the other domain.
        pixel_limit: Images of more pixels are refused as decompression bombs.
        progress: Called with (images done, images in all).

    Raises:
        DataError: If there is nothing of this name, no images in it, or a source comes twice.

    Example:
        >>> report = audit("digits")
        >>> report.parts[0].count, report.parts[0].classes[0], report.parts[0].surplus
        (5000, ('0', 500), 0)
    """
    sources = _by_name((spec, *more))
    for source in sources.values():
        source.pixel_limit = pixel_limit
    ledger = Ledger()
    total, done = sum(map(len, sources.values())), 0
    for name, source in sources.items():
        for index in range(len(source)):
            ledger.add(name, source, index)
            done += 1
            if progress is not None and (done % 64 == 0 or done == total):
                progress(done, total)
        ledger.add_strays(name, source)
    shared = (ledger.shared(*pair) for pair in combinations(sources, 2))
    return Audit(
        spec=", ".join((spec, *more)),
        parts=tuple(ledger.part(name, source) for name, source in sources.items()),
        shared=tuple(pair for pair in shared if pair.count),
    )


def open_parts(spec: str) -> tuple[Source, ...]:
    """All splits or domains of a source that can be had; at least one.

    Raises:
        DataError: If there is none.

    Example:
        >>> [source.split for source in open_parts("digits")]
        ['train']
    """
    first = _open_any(spec)
    return tuple(_available(first, spec))


def _by_name(specs: tuple[str, ...]) -> dict[str, Source]:
    """Every part of every source, under its split, and where there are several, its source."""
    twice = sorted({spec for spec in specs if specs.count(spec) > 1})
    if twice:
        raise DataError(f"expected each source once, found {twice[0]} twice; leave one out.")
    parts = ((spec, part) for spec in specs for part in open_parts(spec))
    if len(specs) == 1:
        return {part.split: part for _, part in parts}
    return {f"{spec} {part.split}": part for spec, part in parts}


def _available(first: Source, spec: str) -> Iterator[Source]:
    for split in first.splits or (first.split,):
        if split == first.split:
            yield first
            continue
        try:
            yield open_source(spec, split=split)
        except DataError as error:  # no fault of the others: it may not be on this disk
            warn(f"the split {split} is left out: {error}", DataWarning, stacklevel=3)


def _open_any(spec: str) -> Source:
    """The first part that the source has, of training images if there are any."""
    failure: DataError | None = None
    for split in ("train", *DOMAINS, "test", "val"):
        try:
            return open_source(spec, split=split)
        except DataError as error:
            failure = failure or error
    assert failure is not None
    raise failure
