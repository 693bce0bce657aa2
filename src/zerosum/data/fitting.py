"""Bring one picture to the store's size and channels."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zerosum.data.settings import StoreSettings
from zerosum.errors import DataError

__all__ = ["TooSmallError", "convert", "fit_picture"]

_FILTERS = {
    "lanczos": Image.Resampling.LANCZOS,
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "box": Image.Resampling.BOX,
    "nearest": Image.Resampling.NEAREST,
}
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


class TooSmallError(DataError):
    """A picture is smaller than the size that is asked for.

    Args:
        size: The picture's (width, height).

    Example:
        >>> TooSmallError((8, 6)).size
        (8, 6)
    """

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(f"the picture has only {size[0]}x{size[1]} pixels")
        self.size = size


def fit_picture(image: Image.Image, settings: StoreSettings) -> NDArray[np.uint8]:
    """Convert, crop or pad, and resize one picture.

    Args:
        image: Any mode that has a range of bytes, and 16-bit grey.
        settings: The size, channels, and how to get there.

    Returns:
        Bytes of shape (h, w, c).

    Raises:
        TooSmallError: If it would have to be enlarged and that is not allowed.
        DataError: If alpha is asked for and there is none, or the mode has no range of bytes.

    Example:
        >>> fit_picture(Image.new("RGB", (90, 60)), StoreSettings(size=(32, 32))).shape
        (32, 32, 3)
    """
    image = convert(image, channels=settings.channels, background=settings.background)
    fitted = _FITS[settings.fit](image, settings)
    pixels = np.asarray(fitted)
    return pixels if pixels.ndim == 3 else pixels[..., np.newaxis]


def convert(image: Image.Image, *, channels: int, background: tuple[int, int, int]) -> Image.Image:
    """The picture in mode L, RGB or RGBA, on the background if it is transparent.

    Args:
        image: Any mode that has a range of bytes, and 16-bit grey.
        channels: 1, 3 or 4.
        background: Red, green, blue, 0 to 255; not seen with 4 channels.

    Raises:
        DataError: If alpha is asked for and there is none, or the mode has no range of bytes.

    Example:
        >>> clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
        >>> convert(clear, channels=3, background=(0, 0, 255)).getpixel((0, 0))
        (0, 0, 255)
    """
    mode = _MODES[channels]
    if image.mode == mode and "transparency" not in image.info:
        return image
    if image.mode.startswith("I;16"):
        image = Image.fromarray(((np.asarray(image).astype(np.uint32) + 128) // 257).astype("u1"))
    if image.mode in ("I", "F"):
        raise DataError(
            f"mode {image.mode} has no range of bytes; save it with 8 bits per channel"
        )
    transparent = image.has_transparency_data
    if mode == "RGBA" and not transparent:
        raise DataError(
            f"4 channels (RGB and alpha) are asked for, but the picture has mode {image.mode} "
            "without alpha; ask for 3 channels"
        )
    if transparent and mode != "RGBA":
        image = image.convert("RGBA")
        canvas = Image.new("RGBA", image.size, (*background, 255))
        image = Image.alpha_composite(canvas, image)
    return image if image.mode == mode else image.convert(mode)


def _crop(image: Image.Image, settings: StoreSettings) -> Image.Image:
    (height, width), (from_width, from_height) = settings.size, image.size
    shrink = min(from_width / width, from_height / height)
    _refuse_small(image, settings, shrink)
    left = (from_width - width * shrink) / 2
    top = (from_height - height * shrink) / 2
    box = (left, top, left + width * shrink, top + height * shrink)
    return _resize(image, width, height, settings, box)


def _pad(image: Image.Image, settings: StoreSettings) -> Image.Image:
    (height, width), (from_width, from_height) = settings.size, image.size
    shrink = max(from_width / width, from_height / height)
    shrink = shrink if settings.enlarge else max(shrink, 1.0)
    inner = max(1, round(from_width / shrink)), max(1, round(from_height / shrink))
    resized = _resize(image, *inner, settings, (0, 0, from_width, from_height))
    canvas = Image.new(image.mode, (width, height), _colour(image.mode, settings.background))
    canvas.paste(resized, ((width - inner[0]) // 2, (height - inner[1]) // 2))
    return canvas


def _stretch(image: Image.Image, settings: StoreSettings) -> Image.Image:
    (height, width), (from_width, from_height) = settings.size, image.size
    _refuse_small(image, settings, min(from_width / width, from_height / height))
    return _resize(image, width, height, settings, (0, 0, from_width, from_height))


def _resize(
    image: Image.Image,
    width: int,
    height: int,
    settings: StoreSettings,
    box: tuple[float, float, float, float],
) -> Image.Image:
    if image.size == (width, height):  # then the box is the whole picture
        return image
    return image.resize((width, height), _FILTERS[settings.filter], box)


def _refuse_small(image: Image.Image, settings: StoreSettings, shrink: float) -> None:
    if shrink < 1 and not settings.enlarge:
        raise TooSmallError(image.size)


def _colour(mode: str, background: tuple[int, int, int]) -> int | tuple[int, ...]:
    if mode == "RGBA":
        return (*background, 0)
    if mode == "RGB":
        return background
    return Image.new("RGB", (1, 1), background).convert("L").tobytes()[0]


_FITS = {"crop": _crop, "pad": _pad, "stretch": _stretch}
