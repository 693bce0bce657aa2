"""What a damaged input still holds, told by other means than zerosum's readers.

An archive is read by Python's own library, an array by a dozen lines of parser; pictures are known
by the bytes of their files. An oracle says what has to be found *or named*; where it cannot tell
it says less, never something that might be untrue.

- *Folder*: every file on disk whose suffix is a picture's, or whose bytes are a known picture.
- *zip*: every member in the directory that ``zipfile`` reads. Content that its CRC-32 vouches for
  is what it is; a member that ``zipfile`` cannot unpack has to be named.
- *tar*: every member that ``tarfile`` finds when it passes over bad blocks (``ignore_zeros``): one
  damaged header must not end the list without a word. A tar that was cut before its end mark has
  lost members that nobody can count, so it must be refused or warned of.
- *gzip, bz2, xz*: what unpacks whole; a checksum that fails vouches for nothing.
- *npy, npz, idx, stl10*: the pictures as the header declares them. More bytes than it declares mean
  that the header or the file is wrong: that must be refused or warned of if pictures went missing.
- *usps*: the lines that are as they were.
- *shards*: as tar; labels are judged where every sample has one.
"""

import ast
import bz2
import gzip
import json
import lzma
import re
import tarfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import numpy as np

from damaged.inputs import Files, Input
from damaged.pictures import Picture, Pixels, as_rgb

__all__ = ["Expected", "Holding", "what_it_holds"]

_SUFFIXES = frozenset(
    "bmp gif jpeg jpg jfif pbm pgm png pnm ppm tif tiff webp avif".split(),
)
_LIMIT = 1 << 26
_DOMAINS = {"trainA", "trainB", "testA", "testB"}


@dataclass(frozen=True)
class Expected:
    """One picture that has to be found or named.

    Attributes:
        name: What it is called.
        pixels: What it must show; None: its bytes were damaged and it may show anything.
        checked: Whether a checksum guards it: then it may not show anything but a known picture.
        split: The split that it must be in; None: not judged.
        label: The class that it must have; None: not judged.
        optional: Whether it may be passed over without a word, and yet be found: a second copy,
            name and bytes; a picture whose suffix is not that of one, in a folder without others.
    """

    name: str
    pixels: Pixels | None
    checked: bool = False
    split: str | None = None
    label: str | None = None
    optional: bool = False


@dataclass(frozen=True)
class Holding:
    """What an input holds.

    Attributes:
        expected: What must be found or named.
        owed: If it shows that something is gone that nobody can name, all that was there before:
            a word is owed if any of it is not found.
        known: All pictures of the good input: what a checksum guards can be no other.
        exact: Whether pictures are judged; if not, only how it ends is.
        steady: Whether inspecting and storing are to tell the same.
    """

    expected: list[Expected] = field(default_factory=list)
    owed: tuple[Picture, ...] = ()
    known: tuple[Picture, ...] = ()
    exact: bool = True
    steady: bool = True


class _UnparsableError(Exception):
    """The oracle cannot read it either."""


def what_it_holds(good: Input, files: Files) -> Holding:
    """What these files, damaged from a good input, hold.

    Where the oracle cannot read them, a reader that can is to find all that was there before.
    """
    before = _packed_pictures(good)
    try:
        holding, is_cut = _ORACLES[good.reader](good, dict(files))
    except _UnparsableError:
        holding, is_cut = _everything(before), False
    return Holding(holding, owed=before if is_cut else (), known=good.pictures)


def _everything(pictures: Sequence[Picture]) -> list[Expected]:
    """All that was there before, for what the oracle cannot read."""
    return [Expected(each.path, each.pixels, split=each.split) for each in pictures]


def _by_split(
    good: Input, splits: Sequence[str], read: Callable[[str], "Found"]
) -> "Found":
    """Splits that do not depend on each other, each with its own oracle."""
    expected: list[Expected] = []
    is_cut = False
    for split in splits:
        try:
            found, cut = read(split)
        except _UnparsableError:
            found, cut = _everything([it for it in good.pictures if it.split == split]), False
        expected += found
        is_cut |= cut
    return expected, is_cut


def _packed_pictures(good: Input) -> tuple[Picture, ...]:
    """The pictures whose files were packed as they are, under the names that they then had."""
    if not good.pictures[0].content or good.reader == "usps":
        return good.pictures
    known = {picture.content: picture for picture in good.pictures}
    there = ((name, known.get(content)) for name, content in good.members)
    return tuple(replace(picture, path=name) for name, picture in there if picture)


Found = tuple[list[Expected], bool]
"""What has to be found or named, and whether something else is gone."""


