"""Good inputs for every reader, small, with pictures that are known."""

import bz2
import gzip
import json
import lzma
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO, RawIOBase
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np

from damaged.pictures import FORMATS, LOSSLESS, Picture, as_rgb, encode, noise
from damaged.rawzip import member, write_zip

__all__ = ["READERS", "Files", "Input", "Stage", "below", "idx_bytes", "npy_bytes", "tar_of"]

Content = tuple[str, bytes]
Files = list[Content]
Stage = Callable[[Files], Files]
Random = np.random.Generator


@dataclass(frozen=True)
class Input:
    """What a user names, and what is in it.

    Attributes:
        reader: The kind of input, a key of `READERS`.
        spec: What the user types; ``{}`` stands for the folder that the files are in.
        members: (name, content) of what is in the folder, archive or file.
        stages: How members become files: each step from a list of (name, content) to the next.
        pictures: What a reader must find.
        size: (height, width) of all of them.
    """

    reader: str
    spec: str
    members: Files
    stages: tuple[Stage, ...]
    pictures: tuple[Picture, ...]
    size: tuple[int, int]

    def files(self) -> Files:
        """(path, content) of the files on disk."""
        files = self.members
        for stage in self.stages:
            files = stage(files)
        return files


LAYOUTS: dict[str, tuple[str, ...]] = {
    "flat": ("",),
    "classes": ("cat/", "dog/"),
    "splits": ("train/cat/", "train/dog/", "test/cat/", "test/dog/"),
    "domains": ("trainA/", "trainB/", "testA/", "testB/"),
}


def _size(random: Random) -> tuple[int, int]:
    height, width = random.integers(8, 17, 2)
    return int(height), int(width)


def _images(
    random: Random, layout: str, size: tuple[int, int], count: int | None
) -> tuple[Picture, ...]:
    folders = LAYOUTS[layout]
    suffixes = ("png",) if count else LOSSLESS
    count = count or max(int(random.integers(3, 13)), 2 * len(folders))
    return tuple(
        _picture(random, folders[i % len(folders)], i, size, str(random.choice(suffixes)))
        for i in range(count)
    )


def _picture(
    random: Random, folder: str, number: int, size: tuple[int, int], suffix: str
) -> Picture:
    content, pixels = encode(noise(random, size), suffix)
    label = folder.rstrip("/").rpartition("/")[2]
    return Picture(
        f"{folder}{number:02}.{suffix}",
        content,
        pixels,
        label if label in ("cat", "dog") else None,
    )


def _layout(random: Random) -> str:
    return str(random.choice(["flat", "classes", "classes", "splits", "domains"]))


def _filed(
    random: Random,
    reader: str,
    spec: str,
    stages: tuple[Stage, ...],
    *,
    layout: str = "",
    count: int | None = None,
) -> Input:
    size = _size(random)
    layout = layout or ("classes" if count else _layout(random))
    pictures = _images(random, layout, size, count)
    members = [(picture.path, picture.content) for picture in pictures]
    if random.random() < 0.2:
        members = [(f"set/{path}", content) for path, content in members]
    return Input(reader, spec, members, stages, pictures, size)


def below(folder: str) -> Stage:
    return lambda members: [(f"{folder}/{path}", content) for path, content in members]


def _folder(random: Random, *, layout: str = "classes", count: int | None = None) -> Input:
    stages = (below("pictures"),)
    return _filed(random, "folder", "{}/pictures", stages, layout=layout, count=count)


def _formats(random: Random) -> Input:
    """One picture of every format, and some more."""
    size = _size(random)
    suffixes = [*FORMATS, *random.choice(FORMATS, 3)]
    pictures = tuple(_picture(random, "", i, size, str(s)) for i, s in enumerate(suffixes))
    members = [(picture.path, picture.content) for picture in pictures]
    return Input("folder", "{}/pictures", members, (below("pictures"),), pictures, size)


class _Pipe(RawIOBase):
    """A file that cannot be sought in: zipfile writes data descriptors to it."""

    def __init__(self) -> None:
        self.content = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self.content += piece
        return len(piece)


def _zip_of(members: Files, *, method: int = ZIP_STORED, descriptors: bool = False) -> Files:
    target = _Pipe() if descriptors else BytesIO()
    with ZipFile(target, "w", method) as archive:
        for name, content in members:
            encodable = name.encode("utf-8", "replace").decode()  # zipfile refuses to write others
            archive.writestr(encodable or "_", content)
    return [("x.zip", bytes(target.content) if isinstance(target, _Pipe) else target.getvalue())]


def _raw_zip_of(members: Files, *, wide: bool = False, prefix: bytes = b"") -> Files:
    written = write_zip([member(*each, deflate=True) for each in members], wide=wide)
    return [("x.zip", prefix + written)]


def _zip(random: Random, *, stage: Stage, count: int | None = None) -> Input:
    return _filed(random, "zip", "{}/x.zip", (stage,), count=count)


