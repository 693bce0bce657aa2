"""What the worker does: ``python -m zerosum.studio.working``, started by `zerosum.studio.worker`.

It reads requests and tells answers, a line of JSON each, over the pipes that it was started with.
Whatever libraries print goes to standard error, which the server keeps as a log of limited size.

    {"number": 1, "task": "lesson", "arguments": {...}}      a request; one at a time
    {"cancel": 1}                                            nobody wants that any more

    {"ready": {...}}                                         once, when it can be quick
    {"number": 1, "progress": [3, 10]}
    {"number": 1, "result": ...}
    {"number": 1, "refused": {"message": "...", "field": null}}     what a user can mend
    {"number": 1, "mistake": "TypeError: ..."}               of ours; the log has the traceback
    {"number": 1, "cancelled": true}
"""

import _thread
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from queue import SimpleQueue
from time import monotonic, sleep
from types import FrameType
from typing import Any, BinaryIO

from zerosum.errors import ZerosumError
from zerosum.explaining import explain

__all__ = ["Cancelled", "Talk", "answer", "main"]

_EVERY = 0.05
"""Seconds between two reports of progress: more often nobody can look."""

_TIMES = 60
"""Interruptions that are tried, while a module is being imported."""

Request = dict[str, Any]


class Cancelled(BaseException):
    """Nobody wants the result any more; no error, so that no library takes it for one."""


class Talk:
    """The conversation with the server.

    Args:
        requests: Lines come from here.
        replies: Lines go there.
        leave: Called when there will be no more requests, in a thread of its own, as something
            may be being computed.
    """

    def __init__(self, requests: BinaryIO, replies: BinaryIO, leave: Callable[[], None]) -> None:
        self._requests, self._replies, self._leave = requests, replies, leave
        self._waiting: SimpleQueue[Request] = SimpleQueue()
        self._cancelled: int | None = None
        self._interruptible: int | None = None
        signal.signal(signal.SIGINT, self._interrupt)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._requests:
            request = json.loads(line)
            if "cancel" in request:
                self._cancelled = request["cancel"]
                self._interrupt_soon()
            else:
                self._waiting.put(request)
        self._leave()

    def _interrupt_soon(self) -> None:
        """Have the main thread interrupted when it may be; whoever waits too long kills it."""
        for _ in range(_TIMES):
            if self._interruptible != self._cancelled:
                return
            _thread.interrupt_main()
            sleep(_EVERY)

    def _interrupt(self, _: int, frame: FrameType | None) -> None:
        """Leave what the main thread is computing, between two steps of Python."""
        wanted = self._interruptible is None or self._interruptible != self._cancelled
        # A module of which half was run would be broken for all that comes after.
        if not wanted and not _is_importing(frame):
            raise Cancelled

    @contextmanager
    def computing(self, number: int) -> Iterator[None]:
        """Within, a computation is left as soon as nobody wants it any more."""
        self._interruptible = number
        try:
            self._leave_if_cancelled(number)
            yield
        finally:
            self._interruptible = None

    def _leave_if_cancelled(self, number: int) -> None:
        if self._cancelled == number:
            raise Cancelled

    def next(self) -> Request:
        """The next request, when it comes."""
        return self._waiting.get()

    def tell(self, **message: Any) -> None:
        """Tell the server something."""
        line = json.dumps(message, allow_nan=False, separators=(",", ":"))
        interruptible, self._interruptible = self._interruptible, None
        self._replies.write(line.encode("ascii") + b"\n")
        self._replies.flush()
        self._interruptible = interruptible

    def progress(self, number: int) -> Callable[[int, int], None]:
        """What the task of a request calls; it raises `Cancelled` where nobody waits any more."""
        last = -_EVERY

        def tell(done: int, total: int) -> None:
            nonlocal last
            self._leave_if_cancelled(number)
            if monotonic() - last >= _EVERY or done == total:
                last = monotonic()
                self.tell(number=number, progress=[done, total])

        return tell


def _is_importing(frame: FrameType | None) -> bool:
    """Whether a module is being run for the first time, in this frame or one that called it."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def answer(talk: Talk, request: Request, tasks: str) -> None:
    """Do what a request asks for, and tell what comes of it.

    Args:
        talk: Where it is told.
        request: Its number, its task, and the task's arguments.
        tasks: The package whose modules are the tasks.
    """
    number = request["number"]
    try:
        run = import_module(f"{tasks}.{request['task']}").run
        with talk.computing(number):
            result = run(request["arguments"], talk.progress(number))
        talk.tell(number=number, result=result)
    except Cancelled:
        talk.tell(number=number, cancelled=True)
    except ZerosumError as error:
        field = getattr(error, "field", None)
        talk.tell(number=number, refused={"message": str(error), "field": field})
    except OSError as error:
        place, doing = (error.filename, "used") if error.filename else ("a file", "written")
        message = explain(error, place, doing)
        talk.tell(number=number, refused={"message": message, "field": None})
    except Exception as error:
        traceback.print_exc()
        talk.tell(number=number, mistake=f"{type(error).__name__}: {error}")


def main(tasks: str) -> None:
    """Answer requests until there will be no more.

    Args:
        tasks: The package whose modules are the tasks; its module ``warm`` is run first.
    """
    requests, replies = _pipes()
    talk = Talk(requests, replies, _end)
    talk.tell(ready=import_module(f"{tasks}.warm").run({}, lambda done, total: None))
    while True:
        answer(talk, talk.next(), tasks)


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the server; what others read is empty, and what they print goes to the log."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return os.fdopen(requests, "rb"), os.fdopen(replies, "wb")


def _end() -> None:
    """End this process and those that it started, in the middle of whatever they do."""
    if os.name == "posix" and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