def _only(files: dict[str, bytes]) -> bytes:
    (content,) = files.values()
    return content


def _folder(good: Input, files: dict[str, bytes]) -> Found:
    entries = [(path.removeprefix("pictures/"), content) for path, content in files.items()]
    return _from_entries(good, entries), False


def _zip(good: Input, files: dict[str, bytes]) -> Found:
    entries = _zip_entries(_only(files))
    labels = _dataset_json(good, entries)
    return _from_entries(good, entries, labels), False


def _zip_entries(content: bytes) -> list[tuple[str, bytes | None]]:
    """(name, content) of all members; no content where it cannot be unpacked whole."""
    entries: list[tuple[str, bytes | None]] = []
    try:
        archive = ZipFile(BytesIO(content))
    except Exception as error:  # zipfile's own errors are of many kinds
        raise _UnparsableError from error
    for info in archive.infolist():
        unpacked = None
        with suppress(Exception), archive.open(info) as packed:
            piece = packed.read(_LIMIT)
            unpacked = piece if not packed.read(1) else None
        if not info.filename.endswith("/"):
            entries.append((info.filename, unpacked))
    return entries


def _dataset_json(
    good: Input, entries: Sequence[tuple[str, bytes | None]]
) -> dict[str, str] | None:
    """Labels by path as NVlabs' dataset.json gives them, if it is as it was; else None."""
    wanted = dict(good.members).get("dataset.json")
    there = [content for name, content in entries if name == "dataset.json"]
    if wanted is None or there != [wanted]:
        return None
    with suppress(ValueError, TypeError, KeyError):
        return {path: str(label) for path, label in json.loads(wanted)["labels"]}
    return None


def _tar(good: Input, files: dict[str, bytes]) -> Found:
    content = _only(files)
    entries, cut = _tar_entries(content)
    if not entries:
        raise _UnparsableError
    return _from_entries(good, entries), cut


def _tar_entries(content: bytes) -> tuple[list[tuple[str, bytes | None]], bool]:
    """(name, content) of all members but folders, and whether the end mark is missing."""
    entries: list[tuple[str, bytes | None]] = []
    with suppress(Exception):
        archive = tarfile.open(fileobj=BytesIO(content), mode="r:", ignore_zeros=True)  # noqa: SIM115
        while (info := archive.next()) is not None:
            if info.isreg() and not info.issparse():
                start = info.offset_data
                entries.append((info.name, content[start : start + info.size]))
            elif not info.isdir():
                entries.append((info.name, None))
    return entries, not content.endswith(bytes(512))


def _packed_tar(unpack: Callable[[bytes], bytes]) -> Callable[[Input, dict[str, bytes]], Found]:
    return lambda good, files: _tar(good, {"x.tar": _unpacked(unpack, _only(files))})


def _unpacked(unpack: Callable[[bytes], bytes], content: bytes) -> bytes:
    try:
        return unpack(content)
    except Exception as error:  # each has its own
        raise _UnparsableError from error


def _from_entries(
    good: Input,
    entries: Sequence[tuple[str, bytes | None]],
    labels: dict[str, str] | None = None,
) -> list[Expected]:
    known = {picture.content: picture for picture in good.pictures}
    shown = [(name, content) for name, content in entries if not _is_hidden(name)]
    disguised = known if good.reader != "shards" else {}  # there, other suffixes are other things
    wanted = [(n, c) for n, c in shown if _has_suffix(n) or c in disguised]
    place = _layout([name for name, _ in wanted])
    folders = {_folder_of(name) for name, _ in wanted if _has_suffix(name)}
    expected = []
    seen: set[tuple[str, bytes | None]] = set()
    for name, content in wanted:
        picture = known.get(content) if content is not None else None
        split, label = place(name)
        if "dataset.json" in dict(good.members):
            label = labels.get(name) if labels else None
        expected.append(
            Expected(
                name,
                picture.pixels if picture else None,
                checked=content is None or content.startswith(b"\x89PNG\r\n\x1a\n"),
                split=split,
                label=label,
                optional=(name, content) in seen or _folder_of(name) not in folders,
            )
        )
        seen.add((name, content))
    return expected


def _is_hidden(name: str) -> bool:
    parts = name.replace("\\", "/").removeprefix("./").split("/")
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _folder_of(name: str) -> str:
    return name.rpartition("/")[0]


def _has_suffix(name: str) -> bool:
    return name.rpartition(".")[2].lower() in _SUFFIXES


Place = tuple[str | None, str | None]


