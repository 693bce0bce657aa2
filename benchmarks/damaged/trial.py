"""One trial: make an input from a seed and a number, damage it, use it, judge it."""

import os
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from damaged.attacks import ATTACKS
from damaged.damage import damage
from damaged.holding import Holding
from damaged.inputs import READERS, Files, Input
from damaged.judging import Fault, Outcome, judge
from damaged.observing import Opener, observe, open_split
from damaged.oracles import what_it_holds

__all__ = ["Trial", "Verdict", "describe", "labels", "plan", "run"]

_CONTROLS = 12
_ATTACKS_PER_ROUND = 12


@dataclass(frozen=True)
class Trial:
    """An input that is ready to be written and used.

    Attributes:
        reader: What it is an input for.
        what: What was done to it.
        input: What it was made from.
        files: (path, content) of what is written.
        holding: What it holds.
        good: Whether nothing was done to it: then it may not be refused.
        heavy: Whether it takes seconds.
        opener: Opens a split; other than usual only where the campaign itself is tested.
        set_up: Called with the folder when the files are written.
        meddle: Called with the folder and the moment while they are read.
    """

    reader: str
    what: str
    input: Input
    files: Files
    holding: Holding
    good: bool = False
    heavy: bool = False
    opener: Opener = open_split
    set_up: Callable[[Path], None] = lambda folder: None
    meddle: Callable[[Path, str], None] = lambda folder, moment: None


@dataclass(frozen=True)
class Verdict:
    """What came of a trial: a word for the table, and the faults."""

    word: str
    faults: tuple[Fault, ...]


def labels(number: int) -> tuple[str, str]:
    """What a trial is about: its reader, and ``attacks``, ``heavy attacks`` or ``accidents``."""
    reader, attack = _slot(number)
    if attack is None:
        return reader, "accidents"
    return reader, "heavy attacks" if ATTACKS[attack].heavy else "attacks"


def _slot(number: int) -> tuple[str, str | None]:
    """(reader, name of the attack if it is one)."""
    names = list(READERS)
    turn, place = divmod(number, len(names) + _ATTACKS_PER_ROUND)
    if place < len(names):
        return names[place], None
    index = turn * _ATTACKS_PER_ROUND + place - len(names)
    attack = list(ATTACKS)[index % len(ATTACKS)]
    return ATTACKS[attack].reader, attack


def plan(seed: int, number: int) -> Trial:
    """Make a trial; the same one for the same seed and number."""
    random = np.random.default_rng([seed, number])
    reader, attack = _slot(number)
    if attack is not None:
        made = ATTACKS[attack].make(random)
        files = made.input.files()
        holding = made.holding or what_it_holds(made.input, files)
        what = f"attack {attack}{made.what and ': '}{made.what}"
        return Trial(
            *(reader, what, made.input, files, holding),
            heavy=ATTACKS[attack].heavy,
            set_up=made.set_up,
            meddle=made.meddle,
        )
    good = READERS[reader](random)
    if number // (len(READERS) + _ATTACKS_PER_ROUND) % _CONTROLS == 0:
        files = good.files()
        return Trial(reader, "nothing", good, files, what_it_holds(good, files), good=True)
    damaged, what = damage(good, random)
    files = damaged.files()
    return Trial(reader, what, damaged, files, what_it_holds(damaged, files))


def run(trial: Trial, folder: Path) -> Verdict:
    """Write the files of a trial into a folder, use and judge them."""
    there = folder / "input"
    _write(trial.files, there)
    trial.set_up(there)
    try:
        outcome = observe(
            trial.input.spec.replace("{{", "{").replace("}}", "}").replace("{}", str(there)),
            trial.input.size,
            folder / "cache",
            meddle=lambda moment: trial.meddle(there, moment),
            opener=trial.opener,
        )
    except Exception as error:  # what the campaign looks for
        return Verdict("traceback", (Fault("traceback", describe(error)),))
    faults = judge(trial.holding, outcome)
    if trial.good:
        faults += _unlike_good(trial, outcome)
    return Verdict(outcome.word(), tuple(faults))


def _unlike_good(trial: Trial, outcome: Outcome) -> list[Fault]:
    """What was not damaged may neither be refused nor named: readers that do so lose nothing."""
    if outcome.refusals:
        return [Fault("refused a good input", outcome.refusals[0][1])]
    if len(outcome.stored) < len(trial.input.pictures):
        return [Fault("left out of a good input", ", ".join(outcome.named))]
    return []


def describe(error: BaseException) -> str:
    """The kind of an error, what it says, and the place in zerosum that it came through last."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}zerosum{os.sep}" in frame.filename]
    last = (ours or list(frames))[-1]
    place = f"{Path(last.filename).name}:{last.lineno} {last.name}"
    return ascii(f"{type(error).__name__}: {error}")[1:250] + f" [{place}]"


def _write(files: Iterable[tuple[str, bytes]], folder: Path) -> None:
    folder.mkdir(parents=True)
    for path, content in files:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
