"""Oracles for files in folders and archives, by Python's own libraries."""

import json
import re
import tarfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import BytesIO
from itertools import pairwise
from zipfile import ZipFile

from damaged.holding import Expected, Found, UnparsableError, unpacked
from damaged.inputs import Input

__all__ = ["folder", "only", "packed_tar", "shards", "tar", "zip_", "zip_entries"]

_SUFFIXES = frozenset(
    [
        *("avif", "bmp", "gif", "jfif", "jpeg", "jpg", "pbm"),
        *("pgm", "png", "pnm", "ppm", "tif", "tiff", "webp"),
    ]
)
_LIMIT = 1 << 26
_DOMAINS = {"trainA", "trainB", "testA", "testB"}


def only(files: dict[str, bytes]) -> bytes:
    (content,) = files.values()
    return content


def folder(good: Input, files: dict[str, bytes]) -> Found:
    entries = [(path.removeprefix("pictures/"), content) for path, content in files.items()]
    return _from_entries(good, entries), False


def zip_(good: Input, files: dict[str, bytes]) -> Found:
    entries = zip_entries(only(files))
    labels = _dataset_json(good, entries)
    return _from_entries(good, entries, labels), False


def zip_entries(content: bytes) -> list[tuple[str, bytes | None]]:
    """(name, content) of all members; no content where it cannot be unpacked whole."""
    entries: list[tuple[str, bytes | None]] = []
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


def tar(good: Input, files: dict[str, bytes]) -> Found:
    content = only(files)
    entries, cut = _tar_entries(content)
    if not entries:
        raise UnparsableError
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


def packed_tar(unpack: Callable[[bytes], bytes]) -> Callable[[Input, dict[str, bytes]], Found]:
    return lambda good, files: tar(good, {"x.tar": unpacked(unpack, only(files))})


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
        expected = [Expected(e.name, e.pixels, e.checked, "train", label) for e, label in pairs]
    if not expected:
        raise UnparsableError
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
    return [
        str(int(texts[k])) if re.fullmatch(rb"\d{1,4}", texts[k]) else None for k, _ in pictures
    ]


def _is_adjacent(keys: list[str]) -> bool:
    """Whether the parts of a sample stand together."""
    changes = sum(a != b for a, b in pairwise(keys))
    return changes == len(set(keys)) - 1
