"""From the bytes of a file to an image, or to a reason why not."""

import struct
from contextlib import suppress
from importlib import import_module
from io import BytesIO

from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from zerosum.data.sources.base import RAISE_THE_LIMIT, UnreadableError
from zerosum.data.sources.budget import BUDGET
from zerosum.data.sources.depths import as_sixteen_bits, is_rangeless, repair_colour_key
from zerosum.data.sources.heic import brands, is_heic, open_heic
from zerosum.data.suffixes import IMAGE_SUFFIXES, is_image_name
from zerosum.sizes import PIXEL_LIMIT, in_pixels

__all__ = ["IMAGE_SUFFIXES", "decode", "is_image_name"]

_PLUGINS = {
    "JPEG": "Jpeg",
    "PNG": "Png",
    "WEBP": "WebP",
    "GIF": "Gif",
    "TIFF": "Tiff",
    "BMP": "Bmp",
    "PPM": "Ppm",
    "JPEG2000": "Jpeg2K",
    "QOI": "Qoi",
    "AVIF": "Avif",
    "DIB": "Bmp",
    "TGA": "Tga",
}
"""All that is ever tried, and Pillow's module for it: another one would start Ghostscript."""

_UNMARKED = {"DIB": ".dib", "TGA": ".tga"}
"""Formats that no first bytes tell from others; the suffix has to."""

for _plugin in _PLUGINS.values():
    with suppress(ImportError):  # no AVIF before Pillow 11.3
        import_module(f"PIL.{_plugin}ImagePlugin")

_MISTAKEN = (SyntaxError, IndexError, TypeError, struct.error)
"""What Pillow's modules raise when a file is not of their format after all."""

_ORIENTATION = 0x0112
_BYTES_PER_PIXEL = 8  # four as decoded, and four in a copy that is upright or of another mode
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode(content: bytes, name: str, *, pixel_limit: int = PIXEL_LIMIT) -> Image.Image:
    """Decode one image completely, upright as its camera was held; of several, the first.

    Args:
        content: The bytes of the file.
        name: What to call it in messages.
        pixel_limit: Images of more pixels are refused.

    Returns:
        An image of any mode that has a range: bytes, or 16-bit grey, which is ``I;16``. Its
        ``info`` holds no more than the colour profile and what is transparent.

    Raises:
        UnreadableError: If the bytes are no image, a broken or truncated one, one of more
            pixels than the limit, or one whose numbers have no range.

    Example:
        >>> decode(b"not a picture", "cat.jpg")
        Traceback (most recent call last):
        ...
        zerosum.data.sources.base.UnreadableError: cat.jpg: not a picture in a known format ...
    """
    if not content:
        raise UnreadableError(name, "the file is empty")
    try:
        if is_heic(content):
            return _decode_heic(content, name, pixel_limit)
        return _decode(content, name, pixel_limit)
    except UnreadableError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        # For a few formats Pillow looks once more, whatever limit was set here.
        raise UnreadableError(name, f"refused as a decompression bomb ({error})") from error
    except Exception as error:
        # Decoders meet broken files with errors of every kind. Pillow's warnings of damaged
        # metadata come here too, where the user has made errors of warnings. Elsewhere they
        # stay warnings: Python can silence them in all threads at once or not at all, and the
        # command line does.
        raise UnreadableError(name, f"broken or truncated ({error})") from error


def _decode(content: bytes, name: str, pixel_limit: int) -> Image.Image:
    image = _open(content, name)
    _refuse_bomb(image.size, name, pixel_limit)
    if is_rangeless(image):
        raise UnreadableError(
            name,
            f"its numbers (mode {image.mode}) have no range that black and white could be told "
            "from; save it with 8 or 16 bits per channel",
        )
    # Up to here no more than the header was read; from here on it is as large as its pixels.
    _reserve(image.size)
    _load(image)
    repair_colour_key(image, content)
    turn = _turn(image)
    plain = as_sixteen_bits(image)
    plain = plain if turn is None else plain.transpose(turn)
    return _with_colours_only(plain)


def _decode_heic(content: bytes, name: str, pixel_limit: int) -> Image.Image:
    """The same for HEIC, whose library turns images upright by itself."""
    opened = open_heic(content, name)
    _refuse_bomb(opened.size, name, pixel_limit)
    # Up to here no more than the header was read; from here on it is as large as its pixels.
    _reserve(opened.size)
    return _with_colours_only(opened.to_pillow())


def _open(content: bytes, name: str) -> ImageFile:
    """Read the header by the first of the formats that takes the file.

    `PIL.Image.open` does the same, but refuses images above a limit that is global.
    """
    for known in _PLUGINS:
        if not name.lower().endswith(_UNMARKED.get(known, "")) or known not in Image.OPEN:
            continue
        factory, accepts = Image.OPEN[known]
        try:
            taken = accepts is None or accepts(content[:16])
            if taken and not isinstance(taken, str):  # words say what is not installed
                return factory(BytesIO(content), "")
        except _MISTAKEN:
            continue
    if b"avif" in brands(content):
        reason = "an AVIF picture that cannot be read by Pillow; pip install -U pillow may help"
        raise UnreadableError(name, reason)
    raise UnreadableError(
        name, f"not a picture in a known format (it begins with {content[:8]!r})"
    )


def _load(image: ImageFile) -> None:
    """Read the pixels, without the second look at their number that Pillow takes at TIFFs."""
    whole = getattr(image, "_tile_size", None)  # before it is turned
    if isinstance(image, TiffImageFile) and whole is not None:
        image.im = Image.new(image.mode, whole).im
    image.load()


def _refuse_bomb(size: tuple[int, int], name: str, limit: int) -> None:
    width, height = size
    if width * height > limit:
        raise UnreadableError(
            name,
            f"refused as a decompression bomb: at most {limit} pixels expected, "
            f"{in_pixels((height, width))} found",
            RAISE_THE_LIMIT,
        )


def _reserve(size: tuple[int, int]) -> None:
    """Wait until there is memory for an image of so many pixels; see `Budget`."""
    BUDGET.reserve(size[0] * size[1] * _BYTES_PER_PIXEL)


def _turn(image: ImageFile) -> Image.Transpose | None:
    """How to turn an image upright."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Warning:
        raise
    except Exception:  # what cannot be read says nothing; the pixels could be
        return None


def _with_colours_only(image: Image.Image) -> Image.Image:
    """The same image without the metadata that have been obeyed, or say nothing of colours."""
    # Where a chunk is damaged, Pillow leaves None behind.
    kept = {name: image.info.get(name) for name in ("transparency", "icc_profile")}
    image.info = {name: value for name, value in kept.items() if value is not None}
    return image