def _layout(names: list[str]) -> Callable[[str], Place]:
    """(split, label) by name, if all names are laid out as in a good input; else nothing."""
    wrapped = bool(names) and all(name.startswith("set/") for name in names)
    rows = [name.removeprefix("set/").split("/") if wrapped else name.split("/") for name in names]
    tops = {row[0] for row in rows}
    depth = {len(row) for row in rows}
    below = {top: {row[1] for row in rows if row[0] == top and len(row) > 2} for top in tops}
    plain = all(re.fullmatch(r"[A-Za-z0-9_./]+", name) for name in names)
    if plain and depth == {2} and tops == {"cat", "dog"}:
        return lambda name: ("train", name.split("/")[-2])
    if plain and depth == {2} and {"trainA", "trainB"} <= tops <= _DOMAINS:
        return lambda name: (name.split("/")[-2], None)
    both = all(classes == {"cat", "dog"} for classes in below.values())
    if plain and depth == {3} and tops == {"train", "test"} and both:
        return lambda name: (name.split("/")[-3], name.split("/")[-2])
    return lambda name: (None, None)


def _shards(good: Input, files: dict[str, bytes]) -> Found:
    expected: list[Expected] = []
    cut = False
    labelled: list[str | None] = []
    for _, content in sorted(files.items()):
        entries, is_cut = _tar_entries(content)
        cut |= is_cut
        expected += _from_entries(good, entries)
        labelled += _sample_labels(entries)
    if None not in labelled and len(labelled) == len(expected):
        pairs = zip(expected, labelled, strict=True)
        expected = [Expected(e.name, e.pixels, e.checked, "train", label) for e, label in pairs]
    if not expected:
        raise _UnparsableError
    return expected, cut


def _sample_labels(entries: Sequence[tuple[str, bytes | None]]) -> list[str | None]:
    """The class of every picture, None for a sample that is not one picture and one number."""
    keys = [name.partition(".")[0] for name, _ in entries]
    pictures = [(k, n) for k, (n, _) in zip(keys, entries, strict=True) if _has_suffix(n)]
    numbers = [(k, c) for k, (n, c) in zip(keys, entries, strict=True) if n.endswith(".cls")]
    if len(set(keys)) != len(pictures) or sorted(k for k, _ in pictures) != sorted(dict(numbers)):
        return [None]
    if len(numbers) != len(pictures) or not _is_adjacent(keys):
        return [None]
    texts = {key: (content or b"").strip() for key, content in numbers}
    return [str(int(texts[k])) if re.fullmatch(rb"\d{1,4}", texts[k]) else None for k, _ in pictures]


def _is_adjacent(keys: list[str]) -> bool:
    """Whether the parts of a sample stand together."""
    changes = sum(a != b for a, b in zip(keys, keys[1:], strict=False))
    return changes == len(set(keys)) - 1


def _npy(good: Input, files: dict[str, bytes]) -> Found:
    array, surplus = _parse_npy(_only(files))
    return _from_array(good, _as_pictures(array), None, surplus=surplus)


def _parse_npy(content: bytes) -> tuple[np.ndarray, int]:
    """The array, and how many bytes stand behind it."""
    try:
        assert content[:6] == b"\x93NUMPY"
        major = content[6]
        assert major in (1, 2, 3)
        width = 2 if major == 1 else 4
        start = 8 + width + int.from_bytes(content[8 : 8 + width], "little")
        text = content[8 + width : start].decode("utf-8" if major == 3 else "latin1")
        header: dict[str, Any] = ast.literal_eval(text.strip())
        dtype, shape = np.dtype(header["descr"]), header["shape"]
        assert dtype.kind in "ui" and isinstance(shape, tuple)  # noqa: PT018
        assert all(type(side) is int and side >= 0 for side in shape)
        count = int(np.prod(shape, dtype=object)) if shape else 1
        assert start + count * dtype.itemsize <= len(content)
        flat = np.frombuffer(content, dtype, count, start)
        array = flat.reshape(shape, order="F" if header["fortran_order"] else "C")
    except Exception as error:  # whatever damaged text brings
        raise _UnparsableError from error
    return array, len(content) - start - array.nbytes


def _as_pictures(array: np.ndarray) -> list[Pixels]:
    if array.dtype != np.uint8 or array.ndim not in (3, 4) or not array.size:
        raise _UnparsableError
    if array.ndim == 4 and array.shape[-1] not in (1, 3, 4):
        array = array.transpose(0, 2, 3, 1)
    if array.ndim == 4 and array.shape[-1] not in (1, 3):
        raise _UnparsableError
    if len(array) > 4096:
        raise _UnparsableError
    return [as_rgb(each) for each in array]


