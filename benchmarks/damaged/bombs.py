"""Bombs: small files that become large, alone or eight at a time."""

import bz2
import gzip
import lzma
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from PIL import Image

from damaged.attack import UNJUDGED, Attack, Made, Random, bare
from damaged.inputs import READERS, npy_bytes, tar_of
from damaged.rawzip import Member, member, write_zip

__all__ = ["BOMBS"]

T = TypeVar("T")

_MEGABYTE = 1 << 20


def _deflated(size: int) -> bytes:
    """Zeros, deflated a megabyte at a time into pieces that do not depend on each other."""
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packing.compress(bytes(_MEGABYTE)) + packing.flush(zlib.Z_FULL_FLUSH)
    rest = zlib.compressobj(9, zlib.DEFLATED, -15)
    whole, left = divmod(size, _MEGABYTE)
    return piece * whole + rest.compress(bytes(left)) + rest.flush()


@cache
def _sum_of_zeros(megabytes: int, start: int = 0) -> int:
    for _ in range(megabytes):
        start = zlib.crc32(bytes(_MEGABYTE), start)
    return start


def _spread(bomb: T, filler: T, count: int) -> list[tuple[str, T]]:
    """Names and contents, so that each bomb is the first of its 64: threads take 64 at a time."""
    return [(f"{i:04}.png", filler if i % 64 else bomb) for i in range(64 * count)]


def _zip_bomb(random: Random, *, declared: int | None = None, count: int = 8) -> Made:
    """Members of 200 MB of zeros each, declared as such or as less, among small ones."""
    size = 200 * _MEGABYTE if declared is None else declared
    bomb = Member(b"", _deflated(200 * _MEGABYTE), size, _sum_of_zeros(200), 8)
    filler = member("", png(8, 8, zlib.compress(bytes(72))))
    members = [replace(each, name=name.encode()) for name, each in _spread(bomb, filler, count)]
    return bare("zip", "{}/x.zip", [("x.zip", write_zip(members))])


@cache
def _repeated(pack: Callable[[bytes], bytes], piece: bytes, times: int) -> bytes:
    """Streams one after another, as all these formats allow."""
    return pack(piece) * times


def _stream_bomb(name: str, spec: str, pack: Callable[[bytes], bytes], reader: str) -> Attack:
    def make(random: Random) -> Made:
        start = tar_of([("a.png", b"x")])[0][1] if "tar" in name else b""
        start = bytes((0, 0, 8, 3)) + struct.pack(">3I", 2, 28, 28) if "idx" in name else start
        content = (pack(start) if start else b"") + _repeated(pack, bytes(32 * _MEGABYTE), 25)
        return bare(reader, spec, [(name, content)])

    return Attack(reader, make, heavy=True)


def _usps_bomb(random: Random) -> Made:
    """Sixty thousand honest lines, ten times as many as there are."""
    made = READERS["usps"](random)
    text = made.members[0][1]
    piece = text * max(1, 3_000_000 // len(text))
    return bare("usps", "usps:{}", [(n, _repeated(bz2.compress, piece, 50)) for n in _USPS])


def _usps_zeros(random: Random) -> Made:
    content = _repeated(bz2.compress, bytes(32 * _MEGABYTE), 25)
    return bare("usps", "usps:{}", [(name, content) for name in _USPS])


_USPS = ("usps.bz2", "usps.t.bz2")


def _npz_bomb(random: Random) -> Made:
    """An array of two small pictures, and 0.8 GB behind it."""
    start = npy_bytes(np.full((2, 8, 8), 200, np.uint8))
    stored = struct.pack("<BHH", 0, len(start), len(start) ^ 0xFFFF) + start
    crc = _sum_of_zeros(800, zlib.crc32(start))
    size = len(start) + 800 * _MEGABYTE
    whole = Member(b"images.npy", stored + _deflated(800 * _MEGABYTE), size, crc, 8)
    return bare("npz", "{}/x.npz", [("x.npz", write_zip([whole]))])


def _npz_hollow(random: Random) -> Made:
    """An array that says it is of a terabyte."""
    header = BytesIO()
    shape = (1 << 30, 32, 32)
    fields: dict[str, Any] = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, fields)
    content = header.getvalue() + bytes(1000)
    return bare("npz", "{}/x.npz", [("x.npz", write_zip([member("images.npy", content)]))])


def _chunk(kind: bytes, content: bytes) -> bytes:
    sum_ = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", sum_)


def png(width: int, height: int, pixels: bytes, *, extra: bytes = b"") -> bytes:
    """A PNG that says it is of some size; the deflated pixels are as given."""
    head = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    parts = _chunk(b"IHDR", head) + extra + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def _zlib_zeros(size: int) -> bytes:
    """Zeros in zlib's format; the Adler-32 of n zeros is known."""
    return b"\x78\xda" + _deflated(size) + struct.pack(">I", size % 65521 << 16 | 1)


