"""From the bytes of a file to a picture, or to a reason why not."""

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from zerosum.data.sources.base import UnreadableError

__all__ = ["PICTURE_SUFFIXES", "PIXEL_LIMIT", "decode", "is_picture_name"]

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

PIXEL_LIMIT = 1024 * 1024 * 1024 // 4 // 3
"""Pictures of more pixels than this (Pillow's own limit) are refused as decompression bombs."""

_ORIENTATION = 0x0112


def is_picture_name(path: str) -> bool:
    """Whether a file's suffix is that of a picture.

    Example:
        >>> is_picture_name("cats/1.JPG"), is_picture_name("notes.txt")
        (True, False)
    """
    # Not by way of pathlib, which interns the names: a million of them would stay in a table.
    return f".{path.rpartition('.')[2].lower()}" in PICTURE_SUFFIXES


def decode(content: bytes, name: str) -> Image.Image:
    """Decode one picture completely, upright as its camera was held.

    Args:
        content: The bytes of the file.
        name: What to call it in messages.

    Raises:
        UnreadableError: If the bytes are no picture, a broken or truncated one, or one of more
            than `PIXEL_LIMIT` pixels, which nobody needs to be told twice to distrust.

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
        _refuse_bomb(image, name)
        image.load()
        return _upright(image)
    except UnreadableError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableError(name, _bomb_reason(str(error))) from error
    except UnidentifiedImageError as error:
        reason = f"not a picture in a known format (it begins with {content[:8]!r})"
        raise UnreadableError(name, reason) from error
    except Exception as error:  # decoders meet broken files with errors of every kind
        raise UnreadableError(name, f"broken or truncated ({error})") from error


def _refuse_bomb(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width * height > PIXEL_LIMIT:
        raise UnreadableError(name, _bomb_reason(f"{width}x{height} pixels"))


def _bomb_reason(found: str) -> str:
    return (
        f"refused as a decompression bomb: at most {PIXEL_LIMIT} pixels expected, {found}; "
        "make it smaller if it is a real picture"
    )


def _upright(image: Image.Image) -> Image.Image:
    if image.getexif().get(_ORIENTATION, 1) == 1:
        return image
    return ImageOps.exif_transpose(image)
