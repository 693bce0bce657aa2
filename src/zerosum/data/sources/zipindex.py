"""The directory of a zip file, read as a stream.

Python's ``zipfile`` keeps an object for every entry, about half a gigabyte for a million
pictures; this reader keeps one at a time. Format: PKWARE APPNOTE 6.3.10, sections 4.3.12 to
4.3.16, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

import struct
import zlib
from collections.abc import Iterator
from mmap import mmap
from pathlib import Path

from zerosum.data.sources.base import UnreadableError
from zerosum.data.sources.listing import Entry
from zerosum.errors import DataError

__all__ = ["entries_of_zip", "read_zip_entry", "refuse_outside"]

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_BIG = 0xFFFFFFFF
_ENCRYPTED = 0x1
_UTF8 = 0x800
_STORED, _DEFLATED, _LOCKED = 0, 8, -1

ENTRY_LIMIT = 1 << 30
"""Entries that unpack to more bytes than this are refused as bombs."""


def entries_of_zip(content: mmap, path: Path) -> Iterator[Entry]:
    """The files in a zip file; their stamps are the checksums that the directory holds.

    Args:
        content: The zip file.
        path: What to call it in messages.

    Raises:
        DataError: If the file is no zip file, is truncated, or holds an entry that points outside.
    """
    count, start = _find_directory(content, path)
    position = start
    for _ in range(count):
        fields = content[position : position + _ENTRY.size]
        if len(fields) < _ENTRY.size or not fields.startswith(b"PK\1\2"):
            raise DataError(f"{path} is damaged: its directory breaks off; copy it again.")
        _, _, _, flags, method, _, _, crc, packed, size, *lengths = _ENTRY.unpack(fields)
        name_length, extra_length, comment_length, _, _, _, place = lengths
        name_end = position + _ENTRY.size + name_length
        name = content[position + _ENTRY.size : name_end].decode(
            "utf-8" if flags & _UTF8 else "cp437", "replace"
        )
        extra = content[name_end : name_end + extra_length]
        size, packed, place = _wide(extra, size, packed, place)
        position = name_end + extra_length + comment_length
        name = refuse_outside(name, path)
        if not name.endswith("/"):
            locked = _LOCKED if flags & _ENCRYPTED else method
            yield Entry(name, size, crc, place, packed, locked)


def read_zip_entry(content: mmap, entry: Entry) -> bytes:
    """Unpack one file of a zip file and check its checksum.

    Raises:
        UnreadableError: If it is damaged, encrypted, or compressed in an unusual way.
    """
    if entry.method not in (_STORED, _DEFLATED):
        how = "encrypted" if entry.method == _LOCKED else f"compressed by method {entry.method}"
        raise UnreadableError(entry.path, f"{how} in the zip file; pack it plainly or by deflate")
    if entry.size > ENTRY_LIMIT:
        raise UnreadableError(entry.path, f"refused as a bomb: it unpacks to {entry.size} bytes")
    packed = _packed_bytes(content, entry)
    try:
        unpacked = packed if entry.method == _STORED else _inflate(packed, entry.size)
    except zlib.error as error:
        raise UnreadableError(entry.path, f"damaged in the zip file ({error})") from error
    if len(unpacked) != entry.size or zlib.crc32(unpacked) != entry.stamp:
        raise UnreadableError(entry.path, "damaged in the zip file (wrong checksum)")
    return unpacked


def refuse_outside(name: str, path: Path) -> str:
    """Return an archive entry's name with ``/`` between folders, or refuse the archive.

    Raises:
        DataError: If the name is absolute or climbs out of the archive by ``..``.

    Example:
        >>> refuse_outside("../../etc/passwd", Path("pictures.zip"))
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: pictures.zip holds an entry that points outside of it, ...
    """
    plain = name.replace("\\", "/")
    while plain.startswith("./"):
        plain = plain[2:]
    if plain.startswith("/") or ".." in plain.split("/") or plain[1:2] == ":":
        raise DataError(
            f"{path} holds an entry that points outside of it, {name!r}: expected relative names "
            "below the archive; do not trust this file, or pack it again."
        )
    return plain


def _packed_bytes(content: mmap, entry: Entry) -> bytes:
    header = content[entry.place : entry.place + _LOCAL.size]
    if len(header) < _LOCAL.size or not header.startswith(b"PK\3\4"):
        raise UnreadableError(entry.path, "damaged in the zip file (no header)")
    name_length, extra_length = _LOCAL.unpack(header)[-2:]
    start = entry.place + _LOCAL.size + name_length + extra_length
    return content[start : start + entry.packed]


def _inflate(packed: bytes, size: int) -> bytes:
    # One byte more than promised is enough to see that the promise is broken.
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size + 1)


def _find_directory(content: mmap, path: Path) -> tuple[int, int]:
    """(number of entries, where the directory begins)."""
    tail = max(0, len(content) - _END.size - 65535)
    end = content.rfind(b"PK\5\6", tail)
    if end < 0 or end + _END.size > len(content):
        raise DataError(
            f"{path} is not a whole zip file: expected its directory at the end, found none; "
            "it may be truncated: copy or download it again."
        )
    count, start = _END.unpack(content[end : end + _END.size])[4:7:2]
    locator = content[max(0, end - _END64_LOCATOR.size) : end]
    if locator.startswith(b"PK\6\7"):
        place = _END64_LOCATOR.unpack(locator)[2]
        _, _, _, _, _, _, _, count, _, start = _END64.unpack(content[place : place + _END64.size])
    return count, start


def _wide(extra: bytes, size: int, packed: int, place: int) -> tuple[int, int, int]:
    """Replace 32-bit fields that overflow by the 64-bit ones of the extra field 1."""
    wide = iter(_extra_field(extra, 1))
    size = next(wide) if size == _BIG else size
    packed = next(wide) if packed == _BIG else packed
    place = next(wide) if place == _BIG else place
    return size, packed, place


def _extra_field(extra: bytes, wanted: int) -> tuple[int, ...]:
    while len(extra) >= 4:
        kind, length = struct.unpack("<2H", extra[:4])
        if kind == wanted:
            numbers = length // 8
            return struct.unpack(f"<{numbers}Q", extra[4 : 4 + 8 * numbers])
        extra = extra[4 + length :]
    return ()
