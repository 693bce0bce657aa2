"""Accidents: bytes that change, go, come or move, and members that change places or names.

An accident strikes at one of the levels that an input is made at: a member before it is packed
(the container's checksums are then right about the wrong bytes), the archive before it is
compressed as a whole, or the file on disk.
"""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from damaged.inputs import Files, Input, Stage

__all__ = ["HOSTILE_NAMES", "damage", "mend_tar_sums"]

Random = np.random.Generator

HOSTILE_NAMES = (
    *("../../escape.png", "/absolute.png", "C:\\windows\\x.png", "..\\up.png", "a/../../b.png"),
    *(
        "cat/\x1b[31mred\x1b[0m.png",
        "cat/\u202egnp.exe.png",
        "cat/line\nbreak.png",
        "cat/\x07.png",
    ),
    *("cat/" + "n" * 240 + ".png", "cat/\udcff\udcfe.png", "cat/ .png", "cat/.png", ".hidden.png"),
    *("cat", "cat/", "", ".", "./cat/00.png", "cat//00.png", "CAT/00.png", "cat/00.PNG", "x.qng"),
    *(
        "__MACOSX/00.png",
        "train/00.png",
        "trainA/00.png",
        "Test/cat/00.png",
        "notes.txt",
        "CON.png",
    ),
    *("cat/\N{COMBINING ACUTE ACCENT}e.png", "cat/%s%n.png", "cat/{0}.png", "[bold]x[/].png"),
)
"""What a member is renamed to; a folder on disk gets those that its file system takes."""

_SIGNATURES = re.compile(
    rb"PK[\x01-\x07][\x02-\x08]|ustar|\x93NUMPY|\x89PNG|IHDR|IDAT|IEND|\xff\xd8"
    rb"|\xff[\xc0-\xdb]|GIF8|RIFF|WEBP|II\*\0|\x1f\x8b|BZh|\xfd7zXZ",
    re.DOTALL,
)
_TAR_BLOCK = 512


def damage(good: Input, random: Random) -> tuple[Input, str]:
    """One to three accidents; returns what became of the input, and a word about what was done."""
    words = []
    for _ in range(int(random.choice([1, 1, 1, 2, 3]))):
        level = int(random.integers(-1, len(good.stages) + 1))
        if level < 0:
            good, word = _at_members(good, random)
        else:
            good, word = _at_stage(good, random, level)
        words.append(word)
    return good, "; ".join(words)


def _at_members(good: Input, random: Random) -> tuple[Input, str]:
    """Delete, duplicate, rename or swap whole members, where the members are files by name."""
    if good.reader not in ("folder", "zip", "tar", "tar.gz", "tar.bz2", "tar.xz", "shards", "npz"):
        return _at_stage(good, random, 0)
    act = _MEMBERS[int(random.integers(len(_MEMBERS)))]
    members, word = act(list(good.members), random)
    if good.reader == "folder":
        members = _placeable(members)
    return replace(good, members=members), word


def _delete(members: Files, random: Random) -> tuple[Files, str]:
    index = int(random.integers(len(members)))
    name, _ = members.pop(index)
    return members, f"delete {name}"


def _duplicate(members: Files, random: Random) -> tuple[Files, str]:
    index, place = random.integers(len(members), size=2)
    members.insert(int(place), members[int(index)])
    return members, f"duplicate {members[int(index)][0]}"


def _rename(members: Files, random: Random) -> tuple[Files, str]:
    index = int(random.integers(len(members)))
    old, content = members[index]
    new = str(random.choice(HOSTILE_NAMES))
    members[index] = (new, content)
    return members, f"rename {old} to {new!a}"


def _swap(members: Files, random: Random) -> tuple[Files, str]:
    first, second = (int(i) for i in random.integers(len(members), size=2))
    a, b = members[first], members[second]
    members[first], members[second] = (a[0], b[1]), (b[0], a[1])
    return members, f"swap the contents of {a[0]} and {b[0]}"


def _empty(members: Files, random: Random) -> tuple[Files, str]:
    index = int(random.integers(len(members)))
    members[index] = (members[index][0], b"")
    return members, f"empty {members[index][0]}"


