"""The running server: uvicorn, which ends at once, and waits without end for nobody."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from zerosum.studio.app import create_app
from zerosum.studio.security import HEADERS, PAGE_POLICY
from zerosum.studio.studio import Studio

__all__ = ["Patient", "run_server", "server_of"]

_HEAD_BYTES = 2**17
"""An id of an event, which a client sends back, tells of up to a hundred topics."""
_HEAD_SECONDS = 10.0
_IDLE_SECONDS = 5
_TAKING_SECONDS = 60.0
_MOST_CONNECTIONS = 300
_GRACE = 1
"""Seconds in which open answers may end when the server does."""


def run_server(studio: Studio, listener: socket.socket, answering: Callable[[], None]) -> None:
    """Serve until the process is interrupted.

    Args:
        studio: What is served.
        listener: A socket that listens.
        answering: Called once the server answers.

    Raises:
        ZerosumError: Of what works for the studio, something could not be started.
        OSError: ``answering`` could not tell anybody.
    """
    server = server_of(studio, answering)
    try:
        server.run(sockets=[listener])
    except SystemExit:
        if studio.failure is None:
            raise
    if studio.failure is not None:
        raise studio.failure


def server_of(studio: Studio, answering: Callable[[], None] = lambda: None) -> "_Server":
    """The server of a studio, which runs by its method ``run``.

    Args:
        studio: What is served.
        answering: Called once it answers.
    """
    config = uvicorn.Config(
        create_app(studio),
        http=Patient,
        loop="asyncio",
        ws="none",
        log_level="error",
        access_log=False,
        server_header=False,
        h11_max_incomplete_event_size=_HEAD_BYTES,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_GRACE,
    )
    return _Server(config, studio, answering)


class _Server(uvicorn.Server):
    """Ends all answers that would go on, then itself."""

    def __init__(
        self, config: uvicorn.Config, studio: Studio, answering: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._studio = studio
        self._answering = answering

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            return
        try:
            self._answering()
        except OSError as error:  # Nobody can be told the address.
            self._studio.failure = error
            self.should_exit = True
            await self.shutdown(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._studio.closing.set()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take an interruption as the end that it is meant to be, and not as a fault."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {
            each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.should_exit = True


class Patient(H11Protocol):
    """A connection that is given up where nothing comes of it.

    Who opens many, sends the head of a request letter by letter, or takes no bytes of an answer,
    would otherwise keep others from theirs.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._timer: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None

    @property
    def is_answering(self) -> bool:
        """Whether a request has come whose answer is not complete."""
        return self.cycle is not None and not self.cycle.response_complete

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for a request, and for no more connections than there is room for."""
        assert isinstance(transport, asyncio.Transport)
        if len(self.connections) >= _MOST_CONNECTIONS:
            self._make_room()
        super().connection_made(transport)
        if len(self.connections) > _MOST_CONNECTIONS:
            transport.abort()
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of a head, unless this was it."""
        super().data_received(data)
        if self.is_answering:
            self._stop_waiting()
        elif self._timer is None:
            self._await_head()

    def pause_writing(self) -> None:
        """Give it up unless it takes something in a while."""
        super().pause_writing()
        if self._taking is None:
            self._taking = self.loop.call_later(_TAKING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, with the headers of all answers."""
        headers = {**HEADERS, "Content-Security-Policy": PAGE_POLICY}
        headers |= {"Content-Type": "text/plain; charset=utf-8", "Connection": "close"}
        parts: tuple[Any, ...] = (
            h11.Response(status_code=400, headers=list(headers.items()), reason=b"Bad Request"),
            h11.Data(data=msg.encode("ascii")),
            h11.EndOfMessage(),
        )
        for part in parts:
            self.transport.write(self.conn.send(part) or b"")
        self.transport.close()

    def _await_head(self) -> None:
        self._timer = self.loop.call_later(_HEAD_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if not self.is_answering:
            self.transport.abort()

    def _make_room(self) -> None:
        """Close the connection that has waited longest for a request."""
        idle = [each for each in self.connections if not getattr(each, "is_answering", True)]
        waiting = [each for each in idle if isinstance(each, Patient) and each._timer is not None]
        if waiting:
            longest = min(waiting, key=lambda each: each._timer.when() if each._timer else 0.0)
            longest.transport.abort()
            self.connections.discard(longest)
