"""Routes of the queue and its jobs."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from zerosum.recipes import recipe
from zerosum.studio.asking import TrainAsked, train_task
from zerosum.studio.details import LogPart, part_of_log
from zerosum.studio.jobs import JobShown, Task
from zerosum.studio.keeping import promised
from zerosum.studio.launching import log_of
from zerosum.studio.names import checked, free
from zerosum.studio.places import Places
from zerosum.studio.queue import QueueShown
from zerosum.studio.queue_file import Plan
from zerosum.studio.studio import Studio

__all__ = ["router"]


class OrderAsked(BaseModel):
    """Jobs in the order in which they are to be done."""

    ids: list[str]


def router(studio: Studio) -> APIRouter:
    """The routes of the queue.

    Args:
        studio: Whose queue.
    """
    routes = APIRouter(tags=["queue"])
    _of_the_queue(routes, studio)
    _of_jobs(routes, studio)
    return routes


def _of_the_queue(routes: APIRouter, studio: Studio) -> None:
    @routes.get("/queue")
    def read_queue() -> QueueShown:
        """All jobs in their order."""
        return studio.queue.shown()

    @routes.post("/queue")
    def add_job(asked: TrainAsked) -> JobShown:
        """Have a recipe trained, in a run of a name that is free."""
        runs, allow_code = studio.home.runs, studio.options.allow_code
        wanted = checked(asked.name or recipe(asked.recipe).recipe)

        def task(plan: Plan) -> Task:
            name = free(studio.home, wanted, promised(plan))
            places = Places.of(studio)
            return train_task(asked, runs, name, allow_code=allow_code, places=places)

        return studio.shelf.job(studio.queue.add(task).id)

    @routes.post("/queue/order")
    def order_jobs(asked: OrderAsked) -> QueueShown:
        """Put jobs into an order; those that are not named come after them."""
        studio.queue.file.order(asked.ids)
        return read_queue()

    @routes.post("/queue/pause")
    def pause_queue() -> QueueShown:
        """Hold new starts; what runs goes on."""
        studio.queue.file.pause(True)
        return read_queue()

    @routes.post("/queue/continue")
    def continue_queue() -> QueueShown:
        """Hold new starts no longer."""
        studio.queue.file.pause(False)
        studio.queue.wake()
        return read_queue()


def _of_jobs(routes: APIRouter, studio: Studio) -> None:
    @routes.post("/queue/{identity}/start")
    def start_job(identity: str) -> JobShown:
        """Start a job now, whatever it would wait for."""
        studio.queue.file.start(identity)
        studio.queue.wake()
        return read_job(identity)

    @routes.delete("/queue/{identity}")
    def remove_job(identity: str) -> JobShown:
        """Take a job out of the list; one that runs is stopped, and stays in it."""
        shown = read_job(identity)
        if studio.queue.stop_job(identity):
            return read_job(identity)
        return JobShown(**{**shown, "state": "removed"})

    @routes.get("/jobs/{identity}")
    def read_job(identity: str) -> JobShown:
        """A job, and how far it is."""
        return studio.shelf.job(identity)

    @routes.get("/jobs/{identity}/log")
    def read_log(
        identity: str,
        end: int | None = None,
        most: Annotated[int, Query(alias="bytes")] = 1 << 16,
    ) -> LogPart:
        """What a job has printed, up to some place or to its end."""
        job = studio.queue.file.read().find(identity)
        return part_of_log(log_of(studio.home, job), end, most)
