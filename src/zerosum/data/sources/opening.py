"""What a name or a path means."""

from collections.abc import Callable
from pathlib import Path
from warnings import warn

from zerosum.data import sources
from zerosum.data.sources.base import Source
from zerosum.data.sources.named import NAMED, PACKAGED, data_root
from zerosum.data.sources.numpyfiles import idx_source, is_idx_name, npy_source, npz_source
from zerosum.data.suffixes import TAR_SUFFIXES
from zerosum.errors import DataError, DataWarning
from zerosum.explaining import explained, is_there
from zerosum.files import expanded
from zerosum.registry import hint
from zerosum.sizes import PIXEL_LIMIT

__all__ = [
    "FORMATS",
    "TAR_SUFFIXES",
    "absolute",
    "as_spec",
    "is_named",
    "is_shard_pattern",
    "open_source",
    "require_there",
]


def _zip(path: Path, *, split: str) -> Source:
    return sources.ZipSource(path, split=split)


def _tar(path: Path, *, split: str) -> Source:
    return sources.TarSource(path, split=split)


def _idx(path: Path, *, split: str) -> Source:
    """An IDX file of MNIST's kind, whose name says which split it is."""
    if split == "test" and path.name.startswith("train"):
        path = path.with_name(path.name.replace("train", "t10k", 1))
    if not path.is_file():
        raise DataError(f"there is no split {split!r}: {path} is not there.")
    return idx_source(path, split=split)


FORMATS: dict[str, Callable[..., Source]] = {
    ".zip": _zip,
    **dict.fromkeys(TAR_SUFFIXES, _tar),
    ".npy": npy_source,
    ".npz": npz_source,
}
"""What a file is, by the end of its name; IDX files are known by ``idx3`` in theirs."""


def is_named(spec: str) -> bool:
    """Whether a source is the name of a data set, perhaps with its folder, and so no path.

    Example:
        >>> is_named("digits"), is_named("mnist:/my/folder"), is_named("./digits")
        (True, True, False)
    """
    return spec.partition(":")[0] in NAMED


def is_shard_pattern(spec: str) -> bool:
    """Whether a path names several tar files: ``shards-{000..010}.tar``.

    Example:
        >>> is_shard_pattern("shards-{000..010}.tar"), is_shard_pattern("shards.tar")
        (True, False)
    """
    return "{" in spec and "}" in spec and spec.endswith(TAR_SUFFIXES)


def as_spec(source: str | Path) -> str:
    """What `open_source` takes: text as it is; a `Path`, which never is a name, absolute.

    Example:
        >>> as_spec("digits"), Path(as_spec(Path("digits"))).is_absolute()
        ('digits', True)
    """
    return source if isinstance(source, str) else str(expanded(source).absolute())


def absolute(spec: str) -> str:
    """A source that can be found from any folder: paths become absolute, names stay.

    Example:
        >>> absolute("digits")
        'digits'
        >>> Path(absolute(".")).is_absolute()
        True
    """
    if not spec:
        return spec
    if is_named(spec):
        name, _, folder = spec.partition(":")
        return f"{name}:{expanded(folder).absolute()}" if folder else name
    path = expanded(spec)
    with explained(spec, "read", error=DataError):
        is_pattern = "{" in spec and is_there(path.parent)
        return str(path.absolute()) if is_pattern or is_there(path) else spec


def require_there(spec: str) -> None:
    """Require that there is something that a source may mean, without opening it.

    Raises:
        DataError: There is nothing of that name.

    Example:
        >>> require_there("digits")
        >>> require_there("no/such")
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: no/such does not exist; check the path.
    """
    path = expanded(spec)
    with explained(spec, "read", error=DataError):
        if not is_named(spec) and not is_shard_pattern(spec) and not is_there(path):
            raise DataError(_unknown(spec, path))


def open_source(
    spec: str | Path, *, split: str = "train", pixel_limit: int = PIXEL_LIMIT
) -> Source:
    """Open images by name or path.

    Args:
        spec: The name of a data set (``digits``, ``mnist``, ...), perhaps with the folder that it
            lies in after a colon (``mnist:/my/folder``); or the path of a folder, of a zip or tar
            file of one, of a ``.npy``, ``.npz`` or IDX file; or shards (``a-{000..010}.tar``). A
            name is always the data set, and ``./digits`` the folder that is called so, as is a
            `Path`.
        split: Which part: ``train``, ``test`` and others, or one of two domains: ``trainA``, ...
        pixel_limit: Images of more pixels are refused as decompression bombs.

    Raises:
        DataError: If there is nothing of this name, no images in it, no such split, or a file
            or folder that may not be read.

    Example:
        >>> open_source("digits").classes
        ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
        >>> open_source("digit")
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: no data set and no file is called 'digit'; did you mean ...
    """
    with explained(spec, "read", error=DataError):
        source = _open(as_spec(spec), split)
    source.pixel_limit = pixel_limit
    return source


def _open(spec: str, split: str) -> Source:
    name, _, root = spec.partition(":")
    if name in NAMED:
        if spec == name and Path(name).exists():
            warn(
                f"{name} is the data set of that name; what lies here under the same name is "
                f"./{name}",
                DataWarning,
                stacklevel=3,
            )
        if root and name in PACKAGED:
            raise DataError(
                f"{name} is a part of zerosum and lies in no folder; for the folder write {root}."
            )
        if name in PACKAGED:
            return NAMED[name](Path(), split)
        return NAMED[name](expanded(root) if root else data_root(), split)
    if is_shard_pattern(spec):
        return sources.ShardSource(str(expanded(spec)), split=split)
    path = expanded(spec)
    if path.is_dir():
        return sources.FolderSource(path, split=split)
    require_there(spec)
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
    return (
        f"no data set and no file is called {spec!r}{hint(spec, NAMED)} Known data sets: "
        f"{', '.join(sorted(NAMED))}; or name a folder of pictures."
    )
