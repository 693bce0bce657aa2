"""A zip file written byte by byte, so that it can lie: PKWARE APPNOTE 6.3.10, section 4.3."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Member", "member", "write_zip"]

_BIG = 0xFFFFFFFF


@dataclass(frozen=True)
class Member:
    """One file of a zip file, as its headers are to describe it."""

    name: bytes
    packed: bytes
    size: int
    crc: int
    method: int = 0
    flags: int = 0x800


def member(name: str, content: bytes, *, deflate: bool = False) -> Member:
    """An honest one."""
    packed = content
    if deflate:
        packing = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = packing.compress(content) + packing.flush()
    encoded = name.encode("utf-8", "surrogateescape")
    return Member(encoded, packed, len(content), zlib.crc32(content), 8 if deflate else 0)


def write_zip(
    members: Sequence[Member],
    *,
    wide: bool = False,
    count: int | None = None,
    comment: bytes = b"",
) -> bytes:
    """The bytes of a zip file.

    Args:
        members: Its files.
        wide: Whether all sizes and places are in zip64 fields.
        count: What its end says about the number of files; the truth by default.
        comment: What stands behind the end.
    """
    body, directory = bytearray(), bytearray()
    for each in members:
        place = len(body)
        fixed = (each.flags, each.method, 0, 0x5A21, each.crc)
        sizes = (_BIG, _BIG) if wide else (len(each.packed) & _BIG, each.size & _BIG)
        numbers = struct.pack("<2Q", each.size, len(each.packed))
        extra = struct.pack("<2H", 1, len(numbers)) + numbers if wide else b""
        body += struct.pack("<4s5H3L2H", b"PK\3\4", 45, *fixed, *sizes, len(each.name), len(extra))
        body += each.name + extra + each.packed
        if wide:
            numbers += struct.pack("<Q", place)
            extra = struct.pack("<2H", 1, len(numbers)) + numbers
        tail = (len(each.name), len(extra), 0, 0, 0, 0, _BIG if wide else place)
        directory += struct.pack("<4s6H3L5H2L", b"PK\1\2", 45, 45, *fixed, *sizes, *tail)
        directory += each.name + extra
    number = len(members) if count is None else count
    return bytes(body + directory + _end(len(body), len(directory), number, wide, comment))


def _end(start: int, length: int, count: int, wide: bool, comment: bytes) -> bytes:
    before = b""
    if wide:
        where = start + length
        before = struct.pack(
            *("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, start)
        ) + struct.pack("<4sLQL", b"PK\6\7", 0, where, 1)
    small = (min(count, 0xFFFF),) * 2
    place = (_BIG, _BIG) if wide else (length, start)
    return (
        before + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *small, *place, len(comment)) + comment
    )
