"""Traps in a folder: links that loop, pipes that never end, names that are none, odd pictures."""

import os
import stat
import struct
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from damaged.attack import UNJUDGED, Attack, Made, Random
from damaged.holding import Expected
from damaged.inputs import READERS, Files, Input, below
from damaged.oracles import what_it_holds
from damaged.pictures import Picture, encode, noise

__all__ = ["TRAPS"]


def _flat(random: Random, names: tuple[str, ...] = ("0.png", "1.png", "2.png")) -> Input:
    """A folder of PNGs with these names."""
    size = (8, 8)
    pictures = []
    for name in names:
        content, pixels = encode(noise(random, size), "png")
        pictures.append(Picture(name, content, pixels))
    members = [(picture.path, picture.content) for picture in pictures]
    return Input("folder", "{}/pictures", members, (below("pictures"),), tuple(pictures), size)


def _with(
    what: Callable[[Path], None], *, name: str | None = None, copies: tuple[str, ...] = ()
) -> Callable[[Random], Made]:
    """Three good pictures and a trap; what has a name has to be named, or found if a copy."""

    def make(random: Random) -> Made:
        good = _flat(random)
        holding = what_it_holds(good, good.files())
        more = [Expected(name, None, checked=True)] if name is not None else []
        more += [Expected(copy, good.pictures[0].pixels) for copy in copies]
        holding = replace(holding, expected=[*holding.expected, *more])
        return Made(good, holding=holding, set_up=lambda folder: what(folder / "pictures"))

    return make


def _socket(folder: Path) -> None:
    os.mknod(folder / "s.png", stat.S_IFSOCK | 0o600)


def _loop(folder: Path) -> None:
    (folder / "again").symlink_to(folder)
    (folder / "self.png").symlink_to("self.png")


def _many_loops(folder: Path) -> None:
    """Two folders that hold each other: without care, paths multiply."""
    for one, other in (("a", "b"), ("b", "a"), ("c", "a"), ("c", "b")):
        (folder / one).mkdir(exist_ok=True)
        (folder / one / f"to-{other}").symlink_to(folder / other)


def _deep(depth: int) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        picture = (folder / "0.png").read_bytes()
        place = str(folder)
        for _ in range(depth):
            place += "/d"
            os.mkdir(place)  # noqa: PTH102, pathlib is slow on such paths
        Path(place, "deep.png").write_bytes(picture)

    return make


def _unreadable(folder: Path) -> None:
    (folder / "0.png").chmod(0)


_ODD_NAMES = ("\udcff\udcfe.png", "\udcc3(.png", "a\x1b]0;title\x07.png", "-rf.png")


def _odd_name(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / "0.png").read_bytes())


def _named(*names: str) -> Callable[[Random], Made]:
    return lambda random: Made(_flat(random, names))


def _empty_files(folder: Path) -> None:
    for number in range(5):
        (folder / f"e{number}.png").touch()


def _odd_pictures(random: Random) -> Made:
    """Good pictures, and rare kinds that must be found or named, without harm to the others."""
    good = _flat(random)
    extra: Files = []
    grey = random.random((8, 8))
    images = {
        "float.tif": Image.fromarray(grey.astype(np.float32)),
        "wide.tif": Image.fromarray((grey * 1e9).astype(np.int32)),
        "deep.png": Image.fromarray((grey * 65535).astype(np.uint16)),
        "cmyk.jpg": Image.new("CMYK", (8, 8), (9, 99, 0, 3)),
        "lab.tif": Image.new("LAB", (8, 8), (9, 99, 0)),
        "bits.png": Image.fromarray(grey > 0.5),
        "clear.png": Image.fromarray(noise(random, (8, 8), 4)),
        "grey-clear.png": Image.fromarray(noise(random, (8, 8), 4)).convert("LA"),
        "one.png": Image.new("RGB", (1, 1)),
        "line.png": Image.new("RGB", (3000, 1)),
    }
    chosen = random.choice(list(images), 4, replace=False)
    for name in map(str, chosen):
        buffer = BytesIO()
        images[name].save(buffer, Image.registered_extensions()[f".{name.rpartition('.')[2]}"])
        extra.append((name, buffer.getvalue()))
    return _whatever(good, extra, ", ".join(map(str, chosen)))


