"""Routes of runs: what they are, and what is done with them."""

import signal
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from pydantic import BaseModel
from typing_extensions import TypedDict

from zerosum.errors import ConfigError, printable
from zerosum.runs import Run
from zerosum.studio import keeping
from zerosum.studio.api_studio import disk
from zerosum.studio.asking import (
    EvaluateAsked,
    ExportAsked,
    ResumeAsked,
    evaluate_task,
    export_task,
    resume_task,
)
from zerosum.studio.details import Details, LogPart, details, file_of, part_of_log
from zerosum.studio.jobs import Job, JobShown, Task
from zerosum.studio.launching import trace_of
from zerosum.studio.places import Places
from zerosum.studio.processes import send
from zerosum.studio.queue_file import Plan
from zerosum.studio.reading import object_in
from zerosum.studio.refusals import ConflictError, MissingError
from zerosum.studio.studio import Studio
from zerosum.studio.summaries import LIVE, State, Summary

__all__ = ["router"]

_KEPT = "private, max-age=31536000, immutable"
"""For files whose address changes when they do."""


class RunsShown(TypedDict):
    """All runs, and how much room there is."""

    runs: list[Summary]
    disk: dict[str, int] | None


class StateShown(TypedDict):
    """What becomes of a run."""

    state: State


class NameShown(TypedDict):
    """What a run is called now."""

    name: str


class NameAsked(BaseModel):
    """What a run is to be called."""

    name: str


class Confirmed(BaseModel):
    """The run's name once more, so that nothing is lost by one click."""

    confirm: str


class DeletionConfirmed(Confirmed):
    """Likewise; and, where one that was put away is called like another, which of them."""

    archived: bool | None = None


def router(studio: Studio) -> APIRouter:
    """The routes of runs.

    Args:
        studio: Whose runs.
    """
    routes = APIRouter(tags=["runs"])
    _reading(routes, studio)
    _steering(routes, studio)
    _keeping(routes, studio)
    return routes


def _reading(routes: APIRouter, studio: Studio) -> None:
    @routes.get("/runs")
    def read_runs(archived: bool = False) -> RunsShown:
        """All runs at a glance; those that were put away, if these are asked for."""
        runs = studio.shelf.summaries(archived=archived)
        return RunsShown(runs=runs, disk=disk(studio.home.runs))

    @routes.get("/runs/{name}")
    def read_run(name: str) -> Details:
        """A run in full."""
        summary = _find(studio, name)
        return details(summary, _folder(studio, summary))

    @routes.get("/runs/{name}/files/{path:path}", response_class=FileResponse)
    def read_file(name: str, path: str, changed: str | None = None) -> FileResponse:
        """A picture of a run, or what was exported; kept by who says when it was changed."""
        file = file_of(_folder(studio, _find(studio, name)), path)
        is_picture = file.suffix in (".png", ".gif")
        return FileResponse(
            file,
            media_type=None if is_picture else "application/octet-stream",
            filename=None if is_picture else file.name,
            headers=None if changed is None else {"Cache-Control": _KEPT},
        )

    @routes.get("/runs/{name}/log")
    def read_log(
        name: str,
        end: int | None = None,
        most: Annotated[int, Query(alias="bytes")] = 1 << 16,
    ) -> LogPart:
        """What the run's process printed, up to some place or to its end."""
        _find(studio, name)
        return part_of_log(studio.queue.log_of_run(name), end, most)


def _steering(routes: APIRouter, studio: Studio) -> None:
    @routes.post("/runs/{name}/stop")
    def stop_run(name: str) -> StateShown:
        """Have a run saved and ended; it is `stopping` until it has."""
        _find(studio, name)
        job = _job_of(studio, name)
        if job is None:
            _signal(studio, name, signal.SIGTERM)
        elif not studio.queue.stop_job(job.id):  # It only waited.
            return StateShown(state="stopped")
        return StateShown(state="stopping")

    @routes.post("/runs/{name}/kill")
    def kill_run(name: str, asked: Confirmed) -> StateShown:
        """End a run's process at once, where it does not stop: what it had not saved is lost."""
        if asked.confirm != name:
            raise ConfigError(f"to kill the process of {printable(name)}, say its name once more.")
        if _find(studio, name)["state"] != "stopping":
            raise ConflictError("only a run that was asked to stop, and does not, is killed.")
        job = _job_of(studio, name)
        if job is not None:
            trace_of(studio.home, job).send(signal.SIGKILL)
        else:
            _signal(studio, name, signal.SIGKILL)
        return StateShown(state="stopping")

    @routes.post("/runs/{name}/resume")
    def resume_run(name: str, asked: ResumeAsked) -> JobShown:
        """Go on with a run, or make it longer."""
        summary = _find(studio, name)
        run = _run(studio, summary)

        def task(plan: Plan) -> Task:
            if summary["state"] in (*LIVE, "preparing", "waiting"):
                raise ConflictError(f"{name} is {summary['state']} already.")
            _refuse_second(plan, name)
            return resume_task(asked, run, summary["images_seen"], Places.of(studio))

        return _added(studio, studio.queue.add(task))

    @routes.post("/runs/{name}/evaluate")
    def evaluate_run(name: str, asked: EvaluateAsked) -> JobShown:
        """Score a run; the scores come to its others."""
        run = _run(studio, _find(studio, name))
        allow_code, places = studio.options.allow_code, Places.of(studio)
        task = evaluate_task(asked, run, allow_code=allow_code, places=places)
        return _added(studio, studio.queue.add(lambda plan: task))

    @routes.post("/runs/{name}/export")
    def export_run(name: str, asked: ExportAsked) -> JobShown:
        """Write a run's network for other programs."""
        task = export_task(asked, _run(studio, _find(studio, name)))
        return _added(studio, studio.queue.add(lambda plan: task))


