"""A judge that cannot fail is a defect: faults made on purpose, which the campaign must find.

Each saboteur reads a good input wrongly. Its trial is run as every other is, in a process that is
watched, and has to end with the fault that it is named for.
"""

import os
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np
from PIL import Image, ImageChops

from damaged.trial import Trial, plan
from damaged.workers import Job
from zerosum.data import Source, open_source
from zerosum.data.sources.base import UnreadableError
from zerosum.data.sources.derived import Derived
from zerosum.errors import DataError

__all__ = ["SABOTEURS", "jobs"]


class _Saboteur(Derived):
    """The pictures of another source, as they are; subclasses spoil something."""

    def key(self) -> str:
        return f"{self.base.key()}-{type(self).__name__}"


class _Dropping(_Saboteur):
    """The last picture is not there."""

    def __len__(self) -> int:
        return len(self.base) - 1


class _Swapping(_Saboteur):
    """The first and the last picture have each other's class."""

    def label(self, index: int) -> int | None:
        return self.base.label({0: len(self) - 1, len(self) - 1: 0}.get(index, index))


class _Changing(_Saboteur):
    """One picture is lighter than it is."""

    def read(self, index: int) -> Image.Image:
        image = self.base.read(index).convert("RGB")
        return (
            ImageChops.add(image, Image.new("RGB", image.size, (9, 9, 9))) if not index else image
        )


class _Repeating(_Saboteur):
    """The first picture comes twice, the second never: the number is right."""

    def read(self, index: int) -> Image.Image:
        return self.base.read(0 if index == 1 else index)


class _Unlabelled(_Saboteur):
    """The classes are gone."""

    def __init__(self, base: Source) -> None:
        super().__init__(base)
        self.classes = ()


class _OtherSplit(_Saboteur):
    """Pictures for training are shown as those of the test."""

    def __init__(self, base: Source) -> None:
        super().__init__(base)
        self.split = {"train": "test", "test": "train"}[base.split]


class _Escaping(_Saboteur):
    """Names hold what a terminal obeys."""

    def image_name(self, index: int) -> str:
        return f"\x1b[31m{self.base.image_name(index)}"


class _KeyError(_Saboteur):
    """A mistake of ours."""

    def read(self, index: int) -> Image.Image:
        raise KeyError(index)


class _Warning(_Saboteur):
    """A warning for every step."""

    def read(self, index: int) -> Image.Image:
        for number in range(10):
            warnings.warn(f"look here, {number} of {index}", UserWarning, stacklevel=1)
        return self.base.read(index)


class _Growing(_Saboteur):
    """More and more memory."""

    def read(self, index: int) -> Image.Image:
        self.kept = [np.ones(1 << 24) for _ in range(10)]
        time.sleep(1)
        return self.base.read(index)


class _Hanging(_Saboteur):
    """No end."""

    def read(self, index: int) -> Image.Image:
        time.sleep(1000)
        return self.base.read(index)


class _Dying(_Saboteur):
    """What reading a mapped file does that was truncated."""

    def read(self, index: int) -> Image.Image:
        os.kill(os.getpid(), signal.SIGBUS)
        return self.base.read(index)


class _Refusing(_Saboteur):
    """A good input is refused: readers that refuse all lose nothing."""

    def read(self, index: int) -> Image.Image:
        raise DataError("not today")


class _Naming(_Saboteur):
    """A good picture is said to be broken."""

    def read(self, index: int) -> Image.Image:
        if index == 0:
            raise UnreadableError(self.image_name(0), "broken")
        return self.base.read(index)


class _Miscounting(_Saboteur):
    """A stray that only the store is told of: two answers to one question."""

    def strays(self) -> Iterator[tuple[str, str]]:
        yield "ghost.txt", "not a picture"


SABOTEURS: dict[str, tuple[str, type[_Saboteur]]] = {
    "dropping": ("lost", _Dropping),
    "swapping": ("label", _Swapping),
    "changing": ("wrong", _Changing),
    "repeating": ("lost", _Repeating),
    "unlabelled": ("label", _Unlabelled),
    "other split": ("split", _OtherSplit),
    "escaping": ("unprintable", _Escaping),
    "key error": ("traceback", _KeyError),
    "warning": ("noise", _Warning),
    "growing": ("memory", _Growing),
    "hanging": ("hang", _Hanging),
    "dying": ("died", _Dying),
    "refusing": ("refused a good input", _Refusing),
    "naming": ("left out of a good input", _Naming),
    "miscounting": ("two answers", _Miscounting),
}
"""By name: the fault that has to be found, and the saboteur."""


def jobs() -> Iterator[tuple[str, Job]]:
    """(the fault that has to be found, the job) for every saboteur."""
    for name, (kind, _) in SABOTEURS.items():
        yield kind, Job(0, 1, partial(_sabotaged, name))


def _sabotaged(name: str, seed: int, number: int) -> Trial:
    """A good folder with splits and classes, opened by a saboteur."""
    good = plan(seed, number)
    assert good.good, "expected an input to which nothing was done"
    return replace(good, reader="sabotage", what=name, opener=_opener(SABOTEURS[name][1]))


def _opener(saboteur: type[_Saboteur]) -> Callable[[str, str], Source]:
    return lambda spec, split: saboteur(open_source(spec, split=split))
