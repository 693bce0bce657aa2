"""The studio as it is started: where it listens, how it ends, what it says when it cannot."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import patch

import pytest

from helpers.studios import started
from zerosum.config.commands.studio import StudioConfig
from zerosum.errors import ZerosumError
from zerosum.studio import Home, serve
from zerosum.studio.server import listening

ANYWHERE = StudioConfig(port=0, browser=False)


@contextmanager
def answer(host: str, port: int, path: str, token: str) -> Iterator[HTTPResponse]:
    connection = HTTPConnection(host, port, timeout=10)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    yield response
    response.close()
    connection.close()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_studio_ends_its_streams_and_itself(tmp_path: Path, sent: int) -> None:
    with started(tmp_path / "runs", "--port", "0") as (process, host, port, token):
        with answer(host, port, "/api/v1/events?topics=studio", token) as stream:
            assert stream.readline() == b": welcome\n"
            process.send_signal(sent)
            assert b"event: studio" in stream.read()  # to its regular end
        assert process.wait(10) == 0
        assert process.communicate() == ("zerosum studio has stopped. Trainings go on.\n", "")
        assert [each.name for each in (tmp_path / "runs" / ".studio").glob("port*")] == []


def test_a_port_in_use_is_named_with_what_to_do(tmp_path: Path) -> None:
    with started(tmp_path / "runs", "--port", "0") as (_, host, port, token):
        here = StudioConfig(port=port, browser=False)
        with pytest.raises(ZerosumError, match=rf"Open http://{host}:{port}/#token={token}, or"):
            serve(tmp_path / "runs", here)
        with pytest.raises(ZerosumError, match=rf"port {port} is in use by another program.*rt 0"):
            serve(tmp_path / "others", here)


def test_others_are_warned_of_who_can_reach_it(tmp_path: Path) -> None:
    with started(tmp_path, "--port", "0", "--host", "0.0.0.0") as (process, host, port, token):
        assert host == "127.0.0.1"
        with answer(host, port, "/api/v1/studio", token) as response:
            assert response.status == 200
        process.send_signal(signal.SIGINT)
        assert "Whoever has the token" in process.communicate()[1]


def test_an_address_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    for host in ("192.0.2.1", "no host", "x" * 70):
        with pytest.raises(ZerosumError, match="host must be an address of this machine"):
            listening(Home(tmp_path), StudioConfig(port=0, host=host))


@pytest.mark.skipif(not socket.has_ipv6, reason="there are no such addresses here")
def test_it_listens_at_an_address_of_version_6(tmp_path: Path) -> None:
    try:
        listener = listening(Home(tmp_path), StudioConfig(port=0, host="::1"))
    except ZerosumError:
        pytest.skip("there are no such addresses here")
    with listener:
        assert listener.family == socket.AF_INET6


def test_a_folder_of_runs_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ZerosumError, match=r"RUNS must be a folder of runs, and .*file is a file"):
        serve(tmp_path / "file", ANYWHERE)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ZerosumError, match="cannot be written: Permission denied"):
        serve(tmp_path / "runs", ANYWHERE)


def test_missing_packages_are_named_with_what_to_do(tmp_path: Path) -> None:
    def found(name: str) -> object:
        return None if name == "uvicorn" else find_spec(name)

    with (
        patch("zerosum.studio.server.find_spec", found),
        patch("zerosum.studio.server.installation", "pip install what {} needs".format),
        pytest.raises(ZerosumError, match=r"\(uvicorn\): pip install what studio needs"),
    ):
        serve(tmp_path, ANYWHERE)


def test_the_browser_is_opened_only_where_it_has_a_window(tmp_path: Path) -> None:
    from zerosum.studio.server import has_screen

    with patch.object(sys, "platform", "linux"), patch.dict(os.environ, clear=True):
        assert not has_screen()
        os.environ["DISPLAY"] = ":0"
        assert has_screen()


def test_answers_do_not_wait_for_receipts(tmp_path: Path) -> None:
    """Else what follows a hand comes 40 ms late."""

    async def is_sent_at_once() -> int:
        sent: list[int] = []

        def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted = writer.get_extra_info("socket")
            sent.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(answer, sock=listener):
            reader, writer = await asyncio.open_connection(*listener.getsockname()[:2])
            await reader.read()
            writer.close()
        return int(sent[0])

    with listening(Home(tmp_path), StudioConfig(port=0)) as listener:
        assert asyncio.run(is_sent_at_once())
