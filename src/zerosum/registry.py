"""Where names meet code: small visible tables, used only where a string arrives."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Generic, TypeVar

from zerosum.errors import UnknownNameError

__all__ = ["Table"]

T = TypeVar("T")


class Table(Mapping[str, T], Generic[T]):
    """A read-only mapping from names to things, whose look-up errors teach.

    Args:
        kind: What the names stand for, in the singular, for messages: ``"objective"``.
        entries: The table itself.

    Raises:
        UnknownNameError: On a look-up of a name that is not there; names the nearest one.

    Example:
        >>> colours = Table("colour", {"red": 0xFF0000, "green": 0x00FF00})
        >>> colours["red"] == 0xFF0000
        True
        >>> colours["gren"]
        Traceback (most recent call last):
        ...
        zerosum.errors.UnknownNameError: unknown colour 'gren'; did you mean 'green'? Known: ...
    """

    def __init__(self, kind: str, entries: Mapping[str, T]) -> None:
        self.kind = kind
        self._entries = dict(entries)

    def __getitem__(self, name: str) -> T:
        if name in self._entries:
            return self._entries[name]
        near = get_close_matches(name, self._entries, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise UnknownNameError(
            f"unknown {self.kind} {name!r}{hint} Known: {', '.join(sorted(self._entries))}."
        )

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
