"""Decode and resize every image of a source, in parallel and in order, into a store's files."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import blake2b
from io import BufferedIOBase
from itertools import islice
from math import prod

import numpy as np
from numpy.typing import NDArray

from zerosum.data.fitting import TooSmallError, fit_image
from zerosum.data.settings import StoreSettings
from zerosum.data.sources.base import Source, UnreadableError
from zerosum.data.sources.budget import BUDGET
from zerosum.errors import DataError
from zerosum.sizes import in_pixels

__all__ = ["Filled", "fill"]

BLOCK = 64
_ARRAY_BLOCK = 4096
MOST_STRAYS = 1_000
_REMEDY = {TooSmallError: "; --pictures.enlarge would enlarge it", DataError: ""}
_BLOCK_BYTES = 1 << 24


@dataclass(frozen=True)
class Filled:
    """What a store was filled with.

    Attributes:
        count: Images written.
        labelled: Whether labels were written too.
        digest: A hash over the images and the labels, in hexadecimal.
        unreadable: (name, reason) of the files that were left out: of all images, and of the
            first of those that are none.
        left_out: How many files were left out.
    """

    count: int
    labelled: bool
    digest: str
    unreadable: tuple[tuple[str, str], ...]
    left_out: int


@dataclass
class _Block:
    """Some images in a row: bytes (k, h, w, c), their labels, and what went wrong."""

    pixels: NDArray[np.uint8]
    labels: list[int]
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    unfit: list[tuple[str, DataError]] = field(default_factory=list)
    size: int = 0


def fill(
    source: Source,
    settings: StoreSettings,
    images: BufferedIOBase,
    labels: BufferedIOBase,
    *,
    strict: bool,
    progress: Callable[[int, int], None] | None,
    workers: int | None,
) -> Filled:
    """Write all images as bytes (h, w, c), and all labels as 64-bit numbers, one after another.

    Files are written and not mapped: a full disk is then an error here and not a crash.

    Args:
        source: The images.
        settings: What they are to look like.
        images: Where the images go.
        labels: Where the labels go.
        strict: Whether to stop at the first unreadable file.
        progress: Called with (images done, images in all).
        workers: Threads that decode; as many as processors by default.

    Raises:
        DataError: If half of the images or more are too small or lack alpha; or if one is, or
            is unreadable, and ``strict``.
        OSError: If the disk is full.
    """
    strays = source.strays()
    unreadable = list(islice(strays, MOST_STRAYS))
    more = sum(1 for _ in strays)
    unfit: list[tuple[str, DataError]] = []
    _stop_if_strict(source, unreadable, strict)
    count, done, highest = 0, 0, 0
    seen_pixels, seen_labels = blake2b(digest_size=16), blake2b(digest_size=16)
    for block in _blocks(source, settings, workers or os.cpu_count() or 1):
        _stop_if_strict(source, block.unreadable, strict)
        unreadable += block.unreadable
        unfit += block.unfit
        if unfit and strict:
            raise _no_fit(source, settings, unfit)
        pixels, numbers = (
            np.ascontiguousarray(block.pixels).data,
            np.array(block.labels, "<i8").data,
        )
        # Hashed on the way to disk: the identity costs no second pass over the files.
        images.write(pixels)
        labels.write(numbers)
        seen_pixels.update(pixels)
        seen_labels.update(numbers)
        highest = max(highest, int(block.pixels.max(initial=0)))
        count += len(block.pixels)
        done += block.size
        if progress is not None:
            progress(done, len(source))
    # A few images that do not fit are left out; if most are, the settings are wrong.
    if unfit and len(unfit) >= count:
        raise _no_fit(source, settings, unfit)
    unreadable += [(name, f"{error}{_REMEDY[type(error)]}") for name, error in unfit]
    # Only arrays can hold floats in [0, 1] that became bytes of 0 and 1.
    if source.chunk(0, 1) is not None and highest <= 1:
        raise DataError(_not_bytes(source, highest))
    return Filled(
        count=count,
        labelled=bool(source.classes),
        digest=f"{seen_pixels.hexdigest()}{seen_labels.hexdigest()}",
        unreadable=tuple(unreadable),
        left_out=len(unreadable) + more,
    )


def _blocks(source: Source, settings: StoreSettings, workers: int) -> Iterator[_Block]:
    """All images in order, a block at a time; never more than a few blocks are in memory."""
    most = max(1, _BLOCK_BYTES // prod(settings.shape))
    if _as_they_are(source, settings):
        step = min(_ARRAY_BLOCK, most)
        yield from (_copy(source, *span) for span in _spans(len(source), step))
        return
    with ThreadPoolExecutor(workers, thread_name_prefix="decode") as pool:
        pending: deque[Future[_Block]] = deque()
        try:
            for span in _spans(len(source), min(BLOCK, most)):
                pending.append(pool.submit(_decode, source, settings, *span))
                if len(pending) > 2 * workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _as_they_are(source: Source, settings: StoreSettings) -> bool:
    first = source.chunk(0, 1)
    return first is not None and first.shape[1:] == (*settings.size, settings.channels)


def _spans(count: int, step: int) -> Iterator[tuple[int, int]]:
    return ((start, min(start + step, count)) for start in range(0, count, step))


def _copy(source: Source, start: int, stop: int) -> _Block:
    pixels = source.chunk(start, stop)
    assert pixels is not None
    return _Block(pixels, _labels(source, range(start, stop)), size=stop - start)


def _decode(source: Source, settings: StoreSettings, start: int, stop: int) -> _Block:
    """The images start to stop - 1, without those that cannot be read."""
    height, width = settings.size
    pixels = np.empty((stop - start, height, width, settings.channels), np.uint8)
    block = _Block(pixels, [], size=stop - start)
    good: list[int] = []
    for index in range(start, stop):
        try:
            with BUDGET.scope():
                pixels[len(good)] = fit_image(source.read(index), settings)
            good.append(index)
        except UnreadableError as error:
            block.unreadable.append((error.name, error.reason))
        except DataError as error:
            block.unfit.append((source.image_name(index), error))
    block.pixels = pixels[: len(good)]
    block.labels = _labels(source, good)
    return block


def _labels(source: Source, indices: range | list[int]) -> list[int]:
    labels = [source.label(index) for index in indices] if source.classes else []
    return [label for label in labels if label is not None]


def _stop_if_strict(source: Source, unreadable: list[tuple[str, str]], strict: bool) -> None:
    if strict and unreadable:
        name, reason = unreadable[0]
        raise DataError(
            f"{source.name}: {name} cannot be used ({reason}). Repair or remove it, or leave out "
            "--strict (strict=False) to go on without it."
        )


def _no_fit(
    source: Source, settings: StoreSettings, unfit: list[tuple[str, DataError]]
) -> DataError:
    """What to say where the images and the settings are not made for each other."""
    small = [(name, it.size) for name, it in unfit if isinstance(it, TooSmallError)]
    if len(small) < len(unfit):
        name, error = next(each for each in unfit if not isinstance(each[1], TooSmallError))
        return DataError(f"{source.name}: {name}: {error}.")
    name, (width, height) = min(small, key=lambda each: each[1][0] * each[1][1])
    return DataError(
        f"{source.name}: pictures of at least {in_pixels(settings.size)} are needed, but "
        f"{name} has {in_pixels((height, width))}, and {len(small)} of {len(source)} are too "
        "small; choose a smaller size, remove them, allow them to be enlarged "
        "(--pictures.enlarge), or to be framed (--pictures.fit pad)."
    )


def _not_bytes(source: Source, highest: int) -> str:
    return (
        f"{source.name}: expected bytes from 0 to 255, found nothing above {highest}; if the "
        "pictures were in [0, 1], multiply by 255 before they become bytes: "
        "(x * 255).round().astype(np.uint8)."
    )
