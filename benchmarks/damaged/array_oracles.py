"""Oracles for arrays of bytes, each a parser of a few lines."""

import ast
import bz2
import gzip
from collections.abc import Callable
from typing import Any

import numpy as np

from damaged.file_oracles import only, zip_entries
from damaged.holding import Expected, Found, UnparsableError, by_split, unpacked
from damaged.inputs import Input
from damaged.pictures import Pixels, as_rgb

__all__ = ["idx", "idx_gz", "npy", "npz", "stl10", "usps"]


def npy(good: Input, files: dict[str, bytes]) -> Found:
    array, surplus = _parse_npy(only(files))
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
        raise UnparsableError from error
    return array, len(content) - start - array.nbytes


def _as_pictures(array: np.ndarray) -> list[Pixels]:
    if array.dtype != np.uint8 or array.ndim not in (3, 4) or not array.size:
        raise UnparsableError
    if array.ndim == 4 and array.shape[-1] not in (1, 3, 4):
        array = array.transpose(0, 2, 3, 1)
    if array.ndim == 4 and array.shape[-1] not in (1, 3):
        raise UnparsableError
    if len(array) > 4096:
        raise UnparsableError
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
        raise UnparsableError
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


def npz(good: Input, files: dict[str, bytes]) -> Found:
    members = {each.name: each.content for each in zip_entries(only(files))}
    parted = "x_train.npy" in dict(good.members) or "x_test.npy" in dict(good.members)

    def read(split: str) -> Found:
        images, labels = (f"x_{split}", f"y_{split}") if parted else ("images", "labels")
        if f"{images}.npy" not in members:  # then there is no such split any more
            return [], False
        array, surplus = _parse_npy(members[f"{images}.npy"] or b"")
        numbers, more = None, 0
        if f"{labels}.npy" in members:
            numbers, more = _or_none(_parse_npy, members[f"{labels}.npy"])
        return _from_array(good, _as_pictures(array), numbers, surplus=surplus + more, split=split)

    return by_split(good, ("train", "test") if parted else ("train",), read)


def _or_none(
    parse: Callable[[bytes], tuple[np.ndarray, int]], content: bytes | None
) -> tuple[np.ndarray | None, int]:
    """Labels; None if the oracle cannot read them, though a reader that bears more may."""
    try:
        return parse(content or b"")
    except UnparsableError:
        return None, 0


def _parse_idx(content: bytes) -> tuple[np.ndarray, int]:
    if content[:3] != b"\0\0\x08" or len(content) < 4 or not 1 <= content[3] <= 4:
        raise UnparsableError
    start = 4 + 4 * content[3]
    sizes = [int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]
    count = int(np.prod(sizes, dtype=object))
    if len(content) < start + count:
        raise UnparsableError
    return np.frombuffer(content, np.uint8, count, start).reshape(sizes), (
        len(content) - start - count
    )


def idx(good: Input, files: dict[str, bytes]) -> Found:
    names = list(files)
    array, surplus = _parse_idx(files[names[0]])
    labels, more = _or_none(_parse_idx, files[names[1]])
    return _from_array(good, _as_pictures(array), labels, surplus=surplus + more)


def idx_gz(good: Input, files: dict[str, bytes]) -> Found:
    plain = {name: unpacked(gzip.decompress, content) for name, content in files.items()}
    return idx(good, plain)


def usps(good: Input, files: dict[str, bytes]) -> Found:
    """Lines that are as they were must be found; others may have become anything."""
    known = {picture.content: picture for picture in good.pictures}

    def read(split: str) -> Found:
        text = unpacked(bz2.decompress, files["usps.bz2" if split == "train" else "usps.t.bz2"])
        expected = []
        for line in text.splitlines(keepends=True):
            picture = known.get(line.rstrip(b"\n") + b"\n")
            if picture or line.strip():
                pixels, label = (picture.pixels, picture.label) if picture else (None, None)
                expected.append(Expected("line", pixels, split=split, label=label))
        return expected, False

    return by_split(good, ("train", "test"), read)


_STL10 = ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck")


def stl10(good: Input, files: dict[str, bytes]) -> Found:
    def read(split: str) -> Found:
        content = files[f"stl10_binary/{split}_X.bin"]
        labels = files.get(f"stl10_binary/{split}_y.bin")
        if len(content) % 27648 or not content:
            raise UnparsableError
        array = np.frombuffer(content, np.uint8).reshape(-1, 3, 96, 96).transpose(0, 3, 2, 1)
        if labels is not None and len(labels) != len(array):
            raise UnparsableError
        names: list[str | None] = [None] * len(array)
        if labels is not None:
            names = [_STL10[it - 1] if 1 <= it <= 10 else None for it in labels]
        pairs = zip(array, names, strict=True)
        return [Expected("", each, split=split, label=name) for each, name in pairs], False

    return by_split(good, ("train", "test", "unlabeled"), read)
