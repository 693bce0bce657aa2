"""Where the studio keeps what is not part of a run: RUNS/.studio.

    RUNS/.studio/
      token         what every call must carry; only its owner may read it
      queue.json    what is to be trained, in its order
      lock          held by the server that works the queue
      times.json    how long recipes take on this machine
      worker.log    what the worker printed; live.log and long.log likewise, for pages
                    that use networks
      jobs/ID/      started.json, log.txt, status.json and ended.json of one process
      trash/        runs that are just being deleted
      uploads/      pictures that came through the browser, a folder for each lot
      pictures/     single ones that pages use; the older ones go
      networks/     what is kept with networks that come with zerosum
    RUNS/.archive/  runs that were put away

Nothing else knows where things are.
"""

import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp

from zerosum.checks import require
from zerosum.explaining import explained
from zerosum.files import new_folder

__all__ = ["Home"]

_BYTES = 32
"""Of chance in a token; 43 letters in base 64."""


@dataclass(frozen=True)
class Home:
    """A folder of runs, and what the studio keeps beside them.

    Attributes:
        runs: The folder, which need not exist.

    Example:
        >>> Home(Path("runs")).queue.as_posix()
        'runs/.studio/queue.json'
    """

    runs: Path

    @property
    def state(self) -> Path:
        """The studio's own folder."""
        return self.runs / ".studio"

    @property
    def archive(self) -> Path:
        """Runs that were put away."""
        return self.runs / ".archive"

    @property
    def queue(self) -> Path:
        """What is to be trained, in its order."""
        return self.state / "queue.json"

    @property
    def lock(self) -> Path:
        """Held by the server that works the queue."""
        return self.state / "lock"

    @property
    def times(self) -> Path:
        """How long recipes take on this machine."""
        return self.state / "times.json"

    @property
    def worker_log(self) -> Path:
        """What the worker printed."""
        return self.state / "worker.log"

    @property
    def live_log(self) -> Path:
        """What the worker of pages that use networks printed."""
        return self.state / "live.log"

    @property
    def long_log(self) -> Path:
        """What the worker printed that has what takes longer there."""
        return self.state / "long.log"

    @property
    def pictures(self) -> Path:
        """Single pictures that pages use."""
        return self.state / "pictures"

    @property
    def networks(self) -> Path:
        """What is kept with networks that are no run's."""
        return self.state / "networks"

    @property
    def uploads(self) -> Path:
        """Pictures that came through the browser."""
        return self.state / "uploads"

    def made_with(self, key: str) -> Path:
        """Where lies what was made with a network: in its run, or here if it is none's.

        Args:
            key: The run's name, or ``@`` and the name of a network that comes with zerosum.

        Example:
            >>> Home(Path("runs")).made_with("faces").as_posix()
            'runs/faces'
            >>> Home(Path("runs")).made_with("@digits").as_posix()
            'runs/.studio/networks/@digits'
        """
        return self.networks / key if key.startswith("@") else self.runs / key

    def job(self, identity: str) -> Path:
        """The folder of one job."""
        return self.state / "jobs" / identity

    def token(self) -> str:
        """What every call must carry: made once, so that an open page outlives the server.

        Raises:
            FileError: It can be neither read nor written.
            ConfigError: The file holds none.
        """
        path = self.state / "token"
        with explained(path), new_folder(self.state):
            if not path.exists():
                _write_once(path, secrets.token_urlsafe(_BYTES))
            token = path.read_text(encoding="utf-8", errors="replace").strip()
        # With an empty one everybody would be let in.
        require(
            re.fullmatch(r"[\w-]{43,}", token, re.ASCII) is not None,
            f"{path} holds no token of the studio; delete it, and a new one is made.",
        )
        return token


def _write_once(path: Path, text: str) -> None:
    """Make a file that only its owner may read, whole or not at all; one that is there stays."""
    file, name = mkstemp(dir=path.parent, prefix=".token-")
    try:
        os.write(file, text.encode("ascii"))
        with suppress(FileExistsError):  # Another server was faster: its token holds.
            os.link(name, path)
    finally:
        os.close(file)
        Path(name).unlink()
