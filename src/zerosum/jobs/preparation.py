"""What every job needs first: the cache, the pictures, and a bar while they are prepared."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from zerosum.config import AdversarialConfig, CartoonConfig, ClassConfig, RunConfig
from zerosum.data import (
    Domains,
    Store,
    StoreSettings,
    build_domains,
    build_store,
    open_domains,
    open_source,
)
from zerosum.errors import DataError
from zerosum.files import cache_folder

__all__ = [
    "absolute",
    "cache_folder",
    "counting",
    "describe",
    "prepare_domains",
    "prepare_pictures",
    "prepare_store",
    "report_unreadable",
    "store_settings",
    "with_classes",
]


def prepare_pictures(config: RunConfig, *, quiet: bool = False) -> Store | Domains:
    """What the run trains on, decoded and resized; built on first use, with a progress bar.

    Where parts are to be cut out by chance, the pictures have the size that they are cut of.
    """
    size = config.pictures.crop_from or config.pictures.size
    if config.is_translation or config.is_adaptation:
        return prepare_domains(config, size=size, quiet=quiet)
    return prepare_store(config, size=size, quiet=quiet)


def prepare_store(
    config: RunConfig,
    *,
    split: str = "train",
    size: tuple[int, int] | None = None,
    quiet: bool = False,
) -> Store:
    """The pictures of a run's source, by default in the size that its networks are given."""
    source = open_source(config.data, split=split, pixel_limit=config.pictures.pixel_limit)
    with counting("preparing pictures", quiet=quiet) as progress:
        return build_store(
            source,
            store_settings(config, size),
            cache=cache_folder(),
            strict=config.strict,
            progress=progress,
        )


def prepare_domains(
    config: RunConfig,
    *,
    split: str = "train",
    size: tuple[int, int] | None = None,
    quiet: bool = False,
) -> Domains:
    """The pictures of a run's two domains, by default in the size that its networks are given."""
    sources = open_domains(
        config.data,
        data_a=config.data_a,
        data_b=config.data_b,
        split=split,
        pairing=config.pairing,
    )
    for source in sources:
        source.pixel_limit = config.pictures.pixel_limit
    with counting("preparing pictures", quiet=quiet) as progress:
        return build_domains(
            sources,
            store_settings(config, size),
            cache=cache_folder(),
            strict=config.strict,
            paired=config.pairing != "none",
            smoothed=isinstance(config.game, CartoonConfig) and split == "train",
            progress=progress,
        )


def store_settings(config: RunConfig, size: tuple[int, int] | None = None) -> StoreSettings:
    """How the run's pictures are brought to one shape, by default that of its networks."""
    pictures = config.pictures
    return StoreSettings(
        size=size or pictures.size,
        channels=pictures.channels,
        fit=pictures.fit,
        filter=pictures.filter,
        background=pictures.background,
        enlarge=pictures.enlarge,
        srgb=pictures.srgb,
    )


def with_classes(config: RunConfig, pictures: Store | Domains) -> RunConfig:
    """The run with the classes of its data, where its game is conditional.

    Raises:
        DataError: The pictures have no labels, or all the same.

    Example:
        >>> from zerosum.config import change
        >>> from zerosum.recipes import recipe
        >>> config = change(recipe("dcgan-digits"), {"game.conditional": "projection"})
        >>> [each.name for each in with_classes(config, prepare_store(config)).game.classes]
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
    """
    game = config.game
    if not isinstance(game, AdversarialConfig) or game.conditional == "none":
        return config
    assert isinstance(pictures, Store)
    if pictures.labels is None or len(pictures.classes) < 2:
        found = f"one class ({pictures.classes[0]})" if pictures.classes else "no labels"
        raise DataError(
            f"game.conditional {game.conditional} needs pictures of at least two classes, and "
            f"{config.data} has {found}; put the pictures of each class into a sub-folder of its "
            "own, or leave --game.conditional out."
        )
    counts = np.bincount(pictures.labels, minlength=len(pictures.classes)).tolist()
    classes = tuple(
        ClassConfig(name=name, pictures=count)
        for name, count in zip(pictures.classes, counts, strict=True)
    )
    return replace(config, game=replace(game, classes=classes))


def absolute(source: str) -> str:
    """A source that can be found from any folder: paths become absolute, names stay.

    Example:
        >>> absolute("digits")
        'digits'
        >>> Path(absolute(".")).is_absolute()
        True
    """
    if not source:
        return source
    name, colon, folder = source.partition(":")
    if colon and Path(folder).expanduser().exists():
        return f"{name}:{Path(folder).expanduser().absolute()}"
    path = Path(source).expanduser()
    is_pattern = "{" in source and path.parent.exists()
    return str(path.absolute()) if path.exists() or is_pattern else source


def describe(source: str, split: str) -> dict[str, str]:
    """Facts on real pictures; not where they lie, which is nobody's business elsewhere.

    Example:
        >>> describe("/home/me/faces.zip", "train")
        {'source': 'faces.zip', 'split': 'train'}
    """
    name, colon, _ = source.partition(":")
    return {"source": name if colon else Path(source).name, "split": split}


@contextmanager
def counting(text: str, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on a terminal, for what may take long; None where nobody looks.

    Args:
        text: What is being done.
        quiet: Never show it.
    """
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (TextColumn(text), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def report_unreadable(store: Store | Domains) -> None:
    """Say which pictures were left out, the first few by name."""
    shown = [f"  {name}: {reason}" for name, reason in store.unreadable[:5]]
    more = len(store.unreadable) - len(shown)
    tail = [f"  and {more:,} more; `zerosum data inspect` names them all"] if more else []
    head = f"left out {len(store.unreadable):,} unreadable pictures:"
    print("\n".join([head, *shown, *tail]), file=sys.stderr)
