"""The images of a run: decoded, resized, named where they cannot be used, and recognised."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from warnings import warn

from zerosum.config.run import RunConfig
from zerosum.counting import counting
from zerosum.data import (
    Store,
    StoreSettings,
    build_store,
    open_source,
)
from zerosum.errors import DataWarning, RunError
from zerosum.files import cache_folder
from zerosum.training.engine import Engine

__all__ = [
    "Prepared",
    "batching",
    "describe",
    "facts_of",
    "name_left_out",
    "name_unreadable",
    "prepare_store",
    "refuse_other_images",
    "size_to_train_on",
    "store_settings",
]

_NAMED = 10


@runtime_checkable
class Prepared(Protocol):
    """Images that a run can train on: a store, or those of two domains."""

    @property
    def identity(self) -> str:
        """What they are: a hash over pixels, labels and class names."""

    @property
    def unreadable(self) -> Sequence[tuple[str, str]]:
        """(name, reason) of the first that were left out."""

    @property
    def left_out(self) -> int:
        """How many were left out."""

    def __len__(self) -> int: ...


def prepare_store(
    config: RunConfig,
    *,
    split: str = "train",
    size: tuple[int, int] | None = None,
    quiet: bool = False,
) -> Store:
    """The images of a run's source, by default in the size that its networks are given."""
    source = open_source(config.data, split=split, pixel_limit=config.pictures.pixel_limit)
    with counting("preparing pictures", quiet=quiet) as progress:
        store = build_store(
            source,
            store_settings(config, size),
            cache=cache_folder(),
            strict=config.strict,
            progress=progress,
        )
    name_unreadable(store)
    return store


def store_settings(config: RunConfig, size: tuple[int, int] | None = None) -> StoreSettings:
    """How the run's images are brought to one shape, by default that of its networks."""
    settings = config.pictures
    return StoreSettings(
        size=size or settings.size,
        channels=settings.channels,
        fit=settings.fit,
        filter=settings.filter,
        background=settings.background,
        enlarge=settings.enlarge,
        srgb=settings.srgb,
    )


def batching(config: RunConfig, engine: Engine) -> dict[str, Any]:
    """What all batches of a run have in common: the arguments of `Batches`."""
    settings = config.pictures
    return {
        "batch_size": config.batch_size,
        "seed": config.seed,
        "device": engine.device,
        "flip": settings.flip,
        "crop": None if settings.crop_from is None else settings.size,
        "rank": engine.rank,
        "processes": engine.processes,
    }


def size_to_train_on(config: RunConfig) -> tuple[int, int]:
    """Height and width of the images that a run keeps, of which it may cut parts by chance."""
    return config.pictures.crop_from or config.pictures.size


def facts_of(images: Prepared) -> dict[str, Any]:
    """What a checkpoint remembers of the images that a run is trained on."""
    return {"identity": images.identity, "pictures": len(images)}


def refuse_other_images(config: RunConfig, saved: Mapping[str, Any], images: Prepared) -> None:
    """Make sure that images are those that a run began with.

    Args:
        config: The run.
        saved: What its checkpoint remembers of them; see `facts_of`.
        images: Those that were found.

    Raises:
        RunError: They are others.
    """
    if saved == facts_of(images):
        return
    named = " and ".join(it for it in config.sources.values() if it)
    before, now = saved["pictures"], len(images)
    what = (
        f"there were {before:,}, now there are {now:,}"
        if before != now
        else f"there are {now:,} as before, but pixels or classes are not the same"
    )
    raise RunError(
        f"the pictures of {named} are not those that the run began with: {what}. A run goes on "
        "as it began. Put them back as they were, name where they are now (--data NEW), or start "
        "a new run."
    )


def describe(source: str, split: str) -> dict[str, str]:
    """Facts on real images; not where they lie, which is nobody's business elsewhere.

    Example:
        >>> describe("/home/me/faces.zip", "train")
        {'source': 'faces.zip', 'split': 'train'}
    """
    name, colon, _ = source.partition(":")
    return {"source": name if colon else Path(source).name, "split": split}


def name_unreadable(*stores: Prepared) -> None:
    """Warn of the images that were left out of stores, the first few by name."""
    for store in stores:
        name_left_out(store.unreadable, count=store.left_out)


def name_left_out(left_out: Sequence[tuple[str, str]], *, count: int | None = None) -> None:
    """Warn of files that were left out, the first few by name.

    Args:
        left_out: (name, reason) of each, or of the first; none: no warning.
        count: How many there are in all, if more than these.
    """
    count = len(left_out) if count is None else count
    if not count:
        return
    shown = [f"  {name}: {reason}" for name, reason in left_out[:_NAMED]]
    more = [f"  and {count - _NAMED:,} more; `zerosum data inspect` names them"]
    head = f"left out {count:,} {'file' if count == 1 else 'files'}:"
    text = "\n".join([head, *shown, *(more if count > _NAMED else [])])
    warn(text, DataWarning, stacklevel=3)
