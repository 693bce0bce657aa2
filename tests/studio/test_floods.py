"""Connections that come to nothing do not keep others from their answers."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from unittest.mock import patch

import pytest

from helpers.hostile import SEALS
from helpers.studios import TOKEN, studio_over
from helpers.waiting import until
from zerosum.studio import security, serving
from zerosum.studio.server import listening
from zerosum.studio.studio import Studio

LIMIT = 20.0
"""Seconds after which a test has failed."""


@contextmanager
def served(studio: Studio) -> Iterator[int]:
    """The studio behind a real port, in a thread."""
    with listening(studio.home, studio.options) as listener:
        server = serving.server_of(studio)
        thread = Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with (
        patch.multiple(
            serving, _HEAD_SECONDS=0.3, _IDLE_SECONDS=1, _TAKING_SECONDS=0.3, _MOST_CONNECTIONS=20
        ),
        patch.multiple(security, _BODY_SECONDS=0.3),
        served(studio_over(tmp_path)) as port,
    ):
        yield port


def head(port: int, *lines: str, start: str = "GET /api/v1/studio HTTP/1.1") -> bytes:
    known = [f"Host: 127.0.0.1:{port}", f"Authorization: Bearer {TOKEN}"]
    return "\r\n".join([start, *known, *lines, "", ""]).encode()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=LIMIT)


def is_answered(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    try:
        connection.request("GET", "/api/v1/studio", headers={"Authorization": f"Bearer {TOKEN}"})
        return connection.getresponse().status == 200
    finally:
        connection.close()


def ended(connection: socket.socket) -> bytes:
    """What comes until the other side ends the connection."""
    came = b""
    try:
        while piece := connection.recv(2**16):
            came += piece
    except ConnectionError:
        pass
    return came


def test_heads_that_never_end_are_given_up(port: int) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(port)) for _ in range(10)]
        for number, each in enumerate(slow):
            each.sendall(head(port)[: number * 5])
        assert is_answered(port)
        assert [ended(each) for each in slow] == [b""] * 10


def test_a_head_that_drips_is_given_up(port: int) -> None:
    with connected(port) as slow:
        try:
            for _ in range(round(LIMIT / 0.02)):
                slow.sendall(b"X")
                time.sleep(0.02)
        except ConnectionError:
            return
    pytest.fail("It was listened to without end.")


def test_a_second_head_that_never_ends_is_given_up(port: int) -> None:
    with connected(port) as slow:
        slow.sendall(head(port) + b"GET /")
        assert ended(slow).startswith(b"HTTP/1.1 200 OK")


def test_a_body_that_drips_is_given_up(port: int) -> None:
    with connected(port) as slow:
        lines = ("Content-Type: application/json", "Content-Length: 1000")
        slow.sendall(head(port, *lines, start="POST /api/v1/queue HTTP/1.1"))
        slow.sendall(b"[")
        assert is_answered(port)
        assert b"408 Request Timeout" in slow.recv(2**16)


def test_a_flood_of_connections_leaves_room(port: int) -> None:
    with ExitStack() as stack:
        idle = [stack.enter_context(connected(port)) for _ in range(100)]
        for _ in range(5):
            assert is_answered(port)
        for each in idle:
            ended(each)


def test_who_takes_no_bytes_is_given_up(port: int) -> None:
    with ExitStack() as stack:
        large = "GET /static/vendor/swagger-ui/swagger-ui-bundle.js HTTP/1.1"
        for _ in range(15):
            each = stack.enter_context(socket.socket())
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            each.settimeout(LIMIT)
            each.connect(("127.0.0.1", port))
            each.sendall(head(port, start=large))
        for _ in range(3):
            assert is_answered(port)


@pytest.mark.parametrize(
    "junk",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),  # TLS
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n b: c\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\nContent-Length: 3\r\n\r\nabc",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
        b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\r\n" * 1_000,
        b"\0" * 1_000,
    ],
    ids=range(14),
)
def test_what_is_no_http_is_refused(
    port: int, junk: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    with connected(port) as connection:
        with suppress(ConnectionError):  # It need not be listened to.
            connection.sendall(junk)
        answer = ended(connection).decode("latin-1")
    if answer:
        # Sent as data of another request, the rest gets its own answer.
        assert answer.startswith(("HTTP/1.1 400", "HTTP/1.1 403"))
        for name, value in SEALS.items():
            assert f"{name}: {value}".lower() in answer.lower()
    assert is_answered(port)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "lines",
    [
        (
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: x",
            "Sec-WebSocket-Version: 13",
        ),
        ("Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABk"),
        ("Connection: Upgrade", "Upgrade: TLS/1.0"),
    ],
)
def test_no_other_protocol_is_spoken(port: int, lines: tuple[str, ...]) -> None:
    with connected(port) as connection:
        connection.sendall(head(port, *lines, "Connection: close"))
        assert ended(connection).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(("said", "sent"), [("1000", b"[]"), ("1", b"[1, 2, 3]")])
def test_a_length_that_lies_breaks_nothing(port: int, said: str, sent: bytes) -> None:
    with connected(port) as connection:
        lines = ("Content-Type: application/json", f"Content-Length: {said}")
        connection.sendall(head(port, *lines, start="POST /api/v1/queue/order HTTP/1.1") + sent)
        connection.shutdown(socket.SHUT_WR)
        answer = ended(connection)
    assert b"200 OK" not in answer
    assert is_answered(port)


def test_uploads_that_break_off_leave_nothing(tmp_path: Path, port: int) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    lines = ("Content-Type: multipart/form-data; boundary=b", "Content-Length: 100000")
    for _ in range(3):
        with connected(port) as connection:
            connection.sendall(head(port, *lines, start="POST /api/v1/uploads/a HTTP/1.1") + part)
            connection.sendall(b"x" * 50_000)
    uploads = tmp_path / ".studio" / "uploads"
    until(lambda: uploads.is_dir() and not any(uploads.iterdir()))
    assert is_answered(port)
