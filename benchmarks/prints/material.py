"""Small pictures that are always the same: classes, two domains of them, partners, a network."""

from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ("cross", "disc", "stripes")
_SIDES = (36, 40)
_OWN = """\
import torch
from torch import nn


def maps():
    return nn.AvgPool2d(4)


def brightness():
    return _Brightness()


class _Brightness(nn.Module):
    def forward(self, images):
        lead = images.mean((1, 2, 3)) - 0.5
        return torch.stack([-lead, lead, lead - 0.1], dim=1)
"""


def make_material(folder: Path) -> None:
    """Write all of it below a folder.

    ``labelled`` and ``negatives`` have a folder for each class, ``domains`` trainA, trainB, testA
    and testB, whose pictures have partners of the same name; ``own.py`` has networks.
    """
    for split, count in (("train", 12), ("test", 10)):
        for label, kind in enumerate(CLASSES):
            for index in range(count):
                picture = _draw(label, index + (100 if split == "test" else 0))
                _save(picture, folder / "labelled" / split / kind / f"{index}.png")
                _save(255 - picture, folder / "negatives" / split / kind / f"{index}.png")
                if label < 2:
                    file = f"{kind}-{index}.png"
                    _save(picture, folder / "domains" / f"{split}A" / file)
                    _save(255 - picture, folder / "domains" / f"{split}B" / file)
    (folder / "own.py").write_text(_OWN)
    (folder / "broken").mkdir()
    _save(_draw(0, 50), folder / "broken" / "whole.png")
    (folder / "broken" / "half.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))


def _draw(label: int, index: int) -> np.ndarray:
    """A coloured figure on a dark ground; its place and colour follow from the index."""
    rows, columns = np.mgrid[: _SIDES[0], : _SIDES[1]]
    top, left = 12 + index % 9, 12 + index * 7 % 13
    figure = (
        (abs(rows - top) < 3) | (abs(columns - left) < 3),
        (rows - top) ** 2 + (columns - left) ** 2 < 60 + index,
        (rows + columns + index) % 10 < 4,
    )[label]
    colour = np.array([255 - index * 37 % 120, 120 + index * 53 % 130, index * 91 % 256])
    ground = (rows * 3 + columns + index * 11)[..., None] % 60
    return np.where(figure[..., None], colour, ground).astype(np.uint8)


def _save(picture: np.ndarray, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)
