"""The store: images decoded and resized once, then mapped into memory for ever after."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from glob import escape
from hashlib import blake2b
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from zerosum.data.filling import Filled, fill
from zerosum.data.settings import StoreSettings
from zerosum.data.sources.base import Source
from zerosum.errors import DataError
from zerosum.explaining import explained
from zerosum.files import ANOTHER_CACHE, new_folder, write_text
from zerosum.types import ImageShape

__all__ = ["Store", "build_store", "open_store"]

FORMAT = 2
"""Changes when stores of an older zerosum must be built anew."""

IMAGES, LABELS, ABOUT = "images.u8", "labels.i64", "store.json"


class Store:
    """Images of one shape as bytes on disk, mapped into memory.

    Attributes:
        images: Bytes of shape (n, h, w, c), mapped.
        labels: Whole numbers of shape (n,), mapped, or None.
        classes: The classes' names, by label; empty without labels.
        unreadable: (name, reason) of the files that were left out: of all images, and of the
            first 1,000 of those that are none.
        left_out: How many files were left out.
        identity: A hash over all pixels, labels and class names: what the images *are*. Two
            copies of a folder have one identity, wherever they lie and whatever they are called.
        path: The folder that it lies in.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from zerosum.data import open_source
        >>> with TemporaryDirectory() as cache:
        ...     settings = StoreSettings(size=(28, 28), channels=1)
        ...     store = build_store(open_source("digits"), settings, cache=Path(cache))
        ...     len(store), store.shape, store.images.shape, len(store.classes)
        (5000, (1, 28, 28), (5000, 28, 28, 1), 10)
    """

    def __init__(self, path: Path) -> None:
        about = json.loads((path / ABOUT).read_text(encoding="utf-8"))
        channels, height, width = about["shape"]
        self.path = path
        self.shape: ImageShape = (channels, height, width)
        self.classes: tuple[str, ...] = tuple(about["classes"])
        self.identity: str = about["identity"]
        self.unreadable: tuple[tuple[str, str], ...] = tuple(
            (name, reason) for name, reason in about["unreadable"]
        )
        self.left_out: int = about["left_out"]
        count: int = about["count"]
        shape = (count, height, width, channels)
        self.images: NDArray[np.uint8] = np.memmap(path / IMAGES, np.uint8, "r", shape=shape)
        self.labels: NDArray[np.int64] | None = None
        if about["labelled"]:
            self.labels = np.memmap(path / LABELS, np.int64, "r", shape=(count,))

    def __len__(self) -> int:
        return len(self.images)

    def __reduce__(self) -> tuple[type["Store"], tuple[Path]]:
        """Pickle where it lies; a mapping would be pickled with all its images."""
        return type(self), (self.path,)


def build_store(
    source: Source,
    settings: StoreSettings,
    *,
    cache: Path,
    strict: bool = False,
    progress: Callable[[int, int], None] | None = None,
    workers: int | None = None,
) -> Store:
    """Return the store of these images with these settings; build it if it is not there yet.

    When several processes ask for the same store, one builds it and the others wait for it. A
    build that is killed leaves nothing but a temporary folder, which the next one removes.

    Args:
        source: The images.
        settings: What they are to look like.
        cache: The folder that holds stores; made if missing.
        strict: Whether one unreadable file is an error. If not, it is left out and named in
            ``Store.unreadable``.
        progress: Called with (images done, images in all) as the build goes on.
        workers: Threads that decode; as many as processors by default.

    Raises:
        DataError: If no image is readable, one is not and ``strict``, images are smaller than
            the size, alpha is asked for and missing, or the disk is full.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from zerosum.data import open_source
        >>> with TemporaryDirectory() as cache:
        ...     settings = StoreSettings(size=(32, 32), channels=3, enlarge=True)
        ...     build_store(open_source("digits"), settings, cache=Path(cache)).shape
        (3, 32, 32)
    """
    key = _key(source, settings)
    path = cache / f"{source.name}-{key}"
    store = open_store(path)  # Without the lock: a cache that is only to be read will do for that.
    if store is None:
        with (
            explained(cache, error=DataError, then=ANOTHER_CACHE),
            new_folder(cache),
            FileLock(cache / f".{path.name}.lock"),
        ):
            store = open_store(path)
            if store is None:
                how: dict[str, Any] = {"strict": strict, "progress": progress, "workers": workers}
                store = _build(source, settings, path, **how)
    if strict and store.unreadable:
        raise DataError(unreadable_message(source, store.unreadable))
    return store


def _build(source: Source, settings: StoreSettings, path: Path, **how: Any) -> Store:
    with _new_folder(path) as folder:
        with _synced(folder / IMAGES) as images, _synced(folder / LABELS) as labels:
            filled = fill(source, settings, images, labels, **how)
        _refuse_changed(source)
        write_text(folder / ABOUT, _about(source, settings, filled))
    return Store(path)


def open_store(path: Path) -> Store | None:
    """The store in a folder, or None if there is none or it is not whole."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        store = Store(path)
        labels = np.zeros(1, np.int64) if store.labels is None else store.labels
        in_range = labels.min() >= 0 and labels.max() < max(1, len(store.classes))
        if (path / IMAGES).stat().st_size == store.images.size and in_range:
            return store
    return None


