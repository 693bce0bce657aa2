"""Classifying and attacking pictures, and some of a network's own pictures to do it with."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field
from typing_extensions import TypedDict

from zerosum.config.run import Ability
from zerosum.errors import printable
from zerosum.games.perturbation_settings import PerturbationConfig
from zerosum.runs import Run
from zerosum.studio.asked import Asked, Title, ToKeep
from zerosum.studio.attacking import SLOW, AttackAsked, attack_task
from zerosum.studio.jobs import JobShown, Task
from zerosum.studio.networks import Network, find, folder_of, known, reference, require
from zerosum.studio.pictures_in import picture_path, sweep_pictures
from zerosum.studio.queue_file import Plan
from zerosum.studio.refusals import MissingError
from zerosum.studio.saving import Saved, new_place
from zerosum.studio.studio import Studio
from zerosum.studio.using import use, use_streaming
from zerosum.studio.wanted import while_wanted

__all__ = ["router"]

_CLASSIFIES: tuple[Ability, ...] = ("classify",)
_MOST_EXAMPLES = 100


class ClassifyAsked(Asked):
    """A picture that was sent, by its id."""

    picture: str


class GradientAsked(ClassifyAsked):
    """And the class whose loss is meant; none: the most probable."""

    label: int | None = None


class AttackedAsked(ClassifyAsked):
    """And the attack: its name, or the run that has learnt it; its goal, and how far it may go."""

    attack: str = "fgsm"
    learned: str | None = None
    norm: Literal["linf", "l2"] = "linf"
    epsilon: float = Field(0.1, ge=0, allow_inf_nan=False)
    target: int | None = None
    seed: int = Field(0, ge=0, lt=2**31)


class SaveAsked(ToKeep):
    """An attack on a picture whose result is to be kept, and what brings the page back to it."""

    attack: AttackedAsked
    title: Title = "Attacked"


class ExampleShown(TypedDict):
    """A picture of a network's own data; ``label`` is its class, where it has one."""

    id: str
    name: str
    width: int
    height: int
    label: str | None
    split: str


class ExamplesShown(TypedDict):
    """Some pictures of a network's own data."""

    pictures: list[ExampleShown]


class LearnedShown(TypedDict):
    """An attack that a run has learnt: for which ε, and towards which class."""

    run: str
    epsilon: float
    target: int | None


class Attackable(TypedDict):
    """A classifier: its classes, the attacks, and those that runs have learnt.

    Where a run was named that has learnt to attack, ``classifier`` is its victim, and ``learned``
    is the run.
    """

    classifier: str
    learned: str | None
    classes: list[str]
    attacks: list[dict[str, Any]]
    learnt: list[LearnedShown]


def router(studio: Studio) -> APIRouter:
    """The routes of classifying and attacking.

    Args:
        studio: Whose.
    """
    routes = APIRouter(prefix="/networks/{key}", tags=["networks"])
    _examples(routes, studio)
    _of_pictures(routes, studio)
    _of_many(routes, studio)
    return routes


def _examples(routes: APIRouter, studio: Studio) -> None:
    @routes.get("/examples")
    async def read_examples(
        key: str,
        request: Request,
        count: Annotated[int, Query(ge=1, le=_MOST_EXAMPLES)] = 12,
        seed: Annotated[int, Query(ge=0)] = 0,
        domain: Literal["a", "b"] | None = None,
    ) -> ExamplesShown:
        """Some of a network's own pictures, ready to be used; of a domain, where it has two."""
        network = find(studio, key)
        await asyncio.to_thread(sweep_pictures, studio.home)
        arguments = {
            "network": reference(studio, network, network["checkpoints"][0]),
            "folder": str(studio.home.pictures.absolute()),
            "count": count,
            "seed": seed,
            "domain": domain,
        }
        # What is looked at beside it is not to be cancelled by it.
        asked = studio.live.ask("examples", arguments, key=object(), doing="reading pictures")
        shown: ExamplesShown = await while_wanted(request, asked)
        return shown


