"""Sources in files of arrays: ``.npy``, ``.npz`` and IDX."""

from bz2 import BZ2File
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from gzip import GzipFile
from io import BufferedIOBase
from math import prod
from pathlib import Path
from typing import Any, Literal, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
from numpy.typing import NDArray

from zerosum.data.sources.arrays import ArraySource, check_labels
from zerosum.data.sources.npyheader import Header, read_header
from zerosum.data.sources.rows import FileArray, Rows, map_stream, reading
from zerosum.errors import DataError, printable

__all__ = ["idx_labels", "idx_source", "is_idx_name", "npy_source", "npz_source", "read_idx"]

_IMAGES = {
    "train": ("x_train", "train_images", "images", "x", "data", "pictures", "arr_0"),
    "test": ("x_test", "test_images"),
}
_LABELS = {
    "train": ("y_train", "train_labels", "labels", "y", "targets", "label", "arr_1"),
    "test": ("y_test", "test_labels"),
}
_IDX_BYTES = bytes((0, 0, 8))
_OPENERS: dict[bytes, Callable[[Path], BufferedIOBase]] = {
    b"\x1f\x8b": GzipFile,
    b"BZ": BZ2File,
}


def npy_source(path: Path, *, split: str = "train") -> ArraySource:
    """Images in a ``.npy`` file.

    Args:
        path: The file: bytes of shape (n, h, w), (n, h, w, c) or (n, c, h, w).
        split: Must be ``train``: the file has no parts.

    Raises:
        DataError: If the file is damaged, holds other things, or is asked for another split.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     np.save(Path(folder, "x.npy"), np.zeros((3, 8, 8), np.uint8))
        ...     len(npy_source(Path(folder, "x.npy")))
        3
    """
    _refuse_special(path)
    if split != "train":
        raise DataError(f"{_shown(path)} has no split {split!r}: one array is split 'train'.")

    def load() -> tuple[Rows, None]:
        name = _shown(path)
        with reading(path), path.open("rb") as file:
            header = read_header(file, name)
            if header.fortran:
                return _map(file, header, name), None
            return FileArray(path, header.dtype, header.shape, offset=header.size), None

    return ArraySource(path.stem, origin=path.name, files=(path,), load=load)


def npz_source(path: Path, *, split: str = "train", classes: tuple[str, ...] = ()) -> ArraySource:
    """Images, and perhaps labels, in a ``.npz`` file.

    Args:
        path: The file. Images are looked for under ``x_train``, ``train_images``, ``images``,
            ``x``, ``data``, ``images``, ``arr_0``; labels under ``y_train``, ``train_labels``,
            ``labels``, ``y``, ``targets``, ``label``, ``arr_1``; a test split under ``x_test``,
            ``test_images``, ``y_test``, ``test_labels``.
        split: ``train``, or ``test`` if the file has one.
        classes: The classes' names, by number in the array of labels.

    Raises:
        DataError: If the file is damaged or holds nothing under these names.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     images, labels = np.zeros((3, 8, 8), np.uint8), np.array([0, 1, 1])
        ...     np.savez(Path(folder, "x.npz"), images=images, labels=labels)
        ...     source = npz_source(Path(folder, "x.npz"))
        ...     len(source), source.classes
        (3, ('0', '1'))
    """
    _refuse_special(path)
    members = _members(path)
    splits = tuple(name for name, keys in _IMAGES.items() if _first(members, keys))
    images = _first(members, _IMAGES.get(split, ()))
    labels = _first(members, _LABELS.get(split, ()))
    if images is None:
        raise DataError(_no_such_key(path, split, splits, members))

    def load() -> tuple[Rows, Rows | None]:
        unpacked = _member(path, images)
        count = len(unpacked) if unpacked.shape else 0
        return unpacked, _member(path, labels, label_count=count) if labels else None

    return ArraySource(
        f"{path.stem}-{split}",
        origin=f"{path.name}/{images}",
        files=(path,),
        load=load,
        split=split,
        splits=splits,
        classes=classes,
    )


def is_idx_name(name: str) -> bool:
    """Whether a file is called as IDX files of images are.

    Example:
        >>> is_idx_name("train-images-idx3-ubyte"), is_idx_name("train-images.idx3-ubyte.gz")
        (True, True)
    """
    return "idx3" in name or "idx4" in name


def idx_source(
    path: Path,
    *,
    split: str = "train",
    splits: Sequence[str] = ("train",),
    name: str = "",
    classes: tuple[str, ...] = (),
) -> ArraySource:
    """Images in an IDX file, the format of MNIST; labels are looked for beside it.

    Args:
        path: The file, such as ``train-images-idx3-ubyte``, possibly packed by gzip or bzip2.
        split: The part of the data that it is.
        splits: All the parts that there are.
        name: A short name, if the file's own is not good enough.
        classes: The classes' names, by number in the file of labels.

    Raises:
        DataError: If one of the files is damaged or no IDX file of bytes; on first use.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "a-images-idx3-ubyte")
        ...     _ = path.write_bytes(bytes((0, 0, 8, 3, *(0, 0, 0, 1) * 3, 200)))
        ...     idx_source(path).read(0).size
        (1, 1)
    """
    _refuse_special(path)
    labels = idx_labels(path)

    def load() -> tuple[Rows, Rows | None]:
        return read_idx(path), read_idx(labels) if labels else None

    return ArraySource(
        f"{name or path.name.split('-')[0]}-{split}",
        origin=path.name,
        files=(path, labels) if labels else (path,),
        load=load,
        split=split,
        splits=tuple(splits),
        classes=classes,
    )


