"""What zerosum does, in numbers and words, to be set beside what it does after a refactoring.

    python benchmarks/fingerprints.py --out FILE.json [--quick] [--only NAME ...]
    python benchmarks/fingerprints.py --compare OLD.json NEW.json

The first looks at what is to stay as it is; the second lists each difference, and ends with 1 if
there is one. It relies on the command line, the functions of `zerosum`, the files of a run and
safetensors alone, so that all the rest may be built anew in between:

- ``help``: the help of every command and recipe, and every recipe in full;
- ``metrics``: every metric on fixed features, to the last bit;
- ``sources``: what commands say of pictures, sound and damaged, and refuse without a run;
- ``settings``: how each setting of each kind of recipe refuses -1;
- ``run NAME``: every recipe, small, on small pictures, and its switches: the weights after six
  rounds and after two more, tensor by tensor in their order; sample grids as pixels, statistics,
  scores, TensorBoard, settings, names of files, what was printed, and the dry run;
- ``use NAME``: on a run of each kind all that may be done with a run, or may not: exit code, text,
  JSON, the pictures written; the same in Python.

Times, memory and places are left out; the rest is text, so that a difference can be read. Weights
are the same to the bit on one machine with one version of PyTorch; elsewhere compare with a file
that was made there. ``--quick`` trains one recipe of each family, and keeps the weights alone.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import unified_diff
from functools import partial
from pathlib import Path
from typing import Any

import torch

from prints import material, numbers, runs, sources, uses
from prints.calling import call

Prints = Mapping[str, list[str]]
"""By item: what was found, in lines."""

_SHOWN = 12
"""Lines of a difference."""
_COMMANDS = (
    *("recipes", "train", "resume", "sample", "walk", "mix", "project", "edit", "translate"),
    *("classify", "attack", "export", "evaluate", "compare", "data", "data inspect"),
)


def help_texts() -> Prints:
    found = {option: call(option) for option in ("--help", "--version", "--nonsense")}
    found |= {f"completion {shell}": call("--completion", shell) for shell in ("bash", "fish")}
    for command in _COMMANDS:
        for option in ("--help", "--help-all", "--nonsense"):
            found[f"{command} {option}"] = call(*command.split(), option)
    found["recipes"] = call("recipes")
    for recipe in runs.recipes():
        for option in ("--help", "--help-all"):
            found[f"train {recipe} {option}"] = call("train", recipe, option)
        for words in ((recipe,), (recipe, "--json")):
            found[" ".join(("recipes", *words))] = call("recipes", *words)
    return found


def whole_run(name: str) -> Prints:
    folder = runs.folder_of(name)
    return {**runs.dry_run(name), **runs.train(name, folder), **runs.go_on(folder)}


def weights_of(name: str) -> Prints:
    return {"weights": runs.train(name, runs.folder_of(name))["trained weights"]}


def parts(*, quick: bool) -> dict[str, Callable[[], Prints]]:
    """What there is to look at, by name."""
    if quick:
        return {f"run {name}": partial(weights_of, name) for name in runs.OF_FAMILIES}
    names = [*runs.recipes(), *runs.VARIANTS]
    return {
        "help": help_texts,
        "metrics": numbers.of_metrics,
        "sources": sources.of_sources,
        "settings": sources.of_settings,
        **{f"run {name}": partial(whole_run, name) for name in names},
        **{f"use {name}": partial(uses.of_run, name) for name in uses.NAMES},
    }


def look(*, quick: bool, only: Sequence[str] | None) -> Iterator[tuple[str, Prints]]:
    """Look at all parts whose names hold one of the wanted, in a folder of their own."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="zerosum-") as folder:
        os.environ |= {"ZEROSUM_CACHE": f"{folder}/cache", "COLUMNS": "100"}
        os.environ["CUDA_VISIBLE_DEVICES"] = ""  # On the CPU, whatever a command would choose.
        os.chdir(folder)
        material.make_material(Path())
        for name, part in parts(quick=quick).items():
            if only is None or any(wanted in name for wanted in only):
                start = time.perf_counter()
                yield name, _whatever(part)
                print(f"{time.perf_counter() - start:6.1f} s  {name}", file=sys.stderr)
        os.chdir("/")  # Windows keeps a folder in which a process is.


def _whatever(part: Callable[[], Prints]) -> Prints:
    """What a part is, or that it failed, so that the others are looked at all the same."""
    try:
        return part()
    except Exception as error:
        return {"failed": traceback.format_exception_only(error)}


def facts(arguments: argparse.Namespace) -> dict[str, Any]:
    """With what the prints were made, and whether of all parts."""
    return {
        "torch": torch.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "whole": arguments.only is None and not arguments.quick,
    }


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Each difference: what it is of, and its first lines."""
    for name in {**old["prints"], **new["prints"]}:
        one, other = (prints["prints"].get(name) for prints in (old, new))
        if one is not None and other is not None:
            yield from _differences(name, one, other)
        elif all(prints["about"]["whole"] for prints in (old, new)):
            yield f"{name}: only in the {'old' if other is None else 'new'} one"


def _differences(name: str, old: Prints, new: Prints) -> Iterator[str]:
    for item in {**old, **new}:
        if old.get(item) != new.get(item):
            lines = unified_diff(old.get(item, []), new.get(item, []), n=0, lineterm="")
            shown = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
            more = [f"... {len(shown) - _SHOWN} lines more"] if len(shown) > _SHOWN else []
            yield "\n    ".join([f"{name}: {item}", *shown[:_SHOWN], *more])


def report(paths: Sequence[Path]) -> int:
    """Print the differences of two files; 1 if there are any."""
    old, new = (json.loads(path.read_text(encoding="utf-8")) for path in paths)
    if old["about"] != new["about"]:
        print(f"note: the one was made with {old['about']}, the other with {new['about']}")
    found = list(compare(old, new))
    print("\n".join([*found, f"{len(found)} differences"]))
    return 1 if found else 0


def main() -> None:
    parser = argparse.ArgumentParser(description="What zerosum does, before and after a change.")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write what is found")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="parts with this in their name")
    parser.add_argument("--quick", action="store_true", help="weights of one recipe a family")
    parser.add_argument("--compare", nargs=2, type=Path, metavar=("OLD", "NEW"))
    arguments = parser.parse_args()
    if arguments.compare:
        sys.exit(report(arguments.compare))
    out = arguments.out.absolute() if arguments.out else None
    prints = dict(look(quick=arguments.quick, only=arguments.only))
    print(f"{len(prints)} parts, {sum(map(len, prints.values()))} items")
    if out is not None:
        out.write_text(json.dumps({"about": facts(arguments), "prints": prints}, indent=0))


if __name__ == "__main__":
    main()
