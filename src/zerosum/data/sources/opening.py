"""What a name or a path means."""

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from zerosum.data.sources.archives import TAR_SUFFIXES, TarSource, ZipSource
from zerosum.data.sources.base import PIXEL_LIMIT, Source
from zerosum.data.sources.files import FolderSource
from zerosum.data.sources.named import NAMED, data_root
from zerosum.data.sources.numpyfiles import idx_source, is_idx_name, npy_source, npz_source
from zerosum.data.sources.shards import ShardSource, is_shard_pattern
from zerosum.errors import DataError

__all__ = ["FORMATS", "open_source"]


def _idx(path: Path, *, split: str) -> Source:
    """An IDX file of MNIST's kind, whose name says which split it is."""
    if split == "test" and path.name.startswith("train"):
        path = path.with_name(path.name.replace("train", "t10k", 1))
    if not path.is_file():
        raise DataError(f"there is no split {split!r}: {path} is not there.")
    return idx_source(path, split=split)


FORMATS: dict[str, Callable[..., Source]] = {
    ".zip": ZipSource,
    **dict.fromkeys(TAR_SUFFIXES, TarSource),
    ".npy": npy_source,
    ".npz": npz_source,
}
"""What a file is, by the end of its name; IDX files are known by ``idx3`` in theirs."""


def open_source(spec: str, *, split: str = "train", pixel_limit: int = PIXEL_LIMIT) -> Source:
    """Open pictures by name or path.

    Args:
        spec: The name of a data set (``digits``, ``mnist``, ...), perhaps with the folder that it
            lies in after a colon (``mnist:/my/folder``); or the path of a folder, of a zip or tar
            file of one, of a ``.npy``, ``.npz`` or IDX file; or shards (``a-{000..010}.tar``).
        split: Which part: ``train``, ``test`` and others, or one of two domains: ``trainA``, ...
        pixel_limit: Pictures of more pixels are refused as decompression bombs.

    Raises:
        DataError: If there is nothing of this name, no pictures in it, no such split, or a file
            or folder that may not be read.

    Example:
        >>> open_source("digits").classes
        ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
        >>> open_source("digit")
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: no data set and no file is called 'digit'; did you mean ...
    """
    try:
        source = _open(spec, split)
    except OSError as error:
        reason = error.strerror or str(error)
        where = f" ({error.filename})" if error.filename else ""
        raise DataError(f"{spec} cannot be read{where}: {reason}.") from error
    source.pixel_limit = pixel_limit
    return source


def _open(spec: str, split: str) -> Source:
    name, _, root = spec.partition(":")
    if name in NAMED:
        return NAMED[name](Path(root).expanduser() if root else data_root(), split)
    if is_shard_pattern(spec):
        return ShardSource(str(Path(spec).expanduser()), split=split)
    path = Path(spec).expanduser()
    if path.is_dir():
        return FolderSource(path, split=split)
    if not path.exists():
        raise DataError(_unknown(spec, path))
    return _open_file(path, split)


def _open_file(path: Path, split: str) -> Source:
    if is_idx_name(path.name):
        return _idx(path, split=split)
    for suffix, opener in FORMATS.items():
        if path.name.lower().endswith(suffix):
            return opener(path, split=split)
    raise DataError(
        f"{path} is a file of an unknown kind: expected a folder, or a file that ends in "
        f"{', '.join(FORMATS)}, or an IDX file; for one picture, name the folder that it is in."
    )


def _unknown(spec: str, path: Path) -> str:
    if path.name != spec:
        return f"{path} does not exist; check the path."
    near = get_close_matches(spec, NAMED, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}? " if near else ". "
    return (
        f"no data set and no file is called {spec!r}{hint}Known data sets: "
        f"{', '.join(sorted(NAMED))}; or name a folder of pictures."
    )
