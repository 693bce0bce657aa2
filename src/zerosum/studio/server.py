"""Serving the studio until it is interrupted."""

import errno
import os
import socket
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from zerosum.config.commands.studio import StudioConfig
from zerosum.errors import ConfigError, ZerosumError
from zerosum.packages import installation
from zerosum.studio.home import Home

if TYPE_CHECKING:
    from zerosum.studio.studio import Studio

__all__ = ["address_of", "has_screen", "listening", "serve"]

_BACKLOG = 128
_PACKAGES = ("fastapi", "python_multipart", "uvicorn")


def serve(runs: Path, options: StudioConfig) -> None:
    """Serve the studio until it is interrupted.

    Args:
        runs: The folder of runs, which need not exist.
        options: How.

    Raises:
        ZerosumError: It cannot be served.
    """
    _require_packages()
    if runs.is_file():
        raise ConfigError(f"RUNS must be a folder of runs, and {runs} is a file.")
    home = Home(runs)
    token = home.token()
    with listening(home, options) as listener, _marked(home, listener.getsockname()[1]):
        # Only now: that the port is taken is said at once.
        from zerosum.studio.queue import working_queue
        from zerosum.studio.serving import run_server
        from zerosum.studio.studio import Studio
        from zerosum.studio.worker import Worker

        port = listener.getsockname()[1]
        address = address_of(options.host, port, token)
        worker = Worker(home.worker_log)
        shelf, queue = working_queue(home, auto=lambda: worker.device)
        studio = Studio(
            home=home,
            options=options,
            token=token,
            shelf=shelf,
            queue=queue,
            worker=worker,
            live=Worker(home.live_log, threads=1),
            long=Worker(home.long_log, threads=1),
        )
        run_server(studio, listener, answering=lambda: _announce(studio, address))
    print("zerosum studio has stopped. Trainings go on.", flush=True)


def listening(home: Home, options: StudioConfig) -> socket.socket:
    """A socket that listens where it was told to.

    Args:
        home: Whose studio it is.
        options: Where.

    Raises:
        ZerosumError: It cannot listen there.
    """
    host, port = options.host, options.port
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise ConfigError(
            f"host must be an address of this machine, got {host!r}: {error}."
        ) from error
    # Only of sockets that name their protocol does asyncio know that they are TCP's, and has them
    # send at once (TCP_NODELAY): else each answer's second part waits 40 ms for a receipt.
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # There it does not let two listen at one port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _refused(error, home, options) from error
    return listener


def address_of(host: str, port: int, token: str) -> str:
    """What to open in the browser.

    Args:
        host: At which the studio listens; if these are all addresses, one of them is taken.
        port: Likewise.
        token: What is behind the ``#``, which browsers send to nobody.

    Example:
        >>> address_of("::1", 8420, "abc")
        'http://[::1]:8420/#token=abc'
        >>> address_of("0.0.0.0", 8420, "abc")
        'http://127.0.0.1:8420/#token=abc'
    """
    return f"http://{_named(host)}:{port}/#token={token}"


def _named(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "[::1]" if isinstance(address, IPv6Address) else "127.0.0.1"
    return f"[{host}]" if isinstance(address, IPv6Address) else host


def _refused(error: OSError, home: Home, options: StudioConfig) -> ZerosumError:
    """Why the system does not let anybody listen there."""
    if error.errno == errno.EADDRINUSE:
        if _is_served(home, options.port):
            address = address_of(options.host, options.port, home.token())
            return ConfigError(
                f"A studio over {home.runs} is running already. Open {address}, or have a second "
                "one choose a free port: --port 0."
            )
        return ConfigError(
            f"port {options.port} is in use by another program. Choose another one, or any that "
            "is free: --port 0."
        )
    if error.errno == errno.EACCES:
        return ConfigError(
            f"port {options.port} is kept for administrators; choose one from 1024 on, or any "
            "that is free: --port 0."
        )
    reason = error.strerror or str(error)
    return ConfigError(f"host must be an address of this machine, got {options.host!r}: {reason}.")


def _is_served(home: Home, port: int) -> bool:
    """Whether whoever has the port is a studio over this folder of runs."""
    mark = _mark(home, port)
    try:
        mark.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    mark.release()
    return False


@contextmanager
def _marked(home: Home, port: int) -> Iterator[None]:
    mark = _mark(home, port)
    with suppress(Timeout, OSError):  # Where locks are not to be had, a message is less clear.
        mark.acquire(timeout=0)
    try:
        yield
    finally:
        if mark.is_locked:
            mark.release()
            Path(mark.lock_file).unlink(missing_ok=True)


def _mark(home: Home, port: int) -> FileLock:
    """Held by the studio that is served at a port; of one that was killed, by nobody."""
    return FileLock(home.state / f"port-{port}.lock")


def _announce(studio: "Studio", address: str) -> None:
    """Say where the studio is, once it answers there."""
    print(f"zerosum studio over {studio.home.runs}: {address}", flush=True)
    if not _is_own(studio.options.host):
        print(
            "warning: others can reach it by this machine's name. Whoever has the token sees your "
            "pictures, starts trainings and fills the disk, and the connection is not encrypted. "
            "A tunnel is better: `zerosum studio --help` shows one.",
            file=sys.stderr,
        )
    if studio.options.browser and has_screen():
        # A browser may take its time, or even run until it is closed.
        Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def has_screen() -> bool:
    """Whether a browser would have a window; a browser of text would take the terminal."""
    if sys.platform != "linux" or "BROWSER" in os.environ:
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _is_own(host: str) -> bool:
    from zerosum.studio.security import is_loopback

    return is_loopback(host)


def _require_packages() -> None:
    missing = [each for each in _PACKAGES if find_spec(each) is None]
    if missing:
        raise ZerosumError(
            f"the studio needs packages that are not installed ({', '.join(missing)}): "
            f"{installation('studio')}."
        )
