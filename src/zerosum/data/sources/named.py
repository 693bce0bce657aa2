"""The data sets that have names, and where their files are.

The files are looked for under ``$ZEROSUM_DATA``, else under ``datasets`` in the cache (see
`zerosum.files.cache_folder`), or in the folder after a colon: ``mnist:/my/folder``. What is
missing is downloaded by torchvision, which checks it. Reading is our own wherever torchvision
would load everything into memory, or a pickle.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zerosum.data import sources
from zerosum.data.sources.arrays import ArraySource
from zerosum.data.sources.base import Source
from zerosum.data.sources.numpyfiles import idx_labels, idx_source, npz_source
from zerosum.data.sources.rows import FileArray, Rows, reading
from zerosum.errors import DataError
from zerosum.explaining import explain
from zerosum.files import cache_folder, expanded
from zerosum.registry import Table

__all__ = ["NAMED", "PACKAGED", "data_root", "is_here", "without_downloads"]

_MAY_DOWNLOAD: ContextVar[bool] = ContextVar("may_download", default=True)

PACKAGED = ("digits", "stacked-digits")
"""Data sets that are a part of zerosum."""

_TRAIN_TEST = ("train", "test")
_DIGITS = tuple("0123456789")
_CIFAR10 = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)
_STL10 = ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck")


def data_root() -> Path:
    """The folder for data sets: ``$ZEROSUM_DATA``, else ``datasets`` in the cache.

    Example:
        >>> from unittest.mock import patch
        >>> with patch.dict(os.environ, ZEROSUM_CACHE="large-disk", ZEROSUM_DATA=""):
        ...     data_root().as_posix()
        'large-disk/datasets'
    """
    folder_name = os.environ.get("ZEROSUM_DATA")
    return expanded(folder_name) if folder_name else cache_folder() / "datasets"


def _digits(root: Path, split: str) -> Source:
    """5,000 digits that are part of this package; see DIGITS.md beside them."""
    with_files = Path(str(files("zerosum.data"))) / "digits.npz"
    return npz_source(with_files, split=split, classes=_DIGITS)


def _stacked(root: Path, split: str, *, base: str, count: int) -> Source:
    """Triples of digits as colour images with 1,000 modes."""
    return sources.StackedSource(NAMED[base](root, split), count=count)


def _mnist(root: Path, split: str, *, name: str, dataset: str) -> Source:
    """MNIST, and the sets that are kept exactly as it is: four IDX files."""
    _check_split(name, split, _TRAIN_TEST)
    part = {"train": "train", "test": "t10k"}[split]
    stem = f"{part}-images-idx3-ubyte"
    places = [place / stem for place in (root / dataset / "raw", root / "raw", root)]
    first = _first_file([*places, *(place.with_name(f"{stem}.gz") for place in places)])
    if first is None or idx_labels(first) is None:
        _download(dataset, root, places[0], {"train": split == "train"})
        first = places[0]
    return idx_source(first, split=split, splits=_TRAIN_TEST, name=name, classes=_DIGITS)


def _usps(root: Path, split: str) -> Source:
    """USPS digits, 16x16, in libsvm's text format."""
    _check_split("usps", split, _TRAIN_TEST)
    file = {"train": "usps.bz2", "test": "usps.t.bz2"}[split]
    path = _first_file([root / file, root / "USPS" / file]) or root / "USPS" / file
    if not path.is_file():
        _download("USPS", path.parent, path, {"train": split == "train"})

    return _array_source(
        "usps", split, _TRAIN_TEST, (path,), partial(sources.read_usps, path), _DIGITS
    )


def _svhn(root: Path, split: str) -> Source:
    """Street View House Numbers, 32x32, in MATLAB's format, which SciPy reads."""
    splits = ("train", "test", "extra")
    _check_split("svhn", split, splits)
    file = f"{split}_32x32.mat"
    path = _first_file([root / file, root / "SVHN" / file]) or root / "SVHN" / file
    if not path.is_file():
        _download("SVHN", path.parent, path, {"split": split})

    def load() -> tuple[NDArray[Any], NDArray[Any]]:
        dataset = _torchvision("SVHN", path.parent, {"split": split})
        return dataset.data.transpose(0, 2, 3, 1), dataset.labels

    return _array_source("svhn", split, splits, (path,), load, _DIGITS)


def _cifar10(root: Path, split: str) -> Source:
    """CIFAR-10, 32x32; torchvision loads its pickles only if their checksums are right."""
    _check_split("cifar10", split, _TRAIN_TEST)
    folder = root / "cifar-10-batches-py"
    names = [f"data_batch_{i}" for i in range(1, 6)] if split == "train" else ["test_batch"]
    paths = tuple(folder / name for name in names)
    if not all(path.is_file() for path in paths):
        _download("CIFAR10", root, folder, {"train": split == "train"})

    def load() -> tuple[NDArray[Any], NDArray[Any]]:
        dataset = _torchvision("CIFAR10", root, {"train": split == "train"})
        return dataset.data, np.array(dataset.targets)

    return _array_source("cifar10", split, _TRAIN_TEST, paths, load, _CIFAR10)


