"""Helpers for tests of two domains, which differ in what can be measured."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from zerosum.config import RunConfig, change
from zerosum.data import open_source
from zerosum.recipes import recipe

SMALL: dict[str, Any] = {
    "pictures.size": (32, 32),
    "game.generator.base_channels": 4,
    "game.discriminator.base_channels": 4,
    "images": 24,
    "batch_size": 2,
    "sample_every": 12,
    "sample_count": 3,
    "log_every": 4,
    "evaluate_every": 0,
    "device": "cpu",
}
"""Fields that make any recipe of the family a matter of seconds."""


def digits_and_negatives(folder: Path, *, count: int = 24, tests: int = 8) -> Path:
    """Digits in trainA and testA, white on black; other digits in trainB, black on white.

    In testA and testB the same digits stand under the same names.
    """
    source = open_source("digits")
    for index in range(2 * count + tests):
        digit = source.read(index).resize((32, 32))
        negative = Image.fromarray(255 - np.asarray(digit))
        if index >= 2 * count:
            _save(digit, folder / "testA" / f"{index}.png")
            _save(negative, folder / "testB" / f"{index}.png")
        elif index % 2:
            _save(negative, folder / "trainB" / f"{index}.png")
        else:
            _save(digit, folder / "trainA" / f"{index}.png")
    return folder


def small(name: str, data: Path, tmp_path: Path, **fields: Any) -> RunConfig:
    """A recipe of the family, as small as it goes, on pictures of ``data``."""
    wanted = {**SMALL, "data": str(data)}
    base = recipe(name)
    if base.pictures.crop_from is not None:
        wanted["pictures.crop_from"] = (36, 36)
    if base.game.kind == "cartoon":
        file = tmp_path / "content.py"
        file.write_text("import torch\ndef maps(): return torch.nn.AvgPool2d(4)\n")
        wanted |= {"game.content": f"{file}:maps", "game.warmup": 4}
    if base.game.kind == "paired":
        wanted |= {"game.generator.depth": 4}
    else:
        wanted |= {"game.generator.blocks": 1}
    if base.game.kind == "contrastive":
        wanted |= {"game.units": 8}
    return change(base, {**wanted, **fields})


def labelled_domains(folder: Path, *, train: int = 60, tests: int = 20) -> tuple[Path, Path]:
    """Digits 0 and 1 under their names; others of these, black on white, under them too."""
    source = open_source("digits")
    labels = [int(source.label(index) or 0) for index in range(len(source))]
    numbers = [index for index, label in enumerate(labels) if label < 2]
    folder.mkdir(parents=True, exist_ok=True)
    for place, name in enumerate(("light", "dark")):
        mine = numbers[place::2][: train + tests]
        pictures = np.stack([np.asarray(source.read(index)) for index in mine])
        pictures = 255 - pictures if place else pictures
        classes = np.array([labels[index] for index in mine])
        np.savez(
            folder / f"{name}.npz",
            x_train=pictures[:train],
            y_train=classes[:train],
            x_test=pictures[train:],
            y_test=classes[train:],
        )
    return folder / "light.npz", folder / "dark.npz"


def adapting(folder: Path, name: str = "dann", /, **fields: Any) -> RunConfig:
    """A recipe that adapts a classifier, as small as it goes, with classes and domains named."""
    source, target = labelled_domains(folder)
    wanted = {
        "data_a": str(source),
        "data_b": str(target),
        "pictures.size": (28, 28),
        "pictures.channels": 1,
        "game.classes": ("0", "1"),
        "game.network.channels": (4, 4),
        "game.network.units": (8,),
        "game.domain_widths": (8,),
        "images": 32,
        "batch_size": 8,
        "log_every": 8,
        "evaluate_every": 0,
        "device": "cpu",
    }
    if name != "dann":
        wanted["game.network.feature_units"] = (6,)
    if name == "adda":
        wanted["game.pretraining"] = 16
    return change(recipe(name), {**wanted, **fields})


def _save(picture: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
