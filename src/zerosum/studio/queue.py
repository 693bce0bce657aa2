"""The queue at work: of all servers over a folder of runs, one starts its jobs."""

import asyncio
import signal
import subprocess
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from filelock import FileLock, Timeout
from typing_extensions import TypedDict

from zerosum.errors import ZerosumError
from zerosum.explaining import explained
from zerosum.studio.home import Home
from zerosum.studio.jobs import Job, JobShown, Task
from zerosum.studio.keeping import sweep_trash
from zerosum.studio.launching import Outcome, last_words, launch, log_of, trace_of
from zerosum.studio.queue_file import Plan, QueueFile
from zerosum.studio.shelf import Shelf
from zerosum.studio.turns import device_of_auto

__all__ = ["EVERY", "Queue", "QueueShown", "working_queue"]


class QueueShown(TypedDict):
    """The queue as it is shown; ``trouble`` says why no job can be started just now."""

    jobs: list[JobShown]
    paused: bool
    schedules: bool
    trouble: str | None


EVERY = 0.5
"""Seconds between two looks at the queue."""
_WEIGHING = 0.02
"""Seconds at each look for counting the bytes of runs."""
_AGAIN = 10.0
"""Seconds after which a process that was interrupted, and goes on, is interrupted again."""


class Queue:
    """Starts what is to be started, and notes what has ended, while it holds the queue's lock.

    A server may be killed between any two of its steps: that a job is to start is written before
    its process begins, and the process claims the job before it does anything. See `launched`.

    Args:
        home: Whose queue.
        file: Where it is written down.
        shelf: Which tells whose turn it is.

    Attributes:
        file: Where it is written down.
        trouble: Why the queue cannot be worked just now.
    """

    def __init__(self, home: Home, file: QueueFile, shelf: Shelf) -> None:
        self.trouble: str | None = None
        self._home = home
        self.file = file
        self._shelf = shelf
        self._lock = FileLock(home.lock, thread_local=False)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._interrupted: dict[str, float] = {}
        self._wake = Event()
        self._is_closed = False
        self._thread: Thread | None = None

    @property
    def schedules(self) -> bool:
        """Whether it is this server that starts jobs."""
        return self._lock.is_locked

    def shown(self) -> QueueShown:
        """The queue as it is shown."""
        return QueueShown(
            jobs=self._shelf.jobs(),
            paused=self.file.read().paused,
            schedules=self.schedules,
            trouble=self.trouble,
        )

    def add(self, make: Callable[[Plan], Task]) -> Job:
        """Put a job at the end, and look whether it may start.

        Args:
            make: From the plan to what is to be done; raises an error where it may not be.
        """
        job = self.file.add(make)
        self.wake()
        return job

    def stop_job(self, identity: str) -> bool:
        """Have a job that runs saved and ended; take any other one out of the list.

        Args:
            identity: Which one.

        Returns:
            Whether it runs, and ends by itself soon.
        """

        def edit(plan: Plan) -> Plan:
            if plan.find(identity).course.state == "running":
                return plan.with_course(identity, is_stopping=True)
            return plan.without(identity)

        is_left = any(job.id == identity for job in self.file.change(edit).jobs)
        self.wake()
        return is_left

    def log_of_run(self, name: str) -> Path | None:
        """Where all is that the last training of a run has printed; None where it had no job.

        Args:
            name: The run.
        """
        jobs = self.file.read().jobs
        own = [job for job in jobs if job.task.run == name and job.task.trains]
        last = max(own, key=lambda job: job.course.started or 0, default=None)
        return None if last is None else log_of(self._home, last)

    async def start(self) -> None:
        """Work the queue in a thread, until `stop`."""
        self._thread = Thread(target=self._work, name="zerosum-queue", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Start no more jobs; those that run go on."""
        await asyncio.to_thread(self.close)

    def wake(self) -> None:
        """Look at the queue at once: it was edited."""
        self._wake.set()

    def close(self) -> None:
        """As `stop`, where nobody else waits."""
        self._is_closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self._lock.release(force=True)
        for child in self._children.values():
            if child.poll() is None:
                child.returncode = 0  # It outlives us, and Python would warn of that.

    def tick(self) -> None:
        """Take the steps that are due.

        Raises:
            ZerosumError: The queue can be neither read nor written.
        """
        if not self._holds_lock():
            return
        running = [job for job in self.file.read().jobs if job.course.state == "running"]
        for job in running:
            self._attend(job)
        self._reap({job.id for job in running})
        for identity, reason in self._shelf.reasons().items():
            if reason is None:
                self._begin(identity)

    def _work(self) -> None:
        # First, so that who asks first need not wait for all to be read.
        self._try(self._shelf.summaries)
        while not self._is_closed:
            if self._try(self.tick) and self._try(lambda: self._shelf.weigh(_WEIGHING)):
                self.trouble = None
            self._wake.wait(EVERY)
            self._wake.clear()

    def _try(self, step: Callable[[], object]) -> bool:
        """Take a step, and say of whatever goes wrong; without the thread no job would start."""
        try:
            step()
        except (ZerosumError, OSError) as error:
            self.trouble = str(error)
            return False
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            if said != self.trouble:  # Twice a second would be too often.
                traceback.print_exc()
            self.trouble = said
            return False
        return True

    def _holds_lock(self) -> bool:
        """Whether this server has the lock, or gets it because the other one has ended."""
        if not self._lock.is_locked:
            with explained(self._home.lock), suppress(Timeout):
                self._home.state.mkdir(parents=True, exist_ok=True)
                self._lock.acquire(timeout=0)
                sweep_trash(self._home)
        return self._lock.is_locked

    def _begin(self, identity: str) -> None:
        """Write down that a job starts, then start it."""
        started = time.time()

        def edit(plan: Plan) -> Plan:
            still = [job for job in plan.jobs if job.id == identity]
            if not still or still[0].course.state != "waiting":
                return plan  # Somebody has removed it meanwhile.
            return plan.with_course(identity, state="running", started=started)

        for job in self.file.change(edit).jobs:
            if job.id == identity and job.course.started == started:
                self._launch(job)

    def _launch(self, job: Job) -> None:
        try:
            self._children[job.id] = launch(self._home, job)
        except ZerosumError as error:
            self._end(job, Outcome("failed", str(error)))

    def _attend(self, job: Job) -> None:
        """Note how a job has ended; see to one that is to start or to stop."""
        child = self._children.get(job.id)
        code = None if child is None else child.poll()
        trace = trace_of(self._home, job)
        if trace.outcome is not None:
            self._end(job, trace.outcome)
        elif trace.claim is not None:
            if job.course.is_stopping:
                self._interrupt(job)
        elif child is not None and code is not None:
            self._end(job, Outcome("failed", last_words(self._home, job) or _NEVER.format(code)))
        elif child is None and job.course.is_stopping:
            self._end(job, Outcome("stopped"))
        elif child is None:
            # Another server meant to start it, and was killed. If it did, this one does nothing.
            self._launch(job)

    def _interrupt(self, job: Job) -> None:
        now = time.monotonic()
        if now - self._interrupted.get(job.id, -_AGAIN) < _AGAIN:
            return
        self._interrupted[job.id] = now
        with suppress(ZerosumError):  # It may have ended by itself.
            trace_of(self._home, job).send(signal.SIGINT)

    def _end(self, job: Job, outcome: Outcome) -> None:
        self.file.change(
            lambda plan: plan.with_course(
                job.id, state=outcome.state, message=outcome.message, ended=time.time()
            )
        )

    def _reap(self, running: set[str]) -> None:
        """Ask for the end of processes that have ended, which the system keeps for us else."""
        for identity, child in list(self._children.items()):
            if child.poll() is not None and identity not in running:
                del self._children[identity]


def working_queue(
    home: Home, auto: Callable[[], str | None] = lambda: None
) -> tuple[Shelf, Queue]:
    """All that there is to see of a folder of runs, and its queue.

    Args:
        home: The folder.
        auto: The device that ``auto`` stands for, once somebody has found out.

    Example:
        >>> from pathlib import Path
        >>> shelf, queue = working_queue(Home(Path("no/such")))
        >>> queue.shown()["jobs"], queue.schedules
        ([], False)
    """
    file = QueueFile(home)
    shelf = Shelf(home, file, lambda: auto() or device_of_auto())
    return shelf, Queue(home, file, shelf)


_NEVER = "its process ended with code {} before it began."
