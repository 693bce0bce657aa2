"""Bring one image to the store's size and channels."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zerosum import data
from zerosum.data.settings import StoreSettings
from zerosum.errors import DataError
from zerosum.sizes import in_pixels

__all__ = ["TooSmallError", "convert", "crop_box", "fit_image", "pad_size"]

_FILTERS = {
    "lanczos": Image.Resampling.LANCZOS,
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "box": Image.Resampling.BOX,
    "nearest": Image.Resampling.NEAREST,
}
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


class TooSmallError(DataError):
    """An image is smaller than the size that is asked for.

    Args:
        size: The image's (width, height).

    Example:
        >>> TooSmallError((8, 6)).size
        (8, 6)
    """

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(f"the picture has only {in_pixels(size[::-1])}")
        self.size = size


def fit_image(image: Image.Image, settings: StoreSettings) -> NDArray[np.uint8]:
    """Convert, crop or pad, and resize one image.

    Args:
        image: Any mode that has a range of bytes, and 16-bit grey.
        settings: The size, channels, and how to get there.

    Returns:
        Bytes of shape (h, w, c).

    Raises:
        TooSmallError: If it would have to be enlarged and that is not allowed.
        DataError: If alpha is asked for and there is none, or the mode has no range of bytes.

    Example:
        >>> fit_image(Image.new("RGB", (90, 60)), StoreSettings(size=(32, 32))).shape
        (32, 32, 3)
    """
    image = convert(
        image, channels=settings.channels, background=settings.background, srgb=settings.srgb
    )
    fitted = _FITS[settings.fit](image, settings)
    pixels = np.asarray(fitted)
    return pixels if pixels.ndim == 3 else pixels[..., np.newaxis]


def convert(
    image: Image.Image, *, channels: int, background: tuple[int, int, int], srgb: bool = True
) -> Image.Image:
    """The image in mode L, RGB or RGBA, on the background if it is transparent.

    Args:
        image: Any mode that has a range of bytes, and 16-bit grey.
        channels: 1, 3 or 4.
        background: Red, green, blue, 0 to 255; not seen with 4 channels.
        srgb: Whether colours with another profile become sRGB; if not, their numbers are kept.

    Raises:
        DataError: If alpha is asked for and there is none, or the mode has no range of bytes.

    Example:
        >>> clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
        >>> convert(clear, channels=3, background=(0, 0, 255)).getpixel((0, 0))
        (0, 0, 255)
    """
    mode = _MODES[channels]
    if image.mode == mode and not image.info.keys() & {"transparency", "icc_profile"}:
        return image
    image = _in_bytes(image)
    if srgb:
        image = data.to_srgb(image)
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


def _in_bytes(image: Image.Image) -> Image.Image:
    """The image in a mode that Pillow converts into all others."""
    if image.mode.startswith("I;16"):
        return _eight_bits(image)
    if image.mode in ("I", "F"):
        raise DataError(
            f"mode {image.mode} has no range of bytes; save it with 8 bits per channel"
        )
    if image.mode == "LAB":
        return data.lab_to_srgb(image)
    return image.convert("LA") if image.mode == "La" else image


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit grey as L, or as LA if one of its values stands for transparency."""
    values = np.asarray(image).astype(np.uint32)
    pixels = (values + 128) // 257
    key = image.info.get("transparency")
    if key is not None:
        pixels = np.stack([pixels, (values != key) * 255], axis=-1)
    same = Image.fromarray(pixels.astype(np.uint8))
    same.info = {name: value for name, value in image.info.items() if name != "transparency"}
    return same


def crop_box(image: tuple[int, int], target: tuple[int, int]) -> tuple[int, int, int, int]:
    """The largest centred part of an image that has the right proportions, in whole pixels.

    One side is that of the image; the other is the nearest whole number to what the proportions
    ask for. The part is centred to half a pixel.

    Args:
        image: (width, height) of the image.
        target: (width, height) whose proportions the part is to have.

    Returns:
        (left, top, right, bottom), inside the image and never empty.

    Example:
        >>> crop_box((225, 225), (28, 28)), crop_box((90, 60), (32, 32))
        ((0, 0, 225, 225), (15, 0, 75, 60))
    """
    (from_width, from_height), (width, height) = image, target
    part_width = min(from_width, max(1, _nearest(from_height * width, height)))
    part_height = min(from_height, max(1, _nearest(from_width * height, width)))
    left, top = (from_width - part_width) // 2, (from_height - part_height) // 2
    return left, top, left + part_width, top + part_height


def pad_size(image: tuple[int, int], frame: tuple[int, int], *, enlarge: bool) -> tuple[int, int]:
    """The (width, height) of a whole image in a frame: the largest of its proportions that fits.

    Args:
        image: (width, height) of the image.
        frame: (width, height) of the frame.
        enlarge: Whether an image that is smaller than the frame grows.

    Example:
        >>> pad_size((90, 60), (32, 32), enlarge=False), pad_size((9, 6), (32, 32), enlarge=False)
        ((32, 21), (9, 6))
    """
    (from_width, from_height), (width, height) = image, frame
    if not enlarge and from_width <= width and from_height <= height:
        return image
    return (
        min(width, max(1, _nearest(from_width * height, from_height))),
        min(height, max(1, _nearest(from_height * width, from_width))),
    )


def _nearest(numerator: int, denominator: int) -> int:
    """The whole number nearest to a positive fraction, without any rounding on the way."""
    return (2 * numerator + denominator) // (2 * denominator)


def _crop(image: Image.Image, settings: StoreSettings) -> Image.Image:
    height, width = settings.size
    _refuse_small(image, settings)
    return _resize(image, width, height, settings, crop_box(image.size, (width, height)))


def _pad(image: Image.Image, settings: StoreSettings) -> Image.Image:
    height, width = settings.size
    inner = pad_size(image.size, (width, height), enlarge=settings.enlarge)
    resized = _resize(image, *inner, settings, (0, 0, *image.size))
    canvas = Image.new(image.mode, (width, height), _colour(image.mode, settings.background))
    canvas.paste(resized, ((width - inner[0]) // 2, (height - inner[1]) // 2))
    return canvas


def _stretch(image: Image.Image, settings: StoreSettings) -> Image.Image:
    height, width = settings.size
    _refuse_small(image, settings)
    return _resize(image, width, height, settings, (0, 0, *image.size))


def _resize(
    image: Image.Image,
    width: int,
    height: int,
    settings: StoreSettings,
    box: tuple[int, int, int, int],
) -> Image.Image:
    if image.size == (width, height):  # then the box is the whole image
        return image
    return image.resize((width, height), _FILTERS[settings.filter], box)


def _refuse_small(image: Image.Image, settings: StoreSettings) -> None:
    height, width = settings.size
    if (image.width < width or image.height < height) and not settings.enlarge:
        raise TooSmallError(image.size)


def _colour(mode: str, background: tuple[int, int, int]) -> int | tuple[int, ...]:
    if mode == "RGBA":
        return (*background, 0)
    if mode == "RGB":
        return background
    return Image.new("RGB", (1, 1), background).convert("L").tobytes()[0]


_FITS = {"crop": _crop, "pad": _pad, "stretch": _stretch}
