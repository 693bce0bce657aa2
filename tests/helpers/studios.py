"""Studios for tests: over a folder of their own, without a network or in a process."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.testclient import TestClient

from helpers.runs_in_processes import environment
from zerosum.config.commands.studio import StudioConfig
from zerosum.errors import ZerosumError
from zerosum.studio import create_app
from zerosum.studio.home import Home
from zerosum.studio.queue import working_queue
from zerosum.studio.studio import Studio
from zerosum.studio.worker import RefusedError, Worker

TOKEN = "t" * 43


class NearWorker(Worker):
    """Does what a worker does, in this process."""

    def __init__(self) -> None:
        super().__init__(Path("no/such.log"))
        self.state = "ready"

    async def start(self) -> None:
        """Nothing is to be started."""

    async def stop(self) -> None:
        """Nothing is to be ended."""

    async def ask(self, task: str, arguments: Mapping[str, Any], **options: Any) -> Any:
        run = import_module(f"zerosum.studio.tasks.{task}").run
        try:
            return await asyncio.to_thread(run, dict(arguments), lambda done, total: None)
        except ZerosumError as error:
            raise RefusedError(str(error), getattr(error, "field", None)) from error


def studio_over(runs: Path, *, data: tuple[Path, ...] = (), **parts: Any) -> Studio:
    """A studio whose token is known; ``parts`` are limits, and what works for it instead."""
    options = StudioConfig(data=data, browser=False, port=0)
    shelf, queue = working_queue(Home(runs))
    near = {name: NearWorker() for name in ("worker", "live", "long")}
    usual = {"shelf": shelf, "queue": queue, **near}
    return Studio(home=Home(runs), options=options, token=TOKEN, **{**usual, **parts})


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
