"""All that may be done with a trained run, or may not: each command on a run of each kind."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import zerosum
from prints import folders, runs
from prints.calling import call, plain, seed_all, silent

NAMES = (
    *("dcgan-digits", "dcgan-digits classes", "mnist-gan-2018", "r3gan-digits", "progan-digits"),
    *("stylegan2-digits", "stylegan2-digits classes", "cyclegan-small", "cut back", "pix2pix"),
    *("cartoongan", "classifier", "sgan", "dann", "dann source", "adda", "advgan", "gap"),
    "fvbn-digits",
)
"""Of each kind one, and those that differ in what can be done with them."""

_PICTURE = "labelled/test/disc/0.png"
_MADE = Path("made")
_COMMANDS = """
sample RUN
sample RUN --count 3 --seed 3 --checkpoint best --grid made/grid.png
sample RUN --count 2 --out made/pictures.zip --truncation 0.7
sample RUN --count 3 --out made/pictures.npz
sample RUN --count 4 --class cross,disc --out made/pictures
sample RUN --class nothing
sample RUN --count 0
sample RUN --truncation -1
walk RUN --out made/walk.gif --seeds 1 2 --frames 2
walk RUN --out made/walk.gif --seeds 1 2 3 --frames 2 --columns 2 --class disc --truncation 0.5
walk RUN --out made/walk.png --seeds 1
mix RUN --coarse 1,2 --fine 3
mix RUN --coarse 1 --fine 2,3 --from-layer 2 --out made/mixed --class disc
mix RUN --coarse 1 --fine 2 --from-layer 99
project RUN PICTURE --steps 2 --starts 1
project RUN PICTURE broken --steps 2 --starts 1 --json --out made/found --class disc
project RUN nowhere.png
edit RUN --rows 2 --columns 3
edit RUN --rows 2 --columns 3 --directions sefa --seed 2 --class disc --out made/edits.png
edit RUN --columns 2
translate RUN PICTURE labelled/test/cross
translate RUN domains --direction b2a --page made/page.html --out made/turned --json
translate RUN domains --direction a2b --tile 64 --split trainA --checkpoint best --out made/turned
translate RUN broken --out made/turned
translate RUN nowhere.png
classify RUN PICTURE labelled/test/cross
classify RUN broken labelled/test/stripes --json --checkpoint best
classify RUN nowhere.png
attack RUN --data labelled --count 6 --attack fgsm pgd --epsilon 0.1 --report made/page.html
attack RUN --data labelled --count 6 --targeted disc --norm l2 --json --out made/found
attack digits --data digits --count 6 --epsilon 0.1 --attack RUN --json
attack own.py:brightness --data labelled --count 6 --attack RUN
export RUN made/network.safetensors
export RUN made/network.safetensors --direction b2a
export RUN made/network.txt
evaluate RUN --count 40
evaluate RUN --count 8 --features pixels --json --checkpoint best --metrics frechet,kid,prdc,swd
evaluate RUN --count 8 --features digits --metrics is,modes,ppl,memorisation
evaluate RUN --count 8 --features pixels --metrics ppl --seed 1
evaluate RUN --count 8 --features pixels --metrics partner --direction b2a
evaluate RUN --count 40 --metrics accuracy --json
evaluate RUN --count 8 --against labelled --features pixels --picture made/seen.png
evaluate RUN --count 8 --against negatives --split test --json
evaluate RUN --count 40 --baseline RUN --picture made/seen.png
evaluate RUN --count 8 --data nowhere
evaluate RUN --metrics nothing
compare RUN --plot made/curves.png
compare RUN RUN --json
resume RUN --images 8 --quiet
resume RUN --images 32 --stretch --quiet --sample-every 8 --evaluate-every 16 --device cpu
resume RUN --images 36 --quiet --data labelled
resume RUN --images 40 --quiet --data-a labelled --data-b negatives
""".strip().splitlines()

Prints = dict[str, list[str]]


def of_run(name: str) -> Prints:
    """Train a run, and try all of Python and of the command line on it."""
    run = Path("used", name.replace(" ", "-"))
    call("train", *runs.train_words(name), "--out", str(run))
    return {**_of_python(run), **_of_commands(name, run)}


def _of_commands(name: str, run: Path) -> Prints:
    """What each command says of a run, and what it writes."""
    found = {}
    for line in _COMMANDS:
        before = set(folders.files(run))
        words = line.replace("RUN", str(run)).replace("PICTURE", _PICTURE).split()
        found[line] = call(*words)
        new = [each for each in folders.files(run) if each not in before]
        found[line] += [f"new: {each}" for each in _described(new, run)]
        found[line] += [f"made: {each}" for each in folders.describe(_MADE) if _MADE.exists()]
        shutil.rmtree(_MADE, ignore_errors=True)
    again = ("train", *runs.train_words(name), "--out", str(run))
    found["train --out RUN"] = call(*again)
    found["train --out RUN --continue"] = call(*again, "--continue")
    found["scores.jsonl"] = folders.describe(run / "scores.jsonl")
    return found


def _of_python(run: Path) -> Prints:
    """What the model of a run does in Python, and what it refuses."""
    with silent():
        model: Any = zerosum.load(run, device="cpu")
    settings = json.loads((run / "config.json").read_text())["pictures"]
    shape = (settings["channels"], *settings["size"])
    images = torch.linspace(-1, 1, 2 * shape[0] * shape[1] * shape[2]).view(2, *shape)
    uses: Mapping[str, Callable[[], Any]] = {
        "images": lambda: model.images,
        "run.path": lambda: model.run.path,
        "sample": lambda: model.sample(3, seed=1),
        "sample, truncated": lambda: model.sample(3, batch_size=2, truncation=0.5),
        "of_class": lambda: model.of_class("disc", 0).sample(3),
        "walk": lambda: list(model.walk([1, 2], frames=2)),
        "mix": lambda: model.mix(coarse=[1], fine=[2, 3]).mixtures,
        "latent": lambda: model.latent and None,
        "save": lambda: model.save(_MADE / "pictures", count=2),
        "save_grid": lambda: model.save_grid(_MADE / "grid.png", count=4, seed=2),
        "directions": lambda: model.directions,
        "translate": lambda: model.translate(images),
        "translate back": lambda: model.translate(images, direction="b2a"),
        "translator": lambda: list(model.translator().state_dict().values()),
        "classes": lambda: model.classes,
        "classify": lambda: model.classify(images),
        "classify what does not fit": lambda: model.classify(images[:, :, :5]),
        "classifier": lambda: list(model.classifier.state_dict().values()),
        "export": lambda: model.export(_MADE / "network.safetensors"),
        "zerosum.evaluate": lambda: zerosum.evaluate(run, features="pixels", count=40),
        "zerosum.compare": lambda: zerosum.compare([run]),
        "zerosum.project": lambda: zerosum.project(run, _PICTURE, steps=2, out=_MADE / "found"),
        "zerosum.translate": lambda: zerosum.translate(run, [_PICTURE], out=_MADE / "turned"),
        "zerosum.resume": lambda: zerosum.resume(run, images=28, quiet=True).images_seen,
        "zerosum.train": lambda: zerosum.train("dcgan-digits", out=run),
    }
    return {f"Python: {label}": _given(use) for label, use in uses.items()}


def _described(new: Sequence[Path], run: Path) -> list[str]:
    """What new files of a run hold, but for those of TensorBoard."""
    return [
        f"{folders.name(file, run)}: {line}"
        for file in new
        if "tfevents" not in file.name
        for line in folders.describe(file)
    ]


def _given(use: Callable[[], Any]) -> list[str]:
    """What comes of a call, what it writes, or how it is refused."""
    seed_all()
    try:
        with silent():
            lines = shown(use())
    except Exception as error:  # Whatever it is, it is to stay.
        lines = [f"{type(error).__name__}: {line}" for line in plain(str(error)).splitlines()]
    lines += [f"made: {each}" for each in folders.describe(_MADE) if _MADE.exists()]
    shutil.rmtree(_MADE, ignore_errors=True)
    return lines


def shown(value: Any, name: str = "") -> list[str]:
    """A value in lines: numbers to the last bit, tensors as hashes, the parts of all else."""
    before = f"{name}: " if name else ""
    if isinstance(value, Tensor):
        return [before + folders.of_array(value)]
    if isinstance(value, float):
        return [before + value.hex()]
    if value is None or isinstance(value, bool | int | str | Path):
        return [before + plain(str(value))]
    parts = _parts(value)
    if parts is None:
        return [f"{before}something"]
    return [line for key, each in parts.items() for line in shown(each, f"{name}/{key}")]


def _parts(value: Any) -> Mapping[Any, Any] | None:
    if is_dataclass(value):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    if isinstance(value, Mapping):
        return value
    return dict(enumerate(value)) if isinstance(value, list | tuple) else None
