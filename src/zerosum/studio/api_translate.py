"""Routes of translation."""

from fastapi import APIRouter

from zerosum.runs import Run
from zerosum.studio.jobs import JobShown, Task
from zerosum.studio.networks import folder_of, require
from zerosum.studio.places import Places
from zerosum.studio.queue_file import Plan
from zerosum.studio.studio import Studio
from zerosum.studio.translating import TranslateAsked, translate_task

__all__ = ["router"]


def router(studio: Studio) -> APIRouter:
    """The routes of translation.

    Args:
        studio: Whose runs.
    """
    routes = APIRouter(tags=["translate"])

    @routes.post("/networks/{key}/translate")
    def add_translation(key: str, asked: TranslateAsked) -> JobShown:
        """Have many pictures translated: folders, archives, uploads."""
        network = require(studio, key, "translate")
        run = Run.open(folder_of(studio, network))
        places = Places.of(studio)

        def task(plan: Plan) -> Task:
            return translate_task(asked, studio.home, run, plan, places)

        return studio.shelf.job(studio.queue.add(task).id)

    return routes
