"""Colour profiles (ICC) of images: into sRGB, which is what networks are shown, and back.

The intent is relative colorimetric with black point compensation. Colours that sRGB has then come
out as they were, whoever made the profile; perceptual tables move all of them, every maker's
differently, and profiles of cameras and screens have no such tables at all. Black stays black,
though ink on paper is never quite.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from io import BytesIO
from threading import local
from typing import Any, Literal, NamedTuple

import numpy as np
from PIL import Image, ImageCms

from zerosum.errors import DataError

__all__ = ["describes", "from_srgb", "lab_to_srgb", "to_srgb"]

_SPACES = {"RGB": ("RGB", "L"), "GRAY": ("L",), "CMYK": ("CMYK",)}
"""Which colours a profile's numbers can be: Pillow's modes, the profile's own first."""

_EQUAL = 2
"""Of 255: profiles that move no colour by more than this are sRGB, as each maker rounds it."""

_KEPT = 16
_BLACK_POINT, _EXACT = 0x2000, 0x0100
"""LittleCMS' flags: for its compensation, and against its short cuts. Pillow before 10.3 has other
names for them."""


class _Way(NamedTuple):
    """How to leave a profile: the mode that an image needs to have, and the conversion."""

    mode: str
    convert: Callable[[Image.Image], Image.Image]


def to_srgb(image: Image.Image) -> Image.Image:
    """The image in sRGB if it has another profile; without one, or with a broken one, as it is.

    Args:
        image: Any mode of 8 bits.

    Returns:
        The same image, or a new one of mode L, LA, RGB or RGBA.

    Raises:
        DataError: If this Pillow lacks what it takes.

    Example:
        >>> image = Image.new("RGB", (4, 4), (200, 0, 0))
        >>> image.info["icc_profile"] = b"damaged"
        >>> to_srgb(image) is image
        True
    """
    profile = image.info.get("icc_profile")
    if not profile or image.mode == "1":
        return image
    way = _built.ways(profile, _colours_of(image))
    if way is None:
        return image
    if not image.has_transparency_data:
        return way.convert(image.convert(way.mode))
    clear = image.convert("RGBA")  # first, for palettes: only then is their alpha understood
    colours = way.convert(clear.convert(way.mode))
    colours.putalpha(clear.getchannel("A"))
    return colours


def lab_to_srgb(image: Image.Image) -> Image.Image:
    """An image of mode LAB as RGB.

    Example:
        >>> lab_to_srgb(Image.new("LAB", (4, 4))).mode
        'RGB'
    """
    return _apply(_built.from_lab(), image)


def describes(profile: bytes, mode: str) -> bool:
    """Whether a profile is whole, and says what the numbers of this mode mean.

    Args:
        profile: What is in the image's file.
        mode: L, RGB or RGBA.

    Example:
        >>> srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        >>> describes(srgb, "RGB"), describes(srgb, "L"), describes(b"damaged", "RGB")
        (True, False, False)
    """
    opened = _open(profile)
    return opened is not None and _modes(opened)[:1] == (mode.removesuffix("A"),)


def from_srgb(image: Image.Image, profile: bytes) -> Image.Image | None:
    """An image in the colours of another profile; None where that cannot be.

    Args:
        image: Mode L, RGB or RGBA, in sRGB.
        profile: What the image is to carry.

    Raises:
        DataError: If this Pillow lacks what it takes.

    Example:
        >>> grey = Image.new("RGB", (4, 4), (99, 99, 99))
        >>> srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        >>> from_srgb(grey, srgb) == grey, from_srgb(grey, b"damaged")
        (True, None)
    """
    mode = image.mode.removesuffix("A")
    if not describes(profile, mode):
        return None
    if _built.ways(profile, mode) is None:  # it is sRGB itself
        return image
    transform = _built.back(profile, mode)
    if transform is None:
        return None
    colours = _apply(transform, image.convert("RGB"))
    if image.mode == "RGBA":
        colours.putalpha(image.getchannel("A"))
    return colours


