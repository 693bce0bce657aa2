"""A process that computes, as the server sees it: started, asked, killed."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from zerosum.explaining import explain
from zerosum.studio.limited_log import LimitedLog

__all__ = ["LONGEST_LINE", "DiedError", "WorkerProcess"]

LONGEST_LINE = 2**26
"""Bytes of one answer, at most: a lesson's page with all its pictures has two million."""

Message = dict[str, Any]


class DiedError(Exception):
    """The process is no more."""


class WorkerProcess:
    """One process of the worker.

    Args:
        process: It, with pipes.
        log: Where all goes that it prints.
    """

    def __init__(self, process: Process, log: LimitedLog) -> None:
        self._process = process
        self._logging = asyncio.ensure_future(self._keep_log(log))

    @classmethod
    async def start(
        cls, tasks: str, log: LimitedLog, *, threads: int | None = None
    ) -> "WorkerProcess":
        """Start one.

        Args:
            tasks: The package whose modules it can be asked for.
            log: Where all goes that it prints.
            threads: In how many it computes; None: as many as it likes.

        Raises:
            DiedError: The system starts none: there is no memory, or there are too many.
        """
        limited = {} if threads is None else {"OMP_NUM_THREADS": str(threads)}
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "zerosum.studio.working", tasks),
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                limit=LONGEST_LINE,
                start_new_session=True,  # Ctrl-C is for the server, which ends the worker.
                # A module of ours is not to be taken from the folder where the studio was started.
                env={**os.environ, "PYTHONSAFEPATH": "1", **limited},
            )
        except OSError as error:
            log.write(f"{explain(error, 'the worker', 'started')}\n".encode())
            raise DiedError from error
        return cls(process, log)

    async def ready(self) -> Message:
        """Wait until it has imported what it needs.

        Raises:
            DiedError: It has died of that.
        """
        message = await self._read()
        ready: Message = message["ready"]
        return ready

    async def compute(
        self,
        number: int,
        task: str,
        arguments: Message,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Message:
        """Have it compute something.

        Returns:
            Its last message of that.

        Raises:
            DiedError: It has died meanwhile.
        """
        self._write(number=number, task=task, arguments=arguments)
        while "progress" in (message := await self._read()):
            if on_progress is not None:
                on_progress(*message["progress"])
        return message

    def cancel(self, number: int) -> None:
        """Tell it that nobody waits for a result any more."""
        self._write(cancel=number)

    async def kill(self) -> None:
        """End it and whatever it started, at once."""
        with suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        await self.ended()

    async def ended(self) -> int:
        """Wait until it has ended; how it did."""
        code = await self._process.wait()
        await asyncio.wait({self._logging}, timeout=1.0)  # Others may hold its pipe open.
        self._logging.cancel()
        return code

    def _write(self, **message: Any) -> None:
        assert self._process.stdin is not None
        with suppress(OSError, RuntimeError):  # That it has died is noticed when reading.
            self._process.stdin.write(json.dumps(message).encode("ascii") + b"\n")

    async def _read(self) -> Message:
        assert self._process.stdout is not None
        try:
            line = await self._process.stdout.readline()
        except ValueError as error:  # It is longer than any answer may be.
            raise DiedError from error
        if not line.endswith(b"\n"):
            raise DiedError
        message: Message = json.loads(line)
        return message

    async def _keep_log(self, log: LimitedLog) -> None:
        assert self._process.stderr is not None
        while text := await self._process.stderr.read(2**16):
            log.write(text)
