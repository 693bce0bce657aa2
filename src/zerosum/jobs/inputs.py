"""The images that a job is given: files, and what is in folders and archives."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from zerosum.data import Source, StoreSettings, is_named, open_source, scale
from zerosum.data.audit import open_parts
from zerosum.data.fitting import fit_image
from zerosum.data.sources.base import UnreadableError
from zerosum.data.sources.budget import reserve_file
from zerosum.data.sources.decoding import decode, is_image_name
from zerosum.data.sources.files import stat_entry
from zerosum.data.sources.numpyfiles import is_idx_name
from zerosum.data.sources.opening import FORMATS
from zerosum.errors import DataError, printable
from zerosum.explaining import explained, is_there
from zerosum.families.preparation import name_left_out
from zerosum.files import expanded
from zerosum.sizes import PIXEL_LIMIT
from zerosum.types import Images

__all__ = [
    "Input",
    "failures_to_json",
    "find_inputs",
    "fit_input",
    "output_names",
    "require_inputs",
]


@dataclass(frozen=True, kw_only=True)
class Input:
    """One image that a job is given.

    Attributes:
        name: Its path in the folder or archive that it is from, or the file's name.
        read: Decodes it, or raises `UnreadableError`.
        content: The bytes of its file, or None where it is none; or raises `UnreadableError`.
    """

    name: str
    read: Callable[[], Image.Image]
    content: Callable[[], bytes | None] = lambda: None


def failures_to_json(failed: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """The images that a job passed over, as plain values.

    Args:
        failed: (name, reason) of each.

    Example:
        >>> failures_to_json([("a.png", "truncated")])
        [{'picture': 'a.png', 'reason': 'truncated'}]
    """
    return [{"picture": name, "reason": reason} for name, reason in failed]


def require_inputs(inputs: Sequence[str]) -> None:
    """Make sure that there is something at each of these paths.

    Args:
        inputs: Paths, or names of data sets.

    Raises:
        DataError: There is no path at all, or nothing at one of them.

    Example:
        >>> require_inputs(["no-such.jpg"])
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: no-such.jpg does not exist; check the path.
    """
    if not inputs:
        raise DataError("no pictures are named: expected picture files, folders or archives.")
    for each in inputs:
        if is_named(each):
            continue
        with explained(each, "read", error=DataError):
            known = is_there(expanded(each))
        if not known:
            raise DataError(f"{each} does not exist; check the path.")


def find_inputs(
    inputs: Sequence[str],
    *,
    direction: str | None = None,
    split: str | None = None,
    pixel_limit: int = PIXEL_LIMIT,
) -> list[Input]:
    """All images that are meant by these paths, in their order; nothing is decoded yet.

    A folder or archive with splits or domains stands for all of them. With a direction, one of two
    domains stands for the domain that it goes from: the images for tests, else for training.

    Args:
        inputs: Image files, folders, archives; or names of data sets.
        direction: ``a2b`` or ``b2a``; None where there is none.
        split: Which split or domain of folders and archives, instead.
        pixel_limit: Images of more pixels are refused as decompression bombs.

    Raises:
        DataError: A folder or archive is damaged, has no images, or no such split.

    Warns:
        DataWarning: Of the files in folders and archives that are no images.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     for name in ("trainA", "trainB", "testB"):
        ...         Path(folder, name).mkdir()
        ...         Image.new("L", (4, 4)).save(Path(folder, name, "1.png"))
        ...     for direction in ("a2b", "b2a"):
        ...         [listed.name for listed in find_inputs([folder], direction=direction)]
        ['trainA/1.png']
        ['testB/1.png']
    """
    domain = direction[0].upper() if direction else None
    listed: list[Input] = []
    for each in inputs:
        for source in _sources(each, domain, split):
            source.pixel_limit = pixel_limit
            source.keep_unlabelled()
            listed += _images(source)
        if not _holds_images(each):
            path = expanded(each)
            name = printable(path.name)
            read = partial(_read, path, pixel_limit)
            content = partial(_content, path, pixel_limit)
            listed.append(Input(name=name, read=read, content=content))
    return listed


def fit_input(listed: Input, settings: StoreSettings) -> Images:
    """An image as a run's networks see it, shape (1, c, h, w).

    Raises:
        DataError: It cannot be read, or not be brought to that shape.

    Example:
        >>> grey = Input(name="grey.png", read=lambda: Image.new("RGB", (40, 28), (128, 128, 128)))
        >>> fit_input(grey, StoreSettings(size=(28, 28), channels=1)).shape
        torch.Size([1, 1, 28, 28])
    """
    pixels = torch.from_numpy(np.array(fit_image(listed.read(), settings)))
    return scale(pixels.permute(2, 0, 1)[None])


def output_names(
    names: Sequence[str], *, do: str = "translate", made: str = "translations"
) -> list[str]:
    """What is made of images is called as they are, but for the suffix, which is ``.png``.

    Images that would then be called alike keep their suffix before it.

    Args:
        names: Of the images.
        do: What is done with them, for the message.
        made: What is made of them.

    Raises:
        DataError: Two images have the same name.

    Example:
        >>> output_names(["a/1.jpg", "2.jpg", "2.png", "notes"])
        ['a/1.png', '2.jpg.png', '2.png.png', 'notes.png']
    """
    short = {name: f"{_stem(name)}.png" for name in names}
    while True:
        counts = Counter(short.values())
        alike = [
            name for name in short if counts[short[name]] > 1 and short[name] != f"{name}.png"
        ]
        if not alike:
            break
        short.update({name: f"{name}.png" for name in alike})
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise DataError(
            f"two of the inputs hold a picture {twice}, and both {made} would have one "
            f"name; {do} them one after the other, each with an --out of its own."
        )
    return [short[name] for name in names]


def _stem(name: str) -> str:
    return name.rpartition(".")[0] if is_image_name(name) else name


def _images(source: Source) -> Iterator[Input]:
    """The images of a source; what is left out of it is named."""
    for index in range(len(source)):
        yield Input(
            name=source.image_name(index),
            read=partial(source.read, index),
            content=partial(source.content, index),
        )
    name_left_out(tuple(source.strays()))


def _holds_images(spec: str) -> bool:
    """Whether it is a folder, an archive or a data set; whatever else it is must be an image."""
    path = expanded(spec)
    is_file_of_many = is_idx_name(path.name) or path.name.lower().endswith(tuple(FORMATS))
    return is_named(spec) or path.is_dir() or is_file_of_many


def _sources(spec: str, domain: str | None, split: str | None) -> tuple[Source, ...]:
    """The parts of a folder, archive or data set that are meant; nothing for a single image."""
    if not _holds_images(spec):
        return ()
    if split is not None:
        return (open_source(spec, split=split),)
    parts = {part.split: part for part in open_parts(spec)}
    for name in (f"test{domain}", f"train{domain}") if domain else ():
        if name in parts:
            return (parts[name],)
    return tuple(parts.values())


def _read(path: Path, limit: int) -> Image.Image:
    return decode(_content(path, limit), path.name, pixel_limit=limit)


def _content(path: Path, limit: int) -> bytes:
    entry = stat_entry(str(path), path.name)
    if entry.refused:
        raise UnreadableError(entry.path, entry.refused)
    reserve_file(entry.path, entry.size, pixel_limit=limit)
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(path.name, error.strerror or str(error)) from error
