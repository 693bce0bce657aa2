"""How far a run is, on the terminal: a bar where there is one, a line a while elsewhere."""

import time
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from zerosum.training.loop import Loop, Record

__all__ = ["Display"]


class Display:
    """Images, images per second, time left, and each player's cost and accuracy.

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
        self._last = self._start = (0, 0.0)

    def started(self, loop: Loop[Any]) -> None:
        """Show the bar."""
        self._last = self._start = (loop.images, time.monotonic())
        if not loop.engine.is_main or not self.has_bar:
            return
        self._bar = Progress(
            TextColumn("{task.completed:,.0f} / {task.total:,.0f} images"),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}"),
            console=self.console,
            expand=True,
        )
        self._bar.start()
        self._task = self._bar.add_task("", total=self.total, completed=loop.images)

    def played(self, loop: Loop[Any], record: Record) -> None:
        """Count, and refresh at most a few times a second."""
        if not loop.engine.is_main:
            return
        now = time.monotonic()
        pause = 0.25 if self._bar is not None else self.seconds_between_lines
        if now - self._last[1] < pause:
            return
        rate = (loop.images - self._last[0]) / (now - self._last[1])
        self._last = (loop.images, now)
        text = f"{rate:,.0f} images/s  {_describe(record)}"
        if self._bar is not None:
            self._bar.update(self._task, completed=loop.images, description=text)
        else:
            left = (self.total - loop.images) / max(self._mean_rate(loop, now), 1e-9)
            self.console.print(
                f"{loop.images:,} / {self.total:,} images, {left / 60:.1f} min left, {text}",
                soft_wrap=True,
                highlight=False,
            )

    def stopped(self, loop: Loop[Any]) -> None:
        """Take the bar away."""
        self.close()

    def close(self) -> None:
        """Take the bar away, also after an error."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _mean_rate(self, loop: Loop[Any], now: float) -> float:
        return (loop.images - self._start[0]) / (now - self._start[1])


def _describe(record: Record) -> str:
    """Each player's cost and accuracy in the round just played."""
    parts = []
    for player, scores in sorted(record.items()):
        text = f"{player} {scores['cost'].item():.3f}"
        if "accuracy" in scores:
            text += f" ({100 * scores['accuracy'].item():.0f} %)"
        parts.append(text)
    return ", ".join(parts)
