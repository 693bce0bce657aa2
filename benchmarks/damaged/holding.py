"""What oracles say: what has to be found or named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from damaged.inputs import Input
from damaged.pictures import Picture, Pixels

__all__ = ["Expected", "Found", "Holding", "UnparsableError", "by_split", "everything", "unpacked"]


@dataclass(frozen=True)
class Expected:
    """One picture that has to be found or named.

    Attributes:
        name: What it is called.
        pixels: What it must show; None: its bytes were damaged and it may show anything.
        checked: Whether a checksum guards it: then it may not show anything but a known picture.
        split: The split that it must be in; None: not judged.
        label: The class that it must have; None: not judged.
        optional: Whether it may be passed over without a word, and yet be found: a second copy,
            name and bytes; a picture whose suffix is not that of one, in a folder without others.
        place: The byte at which it begins in its archive, where that matters.
    """

    name: str
    pixels: Pixels | None
    checked: bool = False
    split: str | None = None
    label: str | None = None
    optional: bool = False
    place: int | None = None


@dataclass(frozen=True)
class Holding:
    """What an input holds.

    Attributes:
        expected: What must be found or named.
        owed: If it shows that something is gone that nobody can name, all that was there before:
            a word is owed if any of it is not found.
        known: All pictures of the good input: what a checksum guards can be no other.
        exact: Whether pictures are judged; if not, only how it ends is.
        steady: Whether inspecting and storing are to tell the same.
    """

    expected: list[Expected] = field(default_factory=list)
    owed: tuple[Picture, ...] = ()
    known: tuple[Picture, ...] = ()
    exact: bool = True
    steady: bool = True


class UnparsableError(Exception):
    """The oracle cannot read it either."""


Found = tuple[list[Expected], bool]
"""What has to be found or named, and whether something else is gone."""


def everything(pictures: Sequence[Picture]) -> list[Expected]:
    """All that was there before, for what the oracle cannot read."""
    return [Expected(each.path, each.pixels, split=each.split) for each in pictures]


def by_split(good: Input, splits: Sequence[str], read: Callable[[str], Found]) -> Found:
    """Splits that do not depend on each other, each with its own oracle."""
    expected: list[Expected] = []
    is_cut = False
    for split in splits:
        try:
            found, cut = read(split)
        except UnparsableError:
            found, cut = everything([it for it in good.pictures if it.split == split]), False
        expected += found
        is_cut |= cut
    return expected, is_cut


def unpacked(unpack: Callable[[bytes], bytes], content: bytes) -> bytes:
    try:
        return unpack(content)
    except Exception as error:  # each has its own
        raise UnparsableError from error
