"""Studios for tests: over a folder of their own, called without a network."""

from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

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