def unreadable_message(source: Source, unreadable: tuple[tuple[str, str], ...]) -> str:
    """Name the first of the files that cannot be read, and say what to do."""
    named = "".join(f"\n  {name}: {reason}" for name, reason in unreadable[:10])
    more = f"\n  and {len(unreadable) - 10} more" if len(unreadable) > 10 else ""
    return (
        f"{source.name}: {len(unreadable)} files cannot be used, {len(source)} should be "
        f"pictures:{named}{more}\n"
        "Repair or remove them, or go on without them by leaving out --strict (strict=False)."
    )


def _refuse_changed(source: Source) -> None:
    """What was read while somebody wrote belongs to no key.

    Raises:
        DataError: If the files are no longer those that were opened.
    """
    if not source.is_unchanged():
        raise DataError(
            f"{source.name}: files were changed while they were read; start again when nobody "
            "writes to them any more."
        )


def _key(source: Source, settings: StoreSettings) -> str:
    """Under what name the store is kept: the files' state, and what they are made into."""
    parts = f"{FORMAT} {source.key()} {settings.as_text()}"
    return blake2b(parts.encode(), digest_size=10).hexdigest()


def _about(source: Source, settings: StoreSettings, filled: Filled) -> str:
    if not filled.count:
        raise DataError(unreadable_message(source, filled.unreadable))
    classes = source.classes if filled.labelled else ()
    about = {
        "format": FORMAT,
        "identity": _identity(settings, classes, filled),
        "source": source.name,
        "settings": asdict(settings),
        "shape": settings.shape,
        "count": filled.count,
        "labelled": filled.labelled,
        "classes": classes,
        "unreadable": filled.unreadable,
        "left_out": filled.left_out,
    }
    return json.dumps(about, indent=1)


def _identity(settings: StoreSettings, classes: tuple[str, ...], filled: Filled) -> str:
    parts = repr((settings.shape, classes, filled.digest))
    return blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@contextmanager
def _new_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder that gets its name only when it is whole and on disk."""
    for left in path.parent.glob(f".{escape(path.name)}.*.building"):
        shutil.rmtree(left, ignore_errors=True)  # we hold the lock, so its builder is dead
    _sweep(path.parent)
    temporary = path.parent / f".{path.name}.{os.getpid()}.building"
    temporary.mkdir()
    try:
        yield temporary
        shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)  # a file, if there still is something
        temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _sweep(cache: Path) -> None:
    """Remove what builders of other stores left behind when they were killed."""
    for left in cache.glob(".*.building"):
        store = left.name.removesuffix(".building").rpartition(".")[0]
        with suppress(Timeout, OSError), FileLock(cache / f"{store}.lock", timeout=0):
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _synced(path: Path) -> Iterator[BufferedIOBase]:
    with path.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