def _of_pictures(routes: APIRouter, studio: Studio) -> None:
    @routes.get("/attackable")
    async def read_attackable(key: str, request: Request) -> Attackable:
        """A classifier's classes and the attacks on it; or those of who was learnt to mislead."""
        network = require(studio, key, "classify", "perturb")
        learned = None if "classify" in network["abilities"] else key
        classifier = network if learned is None else _victim(studio, network)
        about = await use(
            studio, request, "attackable", classifier["key"], _CLASSIFIES, {}, doing="opening"
        )
        learnt = [
            each
            for other in known(studio)
            if (each := _learned(studio, other, classifier)) is not None
        ]
        return Attackable(
            classifier=classifier["key"],
            learned=learned,
            classes=about["classes"],
            attacks=about["attacks"],
            learnt=learnt,
        )

    @routes.post("/classify")
    async def classify(key: str, asked: ClassifyAsked, request: Request) -> dict[str, Any]:
        """The most probable classes of a picture, and how the network sees it."""
        told = {"picture": _picture(studio, asked)}
        return await use(studio, request, "classify", key, _CLASSIFIES, told)

    @routes.post("/gradient")
    async def gradient(key: str, asked: GradientAsked, request: Request) -> dict[str, Any]:
        """How the loss of a class changes with each pixel of a picture."""
        told = {"picture": _picture(studio, asked), "label": asked.label}
        return await use(studio, request, "gradient", key, _CLASSIFIES, told)

    @routes.post("/attacked")
    async def attack_one(key: str, asked: AttackedAsked, request: Request) -> dict[str, Any]:
        """Attack a picture, with noise of the same size beside it."""
        told = _told(studio, asked)
        return await use(studio, request, "attack", key, _CLASSIFIES, told, doing="attacking")

    @routes.post("/attacked/stream", response_class=StreamingResponse)
    async def attack_slowly(key: str, asked: AttackedAsked, request: Request) -> StreamingResponse:
        """The same as server-sent events, for an attack that takes long; to leave is to cancel."""
        told = _told(studio, asked)
        return use_streaming(studio, request, "attack", key, _CLASSIFIES, told, doing="attacking")

    @routes.post("/attacked/saved")
    async def save_one(key: str, asked: SaveAsked, request: Request) -> Saved:
        """Attack a picture, and keep what comes of it."""
        place = new_place(studio, require(studio, key, *_CLASSIFIES), ".png")
        told = {**_told(studio, asked.attack), "save": str(place.path)}
        # It is known already to the worker that has attacked slowly.
        slowly = asked.attack.learned is None and asked.attack.attack in SLOW
        await use(
            studio, request, "attack", key, _CLASSIFIES, told, doing="attacking", slowly=slowly
        )
        return place.keep("attack", asked.title, asked.state)


def _of_many(routes: APIRouter, studio: Studio) -> None:
    @routes.post("/attack")
    def add_attack(key: str, asked: AttackAsked) -> JobShown:
        """Have a classifier attacked on many pictures; the report is among the results."""
        network = require(studio, key, "classify")

        def task(plan: Plan) -> Task:
            return attack_task(asked, studio, network, plan)

        return studio.shelf.job(studio.queue.add(task).id)


def _picture(studio: Studio, asked: ClassifyAsked) -> str:
    return str(picture_path(studio.home, asked.picture))


def _told(studio: Studio, asked: AttackedAsked) -> dict[str, Any]:
    """What the task is told of an attack.

    Raises:
        StudioError: The picture is gone, or a run has learnt no attack.
    """
    learned = None
    if asked.learned is not None:
        learned = reference(studio, require(studio, asked.learned, "perturb"))
    return {
        "picture": _picture(studio, asked),
        **asked.model_dump(include={"attack", "norm", "epsilon", "target", "seed"}),
        "learned": learned,
        "save": None,
    }


def _game(studio: Studio, network: Network) -> PerturbationConfig | None:
    """The settings of the game by which a run has learnt to attack; None if it has not."""
    if "perturb" not in network["abilities"]:
        return None
    return cast("PerturbationConfig", Run(folder_of(studio, network)).config().game)


def _learned(studio: Studio, network: Network, classifier: Network) -> LearnedShown | None:
    """What a run has learnt; None unless it is an attack on such pictures."""
    game = _game(studio, network)
    if game is None or classifier["pictures"] not in ([], network["pictures"]):
        return None
    return LearnedShown(run=network["key"], epsilon=game.epsilon, target=game.targeted)


def _victim(studio: Studio, network: Network) -> Network:
    """The classifier that a run has learnt to mislead.

    Raises:
        MissingError: It is not among the networks of this studio.
    """
    game = _game(studio, network)
    spec = "" if game is None else game.victim
    packaged = {
        each["key"].removeprefix("@"): each for each in known(studio) if each["run"] is None
    }
    if spec in packaged:
        return packaged[spec]
    path = Path(spec).expanduser().absolute()
    if path.parent == studio.home.runs.absolute():
        return require(studio, path.name, *_CLASSIFIES)
    raise MissingError(
        f"{printable(network['key'])} has learnt to mislead {printable(spec)}, which is not here; "
        "choose another classifier, and the attack there."
    )