def _whatever(good: Input, extra: Files, what: str = "") -> Made:
    """Good pictures that must be found, and others that may look like anything."""
    made = replace(good, members=[*good.members, *extra])
    holding = what_it_holds(made, made.files())
    names = {name for name, _ in extra}
    expected = [
        replace(it, checked=it.checked and it.name not in names) for it in holding.expected
    ]
    return Made(made, what, replace(holding, expected=expected))


def _bad_notes(random: Random) -> Made:
    """Pictures whose profile, EXIF or tags are nonsense."""
    good = _flat(random)
    pixels = Image.fromarray(noise(random, (8, 8)))
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 900) + random.bytes(60)
    turned = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x112, 7, 99, 1 << 31)
    circle = b"II*\0\x08\0\0\0" + struct.pack("<HHHIII", 1, 0x100, 3, 1, 8, 8)
    extra: Files = [("circle.tif", circle)]
    for name, options in {
        "icc.png": {"icc_profile": random.bytes(500)},
        "icc.jpg": {"icc_profile": random.bytes(500)},
        "exif.jpg": {"exif": exif},
        "exif.png": {"exif": turned},
        "turned.jpg": {"exif": turned},
    }.items():
        buffer = BytesIO()
        form = {"png": "png", "jpg": "jpeg"}[name[-3:]]
        pixels.save(buffer, form, **options)
        extra.append((name, buffer.getvalue()))
    return _whatever(good, extra)


def _nothing(random: Random) -> Made:
    """An empty folder."""
    return Made(
        replace(_flat(random), members=[]),
        holding=UNJUDGED,
        set_up=lambda folder: (folder / "pictures").mkdir(),
    )


def _empty_of(reader: str) -> Attack:
    """A file of no bytes at all."""

    def make(random: Random) -> Made:
        good = READERS[reader](random)
        files = [(name, b"") for name, _ in good.files()]
        return Made(replace(good, members=files, stages=()), holding=UNJUDGED)

    return Attack(reader, make)


_FOLDER: dict[str, Callable[[Random], Made]] = {
    "a link that loops": _with(_loop, name="self.png"),
    "links that hold each other": _with(_many_loops),
    "a link to nowhere": _with(lambda f: (f / "l.png").symlink_to("no"), name="l.png"),
    "a link to an endless device": _with(
        lambda f: (f / "l.png").symlink_to("/dev/zero"), name="l.png"
    ),
    "a link to the terminal": _with(lambda f: (f / "l.png").symlink_to("/dev/tty"), name="l.png"),
    "a pipe": _with(lambda f: os.mkfifo(f / "p.png"), name="p.png"),
    "a pipe for notes": _with(lambda f: os.mkfifo(f / "notes.txt")),
    "a socket": _with(_socket, name="s.png"),
    "a folder called x.png": _with(lambda f: (f / "x.png").mkdir()),
    "folders 200 deep": _with(_deep(200), copies=("deep.png",)),
    "folders 1,200 deep": _with(_deep(1200), copies=("deep.png",)),
    **{
        f"a file called {name!a}": _with(lambda f, name=name: _odd_name(f, name), copies=(name,))  # type: ignore[misc]
        for name in _ODD_NAMES
    },
    "empty files": _with(_empty_files, name="e3.png"),
    "names that differ in case": _named("A.png", "a.png", "a.PNG", "A.Png"),
    "classes that differ in case": _named("Cat/1.png", "cat/1.png", "CAT/1.png"),
    "very long names": _named("n" * 251 + ".png", "m" * 251 + ".png", "k/" + "o" * 251 + ".png"),
    "odd pictures": _odd_pictures,
    "odd notes in pictures": _bad_notes,
    "an empty folder": _nothing,
}

TRAPS: dict[str, Attack] = {
    **{name: Attack("folder", make) for name, make in _FOLDER.items()},
    **{
        f"an empty {reader}": _empty_of(reader)
        for reader in ("zip", "tar-pax", "tar.gz", "tar.xz", "npy", "npz", "idx", "shards", "usps")
    },
}
"""By name."""

if os.geteuid() != 0:  # root reads everything
    TRAPS["a file that may not be read"] = Attack("folder", _with(_unreadable, name="0.png"))
