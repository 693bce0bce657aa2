"""The next batch is made ready while this one is played."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from zerosum.training.loop import BatchStream

__all__ = ["Prefetched"]

BatchT = TypeVar("BatchT")


class Prefetched(Generic[BatchT]):
    """Batches of which the one after the last is read by a thread of its own.

    Which images a batch has follows from its position alone, so nothing is lost or played twice
    whatever was prefetched. Meant for devices that compute beside the host: on a CPU the thread
    would take from the game what it saves.

    Args:
        batches: Where they come from; asked by one thread at a time.

    Example:
        >>> from types import SimpleNamespace
        >>> tens = SimpleNamespace(size_at=lambda position: 10, at=lambda position: position // 10)
        >>> batches = Prefetched(tens)
        >>> [batches.at(position) for position in (0, 10, 20, 70)]
        [0, 1, 2, 7]
    """

    def __init__(self, batches: BatchStream[BatchT]) -> None:
        self.batches = batches
        self._next: tuple[int, Future[BatchT]] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="prefetch")

    def size_at(self, position: int) -> int:
        """How many images the batch has that begins at a position, over all processes."""
        return self.batches.size_at(position)

    def at(self, position: int) -> BatchT:
        """The batch that begins at a position; what failed in the thread is raised here."""
        if self._next is None or self._next[0] != position:
            self._prefetch(position)
        assert self._next is not None
        batch = self._next[1].result()
        self._prefetch(position + self.size_at(position))
        return batch

    def _prefetch(self, position: int) -> None:
        self._next = (position, self._thread.submit(self.batches.at, position))
