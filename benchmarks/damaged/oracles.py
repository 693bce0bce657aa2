"""What a damaged input still holds, told by other means than zerosum's readers.

An archive is read by Python's own library, an array by a dozen lines of parser; pictures are known
by the bytes of their files. An oracle says what has to be found *or named*; where it cannot tell
it says less, never something that might be untrue.

- *Folder*: every file on disk whose suffix is a picture's, or whose bytes are a known picture.
- *zip*: every member in the directory that ``zipfile`` reads. Content that its CRC-32 vouches for
  is what it is; a member that ``zipfile`` cannot unpack has to be named.
- *tar*: every member that ``tarfile`` finds when it passes over bad blocks (``ignore_zeros``): one
  damaged header must not end the list without a word. A tar that was cut before its end mark has
  lost members that nobody can count, so it must be refused or warned of.
- *gzip, bz2, xz*: what unpacks whole; a checksum that fails vouches for nothing.
- *npy, npz, idx, stl10*: the pictures as the header declares them. More bytes than it declares
  mean that header or file is wrong: that must be refused or warned of if pictures are missing.
- *usps*: the lines that are as they were.
- *shards*: as tar; labels are judged where every sample has one.
"""

import bz2
import gzip
import lzma
from collections.abc import Callable
from dataclasses import replace

from damaged import array_oracles, file_oracles
from damaged.holding import Found, Holding, UnparsableError, everything
from damaged.inputs import Files, Input
from damaged.pictures import Picture

__all__ = ["what_it_holds"]


def what_it_holds(good: Input, files: Files) -> Holding:
    """What these files, damaged from a good input, hold.

    Where the oracle cannot read them, a reader that can is to find all that was there before.
    """
    before = _packed_pictures(good)
    try:
        holding, is_cut = _ORACLES[good.reader](good, dict(files))
    except UnparsableError:
        holding, is_cut = [*everything(before), *file_oracles.damaged_members(good)], False
    return Holding(holding, owed=before if is_cut else (), known=good.pictures)


def _packed_pictures(good: Input) -> tuple[Picture, ...]:
    """The pictures whose files were packed as they are, under the names that they then had."""
    if not good.pictures[0].content or good.reader == "usps":
        return good.pictures
    known = {picture.content: picture for picture in good.pictures}
    there = ((name, known.get(content)) for name, content in good.members)
    return tuple(replace(picture, path=name) for name, picture in there if picture)


_ORACLES: dict[str, Callable[[Input, dict[str, bytes]], Found]] = {
    "folder": file_oracles.folder,
    "zip": file_oracles.zip_,
    "tar": file_oracles.tar,
    "tar.gz": file_oracles.packed_tar(gzip.decompress),
    "tar.bz2": file_oracles.packed_tar(bz2.decompress),
    "tar.xz": file_oracles.packed_tar(lzma.decompress),
    "npy": array_oracles.npy,
    "npz": array_oracles.npz,
    "idx": array_oracles.idx,
    "idx.gz": array_oracles.idx_gz,
    "shards": file_oracles.shards,
    "usps": array_oracles.usps,
    "stl10": array_oracles.stl10,
}
