import atexit
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from helpers.lessons import Corruption
from zerosum.config import change
from zerosum.jobs import train_run
from zerosum.recipes import recipe

EXAMPLES = 2


@cache
def tiny_run() -> Path:
    """A run of tiny networks without convolutions, trained once for all tests of a process."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    fields = {
        "data": "digits",
        "game.generator.widths": (16,),
        "game.generator.latent_size": 8,
        "game.discriminator.widths": (16,),
        "game.real_label": 1.0,
        "images": 640,
        "batch_size": 64,
        "sample_every": 640,
        "evaluate_every": 0,
        "device": "cpu",
    }
    config = change(recipe("mnist-gan-2018"), fields)
    return train_run(config, out=folder / "run", quiet=True).run.path


class _Lazily(Mapping[str, Any]):
    """Trains the run when a test first asks for it, not when tests are collected."""

    def __getitem__(self, key: str) -> Any:
        return tiny_run() if key == "run" else {"batch_size": 16}[key]

    def __iter__(self) -> Iterator[str]:
        return iter(("run", "batch_size"))

    def __len__(self) -> int:
        return 2


CHEAP = _Lazily()


def _doubled(function):  # type: ignore[no-untyped-def]
    return lambda *args: replace(function(*args), norm=2 * function(*args).norm)


def _negated(function):  # type: ignore[no-untyped-def]
    """Eigenvalues of −H."""

    def wrong(*args, **options):  # type: ignore[no-untyped-def]
        least, greatest = function(*args, **options)
        return replace(greatest, value=-greatest.value), replace(least, value=-least.value)

    return wrong


def _uphill(function):  # type: ignore[no-untyped-def]
    return lambda cost, space, direction, places: function(cost, space, -direction, places)


def _of_the_loss(function):  # type: ignore[no-untyped-def]
    """The discriminator's cost for V."""

    def wrong(standing, looks, distances):  # type: ignore[no-untyped-def]
        numbers = function(standing, looks, distances)
        return {**numbers, "value": -numbers["value"]}

    return wrong


CORRUPTIONS = [
    Corruption("zerosum.lessons.checkpoint.slope", _doubled),
    Corruption("zerosum.lessons.checkpoint.extreme_curvatures", _negated),
    Corruption("zerosum.lessons.checkpoint.costs_along", _uphill),
    Corruption("zerosum.lessons.checkpoint._numbers", _of_the_loss),
]
