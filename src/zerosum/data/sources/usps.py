"""USPS digits in libsvm's text format, packed by bzip2, read in constant memory."""

import bz2
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zerosum.data.sources.rows import reading
from zerosum.errors import DataError, printable

__all__ = ["read_usps"]

_PIXELS = 16 * 16
_COLUMNS = [str(number).encode() for number in range(1, _PIXELS + 1)]
_LONGEST_LINE = 1 << 14
MOST_LINES = 1 << 16  # the real files have 7,291 and 2,007; a bomb has any number


def read_usps(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Read lines "label 1:value ... 256:value", with labels from 1 to 10 and values in [-1, 1].

    The bytes are those of torchvision's reader, which takes a dozen times as long.

    Returns:
        Images (n, 16, 16), and labels (n,) from 0 to 9.

    Raises:
        DataError: The file is damaged, or holds other lines.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> line = "3 " + " ".join(f"{number}:-1.0" for number in range(1, 257))
        >>> with TemporaryDirectory() as folder:
        ...     _ = Path(folder, "usps.bz2").write_bytes(bz2.compress(line.encode()))
        ...     images, labels = read_usps(Path(folder, "usps.bz2"))
        >>> images.shape, labels.tolist()
        ((1, 16, 16), [2])
    """
    images: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    name = printable(str(path))
    with reading(path), bz2.open(path) as lines:
        while line := lines.readline(_LONGEST_LINE):
            row = _parse(line)
            if row is None or len(labels) == MOST_LINES:
                raise DataError(
                    f"{name} is damaged in line {len(labels) + 1}: expected a label from 1 to 10, "
                    f"then 1:value to {_PIXELS}:value in [-1, 1]; remove the file and try again."
                )
            images.append(row[1])
            labels.append(row[0])
    if not labels:
        raise DataError(f"{name} is damaged: it is empty; remove the file and try again.")
    return np.stack(images), np.array(labels, np.int64)


def _parse(line: bytes) -> tuple[int, NDArray[np.uint8]] | None:
    """The label and the image, or None if the line is of another kind."""
    words = line.replace(b":", b" ").split()
    if len(words) != 1 + 2 * _PIXELS or words[1::2] != _COLUMNS:
        return None
    try:
        label, values = float(words[0]), np.array(words[2::2], np.float64)
    except ValueError:
        return None
    if label not in range(1, 11) or not (np.abs(values) <= 1).all():
        return None
    image = ((values.astype(np.float32) + 1) / 2 * 255).astype(np.uint8)
    return int(label) - 1, image.reshape(16, 16)
