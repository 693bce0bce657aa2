"""What files hold: pictures as pixels, checkpoints as tensors in order, the rest as plain text."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageSequence
from safetensors import safe_open
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch import Tensor

from prints.calling import digest, plain

_EVENTS = re.compile(r"(events\.out\.tfevents)\.\d+\..*?(\.[a-z]+)?$")
_TEXTS = (".json", ".jsonl", ".txt", ".html", ".csv", ".md")


def of_array(array: Any) -> str:
    """Type, shape and a hash of the numbers of an array or tensor."""
    if isinstance(array, Tensor):
        kind, shape = str(array.dtype).removeprefix("torch."), list(array.shape)
        flat = array.detach().cpu().contiguous().flatten()
        return f"{kind} {shape} {digest(flat.view(torch.uint8).numpy().tobytes())}"
    found = np.ascontiguousarray(array)
    return f"{found.dtype} {list(found.shape)} {digest(found.tobytes())}"


def describe(path: Path) -> list[str]:
    """What a file or folder holds, in lines."""
    if path.is_dir():
        return [
            f"{name(each, path)}: {line}"
            for each in files(path)
            for line in describe(each) or [""]
        ]
    if not path.exists():
        return ["there is none"]
    return _READERS.get(path.suffix, _unknown)(path)


def files(folder: Path) -> list[Path]:
    """All files below, in order."""
    return sorted(each for each in folder.rglob("*") if each.is_file())


def name(path: Path, folder: Path) -> str:
    """A file's name within a folder, without the time at which it was made."""
    return _EVENTS.sub(r"\1\2", str(path.relative_to(folder)))


def checkpoint(path: Path) -> dict[str, list[str]]:
    """The tensors in the order of the state that holds them, their names, and all the rest."""
    if not path.exists():
        return {}
    tensors, names, rest = [], [], []
    with safe_open(path, framework="pt") as file:
        header = file.metadata()
        for place, value in _leaves(json.loads(header.pop("structure")), ""):
            if isinstance(value, dict):
                (key,) = value.values()
                tensors.append(of_array(file.get_tensor(key)))
                names.append(key)
            else:
                rest.append(plain(f"{place} = {json.dumps(value)}"))
    header.pop("checksum")  # It covers the names, and data's places.
    return {
        "weights": tensors,
        "names": names,
        "state": [f"{key}: {header[key]}" for key in sorted(header)] + rest,
    }


def events(folder: Path) -> list[str]:
    """What TensorBoard would show: every tag with its values, but for speeds."""
    found = []
    for file in files(folder):
        accumulator = EventAccumulator(str(file), size_guidance={"scalars": 0})
        accumulator.Reload()
        for tag in sorted(accumulator.Tags()["scalars"]):
            values = [(each.step, each.value) for each in accumulator.Scalars(tag)]
            shown = "..." if "second" in tag else values
            found.append(f"{name(file, folder)}: {tag}: {shown}")
    return sorted(found)


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """All that is no table, and tables that stand for a tensor; as a checkpoint orders them."""
    if isinstance(value, dict) and list(value) != ["$tensor"]:
        for key, each in value.items():
            yield from _leaves(each, f"{place}/{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _leaves(each, f"{place}/{index}")
    else:
        yield place, value


def _picture(path: Path) -> list[str]:
    with Image.open(path) as picture:
        lines = [f"{picture.mode} {picture.size}"]
        said = {key: value for key, value in picture.info.items() if isinstance(value, str)}
        lines += [plain(f"{key}: {value}") for key, value in said.items()]
        for frame in ImageSequence.Iterator(picture):
            after = frame.info.get("duration", "")
            lines.append(f"frame {digest(frame.convert('RGBA').tobytes())} {after}".strip())
        return lines


def _arrays(path: Path) -> list[str]:
    with np.load(path) as held:
        return [f"{key}: {of_array(held[key])}" for key in held.files]


def _tensors(path: Path) -> list[str]:
    with safe_open(path, framework="pt") as file:
        said = [plain(f"{key}: {value}") for key, value in sorted((file.metadata() or {}).items())]
        return said + [f"{key}: {of_array(file.get_tensor(key))}" for key in file.keys()]  # noqa: SIM118


def _archive(path: Path) -> list[str]:
    folder = path.with_suffix(".unpacked")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return describe(folder)


def _text(path: Path) -> list[str]:
    return plain(path.read_text(encoding="utf-8")).splitlines()


def _unknown(path: Path) -> list[str]:
    return [digest(path.read_bytes())]


_READERS = {
    **dict.fromkeys((".png", ".gif"), _picture),
    **dict.fromkeys(_TEXTS, _text),
    ".npz": _arrays,
    ".safetensors": _tensors,
    ".zip": _archive,
}