def _stray(members: Files, random: Random) -> tuple[Files, str]:
    name = str(random.choice(["notes.txt", "cat/thumbs.db", "unknown/1.png", "train/readme.md"]))
    return [*members, (name, b"no picture")], f"add {name}"


_MEMBERS = (_delete, _duplicate, _rename, _rename, _rename, _swap, _empty, _stray)


def _placeable(members: Files) -> Files:
    """What a folder on disk can hold: no names that lead out, no file where a folder is."""
    kept: dict[str, bytes] = {}
    for name, content in members:
        plain = name.replace("\\", "/")
        parts = plain.split("/")
        outside = plain.startswith("/") or {"..", ".", ""} & set(parts) or len(parts[-1]) > 250
        if not outside and not any(_clash(name, other) for other in kept):
            kept[name] = content
    return list(kept.items())


def _clash(name: str, other: str) -> bool:
    return f"{name}/".startswith(f"{other}/") or f"{other}/".startswith(f"{name}/")


def _at_stage(good: Input, random: Random, level: int) -> tuple[Input, str]:
    """Change the bytes of one file as it is after so many stages."""
    if level == 0:
        members, word = _one_file(list(good.members), random)
        return replace(good, members=members), word
    before, after = good.stages[:level], good.stages[level:]
    seed = int(random.integers(1 << 32))
    words: list[str] = []

    def strike(files: Files) -> Files:
        struck, word = _one_file(list(files), np.random.default_rng(seed))
        words[:] = [word]
        return struck

    stages: tuple[Stage, ...] = (*before, strike, *after)
    damaged = replace(good, stages=stages)
    damaged.files()
    return damaged, f"after stage {level}: {words[0]}"


def _one_file(files: Files, random: Random) -> tuple[Files, str]:
    index = int(random.integers(len(files)))
    name, content = files[index]
    act = _BYTES[int(random.integers(len(_BYTES)))]
    place = _place(content, random)
    changed, word = act(content, place, random)
    if _is_tar(content) and random.random() < 0.5:
        changed, word = mend_tar_sums(changed), f"{word}, checksums of tar made right"
    files[index] = (name, changed)
    return files, f"{name}: {word}"


def _place(content: bytes, random: Random) -> int:
    """Anywhere, or, as often, in a header."""
    if not content:
        return 0
    if random.random() < 0.5:
        return int(random.integers(len(content)))
    starts = [0, max(0, len(content) - 64), *(it.start() for it in _SIGNATURES.finditer(content))]
    if _is_tar(content):
        starts = [start - 257 for start in starts if content[start : start + 5] == b"ustar"]
    start = max(0, int(random.choice(starts)))
    return min(len(content) - 1, start + int(random.integers(300 if _is_tar(content) else 48)))


Act = Callable[[bytes, int, Random], tuple[bytes, str]]


def _flip(content: bytes, place: int, random: Random) -> tuple[bytes, str]:
    bit = 1 << int(random.integers(8))
    byte = content[place : place + 1]
    flipped = bytes([byte[0] ^ bit]) if byte else b""
    return _put(content, place, flipped), f"flip bit {bit} at {place}"


def _scatter(content: bytes, place: int, random: Random) -> tuple[bytes, str]:
    changed = bytearray(content)
    places = [int(random.integers(len(content))) for _ in range(8)] if content else []
    for at in places:
        changed[at] = int(random.integers(256))
    return bytes(changed), f"random bytes at {places}"


def _write_random(content: bytes, place: int, random: Random) -> tuple[bytes, str]:
    length = int(random.integers(1, 17))
    return _put(content, place, random.bytes(length)), f"{length} random bytes at {place}"


