"""Pictures of generators as the page Play describes them; this module imports torch."""

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import torch
from typing_extensions import TypedDict

from zerosum.errors import ConfigError, RunError
from zerosum.latent.base import LatentSpace
from zerosum.latent.directions import Directions, random_direction
from zerosum.latent.editing import move
from zerosum.latent.kept import KEPT, KeptDirections
from zerosum.latent.spaces import latent_space
from zerosum.models.generator import Generator
from zerosum.models.sampler import Sampler
from zerosum.studio.held import Held
from zerosum.studio.opened import Opened, model_of
from zerosum.types import Images, Points

__all__ = ["RANDOM", "Played", "Spot", "facts_of_spot", "found_path", "played_of"]

RANDOM = "random"
"""The method of directions that lead to random points; their names are seeds."""

_AT_ONCE = 16
_STEPS = 500


class Spot(TypedDict):
    """One picture: of a seed, perhaps of a class, truncated, and moved along directions.

    ``moves`` are (method, name, amount): how far it is moved, in standard deviations, along the
    direction of a name that a method found.
    """

    seed: int
    index: int
    label: int | None
    truncation: float | None
    moves: list[tuple[str, str, float]]


class Played:
    """A generator that is played with.

    Args:
        opened: The model.
        kept: The file of its named directions.
        found: The folder of directions that methods found.

    Attributes:
        model: The model.
        space: Its latent space.
        deviation: One standard deviation of random points.
    """

    def __init__(self, opened: Opened, kept: Path, found: Path) -> None:
        self.model: Generator = opened.model
        self.stamp = opened.stamp
        self.space: LatentSpace = self.model.latent
        self.deviation = self.space.deviation
        self._kept, self._found = kept, found
        self._steps: dict[tuple[Path, int, str], Directions] = {}
        self._spaces: dict[int | None, LatentSpace] = {None: self.space}

    @property
    def kept(self) -> KeptDirections:
        """The directions that were given names."""
        return KeptDirections(self._kept, self.space)

    def found(self, method: str) -> KeptDirections:
        """The directions that a method found for these very weights; none before it has looked."""
        return KeptDirections(found_path(self._found, method, self.stamp), self.space)

    def points(self, spots: Sequence[Spot]) -> Points:
        """The points of pictures.

        Raises:
            ConfigError: A direction is not found yet, or a truncation or class is out of range.
        """
        return torch.cat([self._point(spot) for spot in spots])

    def draw(self, points: Points) -> Images:
        """The pictures of points, on the CPU."""
        return torch.cat([self.space.draw(some).cpu() for some in torch.split(points, _AT_ONCE)])

    def step(self, method: str, name: str) -> Directions:
        """The unit step of a direction, shape (1, ...).

        Raises:
            ConfigError: There is none, or it is not found yet.
        """
        if method == RANDOM:
            return random_direction(self.space, seed=_seed_of(name))
        directions = self.kept if method == KEPT else self.found(method)
        try:
            changed = directions.path.stat().st_mtime_ns
        except OSError:
            changed = 0  # There is none: the look-up says so.
        known = (directions.path, changed, name)
        if known not in self._steps:
            if method != KEPT and not changed:
                raise ConfigError(f"directions by {method} are not found yet; look for them.")
            if len(self._steps) >= _STEPS:
                self._steps.clear()
            self._steps[known] = directions[name].step[None]
        return self._steps[known]

    def _point(self, spot: Spot) -> Points:
        space = self._space(spot["label"])
        point = space.points(space.latents([spot["index"]], seed=spot["seed"]))
        if spot["truncation"] is not None:
            point = space.truncate(point, spot["truncation"])
        if not spot["moves"]:
            return point
        steps = torch.cat([self.step(method, name) for method, name, _ in spot["moves"]])
        amounts = torch.tensor([amount for *_, amount in spot["moves"]]) * self.deviation
        return move(point, steps, amounts)

    def _space(self, label: int | None) -> LatentSpace:
        if label not in self._spaces:
            known = self.space.game.conditional_on
            if known is None or label is None or not 0 <= label < len(known):
                raise ConfigError(f"this generator has no class {label}.")
            self._spaces[label] = latent_space(self.space.game, (label,))
        return self._spaces[label]


_held: Held[tuple[str, ...], Played] = Held(4)


def played_of(arguments: dict[str, Any]) -> Played:
    """The generator that a task is told of, held as long as its checkpoint is the same.

    Args:
        arguments: The task's: ``network``, and the paths ``kept`` and ``found``.

    Raises:
        ZerosumError: It is no generator with latents, or its files are damaged.
    """
    opened = model_of(arguments["network"], Sampler)  # type: ignore[type-abstract]
    if not isinstance(opened.model, Generator):
        raise RunError(
            "This network makes pictures number by number, and not from latents: there is nothing "
            "to move, to walk along or to mix."
        )
    name = (arguments["network"]["key"], arguments["network"]["checkpoint"], arguments["kept"])
    played = _held.get(name)
    if played is None or played.model is not opened.model:
        played = Played(opened, Path(arguments["kept"]), Path(arguments["found"]))
    return _held.put(name, played)


def found_path(folder: Path, method: str, stamp: str) -> Path:
    """Where directions are that a method found for a checkpoint.

    Example:
        >>> found_path(Path("found"), "pca", "1-2-3").suffix
        '.safetensors'
    """
    name = blake2b(f"{method}\0{stamp}".encode(), digest_size=10).hexdigest()
    return folder / f"{name}.safetensors"


def _seed_of(name: str) -> int:
    """The seed that a random direction is called by.

    Raises:
        ConfigError: It is none.
    """
    if not (name.isascii() and name.isdecimal() and len(name) < 16):
        raise ConfigError(f"expected a seed of a random direction, got {name[:40]!r}.")
    return int(name)


def facts_of_spot(spot: Spot, names: Sequence[str]) -> dict[str, Any]:
    """What a picture says of how it was made.

    Args:
        spot: The picture.
        names: The classes of a conditional generator.

    Example:
        >>> facts_of_spot(Spot(seed=7, index=0, label=None, truncation=0.5,
        ...     moves=[("pca", "1", 2.0)]), ())
        {'seed': 7, 'index': 0, 'truncation': 0.5, 'moves': 'pca 1: +2'}
    """
    facts: dict[str, Any] = {"seed": spot["seed"], "index": spot["index"]}
    if spot["label"] is not None:
        facts["class"] = names[spot["label"]] if spot["label"] < len(names) else spot["label"]
    if spot["truncation"] is not None:
        facts["truncation"] = spot["truncation"]
    if spot["moves"]:
        moves = (f"{method} {name}: {amount:+g}" for method, name, amount in spot["moves"])
        facts["moves"] = "; ".join(moves)
    return facts
