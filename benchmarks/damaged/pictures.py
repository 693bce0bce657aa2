"""Pictures whose pixels are known, encoded in every format that is read."""

from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, features

__all__ = ["FORMATS", "LOSSLESS", "Picture", "Pixels", "as_rgb", "digest", "encode", "noise"]

Pixels = NDArray[np.uint8]

LOSSLESS = ("png", "bmp", "ppm", "tif", "gif", "webp")
FORMATS = (*LOSSLESS, "jpg", "pgm", *(["avif"] if features.check("avif") else []))
"""By suffix. Whether the file's own code is lossless or not, what it decodes to is known."""

_SAVE: dict[str, dict[str, Any]] = {
    "tif": {"compression": "tiff_lzw"},
    "webp": {"lossless": True},
    "jpg": {"quality": 90},
}


@dataclass(frozen=True)
class Picture:
    """One picture of a good input.

    Attributes:
        path: The path of its file in the folder or archive; its number in an array.
        content: The bytes of its file; nothing in an array.
        pixels: What it shows: bytes (h, w, 3).
        label: The name of its class, if it has one.
        split: The split that it is in, where the file that it is in says so.
    """

    path: str
    content: bytes
    pixels: Pixels
    label: str | None = None
    split: str | None = None


def noise(random: np.random.Generator, size: tuple[int, int], channels: int = 3) -> Pixels:
    """Random bytes (h, w, c): no two such pictures are alike."""
    return random.integers(0, 256, (*size, channels), np.uint8)


def encode(pixels: Pixels, suffix: str) -> tuple[bytes, Pixels]:
    """The bytes of a picture's file, and what they decode to."""
    grey = suffix == "pgm"
    image = Image.fromarray(pixels[..., 0] if grey else pixels)
    image = image.quantize(64) if suffix == "gif" else image
    buffer = BytesIO()
    name = Image.registered_extensions()[f".{suffix}"]
    image.save(buffer, name, **_SAVE.get(suffix, {}))
    decoded = np.asarray(Image.open(BytesIO(buffer.getvalue())).convert("RGB"))
    if suffix in LOSSLESS and suffix != "gif":
        assert np.array_equal(decoded, pixels), f"{suffix} is not lossless here"
    return buffer.getvalue(), decoded


def as_rgb(pixels: Pixels) -> Pixels:
    """Bytes (h, w, c) with one, three or four channels as (h, w, 3)."""
    if pixels.ndim == 2:
        pixels = pixels[..., np.newaxis]
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels[..., :3]


def digest(pixels: Pixels) -> str:
    """What tells pictures apart: a hash over size and pixels."""
    words = str(pixels.shape).encode()
    return blake2b(words + np.ascontiguousarray(pixels).tobytes(), digest_size=8).hexdigest()
