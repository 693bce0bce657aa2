"""Oracles for files in folders and archives, by Python's own libraries."""

import json
import re
import tarfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from typing import NamedTuple
from zipfile import ZipFile

from damaged.holding import Expected, Found, UnparsableError, unpacked
from damaged.inputs import Input

__all__ = [
    "Entry",
    "damaged_members",
    "folder",
    "only",
    "packed_tar",
    "shards",
    "tar",
    "zip_",
    "zip_entries",
]

_SUFFIXES = frozenset(
    [
        *("avif", "bmp", "gif", "jfif", "jpeg", "jpg", "pbm"),
        *("pgm", "png", "pnm", "ppm", "tif", "tiff", "webp"),
    ]
)
_LIMIT = 1 << 26
_DOMAINS = {"trainA", "trainB", "testA", "testB"}


class Entry(NamedTuple):
    """A file, what is in it if that can be told, and where it begins in its archive."""

    name: str
    content: bytes | None
    place: int | None = None


def only(files: dict[str, bytes]) -> bytes:
    (content,) = files.values()
    return content


def folder(good: Input, files: dict[str, bytes]) -> Found:
    entries = [Entry(path.removeprefix("pictures/"), content) for path, content in files.items()]
    return _from_entries(good, entries), False


def zip_(good: Input, files: dict[str, bytes]) -> Found:
    entries = zip_entries(only(files))
    labels = _dataset_json(good, entries)
    return _from_entries(good, entries, labels), False


def zip_entries(content: bytes) -> list[Entry]:
    """All members; without content where it cannot be unpacked whole."""
    entries: list[Entry] = []
    try:
        archive = ZipFile(BytesIO(content))
    except Exception as error:  # zipfile's own errors are of many kinds
        raise UnparsableError from error
    for info in archive.infolist():
        unpacked = None
        with suppress(Exception), archive.open(info) as packed:
            piece = packed.read(_LIMIT)
            unpacked = piece if not packed.read(1) else None
        if not info.filename.endswith("/"):
            entries.append(Entry(info.filename, unpacked))
    return entries


def _dataset_json(good: Input, entries: Sequence[Entry]) -> dict[str, str] | None:
    """Labels by path as NVlabs' dataset.json gives them, if it is as it was; else None."""
    wanted = dict(good.members).get("dataset.json")
    there = [each.content for each in entries if each.name == "dataset.json"]
    if wanted is None or there != [wanted]:
        return None
    with suppress(ValueError, TypeError, KeyError):
        return {path: str(label) for path, label in json.loads(wanted)["labels"]}
    return None


def tar(good: Input, files: dict[str, bytes]) -> Found:
    content = only(files)
    entries, cut = _tar_entries(content)
    if not entries:
        raise UnparsableError
    return _from_entries(good, entries), cut


def _tar_entries(content: bytes) -> tuple[list[Entry], bool]:
    """All members but folders, and whether the end mark is missing."""
    entries: list[Entry] = []
    with suppress(Exception):
        archive = tarfile.open(fileobj=BytesIO(content), mode="r:", ignore_zeros=True)  # noqa: SIM115
        while (info := archive.next()) is not None:
            if info.isreg() and not info.issparse():
                start = info.offset_data
                whole = content[start : start + info.size]
                entries.append(Entry(info.name, whole, info.offset))
            elif not info.isdir():
                entries.append(Entry(info.name, None, info.offset))
    return entries, not content.endswith(bytes(512))


def packed_tar(unpack: Callable[[bytes], bytes]) -> Callable[[Input, dict[str, bytes]], Found]:
    return lambda good, files: tar(good, {"x.tar": unpacked(unpack, only(files))})


def damaged_members(good: Input) -> list[Expected]:
    """Pictures' files that were damaged before they were packed: nobody knows what they show."""
    known = {picture.content for picture in good.pictures}
    names = [name for name, content in good.members if content not in known]
    return [Expected(name, None, optional=True) for name in names if _has_suffix(name)]


def _from_entries(
    good: Input,
    entries: Sequence[Entry],
    labels: dict[str, str] | None = None,
) -> list[Expected]:
    known = {picture.content: picture for picture in good.pictures}
    shown = [each for each in entries if not _is_hidden(each.name)]
    disguised = known if good.reader != "shards" else {}  # there, other suffixes are other things
    wanted = [it for it in shown if _has_suffix(it.name) or it.content in disguised]
    place_of = _layout([each.name for each in wanted])
    folders = {_folder_of(each.name) for each in wanted if _has_suffix(each.name)}
    expected = []
    seen: set[tuple[str, bytes | None]] = set()
    for name, content, place in wanted:
        picture = known.get(content) if content is not None else None
        split, label = place_of(name)
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
                place=place,
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


def shards(good: Input, files: dict[str, bytes]) -> Found:
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
        expected = [replace(each, split="train", label=label) for each, label in pairs]
    if not expected:
        raise UnparsableError
    return expected, cut


def _sample_labels(entries: Sequence[Entry]) -> list[str | None]:
    """The class of every picture, None for a sample that is not one picture and one number."""
    keys = [each.name.partition(".")[0] for each in entries]
    pairs = list(zip(keys, entries, strict=True))
    pictures = [(key, each.name) for key, each in pairs if _has_suffix(each.name)]
    numbers = [(key, each.content) for key, each in pairs if each.name.endswith(".cls")]
    if len(set(keys)) != len(pictures) or sorted(k for k, _ in pictures) != sorted(dict(numbers)):
        return [None]
    if len(numbers) != len(pictures) or not _is_adjacent(keys):
        return [None]
    texts = {key: (content or b"").strip() for key, content in numbers}
    return [
        str(int(texts[k])) if re.fullmatch(rb"\d{1,4}", texts[k]) else None for k, _ in pictures
    ]


def _is_adjacent(keys: list[str]) -> bool:
    """Whether the parts of a sample stand together."""
    changes = sum(a != b for a, b in pairwise(keys))
    return changes == len(set(keys)) - 1
