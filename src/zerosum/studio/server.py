"""Serving the studio until it is interrupted."""

import webbrowser
from pathlib import Path

import uvicorn

from zerosum.config.commands.studio import StudioConfig
from zerosum.studio.app import create_app
from zerosum.studio.home import Home
from zerosum.studio.queue import working_queue
from zerosum.studio.studio import Studio
from zerosum.studio.worker import Worker

__all__ = ["serve"]


def serve(runs: Path, options: StudioConfig) -> None:
    """Serve the studio until it is interrupted.

    Args:
        runs: The folder of runs, which need not exist.
        options: How.

    Raises:
        ZerosumError: It cannot be served.
    """
    home = Home(runs)
    shelf, queue = working_queue(home)
    studio = Studio(
        home=home,
        options=options,
        token=home.token(),
        shelf=shelf,
        queue=queue,
        worker=Worker(home.worker_log),
    )
    address = f"http://{options.host}:{options.port}/#token={studio.token}"
    print(f"zerosum studio over {runs}: {address}", flush=True)
    if options.browser:
        webbrowser.open(address)
    uvicorn.run(create_app(studio), host=options.host, port=options.port, log_level="warning")
