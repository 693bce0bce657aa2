"""Lies in the directories of archives: of sizes, names, kinds, methods, times and counts."""

import tarfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from damaged.attack import UNJUDGED, Attack, Made, Random, bare
from damaged.damage import mend_tar_sums
from damaged.inputs import READERS, Files, Input, tar_of
from damaged.rawzip import Member, member, write_zip

__all__ = ["PACKED_LIES"]


def _zip_with(change: Callable[[list[Member], Random], list[Member]]) -> Attack:
    """A good zip file, some of whose members are described in another way."""

    def make(random: Random) -> Made:
        good = READERS["zip"](random)
        deflate = bool(random.random() < 0.5)

        def stage(members: Files) -> Files:
            honest = [member(*each, deflate=deflate) for each in members]
            return [("x.zip", write_zip(change(honest, random)))]

        fixed = stage(good.members)
        return Made(replace(good, stages=(lambda members: fixed,)))

    return Attack("zip", make)


def _some(change: Callable[[Member], Member]) -> Callable[[list[Member], Random], list[Member]]:
    def apply(members: list[Member], random: Random) -> list[Member]:
        chosen = set(random.choice(len(members), 1 + len(members) // 3, replace=False).tolist())
        return [change(each) if i in chosen else each for i, each in enumerate(members)]

    return apply


def _sized(size: int) -> Callable[[Member], Member]:
    return lambda each: replace(each, size=size)


def _many_strays(random: Random) -> Made:
    """More members than a zip file without zip64 can count, the pictures last."""
    good = READERS["zip"](random)
    strays = [Member(b"%d.txt" % i, b"", 0, 0) for i in range(66_000)]

    def stage(members: Files) -> Files:
        honest = [member(*each) for each in members]
        return [("x.zip", write_zip([*strays, *honest], count=(66_000 + len(honest)) % 65_536))]

    return Made(replace(good, stages=(stage,)), holding=None)


def _counted(count: int) -> Attack:
    def make(random: Random) -> Made:
        good = READERS["zip"](random)

        def stage(members: Files) -> Files:
            written = write_zip([member(*each) for each in members], count=count)
            return [("x.zip", written)]

        return Made(replace(good, stages=(stage,)))

    return Attack("zip", make)


def _false_end(random: Random) -> Made:
    """A comment that looks like the end of another, empty zip file."""
    good = READERS["zip"](random)
    comment = b"x" * 40 + write_zip([]) + b"y" * int(random.integers(0, 9))

    def stage(members: Files) -> Files:
        return [("x.zip", write_zip([member(*each) for each in members], comment=comment))]

    return Made(replace(good, stages=(stage,)))


def _link_member(random: Random) -> Made:
    """A picture's name on the text of a link, as zip writes links."""
    good = READERS["zip"](random)
    return Made(replace(good, members=[*good.members, ("passwd.png", b"/etc/passwd")]))


_ZIP: dict[str, Attack] = {
    "encrypted members": _zip_with(_some(lambda it: replace(it, flags=it.flags | 1))),
    "strongly encrypted members": _zip_with(_some(lambda it: replace(it, flags=it.flags | 0x41))),
    "patched members": _zip_with(_some(lambda it: replace(it, flags=it.flags | 0x20))),
    **{
        f"members of method {method}": _zip_with(
            _some(lambda it, method=method: replace(it, method=method))  # type: ignore[misc]
        )
        for method in (1, 6, 9, 12, 14, 93, 95, 99, 65_535)
    },
    **{
        f"members of {size} bytes": _zip_with(_some(_sized(size)))
        for size in (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
    },
    "wrong checksums": _zip_with(_some(lambda it: replace(it, crc=it.crc ^ 1))),
    "packed sizes of 0": _zip_with(_some(lambda it: replace(it, packed=b""))),
    "one name for all": _zip_with(lambda ms, _: [replace(m, name=ms[0].name) for m in ms]),
    "members without a name": _zip_with(_some(lambda it: replace(it, name=b""))),
    "names that are not UTF-8": _zip_with(_some(lambda it: replace(it, name=b"\xff\xfe.png"))),
    "names of 60,000 bytes": _zip_with(
        _some(lambda it: replace(it, name=b"n" * 60_000 + b".png"))
    ),
    "names with a NUL": _zip_with(_some(lambda it: replace(it, name=b"a.png\0.txt"))),
    "names 2,000 folders deep": _zip_with(
        _some(lambda it: replace(it, name=b"d/" * 2000 + b".x.png"))
    ),
    "members that lie on each other": _zip_with(
        lambda members, _: [replace(members[0], name=m.name) for m in members]
    ),
    "66,000 strays before the pictures": Attack("zip", _many_strays, heavy=True),
    **{f"a count of {count}": _counted(count) for count in (0, 1, 2, 65_534, 65_535)},
    "a comment like an end": Attack("zip", _false_end),
    "a link among members": Attack("zip", _link_member),
    "no members": Attack("zip", lambda r: bare("zip", "{}/x.zip", [("x.zip", write_zip([]))])),
}


def _tar_with(change: Callable[[tarfile.TarInfo], None], form: int = tarfile.PAX_FORMAT) -> Attack:
    """A good tar file, the third of whose members is described in another way."""

    def make(random: Random) -> Made:
        good = READERS["tar-pax"](random)

        def stage(members: Files) -> Files:
            target = BytesIO()
            with tarfile.open(fileobj=target, mode="w", format=form) as archive:
                for number, (path, content) in enumerate(members):
                    info = tarfile.TarInfo(path)
                    info.size = len(content)
                    if number == 2:
                        change(info)
                    archive.addfile(info, BytesIO(content))
            return [("x.tar", target.getvalue())]

        return Made(replace(good, stages=(stage,)))

    return Attack("tar-pax", make)


def _pax(**headers: str) -> Callable[[tarfile.TarInfo], None]:
    return lambda info: setattr(info, "pax_headers", headers)


def _written_over(field: slice, value: bytes) -> Attack:
    """A field of the second header, checksum made right."""

    def make(random: Random) -> Made:
        good = READERS["tar-ustar"](random)

        def stage(members: Files) -> Files:
            content = bytearray(tar_of(members, form=tarfile.USTAR_FORMAT)[0][1])
            start = content.index(b"ustar", 512 + 257) - 257
            content[start + field.start : start + field.stop] = value
            return [("x.tar", mend_tar_sums(bytes(content)))]

        return Made(replace(good, stages=(stage,)))

    return Attack("tar-ustar", make)


_SIZE, _TIME, _KIND = slice(124, 136), slice(136, 148), slice(156, 157)

_TAR: dict[str, Attack] = {
    **{
        f"a time of {time}": _tar_with(_pax(mtime=time))
        for time in ("inf", "-inf", "nan", "1e400", "-1", "9" * 40, "x", "", "1e30")
    },
    **{
        f"a pax size of {size}": _tar_with(_pax(size=size))
        for size in ("0", "-1", "99999999999999", "9" * 40, "x", "1e3", "")
    },
    **{
        f"a pax path {path!a}": _tar_with(_pax(path=path))
        for path in ("../x.png", "/x.png", "a\0b.png", "", "x/" * 500 + ".png", "\x1b[2J.png")
    },
    "a sparse member": _tar_with(_pax(**{"GNU.sparse.major": "1", "GNU.sparse.minor": "0"})),
    "a charset that is none": _tar_with(_pax(hdrcharset="klingon")),
    **{
        f"a member of type {kind!r}": _written_over(_KIND, kind)
        for kind in (
            b"1",
            b"2",
            b"3",
            b"5",
            b"6",
            b"7",
            b"K",
            b"L",
            b"S",
            b"V",
            b"g",
            b"x",
            b"\xff",
        )
    },
    **{
        f"a size field {value!r}": _written_over(_SIZE, value)
        for value in (
            *(b"77777777777\0", b"00000000000\0", b"-0000000001\0", b"00000001000\0", b"9" * 12),
            *(b"\x80" + b"\xff" * 11, b"\xff" * 12, b"\x80" + bytes(3) + b"\x7f" + b"\xff" * 7),
        )
    },
    "a time field of 2 ** 88": _written_over(_TIME, b"\x80" + b"\xff" * 11),
    "a time field that is negative": _written_over(_TIME, b"\xff" * 12),
    "no members at all": Attack(
        "tar-pax", lambda r: bare("tar", "{}/x.tar", [("x.tar", tar_of([])[0][1])])
    ),
    "100,000 bytes of zeros": Attack(
        "tar-pax", lambda r: bare("tar", "{}/x.tar", [("x.tar", bytes(100_352))])
    ),
}


def _class_of(text: bytes) -> Attack:
    def make(random: Random) -> Made:
        good = READERS["shards"](random)
        members = [it for it in good.members if not it[0].endswith(".cls")]
        labels = [(f"{name[:2]}.cls", b"1") for name, _ in members]
        labels[1] = (labels[1][0], text)
        mixed = [each for pair in zip(members, labels, strict=True) for each in pair]
        return Made(replace(good, members=mixed))

    return Attack("shards", make)


def _two_in_a_sample(random: Random) -> Made:
    """A sample of two pictures, as of an image and its mask."""
    good = READERS["shards"](random)
    name, content = good.members[0]
    second = next(it for it in good.members[1:] if it[0].endswith(".png"))
    members = [(name, content), (f"{name[:2]}.mask.png", second[1]), *good.members[1:]]
    return Made(replace(good, members=members))


def _pattern(pattern: str) -> Attack:
    """A pattern that names more shards than there are, or none."""

    def make(random: Random) -> Made:
        good: Input = READERS["shards"](random)
        return Made(replace(good, spec="{}/" + pattern), holding=UNJUDGED)

    return Attack("shards", make)


_SHARDS: dict[str, Attack] = {
    **{
        f"a class of {text[:20]!r}": _class_of(text)
        for text in (
            *(b"200000000", b"-1", b"1.0", b"", b"cat", b"\xb2", "\u0663".encode(), b"9" * 5000),
            *(b"9" * 30, b"0x1", b"1 2", b"1\n", b" 1 ", b"\x1b[31m1", b"+1", b"1_0"),
        )
    },
    "two pictures in a sample": Attack("shards", _two_in_a_sample),
    **{
        f"the pattern {pattern}": _pattern(pattern)
        for pattern in (
            *("s-{0..999999999}.tar", "s-{999999999..0}.tar", "s-{0..99999}{0..99999}.tar"),
            *("s-{0..9}{0..9}{0..9}{0..9}{0..9}{0..9}{0..9}{0..9}.tar", "s-{0..1.tar", "s-{}.tar"),
            *("s-}{.tar", "s-{0..}.tar", "s-{a..z}.tar", "s-{0,1}.tar", "s-{-1..1}.tar"),
            *("s-{0..1}{0..0}.tar", "s-{{0..1}}.tar", "s-{1..0}.tar"),
        )
    },
}

PACKED_LIES: dict[str, Attack] = {
    **{f"zip: {name}": attack for name, attack in _ZIP.items()},
    **{f"tar: {name}": attack for name, attack in _TAR.items()},
    **{f"shards: {name}": attack for name, attack in _SHARDS.items()},
}
"""By name."""
