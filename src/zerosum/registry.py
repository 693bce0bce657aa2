"""Where names meet code: small visible tables, used only where a string arrives."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Generic, TypeVar

from zerosum.errors import UnknownNameError

__all__ = ["RENAMED", "Table", "hint", "near"]

T = TypeVar("T")

_ALIKE = 0.65
_SHORTEST = 3
_LISTED = 60

RENAMED: Mapping[str, str] = {
    "width": "base_channels",
    "max_width": "max_channels",
    "widths": "channels",
    "halvings": "downsamplings",
    "average_half_life": "ema_half_life",
}
"""Former names of settings and their present ones. A former name holds where the settings have a
field of the present name and none of the former. Files with it are read; who types it is told."""


class Table(Mapping[str, T], Generic[T]):
    """A read-only mapping from names to things, whose look-up errors teach.

    Args:
        kind: What the names stand for, in the singular, for messages: ``"objective"``.
        entries: The table itself.
        also: What else people type, and the name that they mean. Such a word is answered, not
            taken: one thing has one name.

    Raises:
        UnknownNameError: On a look-up of a name that is not there; names what may be meant.

    Example:
        >>> entries = {"red": 0xFF0000, "green": 0x00FF00}
        >>> colours = Table("colour", entries, also={"crimson": "red"})
        >>> colours["red"] == 0xFF0000
        True
        >>> colours["gren"]
        Traceback (most recent call last):
        ...
        zerosum.errors.UnknownNameError: unknown colour 'gren'; did you mean 'green'? Known: ...
        >>> colours["crimson"]
        Traceback (most recent call last):
        ...
        zerosum.errors.UnknownNameError: unknown colour 'crimson'; did you mean 'red'? Known: ...
    """

    def __init__(
        self, kind: str, entries: Mapping[str, T], *, also: Mapping[str, str] | None = None
    ) -> None:
        self.kind = kind
        self._entries = entries
        self.also = dict(also or {})

    def __getitem__(self, name: str) -> T:
        if name in self._entries:
            return self._entries[name]
        raise UnknownNameError(
            f"unknown {self.kind} {name!r}{hint(name, self._entries, also=self.also)} "
            f"Known: {_listed(sorted(self._entries))}."
        )

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


def hint(word: str, names: Collection[str], *, also: Mapping[str, str] | None = None) -> str:
    """How a message on an unknown word ends: with the names that may be meant, or a full stop.

    Those are what the word is known to mean; else all names of which a part begins with it; else
    the one that is spelt most alike.

    Args:
        word: What was typed.
        names: What there is.
        also: What else people type, and what they mean by it.

    Example:
        >>> hint("dcgan", ["dcgan-digits", "dcgan-faces", "advgan"])
        "; did you mean 'dcgan-digits' or 'dcgan-faces'?"
        >>> hint("trian", ["train", "sample"]), hint("xyz", ["train", "sample"])
        ("; did you mean 'train'?", '.')
    """
    word = word.lower()
    meant = [also[word]] if also and word in also else near(word, names)
    if not meant:
        return "."
    *most, last = map(repr, meant)
    return f"; did you mean {', '.join(most)} or {last}?" if most else f"; did you mean {last}?"


def near(word: str, names: Collection[str]) -> list[str]:
    """The names of which a part begins with a word; else the one that is spelt most alike.

    Example:
        >>> near("faces", ["dcgan-faces", "r3gan-faces32", "advgan"]), near("advagn", ["advgan"])
        (['dcgan-faces', 'r3gan-faces32'], ['advgan'])
    """
    lowered = {name.lower(): name for name in names}
    parts = {each: f"-{each.replace('.', '-')}" for each in lowered}
    matches = [each for each in lowered if len(word) >= _SHORTEST and f"-{word}" in parts[each]]
    matches = matches or get_close_matches(word, lowered, n=1, cutoff=_ALIKE)
    return [lowered[each] for each in matches]