def _write_field(content: bytes, place: int, random: Random) -> tuple[bytes, str]:
    width = int(random.choice([1, 2, 4, 8]))
    top = 1 << 8 * width
    options = [0, 1, 2, top - 1, top - 2, top // 2, top // 2 - 1, len(content), len(content) + 1]
    value = options[int(random.integers(len(options)))] % top
    order = "little" if random.random() < 0.6 else "big"
    written = value.to_bytes(width, order)  # type: ignore[arg-type]
    return _put(content, place, written), f"{width}-byte {order} {value} at {place}"


def _write_digit(content: bytes, place: int, random: Random) -> tuple[bytes, str]:
    """Another digit where text has one: headers of npy and tar, numbers of usps."""
    digits = [it.start() for it in re.finditer(rb"[0-9]", content[place : place + 200])]
    if not digits:
        return _write_field(content, place, random)
    at = place + int(random.choice(digits))
    digit = str(random.choice(list("0123456789-,xe.")))
    return _put(content, at, digit.encode()), f"{digit!r} at {at}"


def _truncate(content: bytes, place: int, random: Random) -> tuple[bytes, str]:
    return content[:place], f"truncate to {place} of {len(content)} bytes"


def _extend(content: bytes, place: int, random: Random) -> tuple[bytes, str]:
    length = int(random.choice([1, 7, 100, 512, 5000]))
    zeros = random.random() < 0.4
    tail = bytes(length) if zeros else random.bytes(length)
    return content + tail, f"append {length} {'zeros' if zeros else 'random bytes'}"


def _repeat_all(content: bytes, place: int, random: Random) -> tuple[bytes, str]:
    return content + content, "append the whole once more"


def _cut_out(content: bytes, place: int, random: Random) -> tuple[bytes, str]:
    length = int(random.choice([1, 2, 16, 100, 512, 1024]))
    return content[:place] + content[place + length :], f"cut {length} bytes out at {place}"


def _insert(content: bytes, place: int, random: Random) -> tuple[bytes, str]:
    length = int(random.choice([1, 2, 16, 512]))
    return content[:place] + random.bytes(length) + content[place:], f"insert {length} at {place}"


def _copy_range(content: bytes, place: int, random: Random) -> tuple[bytes, str]:
    length = int(random.choice([4, 64, 512]))
    source = int(random.integers(max(1, len(content))))
    return _put(content, place, content[source : source + length]), (
        f"copy {length} bytes from {source} to {place}"
    )


def _swap_ranges(content: bytes, place: int, random: Random) -> tuple[bytes, str]:
    length = int(random.choice([4, 64, 512]))
    other = int(random.integers(max(1, len(content))))
    one, two = content[place : place + length], content[other : other + length]
    size = min(len(one), len(two))
    changed = _put(_put(content, place, two[:size]), other, one[:size])
    return changed, f"swap {size} bytes at {place} and {other}"


def _zero_block(content: bytes, place: int, random: Random) -> tuple[bytes, str]:
    length = int(random.choice([16, _TAR_BLOCK, _TAR_BLOCK, 1024]))
    start = place - place % _TAR_BLOCK if length >= _TAR_BLOCK else place
    return _put(content, start, bytes(length)), f"zero {length} bytes at {start}"


_BYTES: tuple[Act, ...] = (
    *(_flip, _flip, _scatter, _write_random, _write_field, _write_field, _write_field),
    *(_write_digit, _write_digit, _truncate, _truncate, _extend, _repeat_all, _cut_out, _insert),
    *(_copy_range, _swap_ranges, _zero_block, _zero_block),
)


def _put(content: bytes, place: int, new: bytes) -> bytes:
    """Overwrite, never lengthen."""
    return (content[:place] + new + content[place + len(new) :])[: len(content)]


def _is_tar(content: bytes) -> bool:
    return content[257:262] == b"ustar"


def mend_tar_sums(content: bytes) -> bytes:
    """Make the checksum of every header right, so that lies are believed."""
    mended = bytearray(content)
    for start in range(0, len(content) - _TAR_BLOCK + 1, _TAR_BLOCK):
        if content[start + 257 : start + 262] == b"ustar":
            mended[start + 148 : start + 156] = b" " * 8
            total = sum(mended[start : start + _TAR_BLOCK])
            mended[start + 148 : start + 156] = f"{total:06o}\0 ".encode()
    return bytes(mended)
