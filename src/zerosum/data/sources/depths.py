"""Images of more or fewer bits than 8, where Pillow leaves the last step to its callers."""

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

__all__ = ["as_sixteen_bits", "is_rangeless", "repair_colour_key"]

_SIXTEEN = ("PNG", "PPM")
_BITS_PER_SAMPLE, _PHOTOMETRIC = 258, 262
_PNG_DEPTH = 24
_PNG_KEYS = ("1", "L", "RGB")


def is_rangeless(image: Image.Image) -> bool:
    """Whether nothing says which number is black and which is white: floats, and 32 bits.

    PNG and PGM know no more than 16 bits, for which some versions of Pillow take 32.

    Example:
        >>> is_rangeless(Image.new("F", (4, 4))), is_rangeless(Image.new("L", (4, 4)))
        (True, False)
    """
    return image.mode == "F" or (image.mode == "I" and image.format not in _SIXTEEN)


def as_sixteen_bits(image: Image.Image) -> Image.Image:
    """Grey of 10 to 16 bits as mode ``I;16`` from 0 (black) to 65535 (white); others as they are.

    TIFFs have two more ways to keep it, about which Pillow does nothing: 12 bits, and white as 0.

    Example:
        >>> image = Image.fromarray(np.array([[7, 65535]], ">u2"))
        >>> [as_sixteen_bits(image).getpixel((x, 0)) for x in (0, 1)]
        [7, 65535]
    """
    if image.mode != "I" and not image.mode.startswith("I;16"):
        return image
    values = np.asarray(image).astype(np.uint32)
    if isinstance(image, TiffImageFile):
        white = (1 << int(image.tag_v2.get(_BITS_PER_SAMPLE, (16,))[0])) - 1
        values = (values * 65535 + white // 2) // white
        if image.tag_v2.get(_PHOTOMETRIC, 0) == 0:
            values = 65535 - values
    same = Image.fromarray(values.astype("<u2"))
    same.info = image.info
    return same


def repair_colour_key(image: Image.Image, content: bytes) -> None:
    """Bring the colour of a PNG that stands for transparency to 8 bits, as Pillow did the pixels.

    Only the last bits count, where an image has fewer than the key's 16 (PNG specification,
    section 11.3.2.1, https://www.w3.org/TR/png/#11tRNS).

    Args:
        image: Loaded.
        content: The bytes of its file.
    """
    key = image.info.get("transparency")
    if image.format != "PNG" or image.mode not in _PNG_KEYS or not isinstance(key, int | tuple):
        return
    depth = content[_PNG_DEPTH]
    if image.mode == "1":
        image.info["transparency"] = 255 * (key != 0)
    elif image.mode == "RGB" and isinstance(key, tuple):
        image.info["transparency"] = tuple(
            part >> 8 if depth == 16 else part & 255 for part in key
        )
    elif isinstance(key, int):
        white = (1 << depth) - 1
        image.info["transparency"] = (key & white) * 255 // white
