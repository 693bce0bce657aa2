"""What there is to see: all runs, of their folders and of the queue, and all jobs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from shlex import join
from threading import RLock
from typing import Any

from zerosum.studio.folders import Folders
from zerosum.studio.home import Home
from zerosum.studio.jobs import Job, JobShown
from zerosum.studio.launching import status_of
from zerosum.studio.queue_file import Plan, QueueFile
from zerosum.studio.reading import object_in
from zerosum.studio.summaries import LIVE, State, Summary, blank
from zerosum.studio.turns import device_of_auto, waiting_for

__all__ = ["Changes", "Shelf"]


@dataclass(frozen=True)
class Changes:
    """What became of the runs since some version of their list.

    Attributes:
        version: That of the list now.
        changed: Runs that are new or other than they were.
        gone: Names of those that are there no more.
    """

    version: int
    changed: list[Summary]
    gone: list[str]


class Shelf:
    """All runs and jobs of a folder of runs, read anew at each question.

    Args:
        home: The folder.
        file: Its queue.
        auto: The device that ``auto`` stands for; None where nobody knows.

    Example:
        >>> from pathlib import Path
        >>> home = Home(Path("no/such"))
        >>> Shelf(home, QueueFile(home)).summaries()
        []
    """

    def __init__(
        self, home: Home, file: QueueFile, auto: Callable[[], str | None] = device_of_auto
    ) -> None:
        self._auto = auto
        self._home = home
        self._file = file
        self._folders = Folders(home.runs)
        self._archive = Folders(home.archive, archived=True)
        self._lock = RLock()
        self._version = 0
        self._seen: dict[str, Summary] = {}
        self._stamps: dict[str, int] = {}

    def summaries(self, *, archived: bool = False) -> list[Summary]:
        """All runs by name; those that were put away instead, if these are asked for."""
        if archived:
            return list(self._archive.look().values())
        return list(self._look().values())

    def find(self, name: str, *, archived: bool | None = None) -> Summary | None:
        """The run of that name, if there is one.

        Args:
            name: Its name.
            archived: Whether it was put away; None: of two of the name, the one that was not.
        """
        active = None if archived else self._look().get(name)
        return active or (None if archived is False else self._archive.look().get(name))

    def changed_since(self, version: int) -> Changes:
        """What has changed since a version of the list that was told by an earlier answer.

        Args:
            version: That one; 0: everything.
        """
        with self._lock:
            now = self._look()
            changed = [summary for name, summary in now.items() if self._stamps[name] > version]
            gone = [name for name, at in self._stamps.items() if at > version and name not in now]
            return Changes(self._version, changed, gone if version else [])

    def weigh(self, seconds: float) -> None:
        """Count the bytes of some runs, so that all are counted in the course of time.

        Args:
            seconds: How long this may take.
        """
        self._folders.weigh(seconds)
        self._archive.weigh(seconds)

    def jobs(self) -> list[JobShown]:
        """All jobs in their order."""
        plan = self._file.read()
        runs = self._runs_for(plan)
        reasons = self._reasons(plan, runs)
        return [self._shown(job, reasons, runs) for job in plan.jobs]

    def job(self, identity: str) -> JobShown:
        """The job of that name.

        Raises:
            MissingError: There is none.
        """
        plan, runs = self._file.read(), self._folders.look()
        return self._shown(plan.find(identity), self._reasons(plan, runs), runs)

    def reasons(self) -> dict[str, str | None]:
        """What each waiting job waits for, by its name; None where it may start."""
        plan = self._file.read()
        return self._reasons(plan, self._runs_for(plan))

    def _runs_for(self, plan: Plan) -> Mapping[str, Summary]:
        """The runs as they are now, if any job needs to know."""
        return {} if all(job.is_over for job in plan.jobs) else self._folders.look()

    def _reasons(self, plan: Plan, runs: Mapping[str, Summary]) -> dict[str, str | None]:
        own = {
            job.task.run for job in plan.jobs if job.task.trains and job.course.state == "running"
        }
        outside = {
            name: self._device(name)
            for name, run in runs.items()
            if name not in own and run["state"] in (*LIVE, "preparing")
        }
        return waiting_for(plan, outside, auto=self._auto())

    def _device(self, name: str) -> str:
        device = (object_in(self._home.runs / name / "config.json") or {}).get("device")
        return device if isinstance(device, str) else "auto"

    def _look(self) -> dict[str, Summary]:
        """All runs as they are now; those that changed get the version of this moment."""
        with self._lock:
            runs, plan = self._folders.look(), self._file.read()
            reasons = self._reasons(plan, runs)
            for job in _telling(plan):
                shown = self._shown(job, reasons, runs)
                summary = _with_job(runs.get(job.task.run), job, shown)
                if summary is not None:
                    runs[job.task.run] = summary
            changed = {name for name, run in runs.items() if self._seen.get(name) != run}
            if changed := changed | (self._seen.keys() - runs.keys()):
                self._version += 1
                self._stamps |= dict.fromkeys(changed, self._version)
            self._seen = runs
            return runs

    def _shown(
        self, job: Job, reasons: Mapping[str, str | None], runs: Mapping[str, Summary]
    ) -> JobShown:
        task, course = job.task, job.course
        shown = JobShown(
            id=job.id,
            kind=task.kind,
            run=task.run,
            network=task.key,
            recipe=task.facts.recipe,
            command=join(["zerosum", *task.words]),
            device=task.device,
            state=course.state,
            phase=None,
            done=None,
            total=None,
            seconds_left=None,
            message=course.message,
            created=course.created,
            started=course.started,
            ended=course.ended,
            files=list(task.files) if course.state == "finished" else [],
            results=task.results,
        )
        if course.state == "waiting":
            shown["phase"] = reasons.get(job.id) or "starts in a moment"
        elif course.state == "running":
            self._add_progress(shown, job, runs.get(task.run))
        return shown

    def _add_progress(self, shown: JobShown, job: Job, run: Summary | None) -> None:
        began = job.course.started or 0
        if job.task.trains and run is not None and (run["updated"] or 0) > began:
            shown["phase"] = run["phase"] or "finishing"
            shown["done"], shown["total"] = run["images_seen"], run["total_images"]
            shown["seconds_left"] = run["seconds_left"]
            if run["state"] == "stopping":
                shown["state"] = "stopping"
        else:
            status = status_of(self._home, job)
            shown["state"] = "preparing" if job.task.trains else "running"
            shown["phase"] = _of(status, "phase", str) or "starting"
            shown["done"], shown["total"] = _of(status, "done", int), _of(status, "total", int)
            shown["seconds_left"] = _of(status, "seconds_left", float)
        if job.course.is_stopping:
            shown["state"] = "stopping"


_STATES: dict[str, State] = {
    "waiting": "waiting",
    "preparing": "preparing",
    "running": "training",
    "stopping": "stopping",
    "failed": "failed",
}
"""The state of a run by that of the job that trains it."""


def _telling(plan: Plan) -> Iterator[Job]:
    """The jobs that say more of a run than its folder, the most telling one last.

    One that failed before there was a folder is all that is left of a run.
    """
    trainings = [job for job in plan.jobs if job.task.trains]
    yield from (job for job in plan.jobs if not job.task.trains and not job.is_over)
    yield from (job for job in trainings if job.course.state == "failed")
    yield from (job for job in trainings if not job.is_over)


def _with_job(run: Summary | None, job: Job, shown: JobShown) -> Summary | None:
    """The run with what a job says of it; None if that is nothing."""
    if job.is_over and run is not None:
        return None
    if run is None:
        if job.task.kind != "train":
            return None
        run = _promised(job)
    summary = Summary(**{**run, "job": None if job.is_over else job.id})
    if job.task.trains and (run["state"] not in LIVE or shown["state"] == "stopping"):
        summary["state"] = _STATES[shown["state"]]
        summary["phase"], summary["seconds_left"] = shown["phase"], shown["seconds_left"]
        summary["message"] = shown["message"]
    return summary


def _promised(job: Job) -> Summary:
    """A run of which there is no folder yet."""
    facts, summary = job.task.facts, blank(job.task.run)
    summary["recipe"], summary["family"], summary["data"] = facts.recipe, facts.family, facts.data
    summary["total_images"], summary["pictures"] = facts.total_images, list(facts.pictures)
    summary["created"] = summary["updated"] = job.course.created
    return summary


def _of(status: Mapping[str, Any], name: str, kind: type) -> Any:
    """A value of a status, if it is of its kind."""
    value = status.get(name)
    value = float(value) if kind is float and type(value) is int else value
    return value if type(value) is kind else None
