"""What a run would take on this machine, by a few of its rounds.

A recipe by itself is tried on random pictures of its shape, since it may have none of its own, and
none shall be downloaded for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Any

import torch
from PIL import Image

from zerosum.config import RunConfig, change, from_json, to_json
from zerosum.config.json import flatten
from zerosum.data.sources.named import without_downloads
from zerosum.files import cache_folder
from zerosum.jobs.trying import try_run, warnings_of
from zerosum.randomness import Randomness
from zerosum.recipes import WEIGHTS, recipe
from zerosum.training.engine import choose_device
from zerosum.types import Progress

__all__ = ["WORK", "run"]

_CLASSES = 10
_SPARE = 1.3
"""Times as many random pictures as a round has, or as labels are asked for: some are held out."""
_COMES_WITH = "digits"
WORK = 5 * 10**11
_FEWEST = 4
"""Weights times pixels times images of a round that takes some seconds; images that it has."""


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Try a run, or a recipe.

    Args:
        arguments: ``recipe``, its name; ``config``, the run's, or None for the recipe as it is.
        progress: Called between the rounds.

    Raises:
        ZerosumError: The run cannot begin; the message says what to do.
    """
    if arguments["config"] is not None:
        return _try(from_json(arguments["config"]), progress)
    usual = recipe(arguments["recipe"])
    small = _in_small_rounds(usual)
    with _with_pictures(small, progress) as config:
        found = _try(config, progress)
    # Of smaller rounds only the time says something.
    return found if small == usual else {**found, "memory": None, "notes": []}


def _in_small_rounds(config: RunConfig) -> RunConfig:
    """The recipe, in rounds that a processor plays in seconds; a GPU needs whole ones to be fast.

    An image takes a processor as long in a small round as in a large one.
    """
    height, width = config.pictures.size
    most = max(_FEWEST, WORK // (WEIGHTS[config.recipe] * height * width))
    if choose_device(config.device).type != "cpu" or config.batch_size <= most:
        return config
    return change(config, {"batch_size": most})


def _try(config: RunConfig, progress: Progress) -> dict[str, Any]:
    progress(0, 1)
    with without_downloads():
        tried = try_run(config, quiet=True, between=lambda: progress(0, 1))
    costs = tried.costs
    return {
        "seconds": costs.seconds,
        "memory": costs.memory,
        "free_memory": costs.free,
        "disk": costs.disk,
        "batch_size": costs.batch_size,
        "pictures": list(tried.pictures),
        "device": tried.device,
        "players": [
            {"name": name, "network": kind, "weights": count}
            for name, (kind, count) in costs.players.items()
        ],
        "notes": warnings_of(tried.config, costs),
    }


@contextmanager
def _with_pictures(config: RunConfig, progress: Progress) -> Iterator[RunConfig]:
    """The recipe with pictures to be tried on: those that come with zerosum, or random ones."""
    if config.data == _COMES_WITH:
        yield config
        return
    with TemporaryDirectory(prefix="trial-") as folder:
        name = Path(folder).name
        places = {each: Path(folder, f"{name}-{each}") for each in _sources(config)}
        for number, place in enumerate(places.values()):
            _draw(place, config, Randomness(seed=number, stream="preview"), progress)
        try:
            yield change(config, {each: str(place) for each, place in places.items()})
        finally:  # What was prepared of them is of no use to anybody.
            for store in cache_folder().glob(f"*{name}-*"):
                store.unlink() if store.is_file() else rmtree(store)


def _sources(config: RunConfig) -> tuple[str, ...]:
    """The fields that say where the pictures are: one, or one for each domain."""
    names = tuple(config.sources)
    return names if len(names) == 1 else names[1:]


def _draw(folder: Path, config: RunConfig, random: Randomness, progress: Progress) -> None:
    """Random pictures in sub-folders of classes, with the same names whatever the numbers."""
    height, width = config.pictures.crop_from or config.pictures.size
    labels = flatten(to_json(config)).get("game.labels_per_class") or 0
    count = round(_SPARE * max(config.batch_size, _CLASSES * labels, _CLASSES))
    for number in range(count):
        progress(0, 1)
        place = folder / str(number % _CLASSES)
        place.mkdir(parents=True, exist_ok=True)
        pixels = (256 * random.at(number).uniform(3, height, width)).to(torch.uint8)
        Image.fromarray(pixels.permute(1, 2, 0).numpy()).save(place / f"{number}.png")
