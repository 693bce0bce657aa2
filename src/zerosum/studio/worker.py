"""The worker: one process beside the server for all that needs PyTorch.

It is asked for tasks (`zerosum.studio.tasks`), one at a time; what somebody waits for at a page
comes before what can wait, and of that the newest first. The server itself imports neither torch
nor numpy, and neither a computation that hangs nor one that takes all memory can harm it.
"""

import asyncio
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Literal

from zerosum.studio.limited_log import LimitedLog
from zerosum.studio.refusals import StudioError
from zerosum.studio.worker_process import DiedError, Message, WorkerProcess

__all__ = ["DeadWorkerError", "MistakeError", "RefusedError", "SupersededError", "Worker"]

_TRIES = 2
"""How often something is computed of which the worker dies: it may be another's fault."""
_PATIENCE = 2.0
"""Seconds in which a computation that nobody wants any more must notice that."""

State = Literal["starting", "ready", "busy", "dead"]


class RefusedError(StudioError):
    """A task found something that a user can mend.

    Args:
        message: What.
        field: Name of the field to blame, if one is.

    Example:
        >>> RefusedError("rate must be at most 1, got 2.", "rate").field
        'rate'
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class MistakeError(StudioError):
    """A task met a mistake of ours; the log has its traceback."""

    status: ClassVar[int] = 500


class DeadWorkerError(StudioError):
    """The worker died of a task, or does not start."""

    status: ClassVar[int] = 503


class SupersededError(StudioError):
    """The same client has asked for something else meanwhile."""

    status: ClassVar[int] = 409


class _StillbornError(DiedError):
    """The process died before it was ready."""


@dataclass(eq=False, kw_only=True)
class _Request:
    """Something that is to be computed.

    Attributes:
        number: Which one it is.
        task: The module's name.
        arguments: The task's.
        on_progress: Told how far it is.
        key: Who waits for it; None: it can wait.
        doing: What it is, in words.
        reply: The result, or why there is none.
        left: Set when nobody waits for it any more.
    """

    number: int
    task: str
    arguments: Mapping[str, Any]
    on_progress: Callable[[int, int], None] | None
    key: Hashable
    doing: str
    reply: "asyncio.Future[Any]"
    left: asyncio.Event = field(default_factory=asyncio.Event)

    def leave(self, error: Exception | None = None) -> None:
        """Wait no more."""
        self.left.set()
        if error is not None and not self.reply.done():
            self.reply.set_exception(error)


class Worker:
    """One process that computes, restarted when it dies; see `ask`.

    Args:
        log: File for whatever it prints.
        tasks: The package whose modules it can be asked for.
        patience: Seconds after which a computation is killed that nobody wants any more.
        threads: In how many PyTorch computes; None: as many as it likes. Beside a training, which
            takes all cores, two that wait for each other take up to twenty times as long.

    Example:
        >>> Worker(Path("worker.log")).state
        'starting'
    """

    def __init__(
        self,
        log: Path,
        *,
        tasks: str = "zerosum.studio.tasks",
        patience: float = _PATIENCE,
        threads: int | None = None,
    ) -> None:
        self.state: State = "starting"
        self.doing: str | None = None
        self.device: str | None = None
        self._log, self._tasks, self._patience = LimitedLog(log), tasks, patience
        self._threads = threads
        self._numbers = count(1)
        self._requests: list[_Request] = []
        self._come = asyncio.Event()
        self._process: WorkerProcess | None = None
        self._working: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to work, in the background: the process will be warm when it is needed."""
        if self._working is None:
            self._working = asyncio.ensure_future(self._work())

    async def stop(self) -> None:
        """Work no more; what is being computed is lost."""
        if self._working is not None:
            self._working.cancel()
            with suppress(asyncio.CancelledError):
                await self._working
            self._working = None
        for request in self._requests:
            request.leave(DeadWorkerError("The studio is being stopped."))
        await self._end_process()
        self._say("dead")

    async def ask(
        self,
        task: str,
        arguments: Mapping[str, Any],
        *,
        on_progress: Callable[[int, int], None] | None = None,
        key: Hashable = None,
        doing: str = "",
    ) -> Any:
        """Have a task computed. Whoever stops waiting for it, by cancelling, has it cancelled.

        Args:
            task: A module of the package of tasks.
            arguments: What its ``run`` is given; plain values as JSON has them.
            on_progress: Called with how much is done and of how much.
            key: Who asks, where somebody waits at a page. What the same one asked before is
                cancelled, and what has no key comes later.
            doing: What it is, in words; by default the task's name.

        Returns:
            What the task's ``run`` gives.

        Raises:
            RefusedError: It found what a user can mend.
            SupersededError: The same client has asked for something else meanwhile.
            DeadWorkerError: The worker died of it, twice.
            MistakeError: It met a mistake of ours.
        """
        await self.start()
        self._supersede(key)
        request = _Request(
            number=next(self._numbers),
            task=task,
            arguments=arguments,
            on_progress=on_progress,
            key=key,
            doing=doing or task,
            reply=asyncio.get_running_loop().create_future(),
        )
        self._requests.append(request)
        self._come.set()
        try:
            return await request.reply
        finally:
            request.leave()
            self._requests.remove(request)

    def _supersede(self, key: Hashable) -> None:
        for each in self._requests:
            if key is not None and each.key == key:
                each.leave(SupersededError("Something else was asked for meanwhile."))

    async def _work(self) -> None:
        while True:
            with suppress(DiedError):  # Then the next request tries again.
                await self._living()
            request = await self._next()
            if request is not None:
                self._settle(request, await self._computed(request))
                if self.state == "busy":
                    self._say("ready")

    async def _next(self) -> _Request | None:
        """The request that is to be computed next, when there is one; None: the process died."""
        while not (waiting := [each for each in self._requests if not each.reply.done()]):
            self._come.clear()
            if await self._died_before(self._come.wait()):
                return None
        interactive = [each for each in waiting if each.key is not None]
        return interactive[-1] if interactive else waiting[0]

    async def _died_before(self, event: Any) -> bool:
        """Whether the process dies, if there is one, before something else happens."""
        waiting = {asyncio.ensure_future(event)}
        death = asyncio.ensure_future(self._process.ended()) if self._process else None
        try:
            done, _ = await asyncio.wait(
                waiting | ({death} if death else set()), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for each in waiting | ({death} if death else set()):
                each.cancel()
        if death not in done:
            return False
        await self._end_process()
        return True

    async def _computed(self, request: _Request) -> Message:
        """The answer to a request; where the process dies of it, another one is asked."""
        why = "died of this, twice; perhaps the machine has too little free memory."
        for _ in range(_TRIES):
            if request.left.is_set():
                return {"cancelled": True}
            try:
                process = await self._living()
                self._say("busy", request.doing)
                return await self._answer(process, request)
            except _StillbornError:
                why = "does not start."
                break
            except DiedError:
                await self._end_process()
        said = f" It said last: {self._log.last_line}" if self._log.last_line else ""
        return {"dead": f"The worker {why}{said} {self._log.path} says more."}

    async def _answer(self, process: WorkerProcess, request: _Request) -> Message:
        """What the process answers; nothing where nobody waits for it any more.

        Raises:
            DiedError: It died, or was killed since it did not notice.
        """
        computing = asyncio.ensure_future(
            process.compute(
                request.number, request.task, dict(request.arguments), request.on_progress
            )
        )
        leaving = asyncio.ensure_future(request.left.wait())
        try:
            await asyncio.wait({computing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not computing.done():
                process.cancel(request.number)
                await asyncio.wait({computing}, timeout=self._patience)
            if not computing.done():
                raise DiedError
            return computing.result()
        finally:
            computing.cancel()
            leaving.cancel()

    def _settle(self, request: _Request, answer: Message) -> None:
        reply = request.reply
        if reply.done() or "cancelled" in answer:
            return
        if "refused" in answer:
            refused = answer["refused"]
            reply.set_exception(RefusedError(refused["message"], refused["field"]))
        elif "mistake" in answer:
            message = (
                f"The worker made a mistake ({answer['mistake']}); {self._log.path} says more."
            )
            reply.set_exception(MistakeError(message))
        elif "dead" in answer:
            reply.set_exception(DeadWorkerError(answer["dead"]))
        else:
            reply.set_result(answer["result"])

    async def _living(self) -> WorkerProcess:
        """The process, started if there is none, when it is ready.

        Raises:
            DiedError: It dies of being started.
        """
        if self._process is None:
            self._say("starting")
            try:
                self._process = await WorkerProcess.start(
                    self._tasks, self._log, threads=self._threads
                )
                self.device = (await self._process.ready()).get("device")
            except DiedError:
                await self._end_process()
                self._say("dead")
                raise _StillbornError from None
            self._say("ready")
        return self._process

    async def _end_process(self) -> None:
        if self._process is not None:
            process, self._process = self._process, None
            await process.kill()

    def _say(self, state: State, doing: str | None = None) -> None:
        self.state, self.doing = state, doing
