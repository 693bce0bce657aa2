"""Processes that need not import PyTorch, since they are forked from one that has.

To import all that a training needs takes longer than the trainings of tests. A process that was
forked is else as any other: it has its own files, can be killed, and knows nothing of its tests.

    python nursery.py SOCKET      forks a process for each request that comes over the socket
"""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from select import select
from typing import IO, NoReturn

__all__ = ["Forked", "fork"]

_LONGEST = 2**16
_IMPORTED = (
    "helpers.forked_commands",
    "torch._dynamo",
    "torch.utils.tensorboard",
    "zerosum.cli",
    "zerosum.cli.report",
    "zerosum.cli.resume",
    "zerosum.cli.train",
    "zerosum.jobs.training",
)


class Forked:
    """A process that was forked, with what is needed of `subprocess.Popen`.

    Args:
        output: All that it prints.
        keeper: Where its number comes first, and then how it ended.
    """

    def __init__(self, output: IO[str], keeper: IO[str]) -> None:
        self._output, self._keeper = output, keeper
        self.pid = int(keeper.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The code with which it ended; None if it has not."""
        if self.returncode is None and select([self._keeper], [], [], 0)[0]:
            self._wait()
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def communicate(self, timeout: float | None = None) -> tuple[str, None]:
        """What it printed, when it has ended.

        Raises:
            TimeoutError: It prints nothing for so many seconds, and does not end.
        """
        printed = bytearray()
        with self._output as output:
            while select([output], [], [], timeout)[0]:
                if not (part := os.read(output.fileno(), _LONGEST)):
                    self._wait()
                    return printed.decode(), None
                printed += part
        self.send_signal(signal.SIGKILL)
        raise TimeoutError(printed.decode())

    def _wait(self) -> None:
        if self.returncode is None:
            with self._keeper as keeper:
                self.returncode = int(keeper.readline())


def fork(function: str, *words: str) -> Forked:
    """Call a function in a process of its own, which ends as a command would.

    Args:
        function: Of words, as ``module:name``.
        words: Given to it.
    """
    (output, printed), (keeper, kept) = os.pipe(), os.pipe()
    asked = json.dumps([function, *words]).encode()
    socket.send_fds(_nursery(), [asked], [printed, kept])
    os.close(printed)
    os.close(kept)
    return Forked(os.fdopen(output), os.fdopen(keeper))


@cache
def _nursery() -> socket.socket:
    """The socket of the process that forks, of which there is one for all tests of a process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(
        [sys.executable, __file__, str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)  # Called before, by which the process ends.
    return ours


def _serve(asking: socket.socket) -> None:
    for name in _IMPORTED:
        import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # Nobody waits for those who keep.
    while (asked := socket.recv_fds(asking, _LONGEST, 2))[0]:
        request, (printed, kept), *_ = asked
        if os.fork() == 0:
            asking.close()
            _keep(json.loads(request), printed, kept)
        os.close(printed)
        os.close(kept)


def _keep(request: list[str], printed: int, kept: int) -> NoReturn:
    """Fork the process, and tell how it ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if (pid := os.fork()) == 0:
        os.close(kept)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        os.close(printed)
        _become(*request)
    os.close(printed)
    os.write(kept, f"{pid}\n".encode())
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.write(kept, f"{code}\n".encode())
    os._exit(0)


def _become(function: str, *words: str) -> NoReturn:
    module, _, name = function.partition(":")
    called: Callable[..., object] = getattr(import_module(module), name)
    called(*words)
    sys.exit(0)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    with socket.socket(fileno=int(sys.argv[1])) as asking:
        _serve(asking)
