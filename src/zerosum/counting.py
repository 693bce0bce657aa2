"""Progress of what may take long: a bar on a terminal; elsewhere a line now and then."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from zerosum.errors import printable
from zerosum.sizes import as_duration
from zerosum.status import telling

__all__ = ["Lines", "counting", "part_of"]

Told = Callable[[int, int], None]
"""Is told how much is done, and of how much."""


@contextmanager
def counting(
    text: str, *, quiet: bool, every: float = 30.0
) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on a terminal, for what may take long; elsewhere a line now and then.

    Whoever follows the command by its status file is told too, also where it is quiet.

    Args:
        text: What is being done.
        quiet: Never show it; None comes where nobody else is told.
        every: Seconds between two lines.
    """
    with telling(text) as tell, _shown(text, quiet=quiet, every=every) as show:
        yield _both(show, tell) if show and tell else show or tell


def _both(one: Told, other: Told) -> Told:
    def tell(done: int, total: int) -> None:
        one(done, total)
        other(done, total)

    return tell


@contextmanager
def _shown(text: str, *, quiet: bool, every: float) -> Iterator[Told | None]:
    """What is printed of it."""
    console = Console(stderr=True)
    if quiet:
        yield None
        return
    if not console.is_terminal:
        yield Lines(text, every=every)
        return
    # As a description and without markup, since a text may hold brackets and braces of a name.
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def part_of(
    progress: Callable[[int, int], None], number: int, count: int
) -> Callable[[int, int], None]:
    """The progress of one of several equal parts, told as that of all.

    Args:
        progress: That of all.
        number: Which part it is, from 0.
        count: How many there are.

    Example:
        >>> part_of(lambda done, total: print(done, "of", total), 1, 3)(5, 10)
        15 of 30
    """
    return lambda done, total: progress(number * total + done, count * total)


class Lines:
    """Tells on standard error how far something is, and how long it will take.

    What is over sooner than a first line would be due is not told of at all.

    Args:
        text: What is being done.
        every: Seconds between two lines.
        clock: What time it is, in seconds.

    Example:
        >>> from contextlib import redirect_stderr
        >>> times = iter([0.0, 4.0, 12.0, 40.0])
        >>> with redirect_stderr(sys.stdout):
        ...     tell = Lines("pgd attacks digits", every=10.0, clock=lambda: next(times))
        ...     for done in (1, 3, 10):
        ...         tell(done, 10)
        pgd attacks digits: 30 %, about 28 s left
        pgd attacks digits: done in 40 s
    """

    def __init__(
        self, text: str, *, every: float = 30.0, clock: Callable[[], float] = perf_counter
    ) -> None:
        self._text = printable(text)
        self._every = every
        self._clock = clock
        self._began = self._said = clock()

    def __call__(self, done: int, total: int) -> None:
        """Tell, if it is time to.

        Args:
            done: How much is done.
            total: Of how much.
        """
        now = self._clock()
        if now - self._said < self._every and (done < total or self._said == self._began):
            return
        self._said, spent = now, now - self._began
        if done < total:
            left = spent * (total - done) / max(done, 1)
            self._say(f"{100 * done // total} %, about {as_duration(left)} left")
        else:
            self._say(f"done in {as_duration(spent)}")

    def _say(self, what: str) -> None:
        print(f"{self._text}: {what}", file=sys.stderr, flush=True)
