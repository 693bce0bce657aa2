"""What every job needs first: the cache, the pictures, and a bar while they are prepared."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal
from warnings import warn

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from zerosum.config import AdversarialConfig, CartoonConfig, ClassConfig, RunConfig
from zerosum.data import (
    Domains,
    Store,
    StoreSettings,
    absolute,
    as_spec,
    build_domains,
    build_store,
    open_domains,
    open_source,
)
from zerosum.errors import DataError, DataWarning, RunError
from zerosum.files import cache_folder
from zerosum.jobs.lines import Lines
from zerosum.model import Model, load
from zerosum.runs import Run

__all__ = [
    "cache_folder",
    "counting",
    "describe",
    "facts_of",
    "load_run",
    "name_left_out",
    "name_unreadable",
    "prepare_domains",
    "prepare_pictures",
    "prepare_store",
    "refuse_other_pictures",
    "require_own_pictures",
    "store_settings",
    "with_classes",
]

_NAMED = 10


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
        store = build_store(
            source,
            store_settings(config, size),
            cache=cache_folder(),
            strict=config.strict,
            progress=progress,
        )
    name_unreadable(store)
    return store


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
        domains = build_domains(
            sources,
            store_settings(config, size),
            cache=cache_folder(),
            strict=config.strict,
            paired=config.pairing != "none",
            smoothed=isinstance(config.game, CartoonConfig) and split == "train",
            progress=progress,
        )
    name_unreadable(domains)
    return domains


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
    if 0 in counts:
        raise DataError(
            f"the class {pictures.classes[counts.index(0)]!r} of {config.data} has no picture "
            "that can be used; repair or add some, or remove its folder."
        )
    classes = tuple(
        ClassConfig(name=name, pictures=count)
        for name, count in zip(pictures.classes, counts, strict=True)
    )
    return replace(config, game=replace(game, classes=classes))


def facts_of(pictures: Store | Domains) -> dict[str, Any]:
    """What a checkpoint remembers of the pictures that a run is trained on."""
    return {"identity": pictures.identity, "pictures": len(pictures)}


def refuse_other_pictures(
    config: RunConfig, saved: Mapping[str, Any], pictures: Store | Domains
) -> None:
    """Make sure that pictures are those that a run began with.

    Args:
        config: The run.
        saved: What its checkpoint remembers of them; see `facts_of`.
        pictures: Those that were found.

    Raises:
        RunError: They are others.
    """
    if saved == facts_of(pictures):
        return
    named = " and ".join(it for it in (config.data, config.data_a, config.data_b) if it)
    before, now = saved["pictures"], len(pictures)
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


def load_run(
    run: str | Path,
    *,
    device: str = "auto",
    checkpoint: Literal["latest", "best"] = "latest",
    data: str | Path | None = None,
    data_a: str | Path | None = None,
    data_b: str | Path | None = None,
    quiet: bool = False,
) -> Model:
    """The model that a run has trained so far, wherever its pictures are now.

    Args:
        run: The run folder.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``.
        checkpoint: ``latest``, or ``best`` for that of the best evaluation.
        data: Where the run's pictures are now, if they have moved; they must be the same ones.
        data_a: Likewise for domain A.
        data_b: Likewise for domain B.
        quiet: No progress bar while the pictures of a moved run are prepared.

    Raises:
        RunError: The folder is no run, or the pictures are others.
        CheckpointError: It has no checkpoint that can be used.

    Example:
        >>> load_run("runs/no-such")
        Traceback (most recent call last):
        ...
        zerosum.errors.RunError: there is no folder runs/no-such; ...
    """
    a, b = (None if each is None else absolute(as_spec(each)) for each in (data_a, data_b))
    where = None if data is None else absolute(as_spec(data))
    found = Run.open(Path(run)).relocated(data=where, data_a=a, data_b=b)
    model = load(found, device=device, checkpoint=checkpoint)
    if found.moved:
        require_own_pictures(found, checkpoint, quiet=quiet)
    return model


def require_own_pictures(
    run: Run, checkpoint: Literal["latest", "best"], *, quiet: bool = False
) -> None:
    """Make sure that a run's pictures are those that it was trained on.

    Raises:
        RunError: They are others.
    """
    config = run.config()
    pictures = prepare_pictures(config, quiet=quiet)
    refuse_other_pictures(config, run.load(checkpoint)["data"], pictures)


def describe(source: str, split: str) -> dict[str, str]:
    """Facts on real pictures; not where they lie, which is nobody's business elsewhere.

    Example:
        >>> describe("/home/me/faces.zip", "train")
        {'source': 'faces.zip', 'split': 'train'}
    """
    name, colon, _ = source.partition(":")
    return {"source": name if colon else Path(source).name, "split": split}


@contextmanager
def counting(
    text: str, *, quiet: bool, every: float = 30.0
) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on a terminal, for what may take long; elsewhere a line now and then.

    Args:
        text: What is being done.
        quiet: Never show it; None comes.
        every: Seconds between two lines.
    """
    console = Console(stderr=True)
    if quiet:
        yield None
        return
    if not console.is_terminal:
        yield Lines(text, every=every)
        return
    # As a description and without markup, since a text may hold brackets and braces of a name.
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def name_unreadable(*stores: Store | Domains) -> None:
    """Warn of the pictures that were left out of stores, the first few by name."""
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
