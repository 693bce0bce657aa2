"""How far a run is, on the terminal: a bar where there is one, a line a while elsewhere."""

import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, Task, TaskID, TaskProgressColumn, TextColumn
from rich.table import Column
from rich.text import Text

from zerosum.sizes import as_duration
from zerosum.training.loop import Loop, Record

__all__ = ["Display"]


class Display:
    """Share, time left, images, images per second, and each player's cost and accuracy.

    What does not fit into the terminal's width is cut off at the right, so what matters most
    comes first.

    Args:
        total: Images at which the run ends.
        quiet: Lines instead of a bar even on a terminal, and fewer of them.
        console: Where to write.
    """

    def __init__(self, *, total: int, quiet: bool = False, console: Console | None = None) -> None:
        self.total = total
        self.console = console or Console(stderr=True)
        self.has_bar = self.console.is_terminal and not quiet
        self.seconds_between_lines = 60.0 if quiet else 10.0
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._last = (0, 0.0)
        self._start: tuple[int, float] | None = None

    def started(self, loop: Loop[Any]) -> None:
        """Show the bar."""
        self._last = (loop.images_seen, time.monotonic())
        if not loop.engine.is_main or not self.has_bar:
            return
        self._bar = Progress(
            BarColumn(bar_width=18),
            TaskProgressColumn(),
            _Now(loop),
            console=self.console,
            expand=True,
        )
        self._bar.start()
        self._task = self._bar.add_task("", total=self.total, completed=loop.images_seen)

    def played(self, loop: Loop[Any], record: Record) -> None:
        """Count, and refresh at most a few times a second."""
        if not loop.engine.is_main:
            return
        now = time.monotonic()
        if self._start is None:  # What came before the first round says nothing of the others.
            self._start = (loop.images_seen, now)
        pause = 0.25 if self._bar is not None else self.seconds_between_lines
        if now - self._last[1] < pause:
            return
        loop.require_finite()
        rate = (loop.images_seen - self._last[0]) / (now - self._last[1])
        self._last = (loop.images_seen, now)
        seconds = (now - self._start[1]) / max(loop.images_seen - self._start[0], 1)
        left = max(0, self.total - loop.images_seen) * seconds
        text = (
            f"{as_duration(left)} left, {loop.images_seen:,} / {self.total:,} images, "
            f"{rate:,.0f} images/s, {_describe(record)}"
        )
        if self._bar is not None:
            self._bar.update(self._task, completed=loop.images_seen, description=text)
        else:
            share = min(1.0, loop.images_seen / self.total)
            self.console.print(f"{share:4.0%}  {text}", soft_wrap=True, highlight=False)

    def stopped(self, loop: Loop[Any]) -> None:
        """Take the bar away."""
        self.close()

    def close(self) -> None:
        """Take the bar away, also after an error."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


class _Now(TextColumn):
    """What takes the time just now, if it is not the game; then the numbers."""

    def __init__(self, loop: Loop[Any]) -> None:
        # The only column that gives way where the terminal is narrow.
        column = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        super().__init__("{task.description}", markup=False, table_column=column)
        self.loop = loop

    def render(self, task: Task) -> Text:
        activity = self.loop.activity
        return Text(", ".join(part for part in (activity, task.description) if part))


def _describe(record: Record) -> str:
    """Each player's cost and accuracy in the round just played."""
    parts = []
    for player, scores in sorted(record.items()):
        text = f"{player} {scores['cost'].item():.3f}"
        if "accuracy" in scores:
            text += f" ({100 * scores['accuracy'].item():.0f} %)"
        parts.append(text)
    return ", ".join(parts)
