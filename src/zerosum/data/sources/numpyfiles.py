"""Sources in files of arrays: ``.npy``, ``.npz`` and IDX."""

import tempfile
import zlib
from collections.abc import Iterator, Sequence
from io import BufferedIOBase
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from zerosum.data.sources.arrays import ArraySource
from zerosum.data.sources.unpacking import map_file
from zerosum.errors import DataError

__all__ = ["idx_source", "is_idx_name", "npy_source", "npz_source", "read_idx"]

_PICTURES = {
    "train": ("x_train", "train_images", "images", "x", "data", "pictures", "arr_0"),
    "test": ("x_test", "test_images"),
}
_LABELS = {
    "train": ("y_train", "train_labels", "labels", "y", "targets", "label", "arr_1"),
    "test": ("y_test", "test_labels"),
}
_IDX_BYTES = 8
_PIECE = 1 << 22


def npy_source(path: Path, *, split: str = "train") -> ArraySource:
    """Pictures in a ``.npy`` file, memory-mapped.

    Args:
        path: The file: bytes of shape (n, h, w), (n, h, w, c) or (n, c, h, w).
        split: Must be ``train``: the file has no parts.

    Raises:
        DataError: If the file is damaged, holds other things, or is asked for another split.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.save(Path(folder, "x.npy"), np.zeros((3, 8, 8), np.uint8))
        ...     len(npy_source(Path(folder, "x.npy")))
        3
    """
    _only_train(path, split)

    def load() -> tuple[NDArray[Any], None]:
        try:
            return np.load(path, mmap_mode="r", allow_pickle=False), None
        except (ValueError, EOFError) as error:
            raise DataError(f"{path} is not a whole .npy file of numbers: {error}.") from error

    return ArraySource(path.stem, origin=path.name, files=(path,), load=load)


def npz_source(path: Path, *, split: str = "train", classes: tuple[str, ...] = ()) -> ArraySource:
    """Pictures, and perhaps labels, in a ``.npz`` file.

    Args:
        path: The file. Pictures are looked for under ``x_train``, ``train_images``, ``images``,
            ``x``, ``data``, ``pictures``, ``arr_0``; labels under ``y_train``, ``train_labels``,
            ``labels``, ``y``, ``targets``, ``label``, ``arr_1``; a test split under ``x_test``,
            ``test_images``, ``y_test``, ``test_labels``.
        split: ``train``, or ``test`` if the file has one.
        classes: The classes' names, by label.

    Raises:
        DataError: If the file is damaged or holds nothing under these names.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pictures, labels = np.zeros((3, 8, 8), np.uint8), np.array([0, 1, 1])
        ...     np.savez(Path(folder, "x.npz"), images=pictures, labels=labels)
        ...     source = npz_source(Path(folder, "x.npz"))
        ...     len(source), source.classes
        (3, ('0', '1'))
    """
    members = _members(path)
    splits = tuple(name for name, keys in _PICTURES.items() if _first(members, keys))
    pictures = _first(members, _PICTURES.get(split, ()))
    labels = _first(members, _LABELS.get(split, ()))
    if pictures is None:
        raise DataError(_no_such_key(path, split, splits, members))

    def load() -> tuple[NDArray[Any], NDArray[Any] | None]:
        return _member(path, pictures), _member(path, labels) if labels else None

    return ArraySource(
        f"{path.stem}-{split}",
        origin=f"{path.name}/{pictures}",
        files=(path,),
        load=load,
        split=split,
        splits=splits,
        classes=classes,
    )


def is_idx_name(name: str) -> bool:
    """Whether a file is called as IDX files of pictures are.

    Example:
        >>> is_idx_name("train-images-idx3-ubyte"), is_idx_name("train-images.idx3-ubyte.gz")
        (True, True)
    """
    return "idx3" in name or "idx4" in name


