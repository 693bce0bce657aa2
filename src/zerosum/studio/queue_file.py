"""The file of the queue: small, replaced as a whole, which any number of servers may edit."""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Any

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from zerosum.explaining import explained
from zerosum.files import write_text
from zerosum.studio.home import Home
from zerosum.studio.jobs import Course, Job, Task
from zerosum.studio.reading import facts_of, read_part
from zerosum.studio.refusals import ConflictError, MissingError

__all__ = ["Plan", "QueueFile"]

_KEPT = 50
"""Jobs that are over and stay in the list."""
_MOST = 1_000
"""Jobs that may wait."""
_PATIENCE = 10.0
"""Seconds to wait for another server that is editing."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All jobs in their order, and whether new ones may begin."""

    jobs: tuple[Job, ...] = ()
    paused: bool = False
    version: int = 1

    def find(self, identity: str) -> Job:
        """The job of that name.

        Raises:
            MissingError: There is none.

        Example:
            >>> Plan().find("12")
            Traceback (most recent call last):
            ...
            zerosum.studio.refusals.MissingError: there is no job '12' (any more).
        """
        for job in self.jobs:
            if job.id == identity:
                return job
        raise MissingError(f"there is no job {identity!r} (any more).")

    def with_course(self, identity: str, **changes: Any) -> "Plan":
        """The plan in which something has become of a job.

        Args:
            identity: Which one.
            changes: Fields of its `Course`.
        """
        job = self.find(identity)
        changed = replace(job, course=replace(job.course, **changes))
        return replace(self, jobs=tuple(changed if it is job else it for it in self.jobs))

    def without(self, identity: str) -> "Plan":
        """The plan without a job."""
        gone = self.find(identity)
        return replace(self, jobs=tuple(job for job in self.jobs if job is not gone))


class QueueFile:
    """The queue of a folder of runs.

    Args:
        home: Where it is kept.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     queue = QueueFile(Home(Path(folder)))
        ...     job = queue.add(lambda plan: Task(kind="export", run="a", words=(), cwd="."))
        ...     queue.read().jobs == (job,)
        True
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._seen: tuple[tuple[int, int, int] | None, Plan] = (None, Plan())

    def read(self) -> Plan:
        """The plan as it stands.

        A file that holds none is put aside, and there is an empty one: trainings go on.

        Raises:
            FileError: It may not be read.
        """
        seen, plan = self._seen
        now = facts_of(self._home.queue)
        if now != seen:
            plan = self._read() if now is not None else Plan()
            self._seen = (now, plan)
        return plan

    def change(self, edit: Callable[[Plan], Plan]) -> Plan:
        """Edit the plan while no other server does.

        Args:
            edit: From the plan that is to the one that shall be.

        Raises:
            FileError: It cannot be written; nothing has changed then.
            ConflictError: Another server holds it for too long.
        """
        with explained(self._home.state):
            self._home.state.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._home.queue.with_suffix(".lock"))
            try:
                lock.acquire(timeout=_PATIENCE)
            except Timeout as error:
                raise ConflictError("another studio is editing the queue; try again.") from error
        try:
            before = self.read()
            after = _without_old(edit(before))
            if after != before:
                text = _ADAPTER.dump_json(after, indent=1).decode()
                write_text(self._home.queue, text + "\n")
                self._clear(before, after)
            return after
        finally:
            lock.release()

    def add(self, make: Callable[[Plan], Task]) -> Job:
        """Put a job at the end.

        Args:
            make: From the plan to what is to be done; raises an error where it may not be.

        Raises:
            ConflictError: Too many wait already.
        """
        identity, added = token_hex(6), time.time()

        def edit(plan: Plan) -> Plan:
            if sum(not each.is_over for each in plan.jobs) >= _MOST:
                raise ConflictError(f"{_MOST:,} jobs wait already; remove some first.")
            job = Job(id=identity, task=make(plan), course=Course(created=added))
            return replace(plan, jobs=(*plan.jobs, job))

        return self.change(edit).find(identity)

    def order(self, identities: Sequence[str]) -> None:
        """Put jobs into an order; those that are not named come after them, as they were.

        Args:
            identities: Of jobs; one that is gone meanwhile is passed over.
        """
        places = {identity: place for place, identity in enumerate(identities)}

        def edit(plan: Plan) -> Plan:
            ordered = sorted(plan.jobs, key=lambda job: places.get(job.id, len(places)))
            return replace(plan, jobs=tuple(ordered))

        self.change(edit)

    def pause(self, paused: bool) -> None:
        """Hold new starts, or hold them no longer; what runs goes on."""
        self.change(lambda plan: replace(plan, paused=paused))

    def start(self, identity: str) -> None:
        """Let a job start without waiting for its turn, for a device or for the queue.

        Raises:
            ConflictError: It does not wait.
        """

        def edit(plan: Plan) -> Plan:
            if plan.find(identity).course.state != "waiting":
                raise ConflictError("the job has started already.")
            return plan.with_course(identity, is_urgent=True)

        self.change(edit)

    def _read(self) -> Plan:
        try:
            return _ADAPTER.validate_json(read_part(self._home.queue))
        except ValidationError:
            with explained(self._home.queue):
                self._home.queue.replace(self._home.queue.with_suffix(".damaged"))
            return Plan()

    def _clear(self, before: Plan, after: Plan) -> None:
        """Remove the folders of jobs that are no longer in the list."""
        left = {job.id for job in after.jobs}
        for job in before.jobs:
            if job.id not in left:
                shutil.rmtree(self._home.job(job.id), ignore_errors=True)


def _without_old(plan: Plan) -> Plan:
    """The plan without the jobs that were over longest ago, where there are many."""
    over = sorted((job for job in plan.jobs if job.is_over), key=lambda job: job.course.ended or 0)
    old = {job.id for job in over[:-_KEPT]}
    return replace(plan, jobs=tuple(job for job in plan.jobs if job.id not in old))


_ADAPTER = TypeAdapter(Plan)
