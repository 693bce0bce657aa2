"""Files that somebody changes while they are read: on opening, inspecting or building."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from damaged.attack import Attack, Made, Random
from damaged.holding import Holding
from damaged.inputs import READERS
from damaged.oracles import what_it_holds

__all__ = ["MEDDLING"]

_MANY = {"files": 1500, "arrays": 10_000}
"""More than what is read before anybody is told of any progress."""

_READERS = {
    **dict.fromkeys(
        ["folder", "zip", "zip-deflate", "tar-pax", "tar.gz", "tar.bz2", "shards"], "files"
    ),
    **dict.fromkeys(["npy", "npz", "npz-deflate", "idx", "idx.gz"], "arrays"),
    "stl10": "",
    "usps": "",
}

Act = Callable[[Path, np.random.Generator], None]


def _truncate(file: Path, random: Random) -> None:
    size = int(file.stat().st_size * float(random.choice([0, 0.01, 0.5, 0.9])))
    with file.open("r+b") as opened:
        opened.truncate(size)


def _overwrite(file: Path, random: Random) -> None:
    """Other bytes from the middle on, of the same length; the times are set back."""
    before = file.stat()
    with file.open("r+b") as opened:
        opened.seek(before.st_size // 2)
        opened.write(random.bytes(before.st_size - before.st_size // 2))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def _replace(file: Path, random: Random) -> None:
    """Another file of the same length in its place."""
    other = file.with_name(f"{file.name}.new")
    other.write_bytes(random.bytes(file.stat().st_size))
    other.replace(file)


def _delete(file: Path, random: Random) -> None:
    file.unlink()


def _extend(file: Path, random: Random) -> None:
    with file.open("ab") as opened:
        opened.write(random.bytes(5000))


def _make_folder(file: Path, random: Random) -> None:
    file.unlink()
    file.mkdir()


def _delete_all(file: Path, random: Random) -> None:
    shutil.rmtree(file.parent)


ACTS: dict[str, Act] = {
    "truncate": _truncate,
    "overwrite": _overwrite,
    "replace": _replace,
    "delete": _delete,
    "extend": _extend,
    "make a folder of": _make_folder,
    "delete the folder of": _delete_all,
}


def _make(random: Random, *, reader: str, act: Act, moment: str) -> Made:
    many = {"count": _MANY[_READERS[reader]]} if _READERS[reader] and moment != "opened" else {}
    if _READERS[reader] and not many:
        many = {"count": 40}
    good = READERS[reader](random, **many)
    seed = int(random.integers(1 << 32))
    left = [moment]

    def meddle(folder: Path, now: str) -> None:
        if now not in left:
            return
        left.clear()
        choose = np.random.default_rng(seed)
        for file in _victims(folder, reader):
            if file.exists():
                act(file, choose)

    if moment == "inspecting":  # then what is stored is what was found after that
        holding = Holding(exact=False, steady=False)
    else:
        holding = replace(what_it_holds(good, good.files()), steady=False)
    return Made(good, holding=holding, meddle=meddle)


def _victims(folder: Path, reader: str) -> list[Path]:
    """What has not been read yet when the first have been."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    if reader == "folder":
        return files[-20:]
    if reader in ("usps", "stl10"):  # one split is enough
        return [file for file in files if "usps.bz2" in file.name or "train_X" in file.name]
    return [files[-1]] if reader == "shards" else [files[0]]


MEDDLING: dict[str, Attack] = {
    f"{name} {reader} when {moment}": Attack(
        reader, partial(_make, reader=reader, act=act, moment=moment)
    )
    for reader in _READERS
    for name, act in ACTS.items()
    for moment in ("opened", "inspecting", "building")
}
"""By name."""
