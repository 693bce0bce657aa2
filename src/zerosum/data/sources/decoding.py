"""From the bytes of a file to a picture, or to a reason why not."""

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from zerosum.data.sources.base import PIXEL_LIMIT, UnreadableError
from zerosum.data.sources.budget import BUDGET

__all__ = ["PICTURE_SUFFIXES", "decode", "is_picture_name"]

PICTURE_SUFFIXES = frozenset(
    [
        ".bmp",
        ".gif",
        ".jpeg",
        ".jpg",
        ".jfif",
        ".pbm",
        ".pgm",
        ".png",
        ".pnm",
        ".ppm",
        ".tif",
        ".tiff",
        ".webp",
    ]
)
"""Files that are taken for pictures; what is inside them shows when they are read."""

_ORIENTATION = 0x0112
_BYTES_PER_PIXEL = 8  # four as decoded, and four in a copy that is upright or of another mode


def is_picture_name(path: str) -> bool:
    """Whether a file's suffix is that of a picture.

    Example:
        >>> is_picture_name("cats/1.JPG"), is_picture_name("notes.txt")
        (True, False)
    """
    # Not by way of pathlib, which interns the names: a million of them would stay in a table.
    return f".{path.rpartition('.')[2].lower()}" in PICTURE_SUFFIXES


def decode(content: bytes, name: str, *, pixel_limit: int = PIXEL_LIMIT) -> Image.Image:
    """Decode one picture completely, upright as its camera was held.

    Args:
        content: The bytes of the file.
        name: What to call it in messages.
        pixel_limit: Pictures of more pixels are refused.

    Raises:
        UnreadableError: If the bytes are no picture, a broken or truncated one, or one of more
            pixels than the limit.

    Example:
        >>> decode(b"not a picture", "cat.jpg")
        Traceback (most recent call last):
        ...
        zerosum.data.sources.base.UnreadableError: cat.jpg: not a picture in a known format ...
    """
    if not content:
        raise UnreadableError(name, "the file is empty")
    try:
        image = Image.open(BytesIO(content))
        _refuse_bomb(image, name, pixel_limit)
        BUDGET.reserve(image.width * image.height * _BYTES_PER_PIXEL)
        image.load()
        return _upright(image)
    except UnreadableError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableError(name, _bomb_reason(str(error), pixel_limit)) from error
    except UnidentifiedImageError as error:
        reason = f"not a picture in a known format (it begins with {content[:8]!r})"
        raise UnreadableError(name, reason) from error
    except Exception as error:  # decoders meet broken files with errors of every kind
        raise UnreadableError(name, f"broken or truncated ({error})") from error


def _refuse_bomb(image: Image.Image, name: str, limit: int) -> None:
    width, height = image.size
    if width * height > limit:
        raise UnreadableError(name, _bomb_reason(f"{width}x{height} pixels", limit))


def _bomb_reason(found: str, limit: int) -> str:
    return (
        f"refused as a decompression bomb: at most {limit} pixels expected, {found}; "
        "make it smaller if it is a real picture"
    )


def _upright(image: Image.Image) -> Image.Image:
    if image.getexif().get(_ORIENTATION, 1) == 1:
        return image
    return ImageOps.exif_transpose(image)
