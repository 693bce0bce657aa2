"""Worker processes that may die, hang or grow: each trial is watched from outside."""

import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import psutil

from damaged.judging import Fault
from damaged.trial import Trial, Verdict, describe, plan, run

__all__ = ["MEMORY_LIMIT", "Job", "Result", "run_jobs"]

MEMORY_LIMIT = 1 << 30
"""Bytes that a worker may have resident, zerosum and torch included (they take 0.3 to 0.7 GB)."""

_HEADROOM = 4 << 30
_PRINTED = 10_000
_CHECK_EVERY = 0.02
_TRIALS_PER_WORKER = 250
_HEAVY = 4  # times as long as others may heavy attacks take
_MUCH = 100 << 20
"""Bytes more than a worker began with; of so many it keeps some, which the next does not take."""
_PRELOADED = [f"zerosum.data.{name}" for name in ("audit", "sources.opening", "store")]
"""What imports PyTorch, once for all workers; ``zerosum.data`` itself is lazy."""


@dataclass(frozen=True)
class Job:
    """A trial by its numbers, and how to make it."""

    seed: int
    number: int
    make: Callable[[int, int], Trial] = plan


@dataclass(frozen=True)
class Result:
    """What came of a job.

    Attributes:
        job: The job.
        reader: What the input was for.
        what: What was done to it.
        verdict: The judge's.
        peak: The most memory that was resident, in bytes; None if the worker died.
        seconds: How long it took.
    """

    job: Job
    reader: str
    what: str
    verdict: Verdict
    peak: int | None
    seconds: float


def run_jobs(
    jobs: Iterable[Job], *, workers: int, seconds: float, keep: Path | None = None
) -> Iterator[Result]:
    """Run jobs in processes of their own; results come in the order in which they end.

    Args:
        jobs: What to run.
        workers: How many processes.
        seconds: After how long a job is said to hang.
        keep: Where the inputs of jobs with faults are moved to.
    """
    waiting = iter(jobs)
    with tempfile.TemporaryDirectory(prefix="damaged-inputs-") as scratch:
        crew = [_Worker(Path(scratch, str(i)), seconds, keep) for i in range(workers)]
        try:
            busy = {worker for worker in crew if worker.take(next(waiting, None))}
            while busy:
                wait([worker.connection for worker in busy], timeout=_CHECK_EVERY)
                for worker in list(busy):
                    result = worker.look()
                    if result is not None:
                        yield result
                        if not worker.take(next(waiting, None)):
                            busy.discard(worker)
        finally:
            for worker in crew:
                worker.stop()


class _Worker:
    """One process, started again when it dies or has worked long enough."""

    def __init__(self, folder: Path, seconds: float, keep: Path | None) -> None:
        self.folder, self.seconds, self.keep = folder, seconds, keep
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(_PRELOADED)
        self.job: Job | None = None
        self._start()

    def _start(self) -> None:
        self.connection, theirs = self.context.Pipe()
        self.process = self.context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.done, self.first, self.largest = 0, 0, 0

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()

    def take(self, job: Job | None) -> bool:
        """Begin a job, if there is one."""
        if job is None:
            return False
        if self.done >= _TRIALS_PER_WORKER or self.largest > self.first + _MUCH:
            self.stop()
            self._start()
        self.job, self.reader, self.what = job, "", "while the input was made"
        self.began, self.most, self.patience = time.monotonic(), 0, _HEAVY * self.seconds
        self.connection.send((job, self.folder))
        self.done += 1
        return True

    def look(self) -> Result | None:
        """The result, if the job has ended or is ended now."""
        try:
            while self.connection.poll():
                message = self.connection.recv()
                if isinstance(message, _Begun):
                    self.reader, self.what = message.reader, message.what
                    self.first = self.first or message.resident
                    self.patience = self.seconds * (_HEAVY if message.heavy else 1)
                    self.began = time.monotonic()
                else:
                    return self._finish(*message)
        except (EOFError, ConnectionResetError):
            return self._bury(f"exit code {self._exit_code()}", "died")
        self.most = max(self.most, _resident(self.process.pid))
        if self.most > MEMORY_LIMIT:
            return self._bury(f"{self.most / 2**30:.2f} GB, stopped", "memory")
        if time.monotonic() - self.began > self.patience:
            return self._bury(f"not done after {self.patience:.0f} s", "hang")
        return None

    def _exit_code(self) -> int | None:
        self.process.join()
        return self.process.exitcode

    def _bury(self, detail: str, kind: str) -> Result:
        peak = self.most
        self.stop()
        result = self._finish(Verdict(kind, (Fault(kind, detail),)), peak or None)
        self._start()
        return result

    def _finish(self, verdict: Verdict, peak: int | None) -> Result:
        assert self.job is not None
        seconds = time.monotonic() - self.began
        self.largest = max(self.largest, peak or 0)
        if peak is not None and peak > MEMORY_LIMIT and verdict.word != "memory":
            fault = Fault("memory", f"{peak / 2**30:.2f} GB")
            verdict = Verdict("memory", (*verdict.faults, fault))
        if verdict.faults and self.keep is not None:
            self._keep(self.keep / f"{self.job.seed}-{self.job.number}")
        _remove(self.folder)
        return Result(self.job, self.reader, self.what, verdict, peak, seconds)

    def _keep(self, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        _remove(place)
        if (self.folder / "input").exists():
            subprocess.run(["mv", self.folder / "input", place], check=True)


def _remove(folder: Path) -> None:
    """Not by shutil: folders may be deeper than Python can go."""
    subprocess.run(["rm", "-rf", folder], check=True)


@dataclass(frozen=True)
class _Begun:
    reader: str
    what: str
    heavy: bool
    resident: int


def _serve(connection: Connection) -> None:
    """Do jobs until the end; runs in the worker."""
    printed = Path(f"/proc/self/fd/{_redirect_output()}")
    limit = _data_size() + _HEADROOM
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        job, folder = connection.recv()
        try:
            trial = job.make(job.seed, job.number)
        except Exception as error:  # our own mistake, and not to be overlooked
            fault = Fault("no input could be made", describe(error))
            connection.send((Verdict("no input", (fault,)), None))
            continue
        resident = _resident(os.getpid())
        connection.send(_Begun(trial.reader, trial.what, trial.heavy, resident))
        _reset_peak()
        before = printed.stat().st_size
        verdict = run(trial, folder)
        said = printed.stat().st_size - before
        if said > _PRINTED:
            verdict = Verdict("noise", (*verdict.faults, Fault("noise", f"{said} bytes printed")))
        connection.send((verdict, _peak()))


def _redirect_output() -> int:
    """Let everything that is printed, by C libraries too, go into a file without a name."""
    file = tempfile.TemporaryFile()  # noqa: SIM115, it lives as long as the process
    sys.stdout.flush()
    os.dup2(file.fileno(), 1)
    os.dup2(file.fileno(), 2)
    return os.dup(file.fileno())


def _resident(process: int | None) -> int:
    with suppress(psutil.Error):
        resident: int = psutil.Process(process).memory_info().rss
        return resident
    return 0


def _data_size() -> int:
    return int(psutil.Process().memory_info().data)


def _reset_peak() -> None:
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """The most memory that was resident since the last reset, in bytes."""
    fields: dict[str, Any] = {}
    with suppress(OSError):
        lines = Path("/proc/self/status").read_text().splitlines()
        fields = dict(line.split(":", 1) for line in lines)
    if "VmHWM" in fields:
        return int(fields["VmHWM"].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
