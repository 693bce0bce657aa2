"""``status.json``: what a run does just now, for whoever looks at its folder."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from zerosum.status import Status, ending, kept, name_run, parse_status, telling

if TYPE_CHECKING:  # Who reads what runs do trains none.
    from zerosum.training.loop import Loop

__all__ = ["RunStatus", "Speed", "read_status", "told"]

_RECENT = 30.0
"""Seconds over which the speed is taken."""
_BEGINNING = 2.0
"""Seconds that say too little of how long the rest will take."""

State = Literal["training", "stopping", "stopped", "finished", "failed"]


@dataclass(frozen=True, kw_only=True)
class RunStatus(Status):
    """What a run does, or how its last session ended.

    Attributes:
        state: ``training``, ``stopping`` (it was asked to, and saves), ``stopped`` (it can go
            on), ``finished`` or ``failed``.
        phase: ``starting``, ``training``, ``evaluating``, ``saving``, ``finishing``; empty when
            it has ended.
        images: Real images seen.
        total_images: Real images that it is to see in all.
        images_per_second: How fast it trains, without what it does besides; None: not known yet.
    """

    state: State
    images: int
    total_images: int
    images_per_second: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether the session has ended."""
        return self.state not in ("training", "stopping")


def read_status(path: Path) -> RunStatus | None:
    """What a run does just now, by its ``status.json``; None where nothing can be known.

    A run whose process was killed is ``stopped``.

    Args:
        path: The file.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "status.json"
        ...     _ = path.write_text('''{"pid": 1, "created": 0, "host": "gone", "updated": 0,
        ...         "state": "training", "phase": "saving", "images": 64, "total_images": 640}''')
        ...     status = read_status(path)
        >>> status.state, status.images
        ('stopped', 64)
    """
    status = parse_status(path, RunStatus)
    if status is None or status.is_over or status.is_alive():
        return status
    return replace(status, state="stopped", images_per_second=None, seconds_left=None)


@contextmanager
def told(path: Path, loop: "Loop[Any]", *, total: int) -> Iterator[None]:
    """Keep a run's ``status.json`` while its loop runs; only the main process does.

    Who follows the command by a file of its own is told which run it is.

    Args:
        path: The file.
        loop: What is played.
        total: Images at which the run ends.
    """
    if not loop.engine.is_main:
        yield
        return
    name_run(path.parent)
    seen = _Seen(loop, total)
    with telling("training", since=loop.images_seen) as seen.tell, kept(path, seen.now):
        try:
            yield
        except BaseException as error:
            seen.message = ending(error)
            seen.end = "failed" if seen.message is not None else "stopped"
            raise
        seen.end = "finished" if loop.images_seen >= total else "stopped"


class _Seen:
    """What can be seen of a loop from another thread."""

    def __init__(self, loop: "Loop[Any]", total: int) -> None:
        self.loop = loop
        self.total = total
        self.end: State | None = None
        self.message: str | None = None
        self.tell: Callable[[int, int], None] | None = None
        self._speed = Speed(total)

    def now(self) -> Mapping[str, Any]:
        images, phase = self.loop.images_seen, self.loop.activity or "training"
        if phase != "starting":  # What comes before the first round says nothing of the others.
            self._speed.see(images, time.monotonic(), is_training=phase == "training")
        if self.tell is not None:
            self.tell(images, self.total)
        state: State = self.end or ("stopping" if self.loop.is_stopping else "training")
        return {
            "state": state,
            "phase": "" if self.end else phase,
            "images": images,
            "total_images": self.total,
            "images_per_second": self._speed.rate,
            "seconds_left": None if self.end else self._speed.seconds_left,
            "message": self.message,
        }


class Speed:
    """How fast a run is, and how long it will take, seen from time to time.

    Args:
        total: Images at which the run ends.

    Example:
        >>> speed = Speed(1000)
        >>> for seconds, images in enumerate((0, 100, 100, 200)):
        ...     speed.see(images, float(seconds), is_training=seconds != 2)
        >>> speed.rate, speed.seconds_left
        (100.0, 12.0)
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.seconds_left: float | None = None
        self._rounds: deque[tuple[float, int]] = deque()  # Seconds of training, images.
        self._trained = 0.0
        self._last: float | None = None
        self._first: tuple[float, int] | None = None

    def see(self, images: int, now: float, *, is_training: bool) -> None:
        """Note where the run is.

        Args:
            images: Real images seen so far.
            now: The time, in seconds.
            is_training: Whether it plays, rather than evaluates or saves.
        """
        self._trained += now - self._last if self._last is not None and is_training else 0.0
        self._last = now
        before = self._rounds[-1][1] if self._rounds else None
        if before is not None and images < before:  # It was sent back.
            self._rounds.clear()
            self._first = before = None
        if images == before:
            return
        self._rounds.append((self._trained, images))
        while len(self._rounds) > 2 and self._rounds[1][0] < self._trained - _RECENT:
            self._rounds.popleft()
        if self._first is None:
            self._first = now, images
        elif now - self._first[0] >= _BEGINNING:
            pace = (now - self._first[0]) / (images - self._first[1])
            self.seconds_left = round(max(0, self.total - images) * pace, 1)

    @property
    def rate(self) -> float | None:
        """Images a second while it plays; None where that is not known yet."""
        if len(self._rounds) < 2 or self._rounds[-1][0] <= self._rounds[0][0]:
            return None
        (start, before), (end, after) = self._rounds[0], self._rounds[-1]
        return round((after - before) / (end - start), 1)
