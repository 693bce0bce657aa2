"""Whether files are still the ones that were seen before: the key under which stores are kept.

A fingerprint is made of what the file system says of a file (where it is, its size, when it and
its entry in the folder were changed) and of its content: all of it where that costs little, else
a sample. It says nothing of whether two files *hold* the same; that is what the identity of a
store is for.
"""

from collections.abc import Iterable
from hashlib import blake2b
from os import SEEK_END, stat_result
from pathlib import Path

__all__ = ["WHOLE", "fingerprint", "sample", "stamp"]

WHOLE = 1 << 26
"""Bytes up to which all of the content is read; it takes about a tenth of a second."""

_PIECES = 256
_PIECE = 1 << 16


def fingerprint(paths: Iterable[Path], *words: str) -> str:
    """A hash over files and some words; it changes when a file is changed, replaced or moved.

    Args:
        paths: The files.
        words: What the meaning of the files depends on besides, such as the split.

    Returns:
        32 hexadecimal digits.

    Raises:
        OSError: If a file cannot be read.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "a.npy")
        ...     _ = path.write_bytes(b"black")
        ...     before = fingerprint([path])
        ...     _ = path.write_bytes(b"white")
        ...     before == fingerprint([path])
        False
    """
    digest = blake2b("\0".join(words).encode("utf-8", "surrogatepass"), digest_size=16)
    states = [(path, path.stat()) for path in paths]
    pieces = None if sum(status.st_size for _, status in states) <= WHOLE else _PIECES
    for path, status in states:
        where = f"{path.resolve()}\0{status.st_size}\0{stamp(status)}\0"
        digest.update(where.encode("utf-8", "surrogatepass"))
        sample(path, digest, pieces=pieces and max(1, pieces // len(states)))
    return digest.hexdigest()


def sample(path: Path, digest: blake2b, *, pieces: int | None) -> None:
    """Feed a file's content to a hash: all of it, or pieces that are spread over it.

    Args:
        path: The file.
        digest: The hash.
        pieces: How many pieces of 64 KiB; None: all of it.

    Raises:
        OSError: If the file cannot be read.
    """
    with path.open("rb") as file:
        if pieces is None:
            while piece := file.read(_PIECE):
                digest.update(piece)
            return
        last = max(0, file.seek(0, SEEK_END) - _PIECE)
        for number in range(pieces):
            file.seek(last * number // max(1, pieces - 1))
            digest.update(file.read(_PIECE))


def stamp(status: stat_result) -> int:
    """One number of 63 bits for when a file, and its entry in the folder, were last changed.

    Tools that set the first time back, as ``cp -p`` and ``unzip`` do, cannot set the second.

    Example:
        >>> from os import stat
        >>> stamp(stat(".")) == stamp(stat("."))
        True
    """
    # The odd number (2^64 over the golden ratio) spreads the first time over all bits.
    return (status.st_mtime_ns * 0x9E3779B97F4A7C15 + status.st_ctime_ns) & (1 << 63) - 1