def _nvlabs(random: Random) -> Input:
    """What NVlabs' dataset tool writes: numbered files in shards, labels in dataset.json."""
    size = _size(random)
    found = [_picture(random, f"{i // 4:05}/", i, size, "png") for i in range(8)]
    pictures = tuple(replace(each, label=str(i % 2)) for i, each in enumerate(found))
    labels = [[picture.path, int(picture.label or 0)] for picture in pictures]
    members = [(picture.path, picture.content) for picture in pictures]
    members.append(("dataset.json", json.dumps({"labels": labels}).encode()))
    return Input("zip", "{}/x.zip", members, (_zip_of,), pictures, size)


def tar_of(members: Files, *, name: str = "x.tar", form: int = tarfile.PAX_FORMAT) -> Files:
    """One tar file of some members."""
    target = BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as archive:
        for path, content in members:
            info = tarfile.TarInfo(path[-99:] if form == tarfile.USTAR_FORMAT else path)
            info.size, info.mtime = len(content), 1_700_000_000
            if form == tarfile.PAX_FORMAT:
                info.pax_headers = {"mtime": "1700000000.25"}
            archive.addfile(info, BytesIO(content))
    return [(name, target.getvalue())]


def _tar(random: Random, *, form: int, count: int | None = None) -> Input:
    return _filed(random, "tar", "{}/x.tar", (partial(tar_of, form=form),), count=count)


def _packed(pack: Callable[[bytes], bytes], suffix: str) -> Stage:
    return lambda files: [(f"{name}{suffix}", pack(content)) for name, content in files]


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _packed_tar(
    random: Random, *, reader: str, pack: Callable[[bytes], bytes], count: int | None = None
) -> Input:
    suffix = reader.removeprefix("tar")
    stages = (tar_of, _packed(pack, suffix))
    return _filed(random, reader, f"{{}}/x.tar{suffix}", stages, count=count)


def _arrays(
    random: Random, count: int, *, grey: bool | None = None
) -> tuple[np.ndarray, list[Picture], list[int]]:
    """Pictures (n, h, w[, 3]), and what a reader must find, with labels 0, 1, 0, 1, ..."""
    size = _size(random)
    grey = bool(random.random() < 0.5) if grey is None else grey
    stack = np.stack([noise(random, size, 1 if grey else 3) for _ in range(count)])
    labels = [i % 2 for i in range(count)]
    pictures = [Picture(str(i), b"", as_rgb(each), str(labels[i])) for i, each in enumerate(stack)]
    return (stack[..., 0] if grey else stack), pictures, labels


def npy_bytes(array: np.ndarray, version: tuple[int, int] = (1, 0)) -> bytes:
    buffer = BytesIO()
    np.lib.format.write_array(buffer, array, version)
    return buffer.getvalue()


def _npy(random: Random, *, count: int | None = None) -> Input:
    stack, found, _ = _arrays(random, count or int(random.integers(3, 13)))
    size = (stack.shape[1], stack.shape[2])
    if stack.ndim == 4 and random.random() < 0.4:
        stack = np.ascontiguousarray(stack.transpose(0, 3, 1, 2))
    if random.random() < 0.3:
        stack = np.asfortranarray(stack)
    version = ((1, 0), (2, 0), (3, 0))[int(random.integers(3))]
    members = [("x.npy", npy_bytes(stack, version))]
    pictures = tuple(replace(each, label=None) for each in found)
    return Input("npy", "{}/x.npy", members, (), pictures, size)


def _npz(random: Random, *, method: int, count: int | None = None) -> Input:
    stack, found, labels = _arrays(random, count or 10)
    size = (stack.shape[1], stack.shape[2])
    members: Files = []
    parts = {"train": slice(0, 6), "test": slice(6, 10)}
    if count or random.random() < 0.5:
        parts = {"": slice(0, len(stack))}
    for part, span in parts.items():
        images, numbers = (f"x_{part}", f"y_{part}") if part else ("images", "labels")
        members.append((f"{images}.npy", npy_bytes(stack[span])))
        kind = random.choice(["<i8", "u1", ">i4"])
        members.append((f"{numbers}.npy", npy_bytes(np.array(labels[span], kind))))
        found[span] = [replace(each, split=part or "train") for each in found[span]]
    stages: tuple[Stage, ...] = (lambda inner: [("x.npz", _zip_of(inner, method=method)[0][1])],)
    return Input("npz", "{}/x.npz", members, stages, tuple(found), size)


def idx_bytes(array: np.ndarray) -> bytes:
    sizes = b"".join(int(size).to_bytes(4, "big") for size in array.shape)
    return bytes((0, 0, 8, array.ndim)) + sizes + array.tobytes()


def _idx(random: Random, *, packed: bool, count: int | None = None) -> Input:
    stack, found, labels = _arrays(random, count or int(random.integers(3, 13)), grey=True)
    members = [
        ("train-images-idx3-ubyte", idx_bytes(stack)),
        ("train-labels-idx1-ubyte", idx_bytes(np.array(labels, np.uint8))),
    ]
    stages = (_packed(_gzip, ".gz"),) if packed else ()
    spec = f"{{}}/train-images-idx3-ubyte{'.gz' if packed else ''}"
    size = (stack.shape[1], stack.shape[2])
    return Input("idx.gz" if packed else "idx", spec, members, stages, tuple(found), size)