def idx_source(
    path: Path, *, split: str = "train", splits: Sequence[str] = ("train",), name: str = ""
) -> ArraySource:
    """Pictures in an IDX file, the format of MNIST; labels are looked for beside it.

    Args:
        path: The file, such as ``train-images-idx3-ubyte``, possibly gzipped.
        split: The part of the data that it is.
        splits: All the parts that there are.
        name: A short name, if the file's own is not good enough.

    Raises:
        DataError: If one of the files is damaged or no IDX file of bytes; on first use.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "a-images-idx3-ubyte")
        ...     _ = path.write_bytes(bytes((0, 0, 8, 3, *(0, 0, 0, 1) * 3, 200)))
        ...     idx_source(path).read(0).size
        (1, 1)
    """
    beside = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    labels = beside if beside != path and beside.is_file() else None

    def load() -> tuple[NDArray[Any], NDArray[Any] | None]:
        return read_idx(path), read_idx(labels) if labels else None

    return ArraySource(
        f"{name or path.name.split('-')[0]}-{split}",
        origin=path.name,
        files=(path, labels) if labels else (path,),
        load=load,
        split=split,
        splits=tuple(splits),
    )


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Map an IDX file of bytes into memory.

    The file begins with two zero bytes, the type (8: bytes), the rank, and that many big-endian
    32-bit sizes; http://yann.lecun.com/exdb/mnist/.

    Raises:
        DataError: If it is of another kind, or shorter than it says.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "labels-idx1-ubyte")
        ...     _ = path.write_bytes(bytes((0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9)))
        ...     read_idx(path).tolist()
        [7, 8, 9]
    """
    content = map_file(path)
    rank = content[3] if len(content) > 3 else 0
    if content[:3] != bytes((0, 0, _IDX_BYTES)) or len(content) < 4 + 4 * rank:
        raise DataError(
            f"{path} is not an IDX file of bytes: expected it to begin with 00 00 08, found "
            f"{content[:3].hex(' ')}."
        )
    sizes = np.frombuffer(content, ">u4", rank, 4).astype(np.int64)
    wanted, found = 4 + 4 * rank + int(sizes.prod()), len(content)
    if found < wanted:
        raise DataError(
            f"{path} is truncated: expected {wanted} bytes for {tuple(sizes.tolist())}, found "
            f"{found}; copy or download it again."
        )
    return np.frombuffer(content, np.uint8, int(sizes.prod()), 4 + 4 * rank).reshape(sizes)


def _only_train(path: Path, split: str) -> None:
    if split != "train":
        raise DataError(f"{path} has no split {split!r}: one array is split 'train'.")


def _members(path: Path) -> tuple[str, ...]:
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
    except BadZipFile as error:
        raise DataError(f"{path} is not a whole .npz file ({error}); save it again.") from error
    return tuple(name.removesuffix(".npy") for name in names if name.endswith(".npy"))


def _first(members: tuple[str, ...], keys: Sequence[str]) -> str | None:
    lowered = {name.lower(): name for name in members}
    return next((lowered[key] for key in keys if key in lowered), None)


def _no_such_key(path: Path, split: str, splits: tuple[str, ...], members: tuple[str, ...]) -> str:
    if splits and split not in _PICTURES:
        return f"{path} has no split {split!r}; it has {', '.join(splits)}."
    return (
        f"{path} has no split {split!r}: expected pictures under one of "
        f"{', '.join(_PICTURES[split] if split in _PICTURES else _PICTURES['train'])}, found "
        f"{', '.join(members) or 'nothing'}; save them by np.savez(path, images=x, labels=y)."
    )


def _member(path: Path, key: str) -> NDArray[Any]:
    """Unpack one array into a nameless temporary file, in constant memory, and map that."""
    try:
        with ZipFile(path) as archive:
            packed = cast("BufferedIOBase", archive.open(f"{key}.npy"))
            shape, fortran, dtype = _header(packed)
            if dtype.hasobject:
                raise DataError(
                    f"{path}: {key} holds Python objects, which are never loaded; save the "
                    "pictures as one array of uint8."
                )
            if 0 in shape:
                return np.empty(shape, dtype)
            with tempfile.TemporaryFile() as plain:
                for piece in _pieces(packed):
                    plain.write(piece)
                plain.flush()
                order: Any = "F" if fortran else "C"
                return np.memmap(plain, dtype, "r", shape=shape, order=order)
    except (BadZipFile, ValueError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: {key} is damaged ({error}); save it again.") from error


def _header(packed: BufferedIOBase) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(packed)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(packed)
    return np.lib.format.read_array_header_2_0(packed)


def _pieces(packed: BufferedIOBase) -> Iterator[bytes]:
    while piece := packed.read(_PIECE):
        yield piece
