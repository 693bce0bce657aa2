"""All that the routes of the studio's server share."""

from asyncio import Event
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from zerosum.config.commands.studio import StudioConfig
from zerosum.errors import ZerosumError
from zerosum.studio.home import Home
from zerosum.studio.queue import Queue
from zerosum.studio.shelf import Shelf
from zerosum.studio.worker import Worker

__all__ = ["Limits", "Studio"]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much may be sent by the browser.

    Attributes:
        upload_bytes: Of one request, and of one file.
        upload_files: In one folder of uploads.
        pixels: Of one picture.
    """

    upload_bytes: int = 2 * 2**30
    upload_files: int = 100_000
    pixels: int = 100_000_000


@dataclass(kw_only=True)
class Studio:
    """A studio: a folder of runs, how it is served, and who works for it.

    Attributes:
        home: The folder of runs, and what is kept beside them.
        options: How it is served.
        token: What every call must carry.
        limits: How much may be sent.
        shelf: Knows a summary of every run.
        queue: Starts the trainings.
        worker: Does what needs torch.
        live: Does so for pages that use networks, which wait for no lesson and no estimate.
        long: Likewise what takes longer than a moment there, so that no slider waits for it.
        failure: Why the server could not begin its work.
        closing: Set when the server ends, for answers that would go on without end.
    """

    home: Home
    options: StudioConfig
    token: str
    shelf: Shelf
    queue: Queue
    worker: Worker
    live: Worker
    long: Worker
    limits: Limits = field(default_factory=Limits)
    failure: ZerosumError | OSError | None = field(default=None, init=False)
    closing: Event = field(default_factory=Event, init=False)

    @property
    def data_folders(self) -> tuple[Path, ...]:
        """Folders from which pictures may be taken: those named, or the one it was started in."""
        return tuple(each.absolute() for each in self.options.data or (Path(),))

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Have worker and queue at work within; the other workers begin when they are needed."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.live.stop)
            stack.push_async_callback(self.long.stop)
            for each in (self.worker, self.queue):
                await each.start()
                stack.push_async_callback(each.stop)
            yield