def _stl10(root: Path, split: str) -> Source:
    """STL-10, 96x96: plain bytes, by columns."""
    splits = ("train", "test", "unlabeled")
    _check_split("stl10", split, splits)
    folder = root / "stl10_binary"
    images, labels = folder / f"{split}_X.bin", folder / f"{split}_y.bin"
    paths = (images,) if split == "unlabeled" else (images, labels)
    if not all(path.is_file() for path in paths):
        _download("STL10", root, folder, {"split": split})

    def load() -> tuple[Rows, NDArray[Any] | None]:
        with reading(images):
            count = -(-images.stat().st_size // (3 * 96 * 96))
        shown = FileArray(images, np.uint8, (count, 3, 96, 96), axes=(0, 3, 2, 1))
        return shown, None if split == "unlabeled" else _stl10_labels(labels, count)

    return _array_source("stl10", split, splits, paths, load, _STL10)


def _stl10_labels(path: Path, count: int) -> NDArray[np.int64]:
    numbers = FileArray(path, np.uint8, (count,))[:count].astype(np.int64)
    if not np.isin(numbers, range(1, 11)).all():
        raise DataError(
            f"{path} is damaged: expected labels from 1 to 10, found {numbers.min()} to "
            f"{numbers.max()}; remove it and try again."
        )
    return numbers - 1


def _celeba(root: Path, split: str) -> Source:
    """CelebA's aligned and cropped faces."""
    _check_split("celeba", split, ("train", "val", "test"))
    candidates = [root, root / "celeba"]
    folder = next((it for it in candidates if (it / "img_align_celeba").is_dir()), candidates[1])
    expected = folder / "list_eval_partition.txt"
    if not expected.is_file() or not (folder / "img_align_celeba").is_dir():
        part = "valid" if split == "val" else split
        _download("CelebA", folder.parent, folder, {"split": part})
    return sources.CelebaSource(folder / "img_align_celeba", split=split)


def _lsun(root: Path, split: str, *, category: str) -> Source:
    """A category of LSUN."""
    return sources.lsun(root, split, category=category)


_LSUN = [
    "bedroom",
    "bridge",
    "church_outdoor",
    "classroom",
    "conference_room",
    "dining_room",
    "kitchen",
    "living_room",
    "restaurant",
    "tower",
]

NAMED: Table[Callable[[Path, str], Source]] = Table(
    "data set",
    {
        "digits": _digits,
        "mnist": partial(_mnist, name="mnist", dataset="MNIST"),
        "stacked-digits": partial(_stacked, base="digits", count=50_000),
        "stacked-mnist": partial(_stacked, base="mnist", count=128_000),
        "fashion-mnist": partial(_mnist, name="fashion-mnist", dataset="FashionMNIST"),
        "kmnist": partial(_mnist, name="kmnist", dataset="KMNIST"),
        "usps": _usps,
        "svhn": _svhn,
        "cifar10": _cifar10,
        "celeba": _celeba,
        "stl10": _stl10,
        "lsun-church": partial(_lsun, category="church_outdoor"),
        **{f"lsun-{it.replace('_', '-')}": partial(_lsun, category=it) for it in _LSUN},
    },
)
"""Data sets by name: functions from (folder of data sets, split) to a source."""


def is_here(name: str) -> bool:
    """Whether a data set is on this machine, so that nothing need be downloaded for it.

    Args:
        name: Its name.

    Example:
        >>> is_here("digits")
        True
    """
    try:
        with without_downloads():
            NAMED[name](data_root(), "train")
    except DataError:
        return False
    return True


@contextmanager
def without_downloads() -> Iterator[None]:
    """Within the context a data set that is not on this machine is an error.

    Example:
        >>> with without_downloads():
        ...     NAMED["mnist"](Path("no/such/folder"), "train")
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: MNIST is not on this machine: it is downloaded when a run begins.
    """
    before = _MAY_DOWNLOAD.set(False)
    try:
        yield
    finally:
        _MAY_DOWNLOAD.reset(before)


def _check_split(name: str, split: str, splits: tuple[str, ...]) -> None:
    if split not in splits:
        raise DataError(f"{name} has no split {split!r}; it has {', '.join(splits)}.")


def _first_file(paths: list[Path]) -> Path | None:
    return next((path for path in paths if path.is_file()), None)


def _array_source(
    name: str,
    split: str,
    splits: tuple[str, ...],
    paths: tuple[Path, ...],
    load: Callable[[], tuple[Rows, Rows | None]],
    classes: tuple[str, ...],
) -> ArraySource:
    return ArraySource(
        f"{name}-{split}",
        origin=f"{name}-{split}",
        files=paths,
        load=load,
        split=split,
        splits=splits,
        classes=classes,
    )


def _torchvision(dataset: str, root: Path, which: dict[str, Any]) -> Any:
    """Construct torchvision's data set over files that are there; it checks their checksums."""
    from torchvision import datasets

    try:
        return getattr(datasets, dataset)(str(root), **which)
    except (RuntimeError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise DataError(explain(error, root, "read")) from error
        raise DataError(
            f"the files of {dataset} in {root} are damaged or not the published ones: {error} "
            "Remove them and try again."
        ) from error


def _download(dataset: str, root: Path, expected: Path, which: dict[str, Any]) -> None:
    """Let torchvision download and check a data set."""
    if not _MAY_DOWNLOAD.get():
        raise DataError(f"{dataset} is not on this machine: it is downloaded when a run begins.")
    from torchvision import datasets

    try:
        root.mkdir(parents=True, exist_ok=True)
        getattr(datasets, dataset)(str(root), **which, download=True)
    except Exception as error:  # whatever the network, a full disk or a missing package brings
        raise DataError(
            f"{dataset} is not in {root} and could not be downloaded "
            f"({type(error).__name__}: {error}). Without a network, put its files there by hand, "
            f"so that {expected} exists, or name another folder: set ZEROSUM_DATA, or write "
            "NAME:FOLDER."
        ) from error
