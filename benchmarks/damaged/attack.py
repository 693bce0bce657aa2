"""What an attack is."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from damaged.holding import Holding
from damaged.inputs import Files, Input

__all__ = ["UNJUDGED", "Attack", "Made", "Random", "bare"]

Random = np.random.Generator

UNJUDGED = Holding(exact=False)
"""Nothing is said about the pictures: only how it ends is judged."""


@dataclass(frozen=True)
class Made:
    """An attack's input.

    Attributes:
        input: The files.
        what: What was done, if the attack's name does not say it all.
        holding: What it holds; None: what the oracle says.
        set_up: Called with the folder when the files are written.
        meddle: Called with the folder and the moment while they are read.
    """

    input: Input
    what: str = ""
    holding: Holding | None = None
    set_up: Callable[[Path], None] = lambda folder: None
    meddle: Callable[[Path, str], None] = lambda folder, moment: None


@dataclass(frozen=True)
class Attack:
    """How an attack is made.

    Attributes:
        reader: Whose input it is.
        make: From a random generator to the input.
        heavy: Whether it takes seconds.
    """

    reader: str
    make: Callable[[Random], Made]
    heavy: bool = False


def bare(reader: str, spec: str, files: Files, what: str = "") -> Made:
    """Files about whose pictures nothing is said."""
    return Made(Input(reader, spec, files, (), (), (16, 16)), what, UNJUDGED)
