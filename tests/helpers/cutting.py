"""A proxy that cuts connections, as trains, tunnels and closed lids do."""

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

__all__ = ["Cutting", "cutting"]


class Cutting:
    """Passes on what comes, and cuts streams of events somewhere.

    Args:
        port: Of the server.
        least: Bytes of an answer after which it may be cut.
        most: After which it is.

    Attributes:
        port: Its own.
        open: How many streams of events are open.
        cuts: How many it has cut.
    """

    def __init__(self, port: int, least: int, most: int) -> None:
        self._server, self._range = port, (least, most)
        self._random = random.Random(0)
        self.port = self.open = self.cuts = 0

    async def serve(self, ready: threading.Event, end: asyncio.Event) -> None:
        """Serve until the end."""
        server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await end.wait()
        server.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, to = await asyncio.open_connection("127.0.0.1", self._server)
        except OSError:
            writer.close()
            return
        stream = _Stream(self._random.randint(*self._range))
        asking = asyncio.ensure_future(self._ask(reader, to, stream))
        try:
            await self._answer(there, writer, stream)
        finally:
            self.open -= stream.is_open
            asking.cancel()
            for each in (writer, to):
                each.transport.abort()

    async def _answer(
        self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, stream: "_Stream"
    ) -> None:
        """Pass on what is answered, as far as it is to go."""
        with suppress(OSError, asyncio.CancelledError):  # The latter when the proxy ends.
            while part := await there.read(max(1, min(stream.room, 2**16))):
                writer.write(part)
                await writer.drain()
                stream.room -= len(part) if stream.is_open else 0
                if stream.room <= 0:
                    self.cuts += 1
                    return

    async def _ask(
        self, reader: asyncio.StreamReader, to: asyncio.StreamWriter, stream: "_Stream"
    ) -> None:
        """Pass on what is asked, and note when it is a stream; no other request follows that."""
        with suppress(OSError):
            while part := await reader.read(2**16):
                if b"GET /api/v1/events" in part:
                    stream.is_open = True
                    self.open += 1
                to.write(part)
                await to.drain()
        to.transport.abort()


@dataclass
class _Stream:
    """A connection: whether its answer is a stream of events, and when that is cut."""

    room: int
    is_open: bool = False


@contextmanager
def cutting(port: int, *, least: int, most: int) -> Iterator[Cutting]:
    """Such a proxy before a server, until the block ends."""
    proxy, ready = Cutting(port, least, most), threading.Event()
    loop, end = asyncio.new_event_loop(), asyncio.Event()

    def run() -> None:
        loop.run_until_complete(proxy.serve(ready, end))
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(asyncio.sleep(0.1))  # In which what was aborted is closed.
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait()
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()
