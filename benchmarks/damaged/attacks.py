"""Inputs made to do harm: bombs, lies, traps, and files that change while they are read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from damaged.inputs import READERS, Input
from damaged.oracles import Holding

__all__ = ["ATTACKS", "Attack", "Made"]

Random = np.random.Generator


@dataclass(frozen=True)
class Made:
    """An attack's input; without a holding the oracle says what it holds."""

    input: Input
    what: str = ""
    holding: Holding | None = None
    set_up: Callable[[Path], None] = lambda folder: None
    meddle: Callable[[Path, str], None] = lambda folder, moment: None


@dataclass(frozen=True)
class Attack:
    """How to make an attack, and on which reader it is."""

    reader: str
    make: Callable[[Random], Made]
    heavy: bool = False


def _files(random: Random, reader: str, what: str, meddle: Callable[[Path, str], None]) -> Made:
    return Made(READERS[reader](random), what, meddle=meddle)


def _truncated_while_open(reader: str) -> Callable[[Random], Made]:
    def make(random: Random) -> Made:
        def meddle(folder: Path, moment: str) -> None:
            if moment == "opened":
                for file in (f for f in folder.rglob("*") if f.is_file()):
                    with file.open("r+b") as opened:
                        opened.truncate(100)

        return _files(random, reader, "truncated between opening and building", meddle)

    return make


ATTACKS: dict[str, Attack] = {
    f"truncate {reader} when open": Attack(reader, _truncated_while_open(reader))
    for reader in ("folder", "zip", "tar-pax", "npy", "npz", "idx", "shards", "stl10")
}