def _colours_of(image: Image.Image) -> str:
    if image.mode in ("L", "LA", "CMYK"):
        return image.mode.removesuffix("A")
    return "RGB"


def _apply(transform: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    converted = transform.apply(image)
    converted.info = {}
    return converted


def _open(profile: bytes) -> ImageCms.ImageCmsProfile | None:
    try:
        opened = ImageCms.ImageCmsProfile(BytesIO(profile))
        return opened if _modes(opened) else None
    except ImportError as error:
        raise DataError(
            "the picture has a colour profile, for which this Pillow lacks LittleCMS: install "
            "Pillow from PyPI, or leave colours as they are (--pictures.no-srgb)"
        ) from error
    except (OSError, UnicodeDecodeError):  # the latter in the letters of its kind of colours
        return None


def _modes(opened: ImageCms.ImageCmsProfile) -> tuple[str, ...]:
    return _SPACES.get(opened.profile.xcolor_space.strip(), ())


def _find_way(profile: bytes, colours: str) -> _Way | None:
    """How these colours come from the profile to sRGB; None if they cannot, or are there."""
    opened = _open(profile)
    if opened is None or colours not in _modes(opened):
        return None
    mode = _modes(opened)[0]
    transform = _transform(opened, _made_up("sRGB"), mode, "RGB")
    if transform is None:
        return None
    way = _Way(mode, partial(_apply, transform) if mode != "L" else _by_table(transform))
    return None if _is_srgb(way) else way


def _find_back(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    opened = _open(profile)
    assert opened is not None
    return _transform(_made_up("sRGB"), opened, "RGB", mode)


def _from_lab() -> ImageCms.ImageCmsTransform:
    transform = _transform(_made_up("LAB"), _made_up("sRGB"), "LAB", "RGB")
    assert transform is not None
    return transform


def _made_up(space: Literal["LAB", "sRGB"]) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space))


def _transform(
    source: ImageCms.ImageCmsProfile,
    target: ImageCms.ImageCmsProfile,
    source_mode: str,
    target_mode: str,
) -> ImageCms.ImageCmsTransform | None:
    flags: Any = _BLACK_POINT | (_EXACT if source_mode == "L" else 0)
    try:
        return ImageCms.buildTransform(
            *(source, target, source_mode, target_mode),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=flags,
        )
    except ImageCms.PyCMSError:
        return None


def _by_table(transform: ImageCms.ImageCmsTransform) -> Callable[[Image.Image], Image.Image]:
    """A conversion of grey, exactly: LittleCMS saves steps in the dark that can be seen."""
    shades = transform.apply(Image.fromarray(np.arange(256, dtype=np.uint8)[np.newaxis]))
    return partial(_look_up, list(shades.convert("L").tobytes()))


def _look_up(table: list[int], image: Image.Image) -> Image.Image:
    return image.point(table)


def _is_srgb(way: _Way) -> bool:
    """Whether a conversion leaves colours alone, by trying it on some."""
    if way.mode == "CMYK":
        return False
    if way.mode == "L":
        colours = Image.fromarray(np.arange(256, dtype=np.uint8)[np.newaxis])
    else:
        steps = np.linspace(0, 255, 16).astype(np.uint8)
        lattice = np.stack(np.meshgrid(steps, steps, steps), axis=-1)
        colours = Image.fromarray(lattice.reshape(1, -1, 3))
    before = np.asarray(colours.convert("RGB"), dtype=np.int16)
    after = np.asarray(way.convert(colours).convert("RGB"), dtype=np.int16)
    return int(np.abs(after - before).max()) <= _EQUAL


class _Built(local):
    """The last conversions of each thread: they are slow to build, and not to be shared."""

    def __init__(self) -> None:
        self.ways = lru_cache(_KEPT)(_find_way)
        self.back = lru_cache(_KEPT)(_find_back)
        self.from_lab = lru_cache(1)(_from_lab)


_built = _Built()
