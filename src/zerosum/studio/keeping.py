"""Runs that are renamed, put away, taken back or deleted, while nothing uses them."""

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

from filelock import FileLock, Timeout

from zerosum.errors import ConfigError
from zerosum.explaining import explained
from zerosum.studio.home import Home
from zerosum.studio.jobs import Job
from zerosum.studio.names import checked, free
from zerosum.studio.queue_file import Plan, QueueFile
from zerosum.studio.refusals import ConflictError

__all__ = ["delete", "move", "rename", "sweep_trash"]


def rename(home: Home, file: QueueFile, name: str, new: str) -> str:
    """Call a run otherwise; the new name.

    Raises:
        ZerosumError: It may not be called so, the name is taken, or the run is in use.
    """
    target = home.runs / checked(new)

    def edit(plan: Plan) -> Plan:
        if os.path.lexists(target) or free(home, new, promised(plan)) != new:
            raise ConflictError(f"there is something called {new} already.")
        return _moved(home, home.runs / name, target, plan)

    file.change(edit)
    return new


def move(home: Home, file: QueueFile, name: str, *, away: bool) -> str:
    """Put a run away, or take it back; its name there, which is another if that one is taken.

    Args:
        home: Where the runs are.
        file: The queue, which may need the run.
        name: The run.
        away: Whether it is put away.

    Raises:
        ZerosumError: The run is in use, or cannot be moved.
    """
    source, into = (home.runs, home.archive) if away else (home.archive, home.runs)
    found = name

    def edit(plan: Plan) -> Plan:
        nonlocal found
        taken = {*promised(plan), *(each.name for each in into.glob("*"))} if into.is_dir() else ()
        found = name if not os.path.lexists(into / name) else free(home, name, taken)
        with explained(into):
            into.mkdir(parents=True, exist_ok=True)
        return _moved(home, source / name, into / found, plan)

    file.change(edit)
    return found


def delete(home: Home, file: QueueFile, folder: Path, confirm: str) -> None:
    """Delete a run with all that is in it, and nothing that it only links to.

    Args:
        home: Where the runs are.
        file: The queue, which may need the run.
        folder: The run folder.
        confirm: Its name once more.

    Raises:
        ZerosumError: That is another name, or the run is in use or cannot be deleted.
    """
    name = folder.name
    if confirm != name:
        raise ConfigError(f"to delete {name} with all its files, say its name once more.")
    trash = home.state / "trash" / token_hex(6)

    def edit(plan: Plan) -> Plan:
        own = _jobs_of(home, folder, plan)
        with _unused(folder, own), explained(folder, "deleted"):
            if folder.is_symlink():
                folder.unlink()
            elif folder.is_dir():
                trash.parent.mkdir(parents=True, exist_ok=True)
                folder.rename(trash)
        return replace(plan, jobs=tuple(job for job in plan.jobs if job not in own))

    file.change(edit)
    if trash.is_dir():
        with explained(folder, "deleted"):
            shutil.rmtree(trash)


def sweep_trash(home: Home) -> None:
    """Delete what a server that was killed has left half deleted."""
    shutil.rmtree(home.state / "trash", ignore_errors=True)


def promised(plan: Plan) -> set[str]:
    """Names of runs that there will be."""
    return {job.task.run for job in plan.jobs if not job.is_over}


def _jobs_of(home: Home, folder: Path, plan: Plan) -> tuple[Job, ...]:
    """The jobs of a run; where one that was put away has the same name, they are the active one's.

    Two of a name come of a training from a shell, which knows of no archive.
    """
    if folder.parent == home.archive and os.path.lexists(home.runs / folder.name):
        return ()
    return tuple(job for job in plan.jobs if job.task.run == folder.name)


def _moved(home: Home, source: Path, target: Path, plan: Plan) -> Plan:
    """The plan, after a run was moved: what has been done with it is found by its new name."""
    own = _jobs_of(home, source, plan)
    with _unused(source, own), explained(source, "moved"):
        source.rename(target)
    jobs = (
        replace(job, task=replace(job.task, run=target.name)) if job in own else job
        for job in plan.jobs
    )
    return replace(plan, jobs=tuple(jobs))


@contextmanager
def _unused(folder: Path, jobs: Collection[Job]) -> Iterator[None]:
    """Hold a run's lock within, so that nobody begins to use it.

    Raises:
        ConflictError: It is in use.
    """
    if any(not job.is_over for job in jobs):
        raise ConflictError(f"{folder.name} is needed by a job of the queue; stop it first.")
    if not folder.is_dir():  # A link that leads nowhere, or a run that was never begun.
        yield
        return
    lock = FileLock(folder / ".lock")
    with explained(folder):
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise ConflictError(f"{folder.name} is in use; stop it first.") from error
    try:
        yield
    finally:
        with suppress(OSError):
            lock.release()