def _keeping(routes: APIRouter, studio: Studio) -> None:
    @routes.post("/runs/{name}/rename")
    def rename_run(name: str, asked: NameAsked) -> NameShown:
        """Call a run otherwise."""
        _require_idle(_find(studio, name), archived=False)
        return NameShown(name=keeping.rename(studio.home, studio.queue.file, name, asked.name))

    @routes.post("/runs/{name}/archive")
    def archive_run(name: str) -> NameShown:
        """Put a run away: it is kept, and no longer among the others."""
        _require_idle(_find(studio, name), archived=False)
        return NameShown(name=keeping.move(studio.home, studio.queue.file, name, away=True))

    @routes.post("/runs/{name}/restore")
    def restore_run(name: str) -> NameShown:
        """Take a run back that was put away."""
        summary = studio.shelf.find(name, archived=True) or _find(studio, name)
        _require_idle(summary, archived=True)
        return NameShown(name=keeping.move(studio.home, studio.queue.file, name, away=False))

    @routes.delete("/runs/{name}")
    def delete_run(name: str, asked: DeletionConfirmed) -> NameShown:
        """Delete a run and all its files; nothing brings it back."""
        summary = _find(studio, name, archived=asked.archived)
        if asked.archived is None and not summary["archived"]:
            _require_only_one(studio, name)
        _require_idle(summary, archived=summary["archived"])
        folder = _folder(studio, summary)
        keeping.delete(studio.home, studio.queue.file, folder, asked.confirm)
        return NameShown(name=name)


def _find(studio: Studio, name: str, *, archived: bool | None = None) -> Summary:
    """What the list says of a run, see `Shelf.find`.

    Raises:
        MissingError: There is none of that name.
    """
    summary = studio.shelf.find(name, archived=archived)
    if summary is None:
        raise MissingError(f"there is no run {printable(name)} (any more).")
    return summary


def _require_only_one(studio: Studio, name: str) -> None:
    """Refuse to delete one of two runs of a name.

    Raises:
        ConflictError: One was put away, and another one has got its name since.
    """
    if studio.shelf.find(name, archived=True) is not None:
        raise ConflictError(
            f"there are two runs called {printable(name)}, one of which was put away: say which "
            "is meant by 'archived'."
        )


def _folder(studio: Studio, summary: Summary) -> Path:
    """The folder of a run that was found, so that its name leads nowhere else."""
    home = studio.home.archive if summary["archived"] else studio.home.runs
    return home / summary["name"]


def _run(studio: Studio, summary: Summary) -> Run:
    """A run that something is to be done with.

    Raises:
        ZerosumError: It is damaged, or was put away, or has no folder yet.
    """
    if summary["archived"]:
        raise ConflictError(f"{summary['name']} was put away; take it back first.")
    if summary["damaged"] is not None:
        raise ConfigError(summary["damaged"])
    return Run.open(_folder(studio, summary))


def _job_of(studio: Studio, name: str) -> Job | None:
    """The job that trains a run, or is to."""
    jobs = studio.queue.file.read().jobs
    own = (job for job in jobs if job.task.run == name and job.task.trains and not job.is_over)
    return next(own, None)


def _signal(studio: Studio, name: str, number: signal.Signals) -> None:
    """Send a signal to a run that was started without the queue.

    Raises:
        ConflictError: No process says that it has the run.
    """
    status = object_in(studio.home.runs / name / "status.json") or {}
    if status.get("state") not in LIVE:
        raise ConflictError(f"{printable(name)} does not run.")
    send(status, number)


def _refuse_second(plan: Plan, name: str) -> None:
    """Refuse to train a run twice at once.

    Raises:
        ConflictError: A job trains it, or is to.
    """
    for job in plan.jobs:
        if job.task.run == name and job.task.trains and not job.is_over:
            raise ConflictError(f"{name} is in the queue already.")


def _require_idle(summary: Summary, *, archived: bool) -> None:
    """Refuse to move what is in use, or is not where it should be.

    Raises:
        ConflictError: It is so.
    """
    if summary["state"] in (*LIVE, "preparing", "waiting"):
        raise ConflictError(f"{summary['name']} is {summary['state']}; stop it first.")
    if summary["archived"] != archived:
        was = "was put away" if summary["archived"] else "was not put away"
        raise ConflictError(f"{summary['name']} {was}.")


def _added(studio: Studio, job: Job) -> JobShown:
    return studio.shelf.job(job.id)