def idx_labels(path: Path) -> Path | None:
    """The IDX file of labels beside one of images, packed or not, or None.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     Path(folder, "a-labels-idx1-ubyte.gz").touch()
        ...     idx_labels(Path(folder, "a-images-idx3-ubyte")).name
        'a-labels-idx1-ubyte.gz'
    """
    name = path.name.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1")
    plain = name.removesuffix(".gz").removesuffix(".bz2")
    beside = [path.with_name(each) for each in (name, plain, f"{plain}.gz", f"{plain}.bz2")]
    return next((each for each in beside if each != path and each.is_file()), None)


def read_idx(path: Path) -> Rows:
    """Open an IDX file of bytes; a packed one is unpacked into a nameless file.

    The file begins with two zero bytes, the type (8: bytes), the rank, and that many big-endian
    32-bit sizes; http://yann.lecun.com/exdb/mnist/.

    Raises:
        DataError: If it is of another kind, or shorter or longer than it says.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "labels-idx1-ubyte")
        ...     _ = path.write_bytes(bytes((0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9)))
        ...     read_idx(path)[:3].tolist()
        [7, 8, 9]
    """
    name = _shown(path)
    with reading(path):
        with path.open("rb") as file:
            opener = _OPENERS.get(file.read(2))
            if opener is None:
                file.seek(0)
                shape = _idx_shape(file, name)
                return FileArray(path, np.uint8, shape, offset=file.tell())
        with opener(path) as unpacked:
            shape = _idx_shape(unpacked, name)
            return map_stream(unpacked, np.dtype(np.uint8), shape, name=name)


def _idx_shape(file: BufferedIOBase, name: str) -> tuple[int, ...]:
    """The sizes in an IDX header; the file is then where the bytes begin."""
    start = file.read(4)
    if start[:3] != _IDX_BYTES or len(start) < 4:
        raise DataError(
            f"{name} is not an IDX file of bytes: expected it to begin with 00 00 08, found "
            f"{start[:3].hex(' ')}."
        )
    sizes = file.read(4 * start[3])
    if len(sizes) < 4 * start[3]:
        raise DataError(f"{name} is truncated within its header; copy or download it again.")
    return tuple(np.frombuffer(sizes, ">u4").tolist())


def _shown(path: Path) -> str:
    return printable(str(path))


def _refuse_special(path: Path) -> None:
    """Reading from a pipe or a device might never end."""
    if not path.is_file():
        raise DataError(f"{_shown(path)}: expected a file, found none.")


def _members(path: Path) -> tuple[str, ...]:
    """The names of the arrays, each of which the archive gives twice: damage is then seen."""
    with reading(path), ZipFile(path) as archive:
        names = archive.namelist()
        if any(entry.comment for entry in archive.infolist()):
            # NumPy writes none, and one of a damaged length hides the arrays after it.
            raise DataError(f"{_shown(path)} is damaged or no .npz file; save it again.")
        for name in names:
            # What is encrypted, or packed in an unknown way, matters only if it is asked for.
            with suppress(RuntimeError), archive.open(name):
                pass
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise DataError(f"{_shown(path)} holds {printable(twice)} more than once; save it again.")
    return tuple(name.removesuffix(".npy") for name in names if name.endswith(".npy"))


def _first(members: tuple[str, ...], keys: Sequence[str]) -> str | None:
    lowered = {name.lower(): name for name in members} | {name: name for name in members}
    return next((lowered[key] for key in keys if key in lowered), None)


def _no_such_key(path: Path, split: str, splits: tuple[str, ...], members: tuple[str, ...]) -> str:
    if splits and split not in _IMAGES:
        return f"{_shown(path)} has no split {split!r}; it has {', '.join(splits)}."
    return (
        f"{_shown(path)} has no split {split!r}: expected pictures under one of "
        f"{', '.join(_IMAGES[split] if split in _IMAGES else _IMAGES['train'])}, found "
        f"{printable(', '.join(members[:20])) or 'nothing'}; save them by np.savez(path, "
        "images=x, labels=y)."
    )


def _member(path: Path, key: str, *, label_count: int | None = None) -> NDArray[Any]:
    """Unpack one array; see `map_stream`.

    Args:
        path: The archive.
        key: The array's name in it.
        label_count: If the array is one of labels: how many are expected.
    """
    name = printable(f"{path}/{key}")
    with reading(path), ZipFile(path) as archive:
        entry = archive.getinfo(f"{key}.npy")
        if entry.flag_bits & 1:
            raise DataError(f"{name} is encrypted; save it without a password.")
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            # The others are unpacked by zipfile without a bound on memory.
            raise DataError(f"{name} is packed in a way that NumPy never uses; save it again.")
        with cast("BufferedIOBase", archive.open(entry)) as packed:
            header = read_header(packed, name)
            if entry.file_size != header.size + prod(header.shape) * header.dtype.itemsize:
                raise DataError(f"{name} is damaged: it does not have the size of {header.shape}.")
            if label_count is not None:
                check_labels(header.shape, header.dtype, label_count, name)
            return _map(packed, header, name)


def _map(stream: BufferedIOBase, header: Header, name: str) -> NDArray[Any]:
    order: Literal["C", "F"] = "F" if header.fortran else "C"
    return map_stream(stream, header.dtype, header.shape, name=name, order=order)
