"""HEIC, which phones write and Pillow does not read: by way of the package pillow-heif."""

from io import BytesIO
from typing import TYPE_CHECKING

from zerosum.data.sources.base import UnreadableError
from zerosum.packages import installation

if TYPE_CHECKING:
    from pillow_heif import HeifFile

__all__ = ["brands", "is_heic", "open_heic"]

_HEIC = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
)
_AVIF = frozenset((b"avif", b"avis"))
_LONGEST = 256


def brands(content: bytes) -> frozenset[bytes]:
    r"""What a file of MP4's kind says that it is; nothing of all other files.

    Example:
        >>> sorted(brands(b"\0\0\0\x14ftypavif\0\0\0\0mif1"))
        [b'avif', b'mif1']
        >>> brands(b"GIF89a")
        frozenset()
    """
    if content[4:8] != b"ftyp":
        return frozenset()
    end = min(int.from_bytes(content[:4], "big"), _LONGEST)
    return frozenset(content[place : place + 4] for place in (8, *range(16, end, 4)))


def is_heic(content: bytes) -> bool:
    r"""Whether a file is an image of this kind, whatever it is called.

    Example:
        >>> is_heic(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), is_heic(b"GIF89a")
        (True, False)
    """
    result = brands(content)
    return bool(result & _HEIC) and not result & _AVIF


def open_heic(content: bytes, name: str) -> "HeifFile":
    """Read the header; the image's size is known then, and its pixels are not read yet.

    Args:
        content: The bytes of the file.
        name: What to call it in messages.

    Raises:
        UnreadableError: If pillow-heif is not installed.
    """
    try:
        from pillow_heif import open_heif
    except ImportError as error:
        reason = f"a HEIC picture, for which a package is missing: {installation('heic')}"
        raise UnreadableError(name, reason) from error
    return open_heif(BytesIO(content))
