"""What every job needs first: the cache, the pictures, and a bar while they are prepared."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from zerosum.config import RunConfig
from zerosum.data import Store, StoreSettings, build_store, open_source

__all__ = ["absolute", "cache_folder", "counting", "prepare_store", "report_unreadable"]


def cache_folder() -> Path:
    """Where decoded pictures are kept: ``$ZEROSUM_CACHE``, or the user's cache folder.

    Example:
        >>> from unittest.mock import patch
        >>> with patch.dict(os.environ, ZEROSUM_CACHE="large-disk/cache"):
        ...     cache_folder().as_posix()
        'large-disk/cache'
    """
    given = os.environ.get("ZEROSUM_CACHE")
    if given:
        return Path(given).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "zerosum"


def prepare_store(config: RunConfig, *, split: str = "train", quiet: bool = False) -> Store:
    """The run's pictures, decoded and resized; built on first use, with a progress bar."""
    pictures = config.pictures
    settings = StoreSettings(
        size=pictures.size,
        channels=pictures.channels,
        fit=pictures.fit,
        filter=pictures.filter,
        background=pictures.background,
        enlarge=pictures.enlarge,
    )
    source = open_source(config.data, split=split)
    with counting("preparing pictures", quiet=quiet) as progress:
        return build_store(
            source, settings, cache=cache_folder(), strict=config.strict, progress=progress
        )


def absolute(source: str) -> str:
    """A source that can be found from any folder: paths become absolute, names stay.

    Example:
        >>> absolute("digits")
        'digits'
        >>> Path(absolute(".")).is_absolute()
        True
    """
    name, colon, folder = source.partition(":")
    if colon and Path(folder).expanduser().exists():
        return f"{name}:{Path(folder).expanduser().absolute()}"
    path = Path(source).expanduser()
    is_pattern = "{" in source and path.parent.exists()
    return str(path.absolute()) if path.exists() or is_pattern else source


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


def report_unreadable(store: Store) -> None:
    """Say which pictures were left out, the first few by name."""
    shown = [f"  {name}: {reason}" for name, reason in store.unreadable[:5]]
    more = len(store.unreadable) - len(shown)
    tail = [f"  and {more:,} more; `zerosum data inspect` names them all"] if more else []
    head = f"left out {len(store.unreadable):,} unreadable pictures:"
    print("\n".join([head, *shown, *tail]), file=sys.stderr)
