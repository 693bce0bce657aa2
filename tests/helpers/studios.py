"""Studios for tests: over a folder of their own, without a network or in a process."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.testclient import TestClient

from helpers.runs_in_processes import environment
from zerosum.config.commands.studio import StudioConfig
from zerosum.studio import create_app
from zerosum.studio.home import Home
from zerosum.studio.studio import Studio

TOKEN = "t" * 43


def studio_over(runs: Path, *, data: tuple[Path, ...] = (), **parts: Any) -> Studio:
    """A studio whose token is known; ``parts`` are its shelf, queue, worker, limits."""
    options = StudioConfig(data=data, browser=False, port=0)
    return Studio(home=Home(runs), options=options, token=TOKEN, **parts)


def client_of(studio: Studio, *, token: str | None = TOKEN) -> TestClient:
    """Who calls it as its page does; ``with`` has shelf, queue and worker start and stop."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    app = create_app(studio)
    return TestClient(
        app, base_url="http://127.0.0.1:8420", headers=headers, raise_server_exceptions=False
    )


@contextmanager
def started(runs: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str, int, str]]:
    """A studio in a process of its own, with its host, port and token."""
    command = [sys.executable, "-m", "zerosum", "studio", str(runs), "--no-browser", *words]
    process = subprocess.Popen(
        command, env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        address = urlsplit(line.split(": ", 1)[1].strip() if ": " in line else "")
        assert address.hostname is not None, process.communicate()
        assert address.port is not None
        yield process, address.hostname, address.port, address.fragment.partition("=")[2]
    finally:
        process.kill()
        process.communicate()
