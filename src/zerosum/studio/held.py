"""What is costly to make, held as long as it is among the last that were used."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["Held"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Held(Generic[K, V]):
    """So many things by their keys; of more, the least recently used one goes.

    Args:
        most: How many.

    Example:
        >>> held = Held[str, int](2)
        >>> _ = held.put("a", 1), held.put("b", 2), held.get("a"), held.put("c", 3)
        >>> held.get("a"), held.get("b"), held.get("c")
        (1, None, 3)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._all: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """What is held under a key, which is used thereby; None where there is nothing."""
        if key not in self._all:
            return None
        self._all.move_to_end(key)
        return self._all[key]

    def put(self, key: K, value: V) -> V:
        """Hold something, in the place of what was held under its key, and give it."""
        self._all[key] = value
        self._all.move_to_end(key)
        if len(self._all) > self._most:
            self._all.popitem(last=False)
        return value
