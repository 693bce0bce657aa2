"""The page Draw as a hand uses it, and what is seen there."""

from base64 import b64decode
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
import torch
from PIL import Image

from helpers.studio_pages import Reader
from zerosum.features.digits import load_digits
from zerosum.latent.strokes import Place

__all__ = ["AT_REST", "digit_in", "paint", "seen"]

AT_REST = """document.querySelector(".draw-candidates[aria-busy=false] button img")
    && document.querySelector(".draw-picture img").src.startsWith("data:")"""
"""Nothing more is looked for."""
_DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""The page shows what it knows at the next frame."""


def paint(reader: Reader, places: Sequence[Place]) -> None:
    """Draw a line with the mouse.

    Args:
        reader: Who draws.
        places: On the line, in shares of the picture's sides.
    """
    box = reader.page.locator("canvas.draw-pad").bounding_box()
    mouse = reader.page.mouse
    for number, (x, y) in enumerate(places):
        mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        if number == 0:
            mouse.down()
    mouse.up()


def seen(reader: Reader) -> Any:
    """The picture that fits best, when nothing more is looked for."""
    reader.page.evaluate(_DRAWN)
    reader.until(AT_REST)
    address = reader.page.locator(".draw-picture img").get_attribute("src")
    return np.asarray(Image.open(BytesIO(b64decode(address.partition(",")[2])))).astype(int)


def digit_in(picture: Any) -> int:
    """What the digits' classifier takes a picture for."""
    answer = load_digits()(torch.from_numpy(picture.astype(np.uint8))[None, None])
    assert answer.probabilities is not None
    return int(answer.probabilities.argmax())