def _from_array(
    good: Input,
    pictures: list[Pixels],
    labels: np.ndarray | None,
    *,
    surplus: int = 0,
    split: str = "train",
) -> Found:
    if labels is not None and (labels.ndim != 1 or len(labels) != len(pictures)):
        raise _UnparsableError
    as_they_are = all(each.shape[:2] == good.size for each in pictures)
    expected = [
        Expected(
            str(i),
            each if as_they_are else None,
            split=split,
            label=None if labels is None else str(int(labels[i])),
        )
        for i, each in enumerate(pictures)
    ]
    return expected, surplus > 0


def _npz(good: Input, files: dict[str, bytes]) -> Found:
    members = dict(_zip_entries(_only(files)))
    parted = "x_train.npy" in dict(good.members) or "x_test.npy" in dict(good.members)

    def read(split: str) -> Found:
        images, labels = (f"x_{split}", f"y_{split}") if parted else ("images", "labels")
        if f"{images}.npy" not in members:  # then there is no such split any more
            return [], False
        array, surplus = _parse_npy(members[f"{images}.npy"] or b"")
        numbers, more = None, 0
        if f"{labels}.npy" in members:
            numbers, more = _parse_npy(members[f"{labels}.npy"] or b"")
        return _from_array(
            good, _as_pictures(array), numbers, surplus=surplus + more, split=split
        )

    return _by_split(good, ("train", "test") if parted else ("train",), read)


def _parse_idx(content: bytes) -> tuple[np.ndarray, int]:
    if content[:3] != b"\0\0\x08" or len(content) < 4 or not 1 <= content[3] <= 4:
        raise _UnparsableError
    start = 4 + 4 * content[3]
    sizes = [int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]
    count = int(np.prod(sizes, dtype=object))
    if len(content) < start + count:
        raise _UnparsableError
    return np.frombuffer(content, np.uint8, count, start).reshape(sizes), (
        len(content) - start - count
    )


def _idx(good: Input, files: dict[str, bytes]) -> Found:
    names = list(files)
    array, surplus = _parse_idx(files[names[0]])
    labels, more = _parse_idx(files[names[1]])
    return _from_array(good, _as_pictures(array), labels, surplus=surplus + more)


def _idx_gz(good: Input, files: dict[str, bytes]) -> Found:
    plain = {name: _unpacked(gzip.decompress, content) for name, content in files.items()}
    return _idx(good, plain)


def _usps(good: Input, files: dict[str, bytes]) -> Found:
    """Lines that are as they were must be found; others may have become anything, or be refused."""
    known = {picture.content: picture for picture in good.pictures}

    def read(split: str) -> Found:
        text = _unpacked(bz2.decompress, files["usps.bz2" if split == "train" else "usps.t.bz2"])
        expected = []
        for line in text.splitlines(keepends=True):
            picture = known.get(line.rstrip(b"\n") + b"\n")
            if picture or line.strip():
                pixels, label = (picture.pixels, picture.label) if picture else (None, None)
                expected.append(Expected("line", pixels, split=split, label=label))
        return expected, False

    return _by_split(good, ("train", "test"), read)


_STL10 = ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck")


def _stl10(good: Input, files: dict[str, bytes]) -> Found:
    def read(split: str) -> Found:
        content = files[f"stl10_binary/{split}_X.bin"]
        labels = files.get(f"stl10_binary/{split}_y.bin")
        if len(content) % 27648 or not content:
            raise _UnparsableError
        array = np.frombuffer(content, np.uint8).reshape(-1, 3, 96, 96).transpose(0, 3, 2, 1)
        if labels is not None and len(labels) != len(array):
            raise _UnparsableError
        names: list[str | None] = [None] * len(array)
        if labels is not None:
            names = [_STL10[it - 1] if 1 <= it <= 10 else None for it in labels]
        pairs = zip(array, names, strict=True)
        return [Expected("", each, split=split, label=name) for each, name in pairs], False

    return _by_split(good, ("train", "test", "unlabeled"), read)


_ORACLES: dict[str, Callable[[Input, dict[str, bytes]], Found]] = {
    "folder": _folder,
    "zip": _zip,
    "tar": _tar,
    "tar.gz": _packed_tar(gzip.decompress),
    "tar.bz2": _packed_tar(bz2.decompress),
    "tar.xz": _packed_tar(lzma.decompress),
    "npy": _npy,
    "npz": _npz,
    "idx": _idx,
    "idx.gz": _idx_gz,
    "shards": _shards,
    "usps": _usps,
    "stl10": _stl10,
}