def _shards_of(members: Files) -> Files:
    """Two tar files; a sample's parts stay together."""
    keys = list(dict.fromkeys(name.partition(".")[0] for name, _ in members))
    first = set(keys[: (len(keys) + 1) // 2])
    halves: tuple[Files, Files] = ([], [])
    for name, content in members:
        halves[name.partition(".")[0] not in first].append((name, content))
    form = tarfile.USTAR_FORMAT
    return [tar_of(half, name=f"s-{i}.tar", form=form)[0] for i, half in enumerate(halves)]


def _shards(random: Random, *, count: int | None = None) -> Input:
    size = _size(random)
    count = count or int(random.integers(4, 10))
    found = [_picture(random, "", i, size, "png") for i in range(count)]
    labelled = random.random() < 0.75
    members: Files = []
    pictures = []
    for number, picture in enumerate(found):
        members.append((picture.path, picture.content))
        if labelled:
            members.append((picture.path.replace(".png", ".cls"), str(number % 2).encode()))
        pictures.append(replace(picture, label=str(number % 2) if labelled else None))
    return Input("shards", "{}/s-{{0..1}}.tar", members, (_shards_of,), tuple(pictures), size)


def _usps(random: Random) -> Input:
    """Libsvm's text: "label 1:value ... 256:value", values in [-1, 1], labels from 1."""
    found, lines = [], []
    for number in range(int(random.integers(4, 9))):
        values = np.round(random.uniform(-1, 1, 256), 4).astype(np.float32)
        pixels = ((values + 1) / 2 * 255).astype(np.uint8).reshape(16, 16, 1)
        line = " ".join(f"{i + 1}:{value:.4f}" for i, value in enumerate(values))
        lines.append(f"{number % 2 + 1} {line}\n".encode())
        found.append(Picture(str(number), lines[-1], as_rgb(pixels), str(number % 2)))
    half = len(lines) // 2
    found = [replace(each, split="train") for each in found[:half]] + [
        replace(each, split="test") for each in found[half:]
    ]
    members = [("usps", b"".join(lines[:half])), ("usps.t", b"".join(lines[half:]))]
    return Input(
        "usps", "usps:{}", members, (_packed(bz2.compress, ".bz2"),), tuple(found), (16, 16)
    )


_STL10 = ("airplane", "bird")


def _stl10(random: Random) -> Input:
    """Plain bytes by columns, labels from 1."""
    stack = random.integers(0, 256, (6, 3, 96, 96), np.uint8)
    found = [
        Picture(str(i), b"", each.transpose(2, 1, 0), _STL10[i % 2])
        for i, each in enumerate(stack)
    ]
    found[5] = replace(found[5], split="unlabeled", label=None)
    members = []
    for part, span in {"train": slice(0, 3), "test": slice(3, 5)}.items():
        labels = np.arange(5, dtype=np.uint8)[span] % 2 + 1
        members.append((f"stl10_binary/{part}_X.bin", stack[span].tobytes()))
        members.append((f"stl10_binary/{part}_y.bin", labels.tobytes()))
        found[span] = [replace(each, split=part) for each in found[span]]
    members.append(("stl10_binary/unlabeled_X.bin", stack[5:].tobytes()))
    return Input("stl10", "stl10:{}", members, (), tuple(found), (96, 96))


READERS: dict[str, Callable[..., Input]] = {
    "folder": _folder,
    "folder-splits": partial(_folder, layout="splits"),
    "folder-domains": partial(_folder, layout="domains"),
    "folder-formats": _formats,
    "zip": partial(_zip, stage=_zip_of),
    "zip-deflate": partial(_zip, stage=partial(_zip_of, method=ZIP_DEFLATED)),
    "zip-descriptors": partial(_zip, stage=partial(_zip_of, descriptors=True)),
    "zip-wide": partial(_zip, stage=partial(_raw_zip_of, wide=True)),
    "zip-prefix": partial(_zip, stage=partial(_raw_zip_of, prefix=b"#!/bin/sh\nexit\n" * 9)),
    "zip-nvlabs": _nvlabs,
    "tar-ustar": partial(_tar, form=tarfile.USTAR_FORMAT),
    "tar-gnu": partial(_tar, form=tarfile.GNU_FORMAT),
    "tar-pax": partial(_tar, form=tarfile.PAX_FORMAT),
    "tar.gz": partial(_packed_tar, reader="tar.gz", pack=_gzip),
    "tar.bz2": partial(_packed_tar, reader="tar.bz2", pack=bz2.compress),
    "tar.xz": partial(_packed_tar, reader="tar.xz", pack=lzma.compress),
    "npy": _npy,
    "npz": partial(_npz, method=ZIP_STORED),
    "npz-deflate": partial(_npz, method=ZIP_DEFLATED),
    "idx": partial(_idx, packed=False),
    "idx.gz": partial(_idx, packed=True),
    "shards": _shards,
    "usps": _usps,
    "stl10": _stl10,
}
"""By name: from a random generator to a good input; most take a ``count`` of pictures too."""