def _beside_good(random: Random, *bombs: tuple[str, bytes]) -> Made:
    """Bombs in a folder of good pictures, which have to be found if it is not refused."""
    good = READERS["folder"](random)
    top = "set/" if good.members[0][0].startswith("set/") else ""
    members = [*good.members, *((f"{top}cat/{name}", content) for name, content in bombs)]
    return Made(type(good)(good.reader, good.spec, members, good.stages, good.pictures, good.size))


def _declared_huge(random: Random) -> Made:
    """Small files of every format that say that they are huge."""
    few = zlib.compress(bytes(1000))
    side = int(random.choice([30_000, 65_535, 100_000]))
    small = BytesIO()
    Image.new("L", (8, 8)).save(small, "bmp")
    bitmap = small.getvalue()
    return _beside_good(
        random,
        ("bomb.png", png(side, side, few)),
        ("line.png", png(2_000_000_000, 1, few)),
        ("bomb.bmp", bitmap[:18] + struct.pack("<2i", side, side) + bitmap[26:]),
        ("bomb.ppm", f"P6\n{side} {side}\n255\n".encode() + bytes(100)),
        ("bomb.gif", b"GIF89a" + struct.pack("<2H", 65_535, 65_535) + bytes(50)),
    )


def _text_bomb(random: Random) -> Made:
    """PNGs whose text, profile or XMP unpacks to 200 MB."""
    packed = _zlib_zeros(200 * _MEGABYTE)
    bombs = []
    for kind, before in ((b"zTXt", b"a\0\0"), (b"iCCP", b"a\0\0"), (b"iTXt", b"a\0\1\0\0\0")):
        extra = _chunk(kind, before + packed)
        name = f"{kind.decode()}.png"
        bombs.append((name, png(8, 8, zlib.compress(bytes(72)), extra=extra)))
    return _beside_good(random, *bombs)


def _large_pictures(random: Random) -> Made:
    """Eight honest grey pictures of 81 million pixels each, below the limit for one."""
    large = png(9000, 9000, _zlib_zeros(9000 * 9001))
    small = png(8, 8, zlib.compress(bytes(72)))
    return bare("folder", "{}", _spread(large, small, 8))


def _large_colours(random: Random) -> Made:
    """Eight honest JPEG pictures of colour, 16 million pixels each."""
    contents = []
    for side in (4000, 8):
        buffer = BytesIO()
        Image.new("RGB", (side, side), (200, 10, 10)).save(buffer, "jpeg")
        contents.append(buffer.getvalue())
    return bare("folder", "{}", _spread(contents[0], contents[1], 8))


def _sparse(random: Random) -> Made:
    """A picture's file of six gigabytes, of which almost none are on the disk."""
    made = _beside_good(random)

    def set_up(folder: Path) -> None:
        victim = next(it for it in sorted((folder / "pictures").rglob("*")) if it.is_file())
        with victim.open("r+b") as file:
            file.truncate(6 << 30)

    return Made(made.input, holding=UNJUDGED, set_up=set_up)


def _long_tail(random: Random) -> Made:
    """A tar file with 200 MB of zeros behind its end."""
    good = READERS["tar-ustar"](random)

    def set_up(folder: Path) -> None:
        with (folder / "x.tar").open("r+b") as file:
            file.truncate(200 * _MEGABYTE)

    return Made(good, set_up=set_up)


BOMBS: dict[str, Attack] = {
    "zip of 8 times 200 MB": Attack("zip", _zip_bomb, heavy=True),
    "zip of 200 MB declared as 1,000 bytes": Attack(
        "zip", lambda random: _zip_bomb(random, declared=1000), heavy=True
    ),
    "zip of one member of 200 MB": Attack("zip", lambda r: _zip_bomb(r, count=1), heavy=True),
    "tar.gz of 0.8 GB": _stream_bomb("x.tar.gz", "{}/x.tar.gz", gzip.compress, "tar.gz"),
    "tar.bz2 of 0.8 GB": _stream_bomb("x.tar.bz2", "{}/x.tar.bz2", bz2.compress, "tar.bz2"),
    "tar.xz of 0.8 GB": _stream_bomb("x.tar.xz", "{}/x.tar.xz", lzma.compress, "tar.xz"),
    "idx.gz of 0.8 GB": _stream_bomb("a-idx3.gz", "{}/a-idx3.gz", gzip.compress, "idx.gz"),
    "usps of 0.15 GB": Attack("usps", _usps_bomb, heavy=True),
    "usps of 0.8 GB of zeros": Attack("usps", _usps_zeros, heavy=True),
    "npz of 0.8 GB": Attack("npz", _npz_bomb, heavy=True),
    "npz that says it is of a terabyte": Attack("npz", _npz_hollow),
    "pictures that say they are huge": Attack("folder", _declared_huge),
    "pictures with bombs for texts": Attack("folder", _text_bomb),
    "8 pictures of 81 megapixels": Attack("folder", _large_pictures, heavy=True),
    "8 pictures of 16 megapixels": Attack("folder", _large_colours, heavy=True),
    "a picture's file of 6 GB": Attack("folder", _sparse, heavy=True),
    "tar with 200 MB of zeros behind it": Attack("tar-ustar", _long_tail, heavy=True),
}
"""By name."""
